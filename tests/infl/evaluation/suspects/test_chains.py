import numpy as np
import pytest

from infl.evaluation.suspects.chains import chains_of, tangents
from infl.layouts import layout


def test_curves_of_ibug_68():
    chains = chains_of(layout("ibug68"))
    curves = {(int(chain.index[0]), int(chain.index[-1]), chain.closed) for chain in chains}
    assert curves == {
        (0, 16, False), (17, 21, False), (22, 26, False), (27, 30, False), (31, 35, False), (36, 41, True),
        (42, 47, True), (48, 59, True), (60, 67, True),
    }  # fmt: skip
    assert all((np.diff(chain.index) == 1).all() for chain in chains)


def test_curves_end_where_several_meet():
    """The lips of COFW share the mouth's corners, 22 and 23."""
    mouth = [chain for chain in chains_of(layout("cofw29")) if 22 in chain.index]
    assert len(mouth) == 4
    assert all({chain.index[0], chain.index[-1]} == {22, 23} and not chain.closed for chain in mouth)


def test_neighbours_of_a_closed_curve_go_round():
    eye = next(chain for chain in chains_of(layout("ibug68")) if chain.index[0] == 36)
    points, names = eye.neighbours(-1)
    assert dict(zip(points.tolist(), names.tolist(), strict=True))[36] == 41
    jaw = next(chain for chain in chains_of(layout("ibug68")) if chain.index[0] == 0)
    assert [part.tolist() for part in jaw.neighbours(1)] == [list(range(16)), list(range(1, 17))]
    assert [part.tolist() for part in jaw.neighbours(-1)] == [list(range(1, 17)), list(range(16))]


def test_tangents_run_along_the_curve_and_across_the_face_elsewhere():
    of = layout("bioid20")
    points = of.queries[None, :, :2] * [1, -1]
    along = tangents(of, chains_of(of), points, np.array([np.pi / 2]))
    assert np.allclose(np.linalg.norm(along, axis=2), 1)
    alone = of.names.index(next(p.name for p in of.points if p.group == "temple"))
    assert along[0, alone] == pytest.approx([0, 1], abs=1e-9)
