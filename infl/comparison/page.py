"""A comparison as one HTML page that needs nothing else: no script, no font, no picture from elsewhere."""

from __future__ import annotations

from html import escape

import numpy as np

from infl.comparison.compare import Comparison, DeformerOffsets
from infl.comparison.offsets import FEWEST, RESAMPLES, PairOffsets, Witness
from infl.comparison.picture import SURE, UNSURE, deformer_picture, face_definition, offsets_picture, said
from infl.comparison.pixel_origin import SIGNIFICANT
from infl.comparison.tables import percent
from infl.geometry.canonical_face import canonical_face


def report_html(comparison: Comparison) -> str:
    """The whole page."""
    names = " · ".join(escape(witness.evidence.name) for witness in comparison.sets)
    part = f"their part “{escape(comparison.part)}”" if comparison.part else "all their annotated faces"
    notes = "".join(f"<p class=note>{escape(note)}</p>" for note in comparison.notes)
    pairs = "".join(map(_pair_html, comparison.pairs))
    deformer = "".join(map(_deformer_html, comparison.deformer))
    return (f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Offsets between {names}</title>'
            f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style><body>{face_definition()}'
            f"<h1>Where these sets disagree</h1><p class=lead>{names}</p><p>From {part}.</p>"
            f"{_sets_html(comparison)}{notes}{pairs}{deformer}{_HOW}</body></html>\n")  # fmt: skip


def _sets_html(comparison: Comparison) -> str:
    rows = []
    for witness in comparison.sets:
        evidence, origin = witness.evidence, witness.origin
        lost = [f"{evidence.left_out} not found again"] * bool(evidence.left_out)
        lost += [f"{len(evidence.unreadable)} unreadable"] * bool(evidence.unreadable)
        rows.append(
            f"<tr><th>{escape(evidence.name)}<td>{escape(evidence.convention)}<td>{escape(evidence.layout.name)}"
            f"<td class=n>{len(evidence)}<td class=n>{len(witness.names)}<td>{', '.join(lost) or '–'}"
            f"<td>{_origin_said(witness)}"
        )
    head = (
        "<tr><th>set<th>convention<th>layout<th class=n>faces<th class=n>subjects<th>left out<th>pixel origin"
    )
    return f"<h2>The sets</h2><div class=wide><table>{head}{''.join(rows)}</table></div>" + "".join(
        _origin_note(witness) for witness in comparison.sets
    )


def _origin_said(witness: Witness) -> str:
    """ "(+1.02, +0.94) px ± (0.12, 0.31): x and y taken off"."""
    origin = witness.origin
    if origin.fit is None:
        return "cannot be told: the layout has no mirror partners"
    taken = [axis for axis, off in zip("xy", origin.taken, strict=True) if off]
    (x, y), (dx, dy) = origin.shift, origin.interval.half
    what = f"<b>{' and '.join(taken)} taken off</b>" if taken else "not significant, nothing taken off"
    return f"({x:+.2f}, {y:+.2f}) px ± ({dx:.2f}, {dy:.2f}): {what}"


def _origin_note(witness: Witness) -> str:
    """What a shift in x alone leaves open in y."""
    origin = witness.origin
    x = origin.shift[0]
    if origin.taken[0] and not origin.taken[1] and origin.interval.low[1] < x < origin.interval.high[1]:
        return (f"<p class=note>{escape(witness.evidence.name)}: a file that counts pixels from elsewhere shifts both axes "
                f"alike, but its faces do not tell whether y is shifted too. If it is, each of its points lies "
                f"{abs(x):.1f} px {'lower' if x > 0 else 'higher'} in the photograph than its annotators meant.</p>")  # fmt: skip
    return ""


def _pair_html(pair: PairOffsets) -> str:
    first, second = escape(pair.first.evidence.name), escape(pair.second.evidence.name)
    span = float(np.nanmax(np.abs([pair.interval.low, pair.interval.high]), initial=1.0))
    rows = "".join(_row(pair, k, min(span, 8.0)) for k in range(len(pair)))
    head = (f"<tr><th>point<th>outwards, mm<th><th>up, mm<th><th>size, mm<th class=n>% of eyes<th>surely?"
            f"<th>deformer alone: out, up<th class=n>faces {first}<th class=n>{second}")  # fmt: skip
    return (f"<section><h2>{first} − {second}</h2>{_summary(pair)}<figure>{offsets_picture(pair)}</figure>"
            f"<div class=wide><table class=points>{head}{rows}</table></div></section>")  # fmt: skip


def _summary(pair: PairOffsets) -> str:
    told = int(np.isfinite(pair.size).sum())
    sure = np.flatnonzero(pair.sure)
    if not sure.size:
        return f"<p>None of the {told} points that both have differs surely.</p>"
    largest = sure[np.argsort(-pair.size[sure])][:3]
    which = "; ".join(f"{escape(pair.points[k])}, {said(pair, k)}" for k in largest)
    return f"<p><b>{len(sure)} of the {told} points that both have differ surely.</b> Farthest apart: {which}.</p>"


