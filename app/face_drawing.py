"""What draws the face while it turns: our own rasteriser always, GL where it was probed and may be used."""

from __future__ import annotations

from PySide6.QtCore import QObject, QSettings, QTimer, Signal

from app import gl_probe
from app.gl_probe import Answer, GlProbe
from app.state import Studio
from app.translation import tr
from app.views.gl_face import GlFace, GlFailed
from infl.rendering.face_view import FacePicture, FaceView, OrbitCamera, Size

AUTOMATIC, SOFTWARE, GL = CHOICES = ("automatic", "software", "gl")
_CHOICE, _BEGUN = "draw_with", "gl/begun"


class FaceDrawing(QObject):
    """One for all faces of the window. `changed` comes when something else draws from now on.

    may_use_gl: False for pictures made by a command, which do not depend on the machine.
    """

    changed = Signal()

    def __init__(self, studio: Studio, settings: QSettings, may_use_gl: bool, probe: GlProbe | None = None):
        super().__init__(studio)
        self._studio, self._settings = studio, settings
        self._may = may_use_gl and gl_probe.platform() in gl_probe.PLATFORMS
        self._answer = gl_probe.remembered(settings) if self._may else None
        self._drawer: GlFace | None = None
        self._failed = self._asked = False
        self._probe = probe or GlProbe()
        self._probe.setParent(self)
        self._probe.answered.connect(self._answered)

    @property
    def choice(self) -> str:
        """What a person wants: one of CHOICES."""
        chosen = str(self._settings.value(_CHOICE, AUTOMATIC))
        return chosen if chosen in CHOICES else AUTOMATIC

    @property
    def gl(self) -> bool:
        """Whether GL draws now. Automatically only with a graphics card: without, our rasteriser is the faster."""
        answer = self._answer
        if not self._may or self._failed or answer is None or not answer.usable:
            return False
        return self.choice == GL or (self.choice == AUTOMATIC and answer.hardware)

    @property
    def told(self) -> str:
        """What draws, in words."""
        if not self.gl or self._answer is None:
            return tr("software view")
        return tr("GL view: {renderer}").format(renderer=self._answer.renderer)

    def begin(self) -> None:
        """Ask the driver, where that was never done."""
        if self._may and self._settings.value(_BEGUN):
            # GL was begun and no picture came: the program died of it.
            self._settings.remove(_BEGUN)
            trouble = tr("the program ended when it drew last time")
            self._know(Answer(gl_probe.platform(), trouble=trouble))
        if self._may and self._answer is None and self.choice != SOFTWARE:
            self._probe.start()

    def choose(self, choice: str) -> None:
        """A person wants it otherwise, or anew: the driver is asked again."""
        self._settings.setValue(_CHOICE, choice)
        if choice == GL and not self._may:
            text = tr("OpenGL cannot be used on the platform “{platform}”: the face is drawn in software.")
            self._studio.notify("info", text.format(platform=gl_probe.platform()))
        elif choice != SOFTWARE and self._may:
            self._failed, self._asked = False, choice == GL
            self._probe.start()
        self.changed.emit()

    def fast(self, view: FaceView, orbit: OrbitCamera, size: Size, **how) -> FacePicture:
        """The face as it is drawn while it turns; `how` as for `FaceView.fast`."""
        if self.gl:
            try:
                return self._drawn_by_gl(view, orbit, size, **how)
            except GlFailed as failed:
                self._give_up(str(failed))
        return view.fast(orbit, size, **how)

    def stop(self) -> None:
        """Give back what the driver holds; from now on the face is drawn in software."""
        self._may = False
        self._probe.stop()
        self._close()

    def _drawn_by_gl(self, view: FaceView, orbit: OrbitCamera, size: Size, **how) -> FacePicture:
        if self._drawer is not None:
            return self._drawer.fast(view, orbit, size, **how)
        self._settings.setValue(_BEGUN, "yes")
        self._settings.sync()
        try:
            self._drawer = GlFace()
            picture = self._drawer.fast(view, orbit, size, **how)
        finally:
            self._settings.remove(_BEGUN)
        if self._answer is not None and self._drawer.renderer != self._answer.renderer:
            # Another card or driver than the one that was asked.
            self._close()
            self._answer = None
            QTimer.singleShot(0, self, self._ask_again)
        return picture

    def _ask_again(self) -> None:
        self._probe.start()
        self.changed.emit()

    def _answered(self, answer: Answer) -> None:
        self._know(answer)
        if self._asked and not answer.usable:
            text = tr("OpenGL cannot draw the face: {trouble}. It is drawn in software.")
            self._studio.notify("warning", text.format(trouble=answer.trouble))
        self._asked = False
        self.changed.emit()

    def _know(self, answer: Answer) -> None:
        self._answer = answer
        gl_probe.remember(self._settings, answer)

    def _give_up(self, trouble: str) -> None:
        """For this session, or until a person chooses GL again."""
        self._failed = True
        self._close()
        text = tr("OpenGL has failed: {trouble}. The face is drawn in software; “Draw with: GL” tries again.")
        # Not from within a widget that is being painted.
        QTimer.singleShot(
            0,
            self,
            lambda: (self._studio.notify("warning", text.format(trouble=trouble)), self.changed.emit()),
        )

    def _close(self) -> None:
        if self._drawer is not None:
            self._drawer.close()
            self._drawer = None
