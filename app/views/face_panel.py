"""The panel of the canonical face: what is compared, the face or two of them side by side, how it is drawn."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QSizePolicy, QSlider, QToolButton, QWidget

from app.actions import Actions
from app.derived import Derived
from app.face_actions import REACH, views_menu
from app.state import Studio
from app.theme import GRID
from app.translation import tr
from app.values import CANONICAL
from app.views import marks
from app.views.face_tools import BOX, POINT, TURN
from app.views.face_view import CanonicalFaceView
from app.views.panel import Panel, label, row, tool_button

ALL = ""
"""Data of the entry for all open sets."""


class FacePanel(Panel):
    """The canonical face; above it what is compared with what, below how it is drawn and turned.

    view: the face of the comparison; sides: one for each of the two conventions, shown in its place where they are
    wanted side by side. All three share the camera.
    """

    def __init__(self, studio: Studio, derived: Derived, actions: Actions, view: CanonicalFaceView):
        super().__init__(tr("Canonical face"))
        self.studio, self.view = studio, view
        self.sides = (
            CanonicalFaceView(studio, derived, view.drawing, "a", tr("Canonical face, set A")),
            CanonicalFaceView(studio, derived, view.drawing, "b", tr("Canonical face, set B")),
        )
        self.a, self.b, self.against = QComboBox(), QComboBox(), label(tr("against"), "muted")
        self.a.setToolTip(tr("Set A: the arrows point to where this convention puts each point"))
        self.b.setToolTip(tr("Set B: the arrows start where this convention puts it"))
        for combo in (self.a, self.b):
            combo.setMinimumContentsLength(4)
            combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            combo.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        for widget, stretch in ((self.a, 9), (self.against, 0), (self.b, 9)):
            self.head.addWidget(widget, stretch)
        faces = QHBoxLayout()
        faces.setSpacing(1)
        for face in (view, *self.sides):
            faces.addWidget(face, 1)
            face.turned.connect(self._turn_all)
        for face in self.sides:
            view.tool_taken.connect(face.take)
        self.body.addLayout(faces, 1)
        self.section = SectionBar(studio, actions)
        self.body.addWidget(self.section)
        self._lay_out_foot(actions)
        self.a.activated.connect(self._choose_a)
        self.b.activated.connect(lambda i: studio.compare(b=self.b.itemData(i)))
        for signal in (
            studio.sets_changed,
            studio.landmarker_changed,
            studio.comparison_changed,
            studio.options_changed,
        ):
            signal.connect(self._refresh)
        self._refresh()

    def _lay_out_foot(self, actions: Actions) -> None:
        self.scale = QSlider(Qt.Orientation.Horizontal)
        self.scale.setRange(1, 20)
        self.scale.setFixedWidth(64)
        self.scale.setAccessibleName(tr("Length of the arrows"))
        self.scale.setToolTip(tr("How many times longer than life the arrows are drawn"))
        self.scale.valueChanged.connect(lambda value: self.studio.set_options(arrow_scale=float(value)))
        self.scale_text = label("", "muted")
        self.views = QToolButton()
        self.views.setObjectName("quiet")
        self.views.setText(tr("View ▾"))
        self.views.setAccessibleName(tr("Views and sections of the face"))
        self.views.setToolTip(tr("From where the face is seen, and which part of it"))
        self.views.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._views_menu = views_menu(actions)  # a button does not own its menu
        self.views.setMenu(self._views_menu)
        for widget in (*(tool_button(actions[f"{tool}_tool"]) for tool in (POINT, BOX, TURN)), self.views):
            self.foot.addWidget(widget)
        self.foot.addStretch(1)
        for identifier in ("heat", "intervals", "arrows"):
            self.foot.addWidget(tool_button(actions[identifier]))
        for widget in (self.scale, self.scale_text):
            self.foot.addWidget(widget)

    @property
    def shown(self) -> tuple[CanonicalFaceView, ...]:
        """The faces on screen."""
        return self.sides if self._beside else (self.view,)

    @property
    def busy(self) -> bool:
        return any(face.busy for face in self.shown)

    def stop(self) -> None:
        for face in (self.view, *self.sides):
            face.stop()

    @property
    def _beside(self) -> bool:
        c = self.studio.comparison
        return self.studio.options.beside and c.of == "pair" and c.a != c.b

    def _turn_all(self, orbit) -> None:
        """Faces beside each other are seen through one camera."""
        for face in (self.view, *self.sides):
            face.look(orbit)

    def _choose_a(self, index: int) -> None:
        chosen = self.a.itemData(index)
        if chosen == ALL:
            self.studio.compare(of="all")
        else:
            self.studio.compare(a=chosen, of="pair")

    def _refresh(self) -> None:
        s = self.studio
        known = s.landmarker.conventions if s.landmarker is not None else (CANONICAL,)
        opened = {o.dataset.convention for o in s.sets}
        conventions = [
            CANONICAL,
            *sorted((c for c in known if c != CANONICAL), key=lambda c: (c not in opened, c)),
        ]
        every = s.comparison.of == "all"
        for combo, chosen in ((self.a, ALL if every else s.comparison.a), (self.b, s.comparison.b)):
            shown = [(combo.itemData(i), s.colour_of(combo.itemData(i))) for i in range(len(conventions))]
            if shown != [(c, s.colour_of(c)) for c in conventions] or combo.property("sets") != len(s.sets):
                combo.clear()
                for convention in conventions:
                    icon = marks.set_icon(s.mark_of(convention), s.colour_of(convention))
                    combo.addItem(icon, convention, convention)
                if combo is self.a:
                    combo.insertSeparator(combo.count())
                    combo.addItem(tr("all open sets"), ALL)
                combo.setProperty("sets", len(s.sets))
            combo.setCurrentIndex(combo.findData(chosen))
        self.against.setText(tr("against their mean") if every else tr("against"))
        self.b.setVisible(not every)
        beside = self._beside
        self.view.setVisible(not beside)
        for face in self.sides:
            face.setVisible(beside)
        self.scale.blockSignals(True)
        self.scale.setValue(round(s.options.arrow_scale))
        self.scale.blockSignals(False)
        self.scale_text.setText(f"×{s.options.arrow_scale:g}")


class SectionBar(QWidget):
    """While the head is cut: where, and a way back to the whole head."""

    def __init__(self, studio: Studio, actions: Actions):
        super().__init__()
        self.studio = studio
        self.text = label("", "muted")
        self.text.setMinimumWidth(8 * GRID)
        self.plane = QSlider(Qt.Orientation.Horizontal)
        self.plane.setRange(-round(REACH), round(REACH))
        self.plane.setAccessibleName(tr("Where the head is cut, mm to its left"))
        self.plane.setToolTip(tr("Where the head is cut: 0 is its middle"))
        self.plane.valueChanged.connect(lambda mm: studio.set_options(section_at=float(mm)))
        self.whole = QToolButton()
        self.whole.setObjectName("quiet")
        self.whole.setText(tr("Whole head"))
        self.whole.clicked.connect(lambda: studio.set_options(section=""))
        line = row(label(tr("Cut at"), "muted"), self.plane, self.text, tool_button(actions["section_left"]),
                   tool_button(actions["section_right"]), self.whole)  # fmt: skip
        line.setStretch(1, 1)
        self.setLayout(line)
        studio.options_changed.connect(self._refresh)
        self._refresh()

    def _refresh(self) -> None:
        options = self.studio.options
        self.setVisible(bool(options.section))
        self.plane.blockSignals(True)
        self.plane.setValue(round(options.section_at))
        self.plane.blockSignals(False)
        at = f"{options.section_at:+.0f}" if options.section_at else "0"
        self.text.setText(tr("{at} mm").format(at=at))
