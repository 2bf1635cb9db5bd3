"""A comparison as one HTML page that needs nothing else: no script, no font, no picture from elsewhere."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

import numpy as np

from infl.comparison.compare import Comparison, DeformerOffsets
from infl.comparison.intervals import Interval
from infl.comparison.offsets import RESAMPLES, PairOffsets, Witness
from infl.comparison.page_style import STYLE
from infl.comparison.picture import SURE, UNSURE, deformer_picture, face_definition, offsets_picture, said
from infl.comparison.pixel_origin import FEWEST, SIGNIFICANT
from infl.comparison.tables import percent
from infl.geometry.canonical_face import canonical_face

WIDEST = 8.0
"""mm on either side of zero that the bars of a table reach at most; longer ones are cut off."""


def report_html(comparison: Comparison) -> str:
    """The whole page."""
    names = " · ".join(escape(witness.evidence.name) for witness in comparison.sets)
    part = f"their part “{escape(comparison.part)}”" if comparison.part else "all their annotated faces"
    parts = (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Offsets between {names}</title>',
        f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style><body>{face_definition()}',
        f"<h1>Where these sets disagree</h1><p class=lead>{names}</p><p>From {part}.</p>",
        _sets(comparison),
        *(f"<p class=note>{escape(note)}</p>" for note in comparison.notes),
        *map(_pair, comparison.pairs),
        *map(_deformer, comparison.deformer),
        _how(),
        "</body></html>\n",
    )
    return "\n".join(parts)


def _sets(comparison: Comparison) -> str:
    head = (
        "set|convention|layout|#faces|#subjects|left out|off the network’s points by a constant (right, down)"
    )
    return f"<h2>The sets</h2>{_table(head, map(_set, comparison.sets))}"


def _set(witness: Witness) -> str:
    evidence, origin = witness.evidence, witness.origin
    lost = [f"{evidence.left_out} not found again"] * bool(evidence.left_out)
    lost += [f"{len(evidence.unreadable)} unreadable"] * bool(evidence.unreadable)
    shift = "not known: no mirror partners, or too few frontal faces"
    if origin.fit is not None:
        shift = _pixels(origin.shift, origin.interval)
    return (
        f"<tr><th>{escape(evidence.name)}<td>{escape(evidence.convention)}<td>{escape(evidence.layout.name)}"
        f"<td class=n>{len(evidence)}<td class=n>{len(witness.names)}<td>{', '.join(lost) or '–'}<td>{shift}"
    )


def _pair(pair: PairOffsets) -> str:
    first, second = escape(pair.first.evidence.name), escape(pair.second.evidence.name)
    ends = np.abs([pair.interval.low, pair.interval.high])
    span = min(float(np.nanmax(ends, initial=1.0)), WIDEST)
    head = (
        f"point|outwards, mm|±{span:.0f} mm|up, mm|±{span:.0f} mm|size, mm|#% of eyes|surely?|"
        f"deformer alone: out, up|#faces of {first}|#of {second}"
    )
    rows = (_row(pair, k, span) for k in range(len(pair)))
    return (
        f"<section><h2>{first} − {second}</h2>{_summary(pair)}{_origin(pair)}"
        f"<figure>{offsets_picture(pair)}</figure>{_table(head, rows)}</section>"
    )


def _summary(pair: PairOffsets) -> str:
    told = int(np.isfinite(pair.size).sum())
    sure = np.flatnonzero(pair.sure)
    if not sure.size:
        return f"<p>None of the {told} common points differs surely.</p>"
    largest = sure[np.argsort(-pair.size[sure])][:3]
    which = "; ".join(f"{escape(pair.points[k])}, {said(pair, k)}" for k in largest)
    return f"<p><b>{len(sure)} of the {told} common points differ surely.</b> Farthest apart: {which}.</p>"


def _origin(pair: PairOffsets) -> str:
    """The line “pixel origin”."""
    origin = pair.origin
    if not np.isfinite(origin.interval.high).all():
        return "<p>Pixel origin: cannot be compared.</p>"
    what = (
        "<b>significant in x, and taken off</b>"
        if origin.taken
        else "no significant difference in x, nothing taken off"
    )
    return f"<p>Pixel origin: {_pixels(origin.difference, origin.interval)}: {what}.</p>"


def _row(pair: PairOffsets, k: int, span: float) -> str:
    faces = f"<td class=n>{pair.faces[k, 0]}<td class=n>{pair.faces[k, 1]}"
    learned = "–" if np.isnan(pair.learned[k, 0]) else f"{pair.learned[k, 0]:+.1f}, {pair.learned[k, 1]:+.1f}"
    name, sure = f"<th>{escape(pair.points[k])}", bool(pair.sure[k])
    if np.isnan(pair.size[k]):
        return f"<tr>{name}<td colspan=7>too few subjects<td>{learned}{faces}"
    cells = ""
    for axis in (0, 1):
        low, value, high = pair.interval.low[k, axis], pair.offset[k, axis], pair.interval.high[k, axis]
        bar = _bar(low, value, high, span, SURE if sure else UNSURE)
        cells += f"<td>{value:+.2f} <small>{low:+.2f} … {high:+.2f}</small><td>{bar}"
    size = f"{pair.size[k]:.2f} <small>{pair.size_interval.low[k]:.2f} … {pair.size_interval.high[k]:.2f}</small>"
    called = "<b class=sure>● surely</b>" if sure else "<span class=unsure>○ no</span>"
    return (
        f"<tr{' class=differs' * sure}>{name}{cells}<td>{size}<td class=n>{percent(pair.size[k]):.1f}<td>{called}"
        f"<td>{learned}{faces}"
    )


def _bar(low: float, value: float, high: float, span: float, colour: str) -> str:
    """An interval around zero, `span` mm on either side."""
    a, b, c = (60 + 56 * float(np.clip(v / span, -1, 1)) for v in (low, value, high))
    return (
        f'<svg class=bar viewBox="0 0 120 14"><path d="M60 0v14" stroke="currentColor" opacity=".35"/>'
        f'<path d="M{a:.1f} 7H{c:.1f}" stroke="{colour}" stroke-width="3" opacity=".55"/>'
        f'<circle cx="{b:.1f}" cy="7" r="3.2" fill="{colour}"/></svg>'
    )


def _deformer(asked: DeformerOffsets) -> str:
    first, second, at = escape(asked.first), escape(asked.second), escape(asked.layout.title)
    vectors = np.einsum("kda,ka->kd", asked.axes, asked.offset)
    size = np.linalg.norm(asked.offset, axis=1)
    rows = (
        f"<tr><th>{escape(name)}<td class=n>{out:+.2f}<td class=n>{up:+.2f}<td class=n>{long:.2f}"
        f"<td class=n>{share:.1f}"
        for name, (out, up), long, share in zip(
            asked.layout.names, asked.offset, size, percent(size), strict=True
        )
    )
    picture = deformer_picture(f"Deformer: {asked.first} − {asked.second}", asked.layout.queries, vectors)
    return (
        f"<section><h2>{first} − {second} at {at}: the deformer alone</h2><p>No picture was asked here: this is what "
        "training made the network think of the two conventions. It mostly falls short of the true offset, and has no "
        f"interval.</p><figure>{picture}</figure><details><summary>{len(size)} points</summary>"
        f"{_table('point|#outwards, mm|#up, mm|#size, mm|#% of eyes', rows)}</details></section>"
    )


def _table(head: str, rows: Iterable[str]) -> str:
    """head: titles between bars, “#” before those of numbers."""
    cells = "".join(f"<th class=n>{h[1:]}" if h.startswith("#") else f"<th>{h}" for h in head.split("|"))
    return f"<div class=wide><table><tr>{cells}{''.join(rows)}</table></div>"


