"""The predicted 3D shape of a photographed face."""

import numpy as np
import pytest

from infl.datasets import open_dataset
from infl.geometry.canonical_face import canonical_face
from infl.layouts import layout
from infl.model import load_landmarker
from infl.model.face_shape import face_shape
from infl.rendering.face_view import FaceView
from infl.resources import resource


@pytest.fixture(scope="module")
def shape_and_found():
    landmarker = load_landmarker()
    sample = open_dataset(resource("demo", "demo_clinic98")).samples[0]
    encoded = landmarker.encode(sample.load_image())
    return face_shape(landmarker, encoded), landmarker.query(encoded, layout("wflw98"))


def test_landmarks_lie_on_the_shape_where_the_network_has_them_in_3d(shape_and_found):
    shape, found = shape_and_found
    on_shape = FaceView(canonical_face(), shape).carried(found.queries)
    inner = ~found.contour
    away = np.linalg.norm(on_shape - found.points3d, axis=1)[inner]
    from_c = np.linalg.norm(found.queries - found.points3d, axis=1)[inner]
    assert np.median(away) < 0.5 * np.median(from_c)


def test_the_eye_that_winks_is_far_less_open_than_the_other(shape_and_found):
    shape, _ = shape_and_found
    on_shape = FaceView(canonical_face(), shape).carried(layout("ibug68").queries)
    right = on_shape[[37, 38], 1].mean() - on_shape[[40, 41], 1].mean()
    left = on_shape[[43, 44], 1].mean() - on_shape[[46, 47], 1].mean()
    assert left < 0.6 * right


def test_what_no_layout_has_points_on_is_as_smooth_as_c(shape_and_found):
    shape, _ = shape_and_found
    face = canonical_face()
    scalp = face.triangles[face.regions["scalp"]]
    edges = np.concatenate([scalp[:, [0, 1]], scalp[:, [1, 2]]])
    length = [np.linalg.norm(v[edges[:, 0]] - v[edges[:, 1]], axis=1) for v in (shape, face.vertices)]
    assert np.abs(length[0] / length[1] - 1).max() < 0.25
