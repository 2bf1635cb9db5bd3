"""A first guess of what the points of an undescribed layout are: its mean shape laid onto the canonical face.

The guess only has to be near: training moves the queries to where they explain the annotations best.
"""

from __future__ import annotations

import numpy as np
from scipy.spatial import KDTree

from infl.geometry.canonical_face import CanonicalFace, canonical_face
from infl.geometry.surface import closest_points

ROUNDS = 20
SPANS = (
    (("left_brow_upper_edge",), ("left_jaw_line",)),
    (("left_upper_lid",), ("left_lower_lip_border",)),
    (("left_brow_upper_edge",), ("left_lower_lip_border",)),
    (("left_hairline",), ("left_jaw_line",)),
)
"""What an undescribed layout may reach from and to, top and bottom: all are tried."""

STRETCH = 1.15  # how far the size may leave what such a span says


def mean_shape(points: np.ndarray) -> np.ndarray:
    """(N, K, 2) pixels, NaN where absent → (K, 2) with unit spread, y down, upright as the faces are on average.

    Generalised Procrustes without rotation: faces stand upright more often than not.
    """
    present = np.asarray(np.isfinite(points).all(axis=2))
    shapes = np.where(present[..., None], points, 0.0).astype(np.float64)
    weight = present.astype(np.float64)[..., None]
    mean = shapes[np.argmax(weight.sum((1, 2)))]
    for _ in range(10):
        seen = (mean[None] * weight).sum(1, keepdims=True) / weight.sum(1, keepdims=True)
        centre = (shapes * weight).sum(1, keepdims=True) / weight.sum(1, keepdims=True)
        ours, theirs = (shapes - centre) * weight, (mean[None] - seen) * weight
        scale = (ours * theirs).sum((1, 2)) / np.maximum((ours**2).sum((1, 2)), 1e-9)
        laid = (shapes - centre) * scale[:, None, None] + seen
        mean = (laid * weight).sum(0) / np.maximum(weight.sum(0), 1e-9)
        mean = (mean - mean.mean(0)) / np.sqrt(((mean - mean.mean(0)) ** 2).sum(1).mean())
    return mean


def _frontal(points: np.ndarray) -> np.ndarray:
    """The third of the faces that is widest for its height, of those with the most points: the frontal ones."""
    count = np.isfinite(points).all(2).sum(1)
    points = points[count == count.max()]
    size = np.nanmax(points, 1) - np.nanmin(points, 1)
    order = np.argsort(-size[:, 0] / np.maximum(size[:, 1], 1e-9))
    return points[order[: max(1, len(points) // 3)]]


def rough_queries(points: np.ndarray) -> np.ndarray:
    """(N, K, 2) pixels of N faces, NaN where absent → (K, 3) float32 mm on C."""
    face = canonical_face()
    shape = mean_shape(_frontal(points)) * [1, -1]  # y up, as on C
    best, laid = np.inf, shape
    for top, bottom in SPANS:
        cost, candidate = _lay(face, shape, top, bottom)
        if cost < best:
            best, laid = cost, candidate
    return _onto_front(face, laid)


def _lay(face: CanonicalFace, shape: np.ndarray, top: tuple[str, ...], bottom: tuple[str, ...]):
    """Mean distance to C's feature curves, seen from the front, over the shape's size (small shapes come near
    anything), and the shape laid there, (K, 2) mm."""
    tree = KDTree(np.vstack([curve[:, :2] for curve in face.curves.values()]))
    high = max(face.curves[name][:, 1].max() for name in top)
    low = min(face.curves[name][:, 1].min() for name in bottom)
    start = (high - low) / np.ptp(shape[:, 1])
    scale, shift = start, np.array([0.0, (high + low) / 2 - _middle(shape) * start])
    distance = np.zeros(len(shape))
    for _ in range(ROUNDS):
        distance, nearest = tree.query(shape * scale + shift)
        aim = tree.data[nearest]
        centred, goal = shape - shape.mean(0), aim - aim.mean(0)
        scale = np.clip((centred * goal).sum() / (centred**2).sum(), start / STRETCH, start * STRETCH)
        shift = np.array([0.0, aim[:, 1].mean() - shape[:, 1].mean() * scale])  # faces are symmetric
    return float(np.mean(distance) / scale), shape * scale + shift


def _middle(shape: np.ndarray) -> float:
    """The middle of the box of (K, 2) points, in y."""
    return float(shape[:, 1].max() + shape[:, 1].min()) / 2


def _onto_front(face: CanonicalFace, flat: np.ndarray) -> np.ndarray:
    """(K, 2) mm seen from the front → (K, 3) float32 on the nearest part of C that faces there."""
    front = face.normals[:, 2] > 0.1
    xyz = face.vertices[front]
    _, near = KDTree(xyz[:, :2]).query(flat, k=8)
    depth = xyz[near][..., 2].max(1)  # of what lies behind one another, the foremost
    return closest_points(face, np.column_stack([flat, depth]))[2].astype(np.float32)
