"""Live curves of a run."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import pyqtgraph as pg

from app.theme import SMALL, font, theme

DRAWN = 400
"""Points of a curve that are drawn at most: more are not seen, and take the window's time."""


class Curves(pg.PlotWidget):
    """One metric, or a few of the same unit, against steps."""

    def __init__(self, title: str):
        super().__init__()
        self.caption, self._lines = title, {}
        self._data: dict[str, tuple[list[float], list[float]]] = defaultdict(lambda: ([], []))
        self.setAccessibleName(title)
        self.setMenuEnabled(False)
        self.setMouseEnabled(False, False)
        self.hideButtons()
        self.setMinimumWidth(128)
        self.dress()

    def dress(self) -> None:
        """Take the theme's colours."""
        t = theme()
        self.setBackground(t.field)
        for side in ("left", "bottom"):
            axis = self.getAxis(side)
            axis.setPen(pg.mkPen(t.line))
            axis.setTextPen(pg.mkPen(t.muted))
            # Fewer ticks: they are what takes longest to draw, and the window waits for it.
            axis.setStyle(tickFont=font(SMALL), tickLength=-4, maxTickLevel=0, maxTextLevel=0)
        self.showGrid(x=False, y=True, alpha=0.15)
        self.setTitle(self.caption, color=t.muted, size=f"{SMALL}px")
        self._show_values()

    def _show_values(self) -> None:
        """No numbers on the axes of an empty plot."""
        for side in ("left", "bottom"):
            self.getAxis(side).setStyle(showValues=bool(self._data))

    def clear_curves(self) -> None:
        self.clear()
        self._lines.clear()
        self._data.clear()
        self._show_values()

    def add(self, name: str, x: float, y: float) -> None:
        """Remember a value; `redraw` shows it."""
        xs, ys = self._data[name]
        xs.append(x)
        ys.append(y)

    def values(self, name: str) -> list[float]:
        """All values of a curve so far."""
        return list(self._data[name][1]) if name in self._data else []

    def redraw(self, colours: Mapping[str, str]) -> None:
        for name, (xs, ys) in self._data.items():
            if name not in self._lines:
                few = name.startswith("val")
                pen = pg.mkPen(colours.get(name, theme().accent), width=2 if few else 1.4)
                self._lines[name] = self.plot(pen=pen, symbol="o" if few else None, symbolSize=5, symbolPen=None,
                                              symbolBrush=pen.color())  # fmt: skip
            skip = 1 + len(xs) // DRAWN
            self._lines[name].setData(xs[::skip], ys[::skip])
        self._show_values()
