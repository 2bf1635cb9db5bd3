"""Many points at once: along a line or a named curve, over a named region, or copied from another layout."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QSpinBox,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)  # fmt: skip

from app import commands
from app.state import Studio
from app.theme import GRID
from app.translation import tr
from app.views.panel import label
from infl.errors import InflError
from infl.geometry.canonical_face import canonical_face
from infl.layouts import Layout, layout, layout_names

POINTS = 9
"""How many are suggested: as many as the lids of the finest layouts have."""


class AddPointsDialog(QDialog):
    """One page for each way; Add does what the page at the front says, as one step that can be undone."""

    def __init__(self, studio: Studio, parent: QWidget):
        super().__init__(parent)
        self.studio = studio
        self.setWindowTitle(tr("Add points"))
        self.through = tuple(studio.selection)
        self.line = _Line(len(self.through))
        self.curves = _Named(tr("Curves"), list(canonical_face().curves))
        self.regions = _Named(tr("Regions"), list(canonical_face().regions))
        self.copy = _Copy()
        self.pages = QTabWidget()
        self.pages.setAccessibleName(tr("Ways to add points"))
        for page, title in (
            (self.curves, tr("Along a curve")),
            (self.regions, tr("Over a region")),
            (self.line, tr("Line through selected points")),
            (self.copy, tr("From another layout")),
        ):
            self.pages.addTab(page, title)
        self.problem = label("", "error")
        self.problem.setWordWrap(True)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        add = buttons.addButton(tr("Add"), QDialogButtonBox.ButtonRole.ApplyRole)
        add.setDefault(True)
        add.clicked.connect(self.add)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        column.addWidget(self.pages, 1)
        column.addWidget(self.problem)
        column.addWidget(buttons)
        self.problem.hide()
        if len(self.through) > 1:
            self.pages.setCurrentWidget(self.line)
        self.resize(680, 520)

    def add(self) -> None:
        """Add the points, or say why that cannot be."""
        ways: dict[QWidget, Callable[[], None]] = {
            self.line: self._add_line,
            self.curves: lambda: self._add_named(self.curves, commands.add_curve),
            self.regions: lambda: self._add_named(self.regions, commands.add_region),
            self.copy: self._add_copy,
        }
        self.problem.hide()
        try:
            ways[self.pages.currentWidget()]()
        except InflError as error:
            self.problem.setText(str(error))
            self.problem.show()

    def _add_line(self) -> None:
        if len(self.through) < 2:
            raise InflError(
                tr("Select two points or more of your layout first: the line leads through them.")
            )
        name = self.line.name.text().strip()
        commands.add_line(self.studio, self.through, self.line.count.value(), name or tr("line"))

    def _add_named(self, page: _Named, add: Callable[[Studio, str, int], None]) -> None:
        names = page.chosen()
        if not names:
            raise InflError(tr("Choose something in the list."))
        self.studio.undo.beginMacro(tr("Add {names}").format(names=", ".join(map(_spoken, names))))
        try:
            for name in names:
                add(self.studio, name, page.count.value())
        finally:
            self.studio.undo.endMacro()

    def _add_copy(self) -> None:
        other, indices = self.copy.chosen()
        if other is None or not indices:
            raise InflError(tr("Choose a group of points in the list."))
        commands.copy_points(self.studio, other, indices)


class _Line(QWidget):
    def __init__(self, selected: int):
        super().__init__()
        self.name, self.count = QLineEdit(tr("line")), _count()
        self.name.setAccessibleName(tr("Name of the line"))
        form = QFormLayout(self)
        form.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        text = (
            tr("The line leads along the skin through the {count} selected points, in their order.").format(
                count=selected
            )
            if selected > 1
            else tr("Select two points or more of your layout, then open this again.")
        )
        told = label(text, "muted")
        told.setWordWrap(True)
        form.addRow(told)
        form.addRow(tr("Name"), self.name)
        form.addRow(tr("Points, at equal distances"), self.count)


class _Named(QWidget):
    """Curves or regions of the face; with `both sides` each goes with its partner."""

    def __init__(self, title: str, names: list[str]):
        super().__init__()
        self.search, self.list, self.count = QLineEdit(), QListWidget(), _count()
        self.both = QCheckBox(tr("Both sides"))
        self.search.setPlaceholderText(tr("Search"))
        self.search.setAccessibleName(tr("Search"))
        self.list.setAccessibleName(title)
        self._names = set(names)
        for name in sorted(names, key=lambda name: (_stem(name), name)):
            item = QListWidgetItem(_spoken(name))
            item.setData(Qt.ItemDataRole.UserRole, name)
            self.list.addItem(item)
        self.search.textChanged.connect(self._narrow)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        column.addWidget(self.search)
        column.addWidget(self.list, 1)
        form = QFormLayout()
        form.addRow(tr("Points"), self.count)
        form.addRow(self.both)
        column.addLayout(form)

    def chosen(self) -> list[str]:
        """The names that are meant, none when nothing is chosen."""
        item = self.list.currentItem()
        if item is None or item.isHidden():
            return []
        name = str(item.data(Qt.ItemDataRole.UserRole))
        other = _other_side(name)
        return [name, other] if self.both.isChecked() and other in self._names and other != name else [name]

    def _narrow(self, text: str) -> None:
        words = text.lower().split()
        for i in range(self.list.count()):
            item = self.list.item(i)
            item.setHidden(not all(word in item.text().lower() for word in words))


class _Copy(QWidget):
    """A layout that comes with the program, and its groups."""

    def __init__(self):
        super().__init__()
        self.layouts, self.groups = QListWidget(), QListWidget()
        self.layouts.setAccessibleName(tr("Layouts"))
        self.groups.setAccessibleName(tr("Groups of points"))
        self.groups.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        for name in layout_names():
            item = QListWidgetItem(f"{layout(name).title} ({len(layout(name))})")
            item.setData(Qt.ItemDataRole.UserRole, name)
            self.layouts.addItem(item)
        self.layouts.currentItemChanged.connect(lambda _item: self._show_groups())
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        column.addWidget(self.layouts, 1)
        column.addWidget(self.groups, 1)

    def chosen(self) -> tuple[Layout | None, list[int]]:
        """The layout, and the indices of the points in the chosen groups."""
        other = self._layout()
        groups = {item.data(Qt.ItemDataRole.UserRole) for item in self.groups.selectedItems()}
        if other is None:
            return None, []
        return other, [i for i, point in enumerate(other.points) if point.group in groups]

    def _layout(self) -> Layout | None:
        item = self.layouts.currentItem()
        return layout(str(item.data(Qt.ItemDataRole.UserRole))) if item is not None else None

    def _show_groups(self) -> None:
        self.groups.clear()
        other = self._layout()
        if other is None:
            return
        groups = [point.group for point in other.points]
        for group in dict.fromkeys(groups):
            item = QListWidgetItem(f"{group or tr('without a group')} ({groups.count(group)})")
            item.setData(Qt.ItemDataRole.UserRole, group)
            self.groups.addItem(item)
        self.groups.selectAll()


def _count() -> QSpinBox:
    box = QSpinBox()
    box.setRange(1, 400)
    box.setValue(POINTS)
    box.setAccessibleName(tr("Number of points"))
    return box


def _spoken(name: str) -> str:
    return name.replace("_", " ")


def _stem(name: str) -> str:
    return name.removeprefix("left_").removeprefix("right_")


def _other_side(name: str) -> str:
    for one, other in (("left_", "right_"), ("right_", "left_")):
        if name.startswith(one):
            return other + name.removeprefix(one)
    return name
