"""The window's middle: the photo and the canonical face, each with its controls."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QComboBox, QMenu, QSizePolicy, QSlider, QSplitter, QWidget

from app.actions import Actions
from app.derived import Derived
from app.photo_actions import POINT_ACTIONS
from app.state import CANONICAL, Studio
from app.views import marks
from app.views.face_view import CanonicalFaceView
from app.views.panel import ElidedLabel, Panel, label, tool_button
from app.views.photo_view import PhotoView


class PhotoPanel(Panel):
    """The photo with its name above, and below: which photo, and what is drawn on it."""

    def __init__(self, studio: Studio, derived: Derived, actions: Actions, view: PhotoView):
        super().__init__("Photo")
        self.studio, self.view = studio, view
        self.name = ElidedLabel()
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


class FacePanel(Panel):
    """The canonical face; above it what is compared with what, below how it is drawn and turned."""

    def __init__(self, studio: Studio, derived: Derived, actions: Actions, view: CanonicalFaceView):
        super().__init__("Canonical face")
        self.studio, self.view = studio, view
        self.a, self.b = QComboBox(), QComboBox()
        self.a.setToolTip("Set A: the arrows point to where this convention puts each point")
        self.b.setToolTip("Set B: the arrows start where this convention puts it")
        for combo in (self.a, self.b):
            combo.setMinimumContentsLength(4)
            combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            combo.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        for widget, stretch in ((self.a, 9), (label("against", "muted"), 0), (self.b, 9)):
            self.head.addWidget(widget, stretch)
        self.body.addWidget(view, 1)
        self.scale = QSlider(Qt.Orientation.Horizontal)
        self.scale.setRange(1, 20)
        self.scale.setFixedWidth(64)
        self.scale.setAccessibleName("Length of the arrows")
        self.scale.setToolTip("How many times longer than life the arrows are drawn")
        self.scale_text = label("", "muted")
        for identifier in ("point_tool", "turn_tool", "front", "three_quarter", "side"):
            self.foot.addWidget(tool_button(actions[identifier]))
        self.foot.addStretch(1)
        for widget in (
            tool_button(actions["heat"]),
            tool_button(actions["arrows"]),
            self.scale,
            self.scale_text,
        ):
            self.foot.addWidget(widget)
        self.a.activated.connect(lambda i: studio.compare(a=self.a.itemData(i)))
        self.b.activated.connect(lambda i: studio.compare(b=self.b.itemData(i)))
        self.scale.valueChanged.connect(lambda value: studio.set_options(arrow_scale=float(value)))
        for signal in (
            studio.sets_changed,
            studio.landmarker_changed,
            studio.comparison_changed,
            studio.options_changed,
        ):
            signal.connect(self._refresh)
        self._refresh()

    def _refresh(self) -> None:
        s = self.studio
        known = s.landmarker.conventions if s.landmarker is not None else (CANONICAL,)
        opened = {o.dataset.convention for o in s.sets}
        conventions = [
            CANONICAL,
            *sorted((c for c in known if c != CANONICAL), key=lambda c: (c not in opened, c)),
        ]
        for combo, chosen in ((self.a, s.comparison.a), (self.b, s.comparison.b)):
            shown = [(combo.itemData(i), s.colour_of(combo.itemData(i))) for i in range(combo.count())]
            if shown != [(c, s.colour_of(c)) for c in conventions] or combo.property("sets") != len(s.sets):
                combo.clear()
                for convention in conventions:
                    icon = marks.set_icon(s.mark_of(convention), s.colour_of(convention))
                    combo.addItem(icon, convention, convention)
                combo.setProperty("sets", len(s.sets))
            combo.setCurrentIndex(combo.findData(chosen))
        self.scale.blockSignals(True)
        self.scale.setValue(round(s.options.arrow_scale))
        self.scale.blockSignals(False)
        self.scale_text.setText(f"×{s.options.arrow_scale:g}")


def stage(left: QWidget, right: QWidget) -> QSplitter:
    """The two side by side, with a border between them that can be dragged."""
    split = QSplitter(Qt.Orientation.Horizontal)
    split.setChildrenCollapsible(False)
    split.setHandleWidth(6)
    split.addWidget(left)
    split.addWidget(right)
    split.setSizes([500, 500])
    return split
