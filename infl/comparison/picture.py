"""The offsets of a pair of sets drawn on the canonical face, as SVG to be put into a page.

The face is drawn once by the software renderer and embedded as PNG (`face_definition`); every picture refers to it and
adds arrows, 95 % ellipses and a legend. Colours of text and rims are the page's (`currentColor`).
"""

from __future__ import annotations

import base64
from functools import lru_cache
from html import escape

import numpy as np

from infl.comparison.axes import MIDLINE
from infl.comparison.offsets import PairOffsets
from infl.geometry.canonical_face import canonical_face
from infl.images import cv2
from infl.rendering.face_view import FacePicture, FaceView, OrbitCamera

SIZE = (1000, 1040)
"""Pixels of the drawn face: width, height. A picture shows the part of it that its points need."""

WIDTH, LINE = 720, 22
"""Of a picture: its width, and the height of each line of its legend."""

MARGIN = 70  # pixels of the drawn face around a picture's points and regions
SURE, UNSURE, LEARNED = "#D55E00", "#0072B2", "#009E73"
"""Vermilion, blue and bluish green of Okabe and Ito."""

LONGEST = 16.0
"""mm on C that the longest arrow may take."""

EXAGGERATIONS = (1, 2, 3, 5, 10, 20)
BAR = 2  # mm, of the legend's scale
KEY = np.array([8.0, 0.0]), np.array([40.0, 0.0])  # ends of the legend's arrows, pixels


@lru_cache(maxsize=1)
def _drawn() -> FacePicture:
    return FaceView(canonical_face()).smooth(OrbitCamera(zoom=1.1, pan=(0.0, 0.02)), SIZE)


def face_definition() -> str:
    """An invisible SVG with the face as the image “canonical-face”; once in a page."""
    bgra = cv2.cvtColor(_drawn().image, cv2.COLOR_RGBA2BGRA)
    data = base64.b64encode(cv2.imencode(".png", bgra)[1].tobytes()).decode()
    image = f'<image id="canonical-face" width="{SIZE[0]}" height="{SIZE[1]}" href="data:image/png;base64,{data}"/>'
    return (
        f'<svg width="0" height="0" style="position:absolute" aria-hidden="true"><defs>{image}</defs></svg>'
    )


def offsets_picture(pair: PairOffsets) -> str:
    """SVG: from where the second set has each point an arrow to where the first has it, exaggerated as the legend says;
    vermilion where they differ surely, blue elsewhere, with the 95 % region around the head."""
    first, second = escape(pair.first.evidence.name), escape(pair.second.evidence.name)
    told = np.flatnonzero(np.isfinite(pair.size)).tolist()
    times = exaggeration(pair.size[told])
    order = sorted(told, key=lambda k: bool(pair.sure[k]))
    ends = [_drawn().project(pair.queries[k : k + 1] + times * pair.axes[k] @ pair.offset[k]) for k in order]
    starts = [_drawn().project(pair.queries[k : k + 1]) for k in order]
    marks = [_mark(pair, k, times) for k in order]
    legend = [
        (_arrow(*KEY, SURE, 2.2), f"differs surely: from {second} to {first}, × {times}"),
        (
            _arrow(*KEY, UNSURE, 1.3),
            f"not surely different; ellipse: 95 % region of the arrow’s head, × {times}",
        ),
    ]
    return _framed(
        f"Offsets {first} − {second}", "".join(marks), _window(np.vstack(starts + ends)), legend, times
    )


def deformer_picture(title: str, queries: np.ndarray, vectors: np.ndarray) -> str:
    """SVG of (K, 3) mm arrows at (K, 3) mm places on C, in green and without any region."""
    times = exaggeration(np.linalg.norm(vectors, axis=1))
    start, end = _drawn().project(queries), _drawn().project(queries + times * vectors)
    marks = "".join(_dot(a, LEARNED) + _arrow(a, b, LEARNED, 1.6) for a, b in zip(start, end, strict=True))
    legend = [(_arrow(*KEY, LEARNED, 1.6), f"the deformer alone, no interval, × {times}")]
    return _framed(escape(title), marks, _window(np.vstack([start, end])), legend, times)


def exaggeration(lengths: np.ndarray) -> int:
    """The factor of EXAGGERATIONS that makes the longest arrow clear and no longer than LONGEST."""
    longest = float(np.max(lengths, initial=0.0))
    return max((f for f in EXAGGERATIONS if f * longest <= LONGEST), default=1)


def _mark(pair: PairOffsets, k: int, times: int) -> str:
    """One point's dot, arrow and ellipse, with its figures as a tooltip."""
    place = pair.queries[k].astype(float)
    start = _drawn().project(place[None])[0]
    flat = _flat(place, pair.axes[k]) * times
    end = start + flat @ pair.offset[k]
    sure = bool(pair.sure[k])
    colour = SURE if sure else UNSURE
    text = f"{pair.points[k]}: {said(pair, k)}"
    arrow = _arrow(start, end, colour, 2.2 if sure else 1.3)
    region = _ellipse(end, flat @ pair.spread[k] @ flat.T, colour, 0.22 if sure else 0.1)
    return f"<g><title>{escape(text)}</title>{region}{_dot(start, colour)}{arrow}</g>"


