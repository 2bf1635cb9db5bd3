"""Actions of the canonical face: views, sections, what is compared, and how sure that is."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from app.actions import Actions
from app.face_drawing import AUTOMATIC, GL, SOFTWARE, FaceDrawing
from app.state import Studio
from app.translation import tr
from app.values import CANONICAL, Options
from app.views.face_view import CanonicalFaceView
from infl.rendering.face_view import OrbitCamera

STEP = 4.0
"""mm by which a key moves the plane of the section."""
REACH = 80.0
"""mm from the middle that the plane can be moved."""

VIEWS: Mapping[str, OrbitCamera] = {
    "front": OrbitCamera(),
    "three_quarter_left": OrbitCamera(yaw=-40),
    "three_quarter_right": OrbitCamera(yaw=40),
    "side_left": OrbitCamera(yaw=-88),
    "side_right": OrbitCamera(yaw=88),
    "chin_up": OrbitCamera(pitch=40),
    "chin_down": OrbitCamera(pitch=-40),
    "eyes": OrbitCamera(zoom=2.6, pan=(0.0, 0.2)),
    "mouth": OrbitCamera(zoom=2.8, pan=(0.0, -0.52)),
}
"""Named views. yaw > 0 turns the face to its left, so that its right side is seen."""


def declare(actions: Actions, menu: str, studio: Studio, face: CanonicalFaceView) -> None:
    """Everything of the View menu that is the face's."""
    _declare_views(actions, menu, face)
    actions.separate(menu)
    _declare_sections(actions, menu, studio)
    actions.separate(menu)
    _declare_comparisons(actions, menu, studio)
    intervals = _option(actions, menu, studio, "intervals", tr("Measured"), "I",
            tr("Of two measured sets the measured offsets with 95 % regions, instead of the learned"))  # fmt: skip
    studio.measured_changed.connect(lambda: intervals.setEnabled(bool(studio.measurements.pairs)))
    intervals.setEnabled(False)
    _option(actions, menu, studio, "beside", tr("Side by side"), "D",
            tr("Sets A and B each on a face of its own, against the canonical convention"))  # fmt: skip
    _option(actions, menu, studio, "shape", tr("Photo's shape"), "B",
            tr("The face as the model sees it in the photo, in place of the canonical one"))  # fmt: skip
    actions.separate(menu)
    _declare_drawing(actions, menu, face.drawing)


def _declare_views(actions: Actions, menu: str, face: CanonicalFaceView) -> None:
    words = {
        "front": (tr("Front"), tr("See the face from the front")),
        "three_quarter_left": (tr("¾ left"), tr("See the face from half its left")),
        "three_quarter_right": (tr("¾ right"), tr("See the face from half its right")),
        "side_left": (tr("Left side"), tr("See the face from its left")),
        "side_right": (tr("Right side"), tr("See the face from its right")),
        "chin_up": (tr("Chin up"), tr("See the face from below")),
        "chin_down": (tr("Chin down"), tr("See the face from above")),
        "eyes": (tr("Eyes"), tr("See the eyes from near")),
        "mouth": (tr("Mouth"), tr("See the mouth from near")),
    }
    for key, (name, (text, tip)) in enumerate(words.items(), 1):
        actions.add(name, menu, text, lambda name=name: face.look(VIEWS[name]), str(key), tip)


def _declare_drawing(actions: Actions, menu: str, drawing: FaceDrawing) -> None:
    words = {
        AUTOMATIC: (tr("Draw with: automatic"), tr("The turning face by a graphics card, where one answers")),
        SOFTWARE: (tr("Draw with: software"), tr("The face without OpenGL, the same on every machine")),
        GL: (tr("Draw with: GL"), tr("The turning face by OpenGL; asks the graphics driver again")),
    }

    def choose(choice: str) -> None:
        drawing.choose(choice)
        tick()

    def tick() -> None:
        for choice in words:
            actions[f"draw_{choice}"].setChecked(choice == drawing.choice)

    for choice, (text, tip) in words.items():
        on = choice == drawing.choice
        actions.add_switch(
            f"draw_{choice}", menu, text, on, lambda _on, choice=choice: choose(choice), "", tip
        )