def _pixels(shift: np.ndarray, interval: Interval) -> str:
    (x, y), (dx, dy) = shift, interval.half
    return f"({x:+.2f}, {y:+.2f}) px ± ({dx:.2f}, {dy:.2f})"


def _how() -> str:
    return f"""<section class=how><h2>How to read this</h2>
<p>Each photograph was asked for the set’s points as the canonical convention means them. What the annotations lie off,
averaged robustly over the faces and read through each face’s camera, is the set’s own departure from that convention,
in millimetres on a canonical face; an offset is the first set’s departure less the second’s. Outwards is away from the
middle of the face (on the midline: to the subject’s left), along the skin; outline points move in the plane of the
picture. “% of eyes” is of the distance between the outer eye corners, {canonical_face().interocular:.1f} mm.</p>
<p>Intervals are 95 %: {RESAMPLES} bootstrap resamples of the subjects, stretched for few of them. “Surely” is
Hotelling’s test of no displacement at all, corrected for the number of points after Benjamini and Hochberg: of all
points called different, 5 % are wrong on the mean. A point is judged only with {FEWEST} subjects in each set. An
interval does not know where the network itself errs differently on one set’s photographs than on the other’s; between
annotations of the same photographs that cancels.</p>
<p>The pixel origin is a shift that stays the same number of pixels wherever and however large the face is, as when a
file counts pixels from 1 instead of 0. It is no rule about faces. What the network itself gets wrong is in each set’s
shift too, so only a significant difference of two sets’ shifts counts (p &lt; {SIGNIFICANT} in x, which is known best);
then each set’s shift is taken off its annotations before the offsets are estimated, in both axes.</p></section>"""
