"""Which actions there are: every menu entry, button and shortcut is declared here, once."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QMenu

from app import commands, face_actions, fine_tune_actions, photo_actions
from app.actions import Actions
from app.fine_tuning import FineTuning
from app.operations import Operations
from app.project_actions import ProjectActions
from app.questions import Questions
from app.state import Studio
from app.translation import QT_TR_NOOP, tr
from app.views.face_tools import BOX, LASSO, POINT, TURN
from app.views.face_view import CanonicalFaceView
from app.views.photo_view import PhotoView
from infl.layouts import layout_names

FILE = QT_TR_NOOP("&File")
EDIT = QT_TR_NOOP("&Edit")
VIEW = QT_TR_NOOP("&View")
LAYOUT = QT_TR_NOOP("&Layout")
MODEL = QT_TR_NOOP("&Model")
VIDEO = QT_TR_NOOP("Vi&deo")
GO = QT_TR_NOOP("&Go")
HELP = QT_TR_NOOP("&Help")


def declare(
    actions: Actions, studio: Studio, operations: Operations, questions: Questions, projects: ProjectActions,
    photo: PhotoView, face: CanonicalFaceView, tuning: FineTuning, window: dict[str, Callable[[], object]],
) -> None:  # fmt: skip
    """Declare everything but the docks' switches; `window` holds what only the window can do, by name."""
    _file(actions, operations, projects, window)
    _edit(actions, studio, operations)
    _view(actions, studio, photo, face, window)
    photo_actions.declare(actions, studio, photo.points)
    _layout(actions, studio, operations)
    actions.add("load_model", MODEL, tr("Load a checkpoint…"), operations.ask_model)
    actions.separate(MODEL)
    fine_tune_actions.declare(actions, MODEL, studio, tuning, window["fine_tune"], window["check_run"])
    actions.separate(MODEL)
    actions.add("measure", MODEL, tr("Measure disagreement of this set"), operations.measure)
    actions.add("suspects", MODEL, tr("Find suspicious annotations"), questions.suspects, "Ctrl+Shift+F",
                tr("Search this set for swapped, shifted, slipped and misplaced clicks"))  # fmt: skip
    actions.add("how_sure", MODEL, tr("How sure?"), questions.how_sure, "Ctrl+Shift+U",
                tr("Measure the offset of sets A and B on their pictures, with 95 % intervals"))  # fmt: skip


def declare_help(actions: Actions, window: dict[str, Callable[[], object]]) -> None:
    """The last menu."""
    actions.add("search", HELP, tr("Search actions"), window["search"], "Ctrl+K")
    actions.add("shortcuts", HELP, tr("Shortcuts"), window["shortcuts"], "F1")
    actions.add("change_shortcuts", HELP, tr("Change shortcuts…"), window["change_shortcuts"])
    actions.add("tour", HELP, tr("Tour"), window["tour"], "", tr("The four places to know"))
    actions.separate(HELP)
    actions.add("about", HELP, tr("About infl-studio"), window["about"])


def _file(
    actions: Actions,
    operations: Operations,
    projects: ProjectActions,
    window: dict[str, Callable[[], object]],
) -> None:
    actions.add(
        "open",
        FILE,
        tr("Open…"),
        operations.ask_open,
        "Ctrl+O",
        tr("Open data sets: a folder of annotated photographs, or a folder of such folders"),
    )
    actions.add(
        "open_file", FILE, tr("Open annotation files…"), operations.ask_open_file, "",
        tr("Open single annotation files, or harmonised sets"),
    )  # fmt: skip
    actions.add("demo", FILE, tr("Open the demo sets"), window["demo"])
    actions.separate(FILE)
    projects.declare(actions, FILE)
    actions.separate(FILE)
    actions.add("export", FILE, tr("Export…"), window["export"], "Ctrl+E")
    actions.add("picture", FILE, tr("Save a picture of the window…"), window["picture"])
    actions.separate(FILE)
    actions.add("quit", FILE, tr("Quit"), window["quit"], "Ctrl+Q")


def _edit(actions: Actions, studio: Studio, operations: Operations) -> None:
    undo, redo = (
        studio.undo.createUndoAction(actions, tr("Undo")),
        studio.undo.createRedoAction(actions, tr("Redo")),
    )
    undo.setIconText(tr("Undo"))  # on buttons, which would grow with what is undone
    redo.setIconText(tr("Redo"))
    undo.setShortcut("Ctrl+Z")
    redo.setShortcuts([QKeySequence("Ctrl+Shift+Z"), QKeySequence("Ctrl+Y")])
    actions.adopt("undo", EDIT, undo, tr("Undo"))
    actions.adopt("redo", EDIT, redo, tr("Redo"))
    actions.separate(EDIT)
    everything = lambda: studio.select(range(len(studio.layout)))  # noqa: E731
    actions.add("select_all", EDIT, tr("Select all points"), everything, "Ctrl+Shift+A")
    actions.add("mirror", EDIT, tr("Mirror"), lambda: commands.mirror_points(studio, studio.selection), "M",
                tr("Make, or move, the partners of the selected points on the other half of the face"))  # fmt: skip
    actions.add(
        "join",
        EDIT,
        tr("Join"),
        operations.join_selected,
        "J",
        tr("Draw a line between the selected points, or take it away"),
    )
    actions.add(
        "up", EDIT, tr("Move up"), lambda: operations.shift_selected(-1), "Alt+Up", tr("Earlier in the order")
    )
    actions.add(
        "down",
        EDIT,
        tr("Move down"),
        lambda: operations.shift_selected(1),
        "Alt+Down",
        tr("Later in the order"),
    )
    actions.add("colour", EDIT, tr("Colour of the group…"), operations.ask_colour, "",
                tr("Draw the group of the selected point in another colour"))  # fmt: skip
    actions.add("delete", EDIT, tr("Delete"), lambda: commands.delete_points(studio, studio.selection), "Del",
                tr("Delete the selected points"))  # fmt: skip


