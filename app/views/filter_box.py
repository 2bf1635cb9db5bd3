"""The filters of the photographs: of which sets, split, how far turned, in what state, how far from the prediction."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QFormLayout, QPushButton, QSpinBox, QWidget

from app.photo_list import ANY, STATUSES, YAWS, Wanted
from app.theme import GRID
from app.translation import QT_TR_NOOP, tr
from app.views.panel import label

CHOSEN = QT_TR_NOOP("the chosen one")
ALL = QT_TR_NOOP("all of them")


class FilterBox(QWidget):
    """A small form; `changed` comes with every change, `wanted` tells what is chosen."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.sets, self.split, self.yaw, self.status = QComboBox(), QComboBox(), QComboBox(), QComboBox()
        self.residual, self.clear = QSpinBox(), QPushButton(tr("Clear filters"))
        for combo, names in (
            (self.sets, (CHOSEN, ALL)),
            (self.split, (ANY,)),
            (self.yaw, (ANY, *YAWS)),
            (self.status, (ANY, *STATUSES)),
        ):
            for name in names:
                combo.addItem(tr(name), name)
        self.residual.setRange(0, 100)
        self.residual.setSuffix(tr(" % or more"))
        self.residual.setSpecialValueText(tr(ANY))
        self.residual.setToolTip(
            tr("Disagreement of annotation and prediction, of the photographs that were measured")
        )
        self.yaw.setToolTip(tr("How far the head is turned to either side, as its annotated points tell"))
        form = QFormLayout(self)
        form.setContentsMargins(GRID, 0, GRID, GRID // 2)
        form.setSpacing(GRID // 2)
        rows = ((tr("Sets"), self.sets), (tr("Split"), self.split), (tr("Yaw"), self.yaw),
                (tr("Status"), self.status), (tr("Residual"), self.residual))  # fmt: skip
        for text, field in rows:
            field.setAccessibleName(text)
            field.setMinimumWidth(60)
            name = label(text, "muted")
            name.setFixedHeight(field.sizeHint().height())
            form.addRow(name, field)
        form.addRow("", self.clear)
        for combo in (self.sets, self.split, self.yaw, self.status):
            combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            combo.currentTextChanged.connect(self.changed)
        self.residual.valueChanged.connect(self.changed)
        self.clear.clicked.connect(self.reset)

    def reset(self) -> None:
        """Nothing is filtered out."""
        for combo in (self.sets, self.split, self.yaw, self.status):
            combo.setCurrentIndex(0)
        self.residual.setValue(0)

    def offer_splits(self, names: Sequence[str]) -> None:
        """The splits that there are; a chosen one stays chosen while it exists."""
        shown = [self.split.itemData(i) for i in range(1, self.split.count())]
        if shown == list(names):
            return
        chosen = self.split.currentData()
        self.split.blockSignals(True)
        self.split.clear()
        self.split.addItem(tr(ANY), ANY)
        for name in names:
            self.split.addItem(name, name)
        self.split.setCurrentIndex(max(self.split.findData(chosen), 0))
        self.split.blockSignals(False)

    def wanted(self, chosen_set: int, set_count: int, text: str, order: str) -> Wanted:
        """What is to be listed."""
        everywhere = self.sets.currentData() == ALL
        return Wanted(
            sets=tuple(range(set_count)) if everywhere else (chosen_set,),
            text=text,
            split=self.split.currentData(),
            yaw=self.yaw.currentData(),
            status=self.status.currentData(),
            residual=float(self.residual.value()),
            order=order,
        )
