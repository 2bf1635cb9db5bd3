"""Findings as one HTML file that needs nothing else: a picture of each, with what is wrong and what to do.

Human clicks are rings, predictions discs, as everywhere in infl; clicks that are meant are marked in colour and joined
to where the network has what they are called. Pictures are cut out of the photographs and lie in the file itself.
"""

from __future__ import annotations

import base64
import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from html import escape
from pathlib import Path

import numpy as np

from infl.errors import InflError
from infl.evaluation.suspects.finding import Finding, Kind
from infl.evaluation.suspects.search import Suspects
from infl.evaluation.suspects.table import image_path
from infl.geometry.transforms import move
from infl.images import cv2
from infl.layouts import Layout
from infl.progress import Job, Progress
from infl.resources import resource

SIDE = 360
"""Pixels of a picture's side."""

MARGIN = 1.25
"""Of the box around clicks and prediction."""

QUALITY = 82
"""Of the pictures' JPEG."""

SHOWN = 300
"""Findings with a picture, the first ones: the file has to open quickly."""

MARKS = {Kind.SWAPPED: "swap", Kind.SHIFTED: "shift", Kind.SLIPPED: "slip", Kind.WRONG_FACE: "face"}


def write_page(suspects: Suspects, out: str | Path) -> Job[None]:
    """Write `out`, whole or not at all. Photographs are opened again one by one."""
    out = Path(out)
    shown = suspects.findings[:SHOWN]
    start, cards = Progress("pictures", 0, len(shown)), []
    for rank, finding in enumerate(shown, 1):
        cards.append(_card(rank, finding, out))
        yield replace(start, done=rank)
    page = resource("pages", "suspects.html").read_text(encoding="utf-8")
    for name, text in {"summary": _summary(suspects), "filters": _filters(suspects.findings), "cards": "\n".join(cards),
                       "rest": _rest(len(suspects.findings) - len(shown))}.items():  # fmt: skip
        page = page.replace(f"<!--{name}-->", text)
    temporary = out.with_name(out.name + ".part")
    temporary.write_text(page, encoding="utf-8")
    os.replace(temporary, out)


def _summary(suspects: Suspects) -> str:
    sets = ", ".join(f"{escape(name)} ({count} faces)" for name, count in suspects.faces.items())
    return f"{len(suspects.findings)} findings on {suspects.accused} faces of {sets}."


def _filters(findings: Sequence[Finding]) -> str:
    counts = Counter(finding.kind for finding in findings)
    return "\n".join(
        f'<label class="{MARKS[kind]}"><input type="checkbox" checked data-kind="{MARKS[kind]}">'
        f"{escape(str(kind))} <b>{counts[kind]}</b></label>"
        for kind in Kind
        if counts[kind]
    )


def _rest(count: int) -> str:
    return f"<p>{count} more findings are in the table without a picture.</p>" if count > 0 else ""


def _card(rank: int, finding: Finding, out: Path) -> str:
    try:
        picture = _picture(finding)
    except (InflError, cv2.error, OSError) as error:
        picture = f'<p class="gone">{escape(str(error))}</p>'
    link = escape(image_path(finding.sample.image, out), quote=True)
    return f"""<article data-kind="{MARKS[finding.kind]}">
<a href="{link}">{picture}</a>
<header><span class="kind {MARKS[finding.kind]}">{escape(str(finding.kind))}</span>
<span class="score" title="−log₁₀ of how often a right face looks like that">{finding.score:.1f}</span></header>
<p>{escape(finding.message)}</p>
<footer><span>{rank}</span> {escape(finding.dataset)} · <code>{escape(finding.sample.key)}</code></footer>
</article>"""


def _picture(finding: Finding) -> str:
    """The face with its points, as SVG over a JPEG."""
    clicked = finding.sample.points.astype(np.float64)
    layout, known = finding.layout, np.isfinite(clicked[:, 0])
    every = np.concatenate([clicked[known], finding.found])
    middle = (every.min(0) + every.max(0)) / 2
    half = max(float(np.ptp(every, axis=0).max()) / 2 * MARGIN, 8.0)
    scale = SIDE / 2 / half
    to_picture = np.array(
        [[scale, 0, SIDE / 2 - scale * middle[0]], [0, scale, SIDE / 2 - scale * middle[1]]]
    )
    cut = cv2.warpAffine(finding.sample.load_image(), to_picture, (SIDE, SIDE), flags=_resampling(scale))
    _, jpeg = cv2.imencode(".jpg", cv2.cvtColor(cut, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    data = base64.b64encode(jpeg.tobytes()).decode()
    human, found = move(to_picture, clicked), move(to_picture, finding.found)
    meant, named = set(finding.points), dict(zip(finding.points, finding.meant, strict=True))
    lines = [_line(human[a], human[b], "edge") for a, b in layout.edges if known[a] and known[b]]
    if finding.kind is not Kind.WRONG_FACE:
        lines += [_line(human[k], found[k], "off") for k in meant]
    discs = [_dot(place, 2.2, "found") for place in found]
    rings = [_dot(human[k], 5.0 if k in meant else 3.6, "suspect" if k in meant else "human", _title(layout, k, named))
             for k in sorted(np.flatnonzero(known).tolist(), key=lambda k: k in meant)]  # fmt: skip
    image = f'<image href="data:image/jpeg;base64,{data}" width="{SIDE}" height="{SIDE}"/>'
    alt = escape(f"{finding.kind}: {finding.sample.key}", quote=True)
    return (f'<svg viewBox="0 0 {SIDE} {SIDE}" role="img" aria-label="{alt}">{image}'
            f"{''.join(lines)}{''.join(discs)}{''.join(rings)}</svg>")  # fmt: skip


def _resampling(scale: float) -> int:
    return cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC


def _title(layout: Layout, k: int, named: dict[int, int]) -> str:
    if named.get(k, -1) >= 0:
        return f"{k} {layout.names[k]}, should be {named[k]} {layout.names[named[k]]}"
    return f"{k} {layout.names[k]}"


def _line(start: np.ndarray, end: np.ndarray, kind: str) -> str:
    return (
        f'<line class="{kind}" x1="{start[0]:.1f}" y1="{start[1]:.1f}" x2="{end[0]:.1f}" y2="{end[1]:.1f}"/>'
    )


def _dot(at: np.ndarray, radius: float, kind: str, title: str = "") -> str:
    inside = f"<title>{escape(title)}</title>" if title else ""
    return f'<circle class="{kind}" cx="{at[0]:.1f}" cy="{at[1]:.1f}" r="{radius}">{inside}</circle>'
