"""The normalised mean error and what is made of many of them. All errors are per cent of the face's size."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

NOT_FOUND = 100.0
"""Per cent: what a face counts that was not found."""

THRESHOLD = 8.0
"""Per cent: the error beyond which a face has failed, and where AUC₈ ends."""


def box_size(points: np.ndarray) -> float:
    """√(w·h) in pixels of the box around the annotated ones of (K, 2) points; 0 where there is no box."""
    known = points[np.isfinite(points).all(1)]
    return float(np.sqrt(np.ptp(known, axis=0).astype(np.float64).prod())) if len(known) else 0.0


def eye_distance(points: np.ndarray, corners: tuple[int, int] | None) -> float:
    """Distance in pixels between two of (K, 2) points; 0 where one is not annotated or nobody said which they are."""
    if corners is None:
        return 0.0
    distance = np.linalg.norm(points[corners[0]].astype(np.float64) - points[corners[1]])
    return float(distance) if np.isfinite(distance) else 0.0


def unit(points: np.ndarray, corners: tuple[int, int] | None, normaliser: str) -> tuple[float, str]:
    """(what a face's errors are divided by in pixels, "eyes" or "box").

    points: (K, 2) annotation, NaN where absent. With normaliser "eyes" the box stands in for a face whose two eye
    corners are not both annotated. (0, "box") where the annotation has no extent.
    """
    eyes = eye_distance(points, corners) if normaliser == "eyes" else 0.0
    return (eyes, "eyes") if eyes > 0 else (box_size(points), "box")


def nme(found: np.ndarray | None, annotated: np.ndarray, size: float) -> float:
    """Mean distance over the annotated points, in per cent of `size` pixels.

    found: (K, 2) pixels; None, or a number that is not finite, is a face that was not found. annotated: (K, 2)
    pixels, NaN where absent. NaN when nothing is annotated.
    """
    known = np.isfinite(annotated).all(1)
    if not known.any():
        return float("nan")
    if found is None or not np.isfinite(found[known]).all():
        return NOT_FOUND
    distances = np.linalg.norm(found[known].astype(np.float64) - annotated[known], axis=1)
    return float(100 * distances.mean() / size)


def failure_rate(errors: Sequence[float] | np.ndarray, threshold: float = THRESHOLD) -> float:
    """Per cent of the faces whose error is above `threshold` per cent."""
    return float(100 * np.mean(np.asarray(errors) > threshold))


def area_under_curve(errors: Sequence[float] | np.ndarray, threshold: float = THRESHOLD) -> float:
    """Per cent of the area under the cumulative distribution of errors from 0 to `threshold`; 100 is perfect.

    Exact for the step function that the distribution of a finite sample is: an error e leaves 1 − e/threshold.
    """
    return float(100 * np.clip(1 - np.asarray(errors, np.float64) / threshold, 0, None).mean())
