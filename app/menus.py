"""Which actions there are: every menu entry, button and shortcut is declared here, once."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QMenu

from app import commands, photo_actions
from app.actions import Actions
from app.operations import Operations
from app.project_actions import ProjectActions
from app.state import Studio
from app.views.face_view import CanonicalFaceView
from app.views.photo_view import PhotoView
from infl.layouts import layout_names

FILE, EDIT, VIEW, LAYOUT, MODEL, HELP = "&File", "&Edit", "&View", "&Layout", "&Model", "&Help"


def declare(
    actions: Actions, studio: Studio, operations: Operations, projects: ProjectActions, photo: PhotoView,
    face: CanonicalFaceView, window: dict[str, Callable[[], object]],
) -> None:  # fmt: skip
    """Declare everything but the docks' switches; `window` holds what only the window can do, by name."""
    _file(actions, operations, projects, window)
    _edit(actions, studio, operations)
    _view(actions, studio, photo, face, window)
    photo_actions.declare(actions, studio, photo.points)
    _layout(actions, studio, operations)
    actions.add("load_model", MODEL, "Load a checkpoint…", operations.ask_model)
    actions.add("fine_tune", MODEL, "Fine-tune on the open sets", window["fine_tune"])
    actions.add("revert", MODEL, "Revert to the weights before", studio.revert_landmarker)
    actions.separate(MODEL)
    actions.add("measure", MODEL, "Measure disagreement of this set", operations.measure)
    actions.add("search", HELP, "Search actions", window["search"], "Ctrl+K")
    actions.add("shortcuts", HELP, "Shortcuts", window["shortcuts"], "F1")
    actions.add("about", HELP, "About infl-studio", window["about"])


def _file(
    actions: Actions,
    operations: Operations,
    projects: ProjectActions,
    window: dict[str, Callable[[], object]],
) -> None:
    actions.add(
        "open",
        FILE,
        "Open…",
        operations.ask_open,
        "Ctrl+O",
        "Open data sets: a folder of annotated photographs, or a folder of such folders",
    )
    actions.add(
        "open_file", FILE, "Open annotation files…", operations.ask_open_file, "",
        "Open single annotation files, or harmonised sets",
    )  # fmt: skip
    actions.add("demo", FILE, "Open the demo sets", window["demo"])
    actions.separate(FILE)
    projects.declare(actions, FILE)
    actions.separate(FILE)
    actions.add("export", FILE, "Export…", window["export"], "Ctrl+E")
    actions.add("picture", FILE, "Save a picture of the window…", window["picture"])
    actions.separate(FILE)
    actions.add("quit", FILE, "Quit", window["quit"], "Ctrl+Q")


def _edit(actions: Actions, studio: Studio, operations: Operations) -> None:
    undo, redo = studio.undo.createUndoAction(actions, "Undo"), studio.undo.createRedoAction(actions, "Redo")
    undo.setShortcut("Ctrl+Z")
    redo.setShortcuts([QKeySequence("Ctrl+Shift+Z"), QKeySequence("Ctrl+Y")])
    actions.adopt("undo", EDIT, undo)
    actions.adopt("redo", EDIT, redo)
    actions.separate(EDIT)
    everything = lambda: studio.select(range(len(studio.layout)))  # noqa: E731
    actions.add("select_all", EDIT, "Select all points", everything, "Ctrl+Shift+A")
    actions.add("mirror", EDIT, "Mirror", lambda: commands.mirror_points(studio, studio.selection), "M",
                "Make, or move, the partners of the selected points on the other half of the face")  # fmt: skip
    actions.add(
        "join",
        EDIT,
        "Join",
        operations.join_selected,
        "J",
        "Draw a line between the selected points, or take it away",
    )
    actions.add(
        "up", EDIT, "Move up", lambda: operations.shift_selected(-1), "Alt+Up", "Earlier in the order"
    )
    actions.add(
        "down", EDIT, "Move down", lambda: operations.shift_selected(1), "Alt+Down", "Later in the order"
    )
    actions.add("delete", EDIT, "Delete", lambda: commands.delete_points(studio, studio.selection), "Del",
                "Delete the selected points")  # fmt: skip