def said(pair: PairOffsets, k: int) -> str:
    """A point in words: its size with the interval, and which way."""
    out, up = pair.offset[k]
    middle = abs(pair.queries[k, 0]) < MIDLINE
    side = (
        ("to the right" if out < 0 else "to the left") if middle else ("inwards" if out < 0 else "outwards")
    )
    span = f"{pair.size_interval.low[k]:.1f} … {pair.size_interval.high[k]:.1f}"
    height = "down" if up < 0 else "up"
    return f"{pair.size[k]:.1f} mm ({span}): {abs(out):.1f} {side}, {abs(up):.1f} {height}"


def _flat(place: np.ndarray, axes: np.ndarray) -> np.ndarray:
    """(2, 2) pixels of the picture for a mm along each axis."""
    ends = _drawn().project(np.vstack([place + axes.T / 2, place - axes.T / 2]))
    return (ends[:2] - ends[2:]).T


def _dot(at: np.ndarray, colour: str) -> str:
    return f'<circle cx="{at[0]:.1f}" cy="{at[1]:.1f}" r="2.6" fill="{colour}" stroke="#fff" stroke-width="0.8"/>'


def _arrow(start: np.ndarray, end: np.ndarray, colour: str, width: float) -> str:
    """A line with a head that shrinks with it; a white rim keeps it clear on any ground."""
    along = end - start
    length = float(np.linalg.norm(along))
    if length < 1.0:
        return ""
    along = along / length
    head = min(4.0 + 2 * width, 0.6 * length)
    across = np.array([-along[1], along[0]]) * head * 0.42
    neck = end - along * head
    corners = " ".join(f"{x:.1f},{y:.1f}" for x, y in (end, neck + across, neck - across))
    line = f'x1="{start[0]:.1f}" y1="{start[1]:.1f}" x2="{neck[0]:.1f}" y2="{neck[1]:.1f}"'
    return (
        f'<line {line} stroke="#fff" stroke-width="{width + 1.6}" stroke-opacity=".75"/>'
        f'<line {line} stroke="{colour}" stroke-width="{width}"/><polygon points="{corners}" fill="{colour}"/>'
    )


def _ellipse(centre: np.ndarray, region: np.ndarray, colour: str, opacity: float) -> str:
    """The ellipse xᵀ region⁻¹ x = 1 around a centre."""
    size, turn = np.linalg.eigh(region)
    rx, ry = np.sqrt(np.maximum(size, 0.0))
    angle = np.degrees(np.arctan2(turn[1, 0], turn[0, 0]))
    place = f"translate({centre[0]:.1f} {centre[1]:.1f}) rotate({angle:.1f})"
    return (f'<ellipse rx="{rx:.1f}" ry="{ry:.1f}" transform="{place}" fill="{colour}" fill-opacity="{opacity}" '
            f'stroke="{colour}" stroke-opacity=".55" stroke-width=".8"/>')  # fmt: skip


def _window(places: np.ndarray) -> tuple[float, float, float, float]:
    """Left, top, width and height of the part of the drawn face that holds (N, 2) places with a margin."""
    low = np.maximum(places.min(0) - MARGIN, 0.0)
    high = np.minimum(places.max(0) + MARGIN, SIZE)
    return float(low[0]), float(low[1]), float(high[0] - low[0]), float(high[1] - low[1])


def _framed(
    title: str, marks: str, window: tuple[float, float, float, float], legend: list[tuple[str, str]], times: int
) -> str:  # fmt: skip
    """The part `window` of the drawn face with its marks, and the legend under it."""
    left, top, across, down = window
    height = WIDTH * down / across
    inside = (
        f'<g transform="scale({WIDTH / across:.4f}) translate({-left:.1f} {-top:.1f})">'
        f'<use href="#canonical-face"/>{marks}</g>'
    )
    seen = f'<svg width="{WIDTH}" height="{height:.1f}">{inside}</svg>'
    rows = "".join(
        f'<g transform="translate(12 {height + LINE * (i + 0.8):.1f})">{mark}<text x="50" y="4">{text}</text></g>'
        for i, (mark, text) in enumerate(legend)
    )
    a_mm = (
        float(np.diff(_drawn().project(np.array([[0.0, -40, 30], [1, -40, 30]]))[:, 0])[0]) * WIDTH / across
    )
    length, y = BAR * times * a_mm, height + LINE * (len(legend) + 0.8)
    bar = (
        f'<path d="M20 {y - 4:.1f}v8m0-4h{length:.1f}m0-4v8" stroke="currentColor" fill="none"/>'
        f'<text x="{28 + length:.1f}" y="{y + 4:.1f}">{BAR} mm of offset (drawn × {times})</text>'
    )
    box = f"0 0 {WIDTH} {height + LINE * (len(legend) + 1.3):.0f}"
    return f'<svg viewBox="{box}" role="img" aria-label="{title}" class="face">{seen}{rows}{bar}</svg>'
