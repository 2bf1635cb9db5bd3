"""A first look round in four steps: a card beside what it speaks of, and a frame around that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.theme import GRID, theme
from app.translation import tr
from app.views.panel import label

WIDTH = 360


@dataclass(frozen=True)
class Step:
    """What is shown, and what is said of it."""

    over: QWidget
    title: str
    text: str


class Tour(QWidget):
    """Over the whole window until it is finished or skipped. →, Enter: on; ←: back; Esc: away."""

    ended = Signal()

    def __init__(self, window: QWidget, steps: Sequence[Step]):
        super().__init__(window)
        self._window = window
        self.steps, self.at = tuple(steps), 0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(tr("Tour"))
        self.card = QFrame(self)
        self.card.setObjectName("panel")
        self.card.setFixedWidth(WIDTH)
        self.title, self.text, self.count = label("", "heading"), label(""), label("", "muted")
        self.text.setWordWrap(True)
        self.back, self.on, self.skip = QPushButton(tr("Back")), QPushButton(), QPushButton(tr("Skip"))
        self.on.setObjectName("primary")
        buttons = QHBoxLayout()
        buttons.addWidget(self.count)
        buttons.addStretch(1)
        for button in (self.skip, self.back, self.on):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            buttons.addWidget(button)
        column = QVBoxLayout(self.card)
        column.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        column.setSpacing(GRID)
        column.addWidget(self.title)
        column.addWidget(self.text)
        column.addLayout(buttons)
        self.on.clicked.connect(lambda: self.go(1))
        self.back.clicked.connect(lambda: self.go(-1))
        self.skip.clicked.connect(self.end)
        window.installEventFilter(self)
        self.resize(window.size())
        self.go(0)
        self.show()
        self.raise_()
        self.setFocus()

    def go(self, by: int) -> None:
        """One step on or back; after the last one it ends."""
        self.at = max(self.at + by, 0)
        if self.at >= len(self.steps):
            self.end()
            return
        step = self.steps[self.at]
        self.title.setText(step.title)
        self.text.setText(step.text)
        self.count.setText(tr("{n} of {count}").format(n=self.at + 1, count=len(self.steps)))
        self.back.setEnabled(self.at > 0)
        self.on.setText(tr("Start") if self.at == len(self.steps) - 1 else tr("Next"))
        self.card.setAccessibleName(f"{step.title}. {step.text}")
        self._place()

    def end(self) -> None:
        """Away with it."""
        self._window.removeEventFilter(self)
        self.hide()
        self.deleteLater()
        self.ended.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self.resize(watched.size())  # pyright: ignore[reportAttributeAccessIssue]
            self._place()
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Right: 1, Qt.Key.Key_Return: 1, Qt.Key.Key_Enter: 1, Qt.Key.Key_Left: -1}
        if event.key() == Qt.Key.Key_Escape:
            self.end()
        elif event.key() in steps:
            self.go(steps[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()  # keys belong to the tour, not to the window's shortcuts
            return True
        return super().event(event)

    def focusNextPrevChild(self, onward: bool) -> bool:
        """Tab stays among the tour's own buttons."""
        buttons = [b for b in (self.on, self.skip, self.back) if b.isEnabled()]
        now = next((i for i, b in enumerate(buttons) if b.hasFocus()), -1 if onward else 0)
        buttons[(now + (1 if onward else -1)) % len(buttons)].setFocus(Qt.FocusReason.TabFocusReason)
        return True

    def mousePressEvent(self, event) -> None:
        event.accept()  # nothing under the tour is clicked by accident

    def paintEvent(self, event) -> None:
        """Dim all but what the step speaks of."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        hole = self._hole()
        around, inside = QPainterPath(), QPainterPath()
        around.addRect(self.rect())
        inside.addRoundedRect(hole, 6, 6)
        painter.fillPath(around.subtracted(inside), QColor(0, 0, 0, 130))
        painter.setPen(QPen(QColor(theme().accent), 3))
        painter.drawRoundedRect(hole, 6, 6)
        painter.end()

    def _hole(self) -> QRect:
        over = self.steps[min(self.at, len(self.steps) - 1)].over
        corner = over.mapTo(self._window, QPoint(0, 0))
        return QRect(corner, over.size()).intersected(self.rect().adjusted(3, 3, -3, -3))

    def _place(self) -> None:
        """The card beside the hole: right, left, below, above, or in its middle; all of it inside the window."""
        self.card.adjustSize()
        hole, card, gap = self._hole(), self.card.rect(), 2 * GRID
        room = self.rect().adjusted(gap, gap, -gap, -gap)
        y, x = min(hole.top(), room.bottom() - card.height()), hole.left()
        for corner in (
            QPoint(hole.right() + gap, y), QPoint(hole.left() - gap - card.width(), y),
            QPoint(x, hole.bottom() + gap), QPoint(x, hole.top() - gap - card.height()),
        ):  # fmt: skip
            if room.contains(QRect(corner, card.size())):
                break
        else:
            corner = hole.center() - card.center()
        self.card.move(corner)
        self.update()


def tour_steps(datasets: QWidget, photo: QWidget, face: QWidget, layout: QWidget) -> list[Step]:
    """The four places to know."""
    return [
        Step(datasets, tr("Your data sets"),
             tr("Open folders of annotated photographs here, or drop them on the window. The format is found out, and "
                "files stay as they are. “Worst first” puts those on top where annotation and model disagree.")),
        Step(photo, tr("What people clicked, and what the model finds"),
             tr("Rings are human, discs are predicted, diamonds are harmonised. Drag a ring to correct it. Click on "
                "the face to see which point of the canonical face that is.")),
        Step(face, tr("Where conventions differ"),
             tr("Arrows and colours show by how much two sets disagree, in millimetres. Click on the face to put a "
                "point of your own; it appears in the photo at once. Turn the face with the right button.")),
        Step(layout, tr("Your layout, and out of here"),
             tr("Your points are listed here. Export (Ctrl+E) writes all sets in one layout and one convention. "
                "Ctrl+K finds every action, F1 shows all shortcuts.")),
    ]  # fmt: skip
