"""The window's middle: the photo and the canonical face, each with its controls."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QMenu, QSplitter, QWidget

from app.actions import Actions
from app.derived import Derived
from app.photo_actions import POINT_ACTIONS
from app.state import Studio
from app.translation import tr
from app.views.panel import ElidedLabel, Panel, label, tool_button
from app.views.photo_view import PhotoView


class PhotoPanel(Panel):
    """The photo with its name above, and below: which photo, and what is drawn on it."""

    def __init__(self, studio: Studio, derived: Derived, actions: Actions, view: PhotoView):
        super().__init__(tr("Photo"))
        self.studio, self.view = studio, view
        self.name = ElidedLabel(elide=Qt.TextElideMode.ElideMiddle)
        self.head.addWidget(self.name, 1)
        for identifier in ("loupe", "crop", "fit", "fit_face", "keep_zoom"):
            self.head.addWidget(tool_button(actions[identifier]))
        self.body.addWidget(view, 1)
        self.position = label("", "muted")
        self.foot.addWidget(tool_button(actions["previous"]))
        self.foot.addWidget(self.position)
        self.foot.addWidget(tool_button(actions["next"]))
        self.foot.addStretch(1)
        for identifier in ("human", "predicted", "harmonised", "residuals", "edges", "sigma"):
            self.foot.addWidget(tool_button(actions[identifier]))
        view.menu_wanted.connect(lambda at: self._menu(actions, at))
        for signal in (studio.place_changed, studio.sets_changed, studio.photo_changed):
            signal.connect(self._refresh)

    def _menu(self, actions: Actions, at: QPoint) -> None:
        """What can be done to the point, or the place, under the pointer."""
        menu = QMenu(self)
        chosen = self.studio.point is not None
        for identifier in POINT_ACTIONS if chosen else ("add_probe", "all_as_filed", "fit", "fit_face"):
            menu.addAction(actions[identifier])
        menu.popup(at)

    def _refresh(self) -> None:
        place = self.studio.place
        if place is None:
            self.name.setText("")
            self.position.setText("")
            return
        open_set, sample = self.studio.sets[place.set], self.studio.sample_at(place)
        self.name.setText(f"{open_set.label} / {sample.key}")
        self.position.setText(f"{place.sample + 1:,} / {len(open_set.dataset):,}")


def stage(left: QWidget, right: QWidget) -> QSplitter:
    """The two side by side, with a border between them that can be dragged."""
    split = QSplitter(Qt.Orientation.Horizontal)
    split.setChildrenCollapsible(False)
    split.setHandleWidth(6)
    split.addWidget(left)
    split.addWidget(right)
    split.setSizes([500, 500])
    return split
