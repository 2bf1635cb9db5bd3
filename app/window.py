"""The window: puts the views together and remembers how a person arranged them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QSettings, Qt, QTimer
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QKeySequence
from PySide6.QtWidgets import (
    QApplication,
    QDockWidget,
    QMainWindow,
    QMessageBox,
    QStackedWidget,
    QTabWidget,
    QToolButton,
    QWidget,
)  # fmt: skip

from app import demo, folders, menus, theme, video_actions
from app.actions import Actions
from app.derived import Derived
from app.earlier import EarlierPrediction
from app.face_drawing import FaceDrawing
from app.fine_tuning import FineTuning
from app.harmonised_photo import HarmonisedPhoto
from app.inverse import InverseQueries
from app.loading import PhotoLoader
from app.operations import Operations
from app.project_actions import ProjectActions
from app.questions import Questions
from app.session import SUFFIX, Session
from app.state import Studio
from app.thumbnails import Thumbnails
from app.translation import tr
from app.video import VideoPlayer
from app.views.cheat_sheet import CheatSheet
from app.views.closing_question import DISCARD, GO_ON, KEEP, ask_about_run
from app.views.command_search import CommandSearch
from app.views.dataset_dock import DatasetPanel
from app.views.export_dialog import ExportDialog
from app.views.face_panel import FacePanel
from app.views.face_view import CanonicalFaceView
from app.views.fine_tune_dock import FineTunePanel
from app.views.history import HistoryPanel
from app.views.layout_dock import LayoutPanel
from app.views.notices import Card, LogPanel
from app.views.offsets_dock import OffsetsPanel
from app.views.panel import row, tool_button
from app.views.panels import Panels
from app.views.photo_view import PhotoView
from app.views.saved_label import SavedLabel
from app.views.shortcut_editor import ShortcutEditor
from app.views.stage import PhotoPanel, stage
from app.views.status import StatusLine
from app.views.suspects_dock import SuspectsPanel
from app.views.tour import Tour, tour_steps
from app.views.video_view import VideoPanel, VideoView
from app.workers import Jobs, RunningJob
from infl.video.source import VIDEO_SUFFIXES

CORNER = ("open", "save_project", "undo", "redo", "export")
"""Actions with a button beside the menus."""
ARRANGEMENT = 3
"""Version of the docks' arrangement: a remembered one of another version is not restored."""


