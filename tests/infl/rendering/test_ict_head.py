"""ICT-FaceKit's modes on our head: they move it as they move their own; lids, lips and eyes stay sound."""

from dataclasses import replace

import numpy as np
import pytest

from infl.errors import FileError
from infl.layouts import layout
from infl.rendering import ict_head
from infl.rendering.head import Part, head
from infl.rendering.ict_head import ict_basis, load_ict, random_ict_expression, random_ict_identity
from infl.rendering.people import random_photograph
from infl.rendering.person import Expression, own_basis, random_person, shape


@pytest.fixture(scope="module")
def path(infl_data):
    return infl_data / "ict" / "ict_facekit_compact.npz"


@pytest.fixture(scope="module")
def basis(path):
    return ict_basis(path)


@pytest.fixture
def people(basis):
    """Eight people with ICT faces, without asymmetry of ours."""
    out = []
    for k in range(8):
        rng = np.random.default_rng(k)
        person = replace(random_person(rng), basis=basis, identity=random_ict_identity(rng, basis))
        out.append((replace(person, skew=np.zeros((0, 6))), random_ict_expression(rng, basis)))
    return out


def points(vertices: np.ndarray) -> np.ndarray:
    places = layout("ibug68").points
    corners = vertices[np.asarray(head().face.triangles)[[p.triangle for p in places]]]
    return np.einsum("kc,kcd->kd", np.array([p.barycentric for p in places]), corners)


def test_the_neutral_head_comes_to_lie_on_ours(path):
    ict = load_ict(path)
    scale, laid = ict_head._laid_onto(ict, head())
    outline = layout("ibug68")
    firm = ~outline.contour
    apart = np.linalg.norm(laid[ict.landmarks[firm]] - outline.queries[firm], axis=1)
    assert np.median(apart) < 1.5 and apart.max() < 5  # mm
    assert 8 < scale < 12  # mm a cm: our head is about as large


def test_modes_move_landmarks_as_they_do_on_their_own_head(path, basis):
    ict = load_ict(path)
    scale, _ = ict_head._laid_onto(ict, head())
    firm = ~layout("ibug68").contour
    errors, sizes = [], []
    kept = [ict.names.index(name) for name in basis.names]
    for ours, theirs in ((basis.identity, ict.identity), (basis.expression, ict.expression[kept])):
        for mode, own in zip(ours, theirs, strict=True):
            moved, wanted = points(mode)[firm], scale * own[ict.landmarks[firm]]
            errors.append(np.linalg.norm(moved - wanted, axis=1).mean())
            sizes.append(np.linalg.norm(wanted, axis=1).mean())
    assert np.mean(errors) < 0.25 * np.mean(sizes)


def test_rotations_are_left_to_our_own_rig(basis):
    assert not [name for name in basis.names if name.startswith(("eyeBlink", "eyeLook", "jawOpen"))]
    assert len(basis.identity) == 60 and basis.expression.shape[1:] == basis.identity.shape[1:]
    assert not basis.expression[:, -2:].any()  # the eyes' centres stay


def eye_centre(vertices: np.ndarray, eye: int) -> np.ndarray:
    ids = head().eye_vertices[eye]
    return vertices[ids].mean(0) - head().vertices[ids].mean(0) + head().eye_centres[eye]


@pytest.mark.parametrize("closure", [0.0, 0.5, 1.0])
def test_no_skin_enters_an_eyeball(people, closure):
    for person, expression in people:
        still = replace(expression, lids=(closure, closure), gaze=(0.0, 0.0))
        vertices = shape(person, still)
        skin = vertices[head().part == Part.SKIN]
        for eye in (0, 1):
            away = skin - eye_centre(vertices, eye)
            near = away[(np.linalg.norm(away, axis=1) < 20) & (away[:, 2] > 6)]
            assert np.linalg.norm(near, axis=1).min() > head().eye_radius


def test_lids_close(people):
    for person, expression in people:
        rest = Expression(np.zeros_like(expression.weights))
        opened, shut = (points(shape(person, replace(rest, lids=lids))) for lids in ((0.0, 0.0), (1.0, 1.0)))
        for upper, lower in (([37, 38], [41, 40]), ([43, 44], [47, 46])):
            was, gap = opened[upper, 1] - opened[lower, 1], shut[upper, 1] - shut[lower, 1]
            assert (np.abs(gap) < 0.3 * was).all()


def test_an_open_jaw_parts_the_lips_and_lips_do_not_cross(people):
    for person, expression in people:
        rest = Expression(np.zeros_like(expression.weights))
        closed, opened = (points(shape(person, replace(rest, jaw=jaw))) for jaw in (0.0, 18.0))
        assert (closed[[61, 62, 63], 1] - closed[[67, 66, 65], 1] > -1.5).all()
        assert (opened[[61, 62, 63], 1] - opened[[67, 66, 65], 1] > 8).all()


def test_half_of_the_people_have_ict_faces_and_come_out_the_same_again(basis):
    plain = [random_photograph(seed, 48) for seed in range(8)]
    mixed = [random_photograph(seed, 48, ict=basis) for seed in range(8)]
    again = random_photograph(3, 48, ict=basis)
    np.testing.assert_array_equal(again.image, mixed[3].image)
    assert any(not np.array_equal(a.face, b.face) for a, b in zip(plain, mixed, strict=True))


def test_our_own_basis_is_what_people_have_by_default():
    assert random_person(np.random.default_rng(0)).basis is own_basis()


def test_another_file_is_refused(tmp_path):
    np.savez(tmp_path / "other.npz", vertices=np.zeros((3, 3)))
    for name in ("other.npz", "missing.npz"):
        with pytest.raises(FileError, match="no ICT-FaceKit head"):
            load_ict(tmp_path / name)