def _declare_sections(actions: Actions, menu: str, studio: Studio) -> None:
    sections = {
        "left": (tr("Left half only"), "Shift+L", tr("Cut the head along its middle and keep its left")),
        "right": (tr("Right half only"), "Shift+R", tr("Cut the head along its middle and keep its right")),
    }
    for side, (text, keys, tip) in sections.items():

        def choose(on: bool, side: str = side) -> None:
            studio.set_options(section=side if on else "")

        action = actions.add_switch(f"section_{side}", menu, text, False, choose, keys, tip)
        _follow(studio, action, lambda o, side=side: o.section == side)

    def shift(by: float) -> None:
        if studio.options.section:
            studio.set_options(section_at=min(max(studio.options.section_at + by, -REACH), REACH))

    actions.add("section_rightwards", menu, tr("Cut further right"), lambda: shift(-STEP), "Alt+,",
                tr("Move the cut to the face's right"))  # fmt: skip
    actions.add("section_leftwards", menu, tr("Cut further left"), lambda: shift(STEP), "Alt+.",
                tr("Move the cut to the face's left"))  # fmt: skip


def _declare_comparisons(actions: Actions, menu: str, studio: Studio) -> None:
    def other() -> str:
        """An open convention that A is not."""
        c = studio.comparison
        if c.b not in (c.a, CANONICAL):
            return c.b
        known = studio.landmarker.conventions if studio.landmarker is not None else ()
        opened = (s.dataset.convention for s in studio.sets)
        return next((name for name in opened if name != c.a and name in known), CANONICAL)

    def one() -> None:
        a = studio.comparison.a if studio.comparison.a != CANONICAL else other()
        studio.compare(of="pair", a=a, b=CANONICAL)

    kinds: dict[str, tuple[str, Callable[[], object], str, str]] = {
        "one": (tr("One set"), one, "Alt+1", tr("Set A against the canonical convention")),
        "two": (tr("Two sets"), lambda: studio.compare(of="pair", b=other()), "Alt+2", tr("Set A against set B")),
        "all": (tr("All sets"), lambda: studio.compare(of="all"), "Alt+3",
                tr("Where all open conventions disagree: how far they are from their mean")),
    }  # fmt: skip

    def shown() -> str:
        c = studio.comparison
        return "all" if c.of == "all" else "one" if c.b == CANONICAL else "two"

    for kind, (text, do, keys, tip) in kinds.items():
        action = actions.add_switch(
            f"compare_{kind}", menu, text, shown() == kind, lambda _on, do=do: do(), keys, tip
        )

        def tick(action: QAction = action, kind: str = kind) -> None:
            action.setChecked(shown() == kind)

        action.triggered.connect(lambda _on, tick=tick: tick())
        studio.comparison_changed.connect(tick)


def _option(
    actions: Actions, menu: str, studio: Studio, name: str, text: str, keys: str, tip: str
) -> QAction:
    on = bool(getattr(studio.options, name))
    action = actions.add_switch(name, menu, text, on, lambda on: studio.set_options(**{name: on}), keys, tip)
    _follow(studio, action, lambda o: bool(getattr(o, name)))
    return action


def _follow(studio: Studio, action: QAction, on: Callable[[Options], bool]) -> None:
    studio.options_changed.connect(lambda: action.setChecked(on(studio.options)))


def views_menu(actions: Actions) -> QMenu:
    """Views and sections, for a button."""
    menu = QMenu()
    menu.setToolTipsVisible(True)
    for name in VIEWS:
        menu.addAction(actions[name])
    menu.addSeparator()
    for name in ("section_left", "section_right", "section_rightwards", "section_leftwards"):
        menu.addAction(actions[name])
    menu.addSeparator()
    for name in ("shape", "beside"):
        menu.addAction(actions[name])
    return menu