def _row(pair: PairOffsets, k: int, span: float) -> str:
    faces = f"<td class=n>{pair.faces[k, 0]}<td class=n>{pair.faces[k, 1]}"
    learned = "–" if np.isnan(pair.learned[k, 0]) else f"{pair.learned[k, 0]:+.1f}, {pair.learned[k, 1]:+.1f}"
    if np.isnan(pair.size[k]):
        return f"<tr><th>{escape(pair.points[k])}<td colspan=7>too few subjects<td>{learned}{faces}"
    cells = ""
    for axis in (0, 1):
        low, value, high = pair.interval.low[k, axis], pair.offset[k, axis], pair.interval.high[k, axis]
        cells += f"<td>{value:+.2f} <small>{low:+.2f} … {high:+.2f}</small><td>{_bar(low, value, high, span, bool(pair.sure[k]))}"
    size = f"{pair.size[k]:.2f} <small>{pair.size_interval.low[k]:.2f} … {pair.size_interval.high[k]:.2f}</small>"
    sure = "<b class=sure>● surely</b>" if pair.sure[k] else "<span class=unsure>○ no</span>"
    return (f"<tr{' class=differs' if pair.sure[k] else ''}><th>{escape(pair.points[k])}{cells}<td>{size}"
            f"<td class=n>{percent(pair.size[k]):.1f}<td>{sure}<td>{learned}{faces}")  # fmt: skip


def _bar(low: float, value: float, high: float, span: float, sure: bool) -> str:
    """An interval around zero, drawn ± `span` mm wide."""
    a, b, c = (60 + 56 * float(np.clip(v / span, -1, 1)) for v in (low, value, high))
    colour = SURE if sure else UNSURE
    return (f'<svg class=bar viewBox="0 0 120 14"><path d="M60 0v14" stroke="currentColor" opacity=".35"/>'
            f'<path d="M{a:.1f} 7H{c:.1f}" stroke="{colour}" stroke-width="3" opacity=".55"/>'
            f'<circle cx="{b:.1f}" cy="7" r="3.2" fill="{colour}"/></svg>')  # fmt: skip


def _deformer_html(asked: DeformerOffsets) -> str:
    first, second, at = escape(asked.first), escape(asked.second), escape(asked.layout.title)
    vectors = np.einsum("kda,ka->kd", asked.axes, asked.offset)
    rows = "".join(
        f"<tr><th>{escape(point.name)}<td class=n>{out:+.2f}<td class=n>{up:+.2f}<td class=n>{np.hypot(out, up):.2f}"
        f"<td class=n>{percent(np.hypot(out, up)):.1f}"
        for point, (out, up) in zip(asked.layout.points, asked.offset, strict=True)
    )
    head = "<tr><th>point<th class=n>outwards, mm<th class=n>up, mm<th class=n>size, mm<th class=n>% of eyes"
    picture = deformer_picture(f"Deformer {first} − {second}", asked.layout.queries, vectors)
    return (f"<section><h2>{first} − {second} at {at}: the deformer alone</h2><p>No picture was asked here: this is what "
            f"the network learned, which falls short of the true offset as often as not, and has no interval.</p>"
            f"<figure>{picture}</figure><details><summary>{len(asked.layout)} points</summary><table>{head}{rows}</table>"
            f"</details></section>")  # fmt: skip


_HOW = f"""<section class=how><h2>How to read this</h2>
<p>Each photograph was asked for the set's points as the canonical convention means them. What the annotations lie off,
averaged robustly over the faces and read through each face's camera, is the set's own departure from that convention, in
millimetres on a canonical face; an offset is the first set's departure less the second's. Outwards is away from the middle
of the face (on the midline: to the subject's left), along the skin; outline points move in the plane of the picture. “% of
eyes” is of the distance between the outer eye corners, {canonical_face().interocular:.1f} mm.</p>
<p>Intervals are 95 %: {RESAMPLES} bootstrap resamples of the subjects, stretched for few of them. “Surely” is Hotelling's
test of no displacement at all, corrected for the number of points after Benjamini and Hochberg: of all points called
different, 5 % are wrong on the mean. A point is judged only with {FEWEST} subjects in each set. An interval does not know
where the network itself errs differently on one set's photographs than on the other's; between annotations of the same
photographs that cancels.</p>
<p>The pixel origin is a shift that stays the same number of pixels wherever and however large the face is, as when a file
counts pixels from 1 instead of 0. It is no rule about faces; it is taken off before the offsets are estimated where it is
significant (p &lt; {SIGNIFICANT}), x and y separately. It contains what the network itself errs by a constant number of
pixels.</p></section>"""

_STYLE = """
:root{--ground:#fbfbfa;--panel:#fff;--line:#dcdcd8;--text:#1d1d1f;--muted:#6a6a6e;--canvas:#eceae6;--mark:#fff1e6;color-scheme:light dark}
@media(prefers-color-scheme:dark){:root{--ground:#1b1b1d;--panel:#232326;--line:#3a3a40;--text:#ececee;--muted:#a0a0a9;
--canvas:#2b2b2f;--mark:#3a2a1e}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:1180px;padding:32px 24px 64px;background:var(--ground);color:var(--text);
font:15px/1.5 system-ui,"Segoe UI",Roboto,"Noto Sans",sans-serif}
h1{font-size:28px;margin:0 0 4px}h2{font-size:20px;margin:40px 0 8px}.lead{font-size:17px;color:var(--muted);margin:0}
section{border-top:1px solid var(--line);margin-top:40px}
figure{margin:16px 0;padding:8px;background:var(--canvas);border-radius:8px;text-align:center}
.face{width:100%;max-width:760px;height:auto}.face text{font-size:13px;fill:currentColor}
.wide{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:13px;background:var(--panel)}
td,th{padding:4px 8px;text-align:left;border-bottom:1px solid var(--line);font-variant-numeric:tabular-nums;white-space:nowrap}
th{font-weight:500}tr:first-child th{color:var(--muted)}.n{text-align:right}small{color:var(--muted)}
tr.differs{background:var(--mark)}.sure{color:#D55E00}.unsure{color:var(--muted)}.bar{width:110px;height:14px;vertical-align:middle}
.note{border-left:3px solid #E69F00;padding-left:12px}.how p{max-width:78ch;color:var(--muted)}
"""
