"""What is known of the offsets at each point, in columns, and in words. No Qt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.derived import Offsets
from app.measured import MeasuredOffsets
from app.translation import tr
from infl.comparison.pixel_origin import OriginDifference
from infl.comparison.spread import Spread
from infl.geometry.canonical_face import canonical_face
from infl.layouts import Layout


@dataclass(frozen=True, eq=False)
class Column:
    """One value a point; values are what is sorted by, texts what is read. bar: whether its size is drawn, too."""

    title: str
    values: Sequence[str] | np.ndarray
    texts: Sequence[str]
    tip: str = ""
    bar: bool = False


Table = tuple[Column, ...]


def pair_table(offsets: Offsets, measured: MeasuredOffsets | None) -> Table:
    """Offsets of a pair: as learned, and where its pictures were asked as measured."""
    x = offsets.layout.queries[:, 0]
    side = np.sign(x * (np.abs(x) > 0.5))
    v = offsets.vectors
    outward = tr(
        "Away from the midline, so that both halves of a face read alike; on it to the subject's left"
    )
    columns = (
        *_names(offsets.layout),
        _numbers(tr("outward mm"), np.where(side == 0, v[:, 0], v[:, 0] * side), "{:+.2f}", outward),
        _numbers(tr("up mm"), v[:, 1], "{:+.2f}"),
        _numbers(tr("forward mm"), v[:, 2], "{:+.2f}"),
        _numbers(tr("learned mm"), offsets.lengths, "{:.2f}", tr("As the model learned it"), bar=True),
        _numbers(tr("% of interocular"), percent(offsets.lengths), "{:.1f} %"),
    )
    if measured is None:
        return columns
    verdict = [
        _verdict(bool(told), bool(sure)) for told, sure in zip(measured.told, measured.sure, strict=True)
    ]
    pictures = tr("As the pictures of both sets tell")
    surely = tr("Surely different: of the points that are called so, 5 % at most are called so by chance")
    return (
        *columns,
        _numbers(tr("measured mm"), measured.size, "{:.2f}", pictures),
        _numbers(tr("± mm"), measured.half, "{:.2f}", tr("Half the 95 % interval of the measured length")),
        Column(tr("differs"), measured.told.astype(float) + measured.sure, verdict, surely),
    )


def spread_table(layout: Layout, spread: Spread) -> Table:
    """How far all open conventions are spread at each point, and which of them is farthest from the mean."""
    lengths = np.where(spread.weights > 0.5, np.linalg.norm(spread.vectors, axis=-1), 0.0)
    farthest = [
        spread.conventions[i] if spread.evidence[k] > 0.5 else "" for k, i in enumerate(lengths.argmax(0))
    ]
    known = np.where(spread.evidence > 0.5, spread.rms, np.nan)
    rms = tr("Root mean square of the conventions' distances from their mean")
    count = (spread.weights > 0.5).sum(0).astype(float)
    return (
        *_names(layout),
        _numbers(tr("conventions"), count, "{:.0f}", tr("Open conventions that have points near")),
        _numbers(tr("spread mm"), known, "{:.2f}", rms, bar=True),
        _numbers(tr("% of interocular"), percent(known), "{:.1f} %"),
        Column(tr("farthest from the mean"), farthest, farthest),
    )


def percent(millimetres: np.ndarray) -> np.ndarray:
    """Of the distance between the outer eye corners of C."""
    return 100 * millimetres / canonical_face().interocular


def origin_in_words(origin: OriginDifference, a: str, b: str, *, turned: bool) -> str:
    """Whether a and b count their pixels from the same place. turned: `origin` is b's less a's."""
    if not np.isfinite(origin.interval.high).all():
        return tr(
            "Nothing is known of where the two count their pixels from: too few subjects or mirrored points."
        )
    (x, y), (dx, dy) = (-origin.difference if turned else origin.difference), origin.interval.half
    if origin.taken:
        text = tr(
            "{a} counts its pixels from elsewhere than {b}: its points lie {x} ± {dx:.2f} px {across} and "
            "{y} ± {dy:.2f} px {down}. This was taken off before measuring."
        )
    else:
        text = tr(
            "{a} and {b} count their pixels alike, but for {x} ± {dx:.2f} px {across}, {y} ± {dy:.2f} px {down}."
        )
    across, down = tr("to the left") if x < 0 else tr("to the right"), tr("up") if y < 0 else tr("down")
    return text.format(a=a, b=b, x=f"{abs(x):.2f}", y=f"{abs(y):.2f}", dx=dx, dy=dy, across=across, down=down)


def verdict_in_words(measured: MeasuredOffsets) -> str:
    """How many points differ surely."""
    text = tr("{sure} of {told} points differ surely ({first:,} and {second:,} faces)")
    first, second = measured.faces
    return text.format(
        sure=int(measured.sure.sum()), told=int(measured.told.sum()), first=first, second=second
    )


def _names(layout: Layout) -> tuple[Column, Column]:
    groups = [point.group for point in layout.points]
    return Column(tr("Point"), layout.names, layout.names), Column(tr("Group"), groups, groups)


def _numbers(title: str, values: np.ndarray, form: str, tip: str = "", *, bar: bool = False) -> Column:
    return Column(title, values, [form.format(v) if np.isfinite(v) else "–" for v in values], tip, bar)


def _verdict(told: bool, sure: bool) -> str:
    return tr("surely") if sure else tr("not surely") if told else "–"