class MainWindow(QMainWindow):
    """The studio. `begin` opens what was asked for; `busy` is true until all of it is on screen."""

    def __init__(self, settings: QSettings, *, remember: bool = True, recovery: Path | None = None):
        """remember: keep the arrangement, and ask before anything is lost. recovery: where what survives a crash is."""
        super().__init__()
        self.settings, self.remember = settings, remember
        folders.use(settings)
        self.studio = Studio(self)
        self.derived = Derived(self.studio)
        self.jobs = Jobs(self)
        self.thumbnails = Thumbnails(self)
        self.thumbnails.failed.connect(self.studio.set_unreadable)
        self.loader = PhotoLoader(self.studio)
        self.inverse = InverseQueries(self.studio)
        self.operations = Operations(self.studio, self.jobs, self)
        self.questions = Questions(self.studio, self.operations)
        self.session = Session(self.studio, self.operations, settings, recovery)
        self.tuning = FineTuning(self.studio, self.operations, recovery / "runs" if recovery else None)
        self.earlier = EarlierPrediction(self.studio)
        self.projects = ProjectActions(self.session, self)
        self.video = VideoPlayer(self.studio)
        self.harmonised = HarmonisedPhoto(self.studio)
        self.photo = PhotoView(self.studio, self.derived, self.harmonised)
        self.drawing = FaceDrawing(self.studio, settings, may_use_gl=remember)
        self.face = CanonicalFaceView(self.studio, self.derived, self.drawing)
        self.actions_ = Actions(self, settings)
        self._declare()
        self.photo_panel = PhotoPanel(self.studio, self.derived, self.actions_, self.photo)
        self.face_panel = FacePanel(self.studio, self.derived, self.actions_, self.face)
        self.video_panel = VideoPanel(
            self.studio, self.video, self.actions_, VideoView(self.studio, self.video)
        )
        self.left = QStackedWidget()
        for panel in (self.photo_panel, self.video_panel):
            self.left.addWidget(panel)
        self.video.changed.connect(lambda: self.left.setCurrentIndex(self.video.source is not None))
        self.middle = stage(self.left, self.face_panel)
        self.setCentralWidget(self.middle)
        self.datasets = DatasetPanel(self.studio, self.actions_, self.thumbnails, self.operations)
        self.layout_panel = LayoutPanel(self.studio, self.derived, self.actions_)
        self.offsets = OffsetsPanel(self.studio, self.derived, self.actions_)
        self.suspects = SuspectsPanel(self.studio, self.actions_)
        self.fine_tune = FineTunePanel(self.studio, self.derived, self.actions_, self.tuning, self.earlier)
        self.history = HistoryPanel(self.studio)
        self.log = LogPanel(self.studio)
        self._dock_panels()
        self.panels = Panels(self, {
            tr("Data sets"): self.datasets, tr("Photo"): self.photo_panel, tr("Canonical face"): self.face_panel,
            tr("Layout"): self.layout_panel, tr("Offsets"): self.offsets, tr("Suspects"): self.suspects,
            tr("Fine-tune"): self.fine_tune, tr("History"): self.history, tr("Log"): self.log,
        })  # fmt: skip
        self.panels.declare(self.actions_, menus.GO)
        menus.declare_help(self.actions_, self._window_actions())
        self.actions_.fill(self.menuBar())
        self._add_corner()
        self.setStatusBar(StatusLine(self.studio, self.jobs, self.drawing))
        self.saved = SavedLabel(self.session)
        self.statusBar().addPermanentWidget(self.saved)
        self.card = Card(self.studio, self.middle)
        for dock in (
            self.docks.values()
        ):  # one that comes to the front takes the window's middle along, over the card
            dock.visibilityChanged.connect(lambda _shown: QTimer.singleShot(0, self.card, self.card.raise_))
        self.jobs.started.connect(self._job_started)
        self.session.changed.connect(self._entitle)
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._desktop_changed)
        self.setAcceptDrops(True)
        self.setContentsMargins(theme.GRID, 0, theme.GRID, 0)
        self.resize(1600, 1000)
        self._restore()
        self._entitle()

    # putting it together

    def _declare(self) -> None:
        menus.declare(
            self.actions_,
            self.studio,
            self.operations,
            self.questions,
            self.projects,
            self.photo,
            self.face,
            self.tuning,
            self._window_actions(),
        )
        video_actions.declare(self.actions_, menus.VIDEO, self.video, self)
        self._show_theme()

    def _window_actions(self) -> dict[str, Callable[[], object]]:
        """What only the window can do, by name."""
        return {
            "demo": self.open_demo,
            "export": self.export, "picture": self.ask_picture, "quit": self.close, "fine_tune": self.show_fine_tune,
            "check_run": self.check_fine_tune,
            "search": lambda: CommandSearch(self.actions_, self).show(),
            "shortcuts": lambda: CheatSheet(self.actions_, self).open(),
            "change_shortcuts": lambda: ShortcutEditor(self.actions_, self).open(), "tour": self.show_tour,
            "about": self.show_about,
            **{f"theme_{name}": lambda name=name: self.wear(name) for name in theme.NAMES},
        }  # fmt: skip

    def _dock_panels(self) -> None:
        self.setDockNestingEnabled(True)
        self.setTabPosition(Qt.DockWidgetArea.BottomDockWidgetArea, QTabWidget.TabPosition.North)
        self.setCorner(Qt.Corner.BottomLeftCorner, Qt.DockWidgetArea.LeftDockWidgetArea)
        left, bottom = Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.BottomDockWidgetArea
        self.docks = {
            "Data sets": self._dock("Data sets", self.datasets, left),
            "Layout": self._dock("Layout", self.layout_panel, bottom),
            "Offsets": self._dock("Offsets", self.offsets, bottom),
            "Suspects": self._dock("Suspects", self.suspects, bottom),
            "Fine-tune": self._dock("Fine-tune", self.fine_tune, bottom),
            "History": self._dock("History", self.history, bottom),
            "Log": self._dock("Log", self.log, bottom),
        }
        for title in ("Offsets", "Suspects", "Fine-tune", "History", "Log"):
            self.tabifyDockWidget(self.docks["Layout"], self.docks[title])
        self.docks["Layout"].raise_()
        self.resizeDocks([self.docks["Data sets"]], [264], Qt.Orientation.Horizontal)
        self.resizeDocks([self.docks["Layout"]], [232], Qt.Orientation.Vertical)

    def _dock(self, title: str, panel: QWidget, area: Qt.DockWidgetArea) -> QDockWidget:
        dock = QDockWidget(tr(title), self)
        dock.setObjectName(title)
        dock.setWidget(panel)
        dock.setTitleBarWidget(QWidget())  # the tab, or the panel itself, says it already
        self.addDockWidget(area, dock)
        self.actions_.adopt(f"dock_{title}", menus.VIEW, dock.toggleViewAction())
        return dock

    def _add_corner(self) -> None:
        """Beside the menus: what is wanted most, and the search."""
        corner = QWidget(self.menuBar())
        corner.setObjectName("plain")
        buttons = row(*(tool_button(self.actions_[name]) for name in CORNER))
        buttons.setContentsMargins(0, 0, 0, 0)
        button = self.search_button = QToolButton()
        button.setObjectName("search")
        button.setAccessibleName(tr("Search actions"))
        button.clicked.connect(self.actions_["search"].trigger)
        buttons.addSpacing(theme.GRID)
        buttons.addWidget(button)
        corner.setLayout(buttons)
        self.menuBar().setCornerWidget(corner)

        def show_keys() -> None:
            keys = self.actions_["search"].shortcut().toString(QKeySequence.SequenceFormat.NativeText)
            button.setText(tr("Search actions") + f"    {keys}")

        self.actions_.keys_changed.connect(show_keys)
        show_keys()

    def _restore(self) -> None:
        if not self.remember:
            return
        geometry, state = self.settings.value("geometry"), self.settings.value("state")
        if geometry is not None:
            self.restoreGeometry(geometry)
        if state is not None:
            self.restoreState(state, ARRANGEMENT)
        if self.settings.value("middle") is not None:
            self.middle.restoreState(self.settings.value("middle"))

    def _entitle(self) -> None:
        self.setWindowTitle(f"{self.session.name or tr('Untitled')}[*] – infl-studio")
        self.setWindowModified(self.session.modified)

    # starting, waiting, ending

    def begin(self, folders: Sequence[Path], project: Path | None = None, *, demo: bool = False) -> None:
        """Load the model and open what was asked for; nothing is waited for here."""
        self.operations.load_model()
        self.drawing.begin()
        if project is not None:
            self.projects.open(project)
        else:
            self.operations.open(folders)
            if demo:
                self.show_demo_layout()
        self.projects.offer_recovery()
        self.tuning.look_for_left()
        if self.remember and not self.settings.value("tour_seen"):
            self.settings.setValue("tour_seen", "yes")
            self.show_tour()

    @property
    def _workers(self) -> tuple:
        return (
            self.operations, self.loader, self.inverse, self.earlier, self.harmonised, self.thumbnails,
            self.face_panel,
        )  # fmt: skip

    @property
    def busy(self) -> bool:
        """Whether anything that will change the picture is still under way."""
        waiting = any(worker.busy for worker in self._workers)
        place, photo = self.studio.place, self.studio.photo
        if place is None or self.studio.sample_at(place).image in self.studio.unreadable:
            return waiting
        return waiting or photo is None or photo.place != place

    def shut_down(self) -> None:
        """Stop every thread."""
        self.jobs.stop()
        for worker in (*self._workers, self.fine_tune, self.video, self.drawing):
            worker.stop()

    def closeEvent(self, event) -> None:
        if self.remember and not (self._may_stop_job() and self.projects.may_go_on()):
            event.ignore()
            return
        if self.remember:
            self.settings.setValue("geometry", self.saveGeometry())
            self.settings.setValue("state", self.saveState(ARRANGEMENT))
            self.settings.setValue("middle", self.middle.saveState())
        self.session.end()
        self.tuning.end()
        super().closeEvent(event)

    def _may_stop_job(self) -> bool:
        """Ask before a long job is cut off. A fine-tuning run ends its step first, and then closes the window."""
        job = self.jobs.running
        if job is not None and job is self.tuning.job:
            choice = ask_about_run(self, kept=self.tuning.keeps)
            if choice != GO_ON:
                self.tuning.ended.connect(self.close, Qt.ConnectionType.SingleShotConnection)
                {KEEP: self.tuning.stop_and_keep, DISCARD: self.tuning.discard}.get(
                    choice, self.tuning.leave
                )()
            return False
        if job is None:
            return True
        box = QMessageBox(self)
        box.setIcon(QMessageBox.Icon.Question)
        box.setText(tr("“{title}” is still running.").format(title=job.title))
        box.setInformativeText(tr("Closing the window stops it."))
        stop = box.addButton(tr("Stop it and close"), QMessageBox.ButtonRole.AcceptRole)
        box.setDefaultButton(box.addButton(tr("Go on working"), QMessageBox.ButtonRole.RejectRole))
        box.exec()
        return box.clickedButton() is stop

    # what only the window can do

    def wear(self, name: str) -> None:
        """Change the theme."""
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        theme.apply(application, name)
        self.settings.setValue("theme", name)
        self._show_theme()
        self.fine_tune.dress()
        self.update()

    def _show_theme(self) -> None:
        """Tick the theme that is worn, in the menu."""
        chosen = str(self.settings.value("theme", "system"))
        for name in theme.NAMES:
            self.actions_[f"theme_{name}"].setChecked(name == chosen)

    def _desktop_changed(self) -> None:
        """The desktop has become light or dark."""
        if str(self.settings.value("theme", "system")) == "system":
            self.wear("system")

    def open_demo(self) -> None:
        self.operations.open(demo.folders())
        self.show_demo_layout()

    def show_demo_layout(self) -> None:
        """A layout with a few points that no convention has, to start from."""
        if not len(self.studio.layout):
            self.studio.set_layout(demo.layout())
            self.operations.layout_filed.emit()

    def show_fine_tune(self) -> None:
        self._show_dock("Fine-tune")
        self.fine_tune.begin()

    def check_fine_tune(self) -> None:
        self._show_dock("Fine-tune")
        self.fine_tune.check_batch()

    def _show_dock(self, title: str) -> None:
        self.docks[title].show()
        self.docks[title].raise_()

    def export(self) -> None:
        ExportDialog(self.studio, self.jobs, self).open()

    def ask_picture(self) -> None:
        kinds = tr("Pictures") + " (*.png)"
        path = folders.ask_new_file(self, tr("Save a picture of the window"), "infl-studio.png", kinds)
        if path is not None and not self.grab().save(str(path)):
            text = tr("{path} could not be written. Check the folder and the suffix.").format(path=path)
            self.studio.notify("error", text)

    def show_tour(self) -> None:
        """Four steps over what is where; the bottom panels are brought to the front for it."""
        self._show_dock("Layout")
        Tour(self, tour_steps(self.datasets, self.photo, self.face, self.layout_panel))

    def show_about(self) -> None:
        QMessageBox.about(
            self,
            tr("About infl-studio"),
            "<b>infl-studio</b><p>"
            + tr("Makes differently annotated face data sets speak one language.")
            + "</p><p>"
            + tr(
                "After “Infinite 3D Landmarks: Improving Continuous 2D Facial Landmark Detection”, "
                "Chandran, Zoss, Gotardo and Bradley, 2024."
            )
            + "</p>",
        )

    def _job_started(self, job: RunningJob) -> None:
        job.failed.connect(lambda text, details: self.studio.notify("error", text, details))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            projects = [path for path in paths if path.suffix == SUFFIX]
            videos = [path for path in paths if path.suffix.lower() in VIDEO_SUFFIXES]
            if projects:
                self.projects.open(projects[0])
            elif videos:
                self.video.open_file(videos[0])
            else:
                self.operations.preview(paths)
