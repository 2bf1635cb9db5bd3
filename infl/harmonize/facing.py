"""Which points of the canonical face are turned towards the camera."""

from __future__ import annotations

import numpy as np

from infl.datasets.dataset import OCCLUDED, VISIBLE
from infl.geometry.camera import Camera
from infl.geometry.canonical_face import canonical_face
from infl.layouts import Layout

TURNED_AWAY = -0.2
"""Cosine between the skin's normal and the direction to the camera below which a point counts as hidden: not 0,
because the pose is off by some degrees and people see a little around the bend."""


def layout_normals(layout: Layout) -> np.ndarray:
    """(K, 3) unit normals of C at the points of `layout`."""
    face = canonical_face()
    triangles = np.array([point.triangle for point in layout.points], int)
    weights = np.array([point.barycentric for point in layout.points]).reshape(-1, 3)
    normals = np.einsum("kc,kcd->kd", weights, face.normals[face.triangles[triangles]].astype(float))
    return normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-9)


def facing(camera: Camera, points3d: np.ndarray, normals: np.ndarray, contour: np.ndarray) -> np.ndarray:
    """(K,) uint8: OCCLUDED where the skin is turned away, VISIBLE elsewhere and on the contour, which slides along
    what is seen. Hands, hair and glasses are not looked for, nor one part of the face before another.
    """
    seen = points3d @ camera.rotation.T + camera.translation
    towards = -np.einsum("kd,kd->k", seen, normals @ camera.rotation.T) / np.linalg.norm(seen, axis=1)
    return np.where((towards < TURNED_AWAY) & ~contour, OCCLUDED, VISIBLE).astype(np.uint8)