def _view(
    actions: Actions,
    studio: Studio,
    photo: PhotoView,
    face: CanonicalFaceView,
    window: dict[str, Callable[[], object]],
) -> None:
    actions.add("previous", VIEW, "◀", lambda: studio.step(-1), "PgUp", "Previous photograph")
    actions.add("next", VIEW, "▶", lambda: studio.step(1), "PgDown", "Next photograph")
    actions.add("fit", VIEW, "Fit", photo.fit, "0", "Show the whole photograph")
    actions.add(
        "fit_face", VIEW, "To face", photo.fit_face, "F", "Zoom to the region that the model looks at"
    )
    switches = {
        "human": ("Human", "H", "Rings: what people annotated"),
        "predicted": ("Predicted", "P", "Discs: what the model predicts in the set's own convention"),
        "harmonised": (
            "Harmonised",
            "G",
            "Diamonds: human points moved to the convention chosen for my layout",
        ),
        "edges": ("Edges", "E", "Lines between the points"),
        "sigma": ("σ", "S", "One standard deviation of each prediction"),
        "residuals": ("Residuals", "R", "Arrows from each human point to its prediction"),
        "loupe": ("Loupe", "L", "A magnifier at the pointer; while a point is dragged it shows anyway"),
        "crop": ("Crop", "C", "The region that the spatial transformer cuts out, and the normalised crop I′"),
        "names": ("Names", "N", "Names of my points"),
        "keep_zoom": ("Keep zoom", "K", "Keep zoom and place when the photograph changes"),
        "heat": ("Heat map", "Shift+H", "Colour the face by the length of the offset"),
        "arrows": ("Arrows", "Shift+A", "Draw the offsets as arrows"),
    }
    for name, (text, shortcut, tip) in switches.items():
        if name in ("human", "heat"):
            actions.separate(VIEW)
        switch = actions.add_switch(
            name,
            VIEW,
            text,
            bool(getattr(studio.options, name)),
            lambda on, name=name: studio.set_options(**{name: on}),
            shortcut,
            tip,
        )
        studio.options_changed.connect(
            lambda switch=switch, name=name: switch.setChecked(bool(getattr(studio.options, name)))
        )
    actions.separate(VIEW)
    _tools(actions, face)
    actions.add("front", VIEW, "Front", lambda: face.look(0, 0), "1", "See the face from the front")
    actions.add("three_quarter", VIEW, "¾", lambda: face.look(35, 0), "2", "See the face from half its left")
    actions.add("side", VIEW, "Side", lambda: face.look(80, 0), "3", "See the face from its side")
    actions.separate(VIEW)
    for name in ("light", "dark", "system"):
        actions.add(f"theme_{name}", VIEW, f"Theme: {name}", window[f"theme_{name}"])
    actions.separate(VIEW)


def _tools(actions: Actions, face: CanonicalFaceView) -> None:
    """Point and Turn: which of the two the left button does on the face."""

    def choose(turning: bool) -> None:
        face.turning_tool = turning
        actions["point_tool"].setChecked(not turning)
        actions["turn_tool"].setChecked(turning)

    actions.add_switch("point_tool", VIEW, "Point", True, lambda _on: choose(False), "Q",
                       "Left button: put and move points (right button turns)")  # fmt: skip
    actions.add_switch(
        "turn_tool", VIEW, "Turn", False, lambda _on: choose(True), "T", "Left button: turn the face"
    )


def _layout(actions: Actions, studio: Studio, operations: Operations) -> None:
    actions.add("new_layout", LAYOUT, "New layout", operations.new_layout, "Ctrl+N")
    start = QMenu("Start from")
    start.aboutToShow.connect(lambda: _fill(start, operations))
    actions.submenu(LAYOUT, start)
    actions.add("open_layout", LAYOUT, "Open layout…", operations.ask_layout, "Ctrl+L")
    actions.add("save_layout", LAYOUT, "Save layout…", operations.ask_save_layout, "Ctrl+Shift+L")


def _fill(menu: QMenu, operations: Operations) -> None:
    menu.clear()
    for name in layout_names():
        menu.addAction(name, lambda name=name: operations.start_from(name))
