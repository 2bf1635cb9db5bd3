"""The canonical face that comes with the program: whole, symmetric, and readable only when it is."""

from __future__ import annotations

import numpy as np
import pytest

from infl.errors import FileError
from infl.geometry.canonical_face import canonical_face, load_canonical_face, save_canonical_face

MIRROR = np.array([-1, 1, 1], np.float32)


def test_left_and_right_are_the_same_to_the_last_bit():
    face = canonical_face()
    assert np.array_equal(face.vertices[face.mirror_vertices], face.vertices * MIRROR)
    assert np.array_equal(face.mirror_vertices[face.mirror_vertices], np.arange(len(face.vertices)))
    triangles = {tuple(sorted(t)) for t in face.triangles.tolist()}
    assert {tuple(sorted(t)) for t in face.mirror_vertices[face.triangles].tolist()} == triangles


def test_frame_and_size_are_those_of_an_adult_head():
    face = canonical_face()
    eyes = np.concatenate(
        [face.triangles[face.regions[f"left_{part}"]].ravel() for part in ("sclera", "iris")]
    )
    assert np.allclose(face.vertices[eyes].mean(0)[:2], [32, 0], atol=0.5)
    corner = face.curves["left_upper_lid"][-1]
    assert face.interocular == pytest.approx(2 * corner[0], abs=1e-3)
    assert 85 < face.interocular < 100
    assert face.curves["profile_upper"][:, 2].max() == pytest.approx(49, abs=2)  # the nose's tip
    height = np.ptp(face.vertices[:, 1])
    assert 250 < height < 300  # crown to the end of the neck


def test_normals_point_outwards():
    face = canonical_face()
    skin = np.unique(
        face.triangles[np.concatenate([face.regions[r] for r in ("forehead", "chin", "scalp", "neck")])]
    )
    outwards = face.vertices[skin] - np.array([0, -30, -64])
    assert np.allclose(np.linalg.norm(face.normals, axis=1), 1, atol=1e-5)
    assert ((face.normals[skin] * outwards).sum(1) > 0).all()


def test_every_triangle_belongs_to_one_region():
    face = canonical_face()
    counts = np.bincount(np.concatenate(list(face.regions.values())), minlength=len(face.triangles))
    assert (counts == 1).all()
    assert (face.region_of_triangle != "").all()
    for name in (
        *(
            "left_upper_lid",
            "right_upper_lid",
            "left_lower_lid",
            "left_brow",
            "right_brow",
            "nose_bridge",
            "nose_tip",
        ),
        *(
            "left_ala",
            "left_nostril",
            "philtrum",
            "upper_lip",
            "lower_lip",
            "inner_mouth",
            "chin",
            "left_cheek",
        ),
        *("left_jaw", "forehead", "left_temple", "throat", "neck", "left_ear", "right_iris", "left_pupil"),
    ):
        assert len(face.regions[name]), name


def test_regions_come_in_mirrored_pairs():
    face = canonical_face()
    for name, triangles in face.regions.items():
        other = name.replace("left_", "right_") if name.startswith("left_") else name
        if not name.startswith("right_"):
            here = {tuple(sorted(t)) for t in face.mirror_vertices[face.triangles[triangles]].tolist()}
            assert {tuple(sorted(t)) for t in face.triangles[face.regions[other]].tolist()} == here, name


def test_named_curves_lie_on_the_mesh_edges():
    from infl.geometry.surface import closest_points

    face = canonical_face()
    for name in (
        "upper_lid",
        "lower_lid",
        "brow_upper_edge",
        "upper_lip_border",
        "lower_lip_inner",
        "jaw_line",
    ):
        left, right = face.curves[f"left_{name}"], face.curves[f"right_{name}"]
        assert np.array_equal(right, left * MIRROR)
        _, _, near = closest_points(face, left[::8])
        assert np.linalg.norm(near - left[::8], axis=1).max() < 0.25, name  # a chord's sagitta


def test_the_skin_is_open_only_at_the_neck_behind_lids_and_in_the_mouth():
    face = canonical_face()
    skin = np.concatenate(
        [t for n, t in face.regions.items() if not n.endswith(("ear", "pupil", "iris", "sclera"))]
    )
    edges = np.sort(np.vstack([face.triangles[skin][:, pair] for pair in ([0, 1], [1, 2], [2, 0])]), axis=1)
    unique, count = np.unique(edges, axis=0, return_counts=True)
    assert count.max() == 2
    rim = face.vertices[unique[count == 1]].mean(1)
    at_neck = rim[:, 1] < -160
    at_eyes = (np.abs(rim[:, 1]) < 8) & (rim[:, 2] > -2)
    in_mouth = (np.abs(rim[:, 1] + 71.7) < 6) & (np.abs(rim[:, 0]) < 26)
    assert (at_neck | at_eyes | in_mouth).all()


def test_texture_coordinates_fill_the_unit_square_without_folding():
    face = canonical_face()
    assert face.uv.min() >= 0 and face.uv.max() <= 1
    skin = np.concatenate(
        [face.regions[r] for r in ("forehead", "left_cheek", "right_jaw", "chin", "neck", "scalp")]
    )
    corners = face.uv[face.triangles[skin]]
    u, v = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    assert (u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0] > -1e-7).mean() > 0.98  # the head's back is cut open


def test_saving_gives_the_same_bytes_and_the_same_face(tmp_path):
    face = canonical_face()
    first, second = tmp_path / "a.npz", tmp_path / "b.npz"
    save_canonical_face(face, first)
    save_canonical_face(load_canonical_face(first), second)
    assert first.read_bytes() == second.read_bytes()
    assert [p.name for p in sorted(tmp_path.iterdir())] == ["a.npz", "b.npz"]


def test_a_broken_file_is_named(tmp_path):
    path = tmp_path / "face.npz"
    path.write_bytes(b"not a mesh")
    with pytest.raises(FileError, match=r"face\.npz.*no canonical face"):
        load_canonical_face(path)
    np.savez(path, vertices=np.zeros((3, 3), np.float32))
    with pytest.raises(FileError, match="triangles"):
        load_canonical_face(path)
    with pytest.raises(FileError, match="cannot be read"):
        load_canonical_face(tmp_path / "absent.npz")


def test_a_triangle_outside_the_vertices_is_refused(tmp_path):
    face, path = canonical_face(), tmp_path / "face.npz"
    save_canonical_face(face, path)
    arrays = dict(np.load(path))
    arrays["triangles"] = arrays["triangles"] + 9999
    np.savez(path, **arrays)
    with pytest.raises(FileError, match="triangle leaves the vertices"):
        load_canonical_face(path)
