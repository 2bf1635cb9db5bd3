"""The window: puts the views together and remembers how a person arranged them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QApplication,
    QDockWidget,
    QFileDialog,
    QMainWindow,
    QMessageBox,
    QTabWidget,
    QToolButton,
    QWidget,
)  # fmt: skip

from app import demo, menus, theme
from app.actions import Actions, plain
from app.derived import Derived
from app.inverse import InverseQueries
from app.loading import PhotoLoader
from app.operations import Operations
from app.state import Studio
from app.thumbnails import Thumbnails
from app.views.command_search import CommandSearch
from app.views.dataset_dock import DatasetPanel
from app.views.export_dialog import ExportDialog
from app.views.face_view import CanonicalFaceView
from app.views.fine_tune_dock import FineTunePanel
from app.views.layout_dock import LayoutPanel
from app.views.notices import Card, LogPanel
from app.views.offsets_dock import OffsetsPanel
from app.views.photo_view import PhotoView
from app.views.stage import FacePanel, PhotoPanel, stage
from app.views.status import StatusLine
from app.workers import Jobs, RunningJob

ARRANGEMENT = 1
"""Version of the docks' arrangement: a remembered one of another version is not restored."""


class MainWindow(QMainWindow):
    """The studio. `begin` opens what was asked for; `busy` is true until all of it is on screen."""

    def __init__(self, settings: QSettings, *, remember: bool = True):
        super().__init__()
        self.settings, self.remember = settings, remember
        self.studio = Studio(self)
        self.derived = Derived(self.studio)
        self.jobs = Jobs(self)
        self.thumbnails = Thumbnails(self)
        self.thumbnails.failed.connect(self.studio.set_unreadable)
        self.loader = PhotoLoader(self.studio)
        self.inverse = InverseQueries(self.studio)
        self.operations = Operations(self.studio, self.jobs, self)
        self.photo = PhotoView(self.studio, self.derived)
        self.face = CanonicalFaceView(self.studio, self.derived)
        self.actions_ = Actions(self)
        self._declare()
        self.middle = stage(
            PhotoPanel(self.studio, self.derived, self.actions_, self.photo),
            FacePanel(self.studio, self.derived, self.actions_, self.face),
        )
        self.setCentralWidget(self.middle)
        self.datasets = DatasetPanel(self.studio, self.actions_, self.thumbnails, self.operations)
        self.layout_panel = LayoutPanel(self.studio, self.derived, self.actions_)
        self.offsets = OffsetsPanel(self.studio, self.derived)
        self.fine_tune = FineTunePanel(self.studio, self.jobs)
        self.log = LogPanel(self.studio)
        self._dock_panels()
        self.actions_.fill(self.menuBar())
        self._add_search_button()
        self.setStatusBar(StatusLine(self.studio, self.jobs))
        self.card = Card(self.studio, self.middle)
        self.jobs.started.connect(self._job_started)
        self.studio.undo.cleanChanged.connect(self._entitle)
        self.studio.undo.indexChanged.connect(self._entitle)
        self.setAcceptDrops(True)
        self.setContentsMargins(theme.GRID, 0, theme.GRID, 0)
        self.resize(1600, 1000)
        self._restore()
        self._entitle()

    # putting it together

    def _declare(self) -> None:
        window = {
            "demo": self.open_demo, "open_project": self.ask_project, "save_project": self.ask_save_project,
            "export": self.export, "picture": self.ask_picture, "quit": self.close, "fine_tune": self.show_fine_tune,
            "search": lambda: CommandSearch(self.actions_, self).show(), "shortcuts": self.show_shortcuts,
            "about": self.show_about,
            **{f"theme_{name}": lambda name=name: self.wear(name) for name in ("light", "dark", "system")},
        }  # fmt: skip
        menus.declare(self.actions_, self.studio, self.operations, self.photo, self.face, window)

    def _dock_panels(self) -> None:
        self.setDockNestingEnabled(True)
        self.setTabPosition(Qt.DockWidgetArea.BottomDockWidgetArea, QTabWidget.TabPosition.North)
        self.setCorner(Qt.Corner.BottomLeftCorner, Qt.DockWidgetArea.LeftDockWidgetArea)
        left, bottom = Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.BottomDockWidgetArea
        self.docks = {
            "Data sets": self._dock("Data sets", self.datasets, left),
            "Layout": self._dock("Layout", self.layout_panel, bottom),
            "Offsets": self._dock("Offsets", self.offsets, bottom),
            "Fine-tune": self._dock("Fine-tune", self.fine_tune, bottom),
            "Log": self._dock("Log", self.log, bottom),
        }
        for title in ("Offsets", "Fine-tune", "Log"):
            self.tabifyDockWidget(self.docks["Layout"], self.docks[title])
        self.docks["Layout"].raise_()
        self.resizeDocks([self.docks["Data sets"]], [264], Qt.Orientation.Horizontal)
        self.resizeDocks([self.docks["Layout"]], [232], Qt.Orientation.Vertical)

    def _dock(self, title: str, panel: QWidget, area: Qt.DockWidgetArea) -> QDockWidget:
        dock = QDockWidget(title, self)
        dock.setObjectName(title)
        dock.setWidget(panel)
        dock.setTitleBarWidget(QWidget())  # the tab, or the panel itself, says it already
        self.addDockWidget(area, dock)
        self.actions_.adopt(f"dock_{title}", menus.VIEW, dock.toggleViewAction())
        return dock

    def _add_search_button(self) -> None:
        button = self.search_button = QToolButton(self.menuBar())
        button.setText("Search actions    Ctrl+K")
        button.setObjectName("search")
        button.clicked.connect(self.actions_["search"].trigger)
        self.menuBar().setCornerWidget(button)

    def _restore(self) -> None:
        if not self.remember:
            return
        geometry, state = self.settings.value("geometry"), self.settings.value("state")
        if geometry is not None:
            self.restoreGeometry(geometry)
        if state is not None:
            self.restoreState(state, ARRANGEMENT)

    def _entitle(self, _changed: object = None) -> None:
        changed = "" if self.studio.undo.isClean() else " •"
        self.setWindowTitle(f"infl-studio – {self.studio.layout.title}{changed}")

    # starting, waiting, ending

    def begin(self, folders: Sequence[Path], project: Path | None = None, *, demo: bool = False) -> None:
        """Load the model and open what was asked for; nothing is waited for here."""
        self.operations.load_model()
        self.operations.open(folders)
        if demo:
            self.show_demo_layout()
        if project is not None:
            self.operations.open_project(project)

    @property
    def busy(self) -> bool:
        """Whether anything that will change the picture is still under way."""
        workers = (self.operations, self.loader, self.inverse, self.thumbnails, self.face)
        waiting = any(worker.busy for worker in workers)
        place, photo = self.studio.place, self.studio.photo
        if place is None or self.studio.sample_at(place).image in self.studio.unreadable:
            return waiting
        return waiting or photo is None or photo.place != place

    def shut_down(self) -> None:
        """Stop every thread."""
        self.jobs.stop()
        for worker in (self.operations, self.loader, self.inverse, self.thumbnails, self.face):
            worker.stop()

    def closeEvent(self, event) -> None:
        if self.remember and not self.studio.undo.isClean() and not self._may_lose_changes():
            event.ignore()
            return
        if self.remember:
            self.settings.setValue("geometry", self.saveGeometry())
            self.settings.setValue("state", self.saveState(ARRANGEMENT))
        super().closeEvent(event)

    def _may_lose_changes(self) -> bool:
        box = QMessageBox(self)
        box.setText("The layout has changes that are not saved.")
        box.setStandardButtons(
            QMessageBox.StandardButton.Save
            | QMessageBox.StandardButton.Discard
            | QMessageBox.StandardButton.Cancel
        )
        choice = box.exec()
        if choice == QMessageBox.StandardButton.Save:
            self.operations.ask_save_layout()
        return choice == QMessageBox.StandardButton.Discard or self.studio.undo.isClean()

    # what only the window can do

    def wear(self, name: str) -> None:
        """Change the theme."""
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        theme.apply(application, name)
        self.settings.setValue("theme", name)
        self.fine_tune.dress()
        self.update()

    def open_demo(self) -> None:
        self.operations.open(demo.folders())
        self.show_demo_layout()

    def show_demo_layout(self) -> None:
        """A layout with a few points that no convention has, to start from."""
        if not len(self.studio.layout):
            self.studio.set_layout(demo.layout())

    def show_fine_tune(self) -> None:
        self.docks["Fine-tune"].show()
        self.docks["Fine-tune"].raise_()
        self.fine_tune.begin()

    def export(self) -> None:
        ExportDialog(self.studio, self.jobs, self).open()

    def ask_picture(self) -> None:
        name, _ = QFileDialog.getSaveFileName(
            self, "Save a picture of the window", "infl-studio.png", "Pictures (*.png)"
        )
        if name and not self.grab().save(name):
            self.studio.notify("error", f"{name} could not be written. Check the folder and the suffix.")

    def ask_project(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, "Open a project", "", "Projects (*.inflstudio)")
        if name:
            self.operations.open_project(Path(name))

    def ask_save_project(self) -> None:
        name, _ = QFileDialog.getSaveFileName(
            self, "Save the project", "project.inflstudio", "Projects (*.inflstudio)"
        )
        if name:
            self.operations.save_project(Path(name))

    def show_shortcuts(self) -> None:
        rows = [
            (plain(e.action) if len(plain(e.action)) > 1 else e.action.toolTip().partition("  (")[0], keys)
            for e in self.actions_.search("")
            if (keys := e.action.shortcut().toString())
        ]
        table = "".join(
            f"<tr><td style='padding-right:24px'>{text}</td><td>{keys}</td></tr>" for text, keys in rows
        )
        box = QMessageBox(self)
        box.setWindowTitle("Shortcuts")
        box.setText(f"<table>{table}</table>")
        box.exec()

    def show_about(self) -> None:
        QMessageBox.about(
            self,
            "About infl-studio",
            "<b>infl-studio</b><p>Makes differently annotated face data sets speak one language.</p>"
            "<p>After “Infinite 3D Landmarks: Improving Continuous 2D Facial Landmark Detection”, "
            "Chandran, Zoss, Gotardo and Bradley, 2024.</p>",
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
            self.operations.preview(paths)