def _view(
    actions: Actions,
    studio: Studio,
    photo: PhotoView,
    face: CanonicalFaceView,
    window: dict[str, Callable[[], object]],
) -> None:
    actions.add("previous", VIEW, "◀", lambda: studio.step(-1), "PgUp", tr("Previous photograph"))
    actions.add("next", VIEW, "▶", lambda: studio.step(1), "PgDown", tr("Next photograph"))
    actions.add("fit", VIEW, tr("Fit"), photo.fit, "0", tr("Show the whole photograph"))
    actions.add(
        "fit_face", VIEW, tr("To face"), photo.fit_face, "F", tr("Zoom to the region that the model looks at")
    )
    switches = {
        "human": (tr("Human"), "H", tr("Rings: what people annotated")),
        "predicted": (tr("Predicted"), "P", tr("Discs: what the model predicts in the set's own convention")),
        "harmonised": (
            tr("Harmonised"),
            "G",
            tr("Diamonds: human points moved to the convention chosen for my layout"),
        ),
        "edges": (tr("Edges"), "E", tr("Lines between the points")),
        "sigma": (
            "σ",
            "S",
            tr("Circles: one standard deviation of each prediction, the same in all directions"),
        ),
        "residuals": (tr("Residuals"), "R", tr("Arrows from each human point to its prediction")),
        "loupe": (
            tr("Loupe"),
            "L",
            tr("A magnifier at the pointer; while a point is dragged it shows anyway"),
        ),
        "crop": (
            tr("Crop"),
            "C",
            tr("The region that the spatial transformer cuts out, and the normalised crop I′"),
        ),
        "names": (tr("Names"), "N", tr("Names of my points")),
        "numbers": (tr("Numbers"), "Shift+N", tr("Numbers of my points")),
        "mirrored": (
            tr("Both sides"),
            "Shift+M",
            tr("What is done to a point of my layout is done to its partner on the other half of the face"),
        ),
        "snap": (
            tr("Snap"),
            "Shift+S",
            tr("Points that are put or moved go to points of other layouts, curves and vertices near by"),
        ),
        "keep_zoom": (tr("Keep zoom"), "K", tr("Keep zoom and place when the photograph changes")),
        "heat": (tr("Heat map"), "Shift+H", tr("Colour the face by the length of the offset")),
        "arrows": (tr("Arrows"), "Shift+A", tr("Draw the offsets as arrows")),
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
    face_actions.declare(actions, VIEW, studio, face)
    actions.separate(VIEW)
    themes = {"light": tr("Theme: light"), "dark": tr("Theme: dark"), "system": tr("Theme: as the desktop")}
    for name, text in themes.items():
        actions.add_switch(
            f"theme_{name}", VIEW, text, False, lambda _on, name=name: window[f"theme_{name}"]()
        )
    actions.separate(VIEW)


def _tools(actions: Actions, face: CanonicalFaceView) -> None:
    """What the left button does on the face."""
    tools = {
        POINT: (tr("Point"), "Q", tr("Left button: put, choose and move points (right button turns)")),
        BOX: (tr("Box"), "V", tr("Left button: draw a box around the points to choose; Shift adds, Ctrl changes")),
        LASSO: (tr("Lasso"), "Shift+V", tr("Left button: draw a line around the points to choose")),
        TURN: (tr("Turn"), "T", tr("Left button: turn the face")),
    }  # fmt: skip

    def choose(tool: str) -> None:
        face.take(tool)
        for name in tools:
            actions[f"{name}_tool"].setChecked(name == tool)

    for name, (text, keys, tip) in tools.items():
        actions.add_switch(
            f"{name}_tool", VIEW, text, name == POINT, lambda _on, name=name: choose(name), keys, tip
        )


def _layout(actions: Actions, studio: Studio, operations: Operations) -> None:
    actions.add("new_layout", LAYOUT, tr("New layout"), operations.new_layout, "Ctrl+N")
    start = QMenu(tr("Start from"))
    start.aboutToShow.connect(lambda: _fill(start, operations))
    actions.submenu(LAYOUT, start)
    actions.add("add_points", LAYOUT, tr("Add points…"), operations.ask_points, "Ctrl+Shift+P",
                tr("Many points at once: along lines and curves, over regions, from other layouts"))  # fmt: skip
    actions.add("open_layout", LAYOUT, tr("Open layout…"), operations.ask_layout, "Ctrl+L")
    actions.add("save_layout", LAYOUT, tr("Save layout…"), operations.ask_save_layout, "Ctrl+Shift+L")


def _fill(menu: QMenu, operations: Operations) -> None:
    menu.clear()
    for name in layout_names():
        menu.addAction(name, lambda name=name: operations.start_from(name))
