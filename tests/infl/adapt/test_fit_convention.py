"""A convention is fitted to a few annotated pictures; nothing else changes."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from infl.adapt import fit_convention, fit_seen
from infl.adapt.seen_faces import Seen
from infl.errors import InflError
from infl.model import Landmarker
from infl.model.checkpoint import load_checkpoint, save_checkpoint
from infl.progress import run
from infl.resources import resource


@pytest.fixture(scope="module")
def fitted(landmarker, field29, seen29):
    return run(fit_seen(landmarker, field29.layout, "new", seen29))


def miss(landmarker, faces, layout, convention) -> float:
    """Mean distance in px."""
    found = [landmarker.query(face.encoded, layout, convention).points for face in faces]
    return float(
        np.mean([np.linalg.norm(f - face.points, axis=1) for f, face in zip(found, faces, strict=True)])
    )


def moved(landmarker, seen: Seen, layout, rule: np.ndarray, shift=(0.0, 0.0)) -> Seen:
    """The same faces as clicked by annotators who follow `rule`, (K, 3) mm, in files that lie `shift` px off."""
    faces = []
    for face in seen.faces:
        there = landmarker.query(face.encoded, (layout.queries + rule).astype(np.float32)).points
        here = landmarker.query(face.encoded, layout.queries).points
        faces.append(replace(face, points=face.points + there - here + np.array(shift, np.float32)))
    return Seen(tuple(faces), 0, ())


def test_a_known_landmarker_learns_a_convention_from_24_pictures(landmarker, field29, seen29, fitted):
    layout, faces = field29.layout, seen29.faces
    assert fitted.convention == "new" and fitted.faces == 24 and fitted.missed == 0
    assert fitted.after < fitted.before
    assert miss(fitted.landmarker, faces, layout, "new") < 0.95 * miss(landmarker, faces, layout, "canonical")
    assert miss(fitted.landmarker, faces, layout, "new") < miss(landmarker, faces, layout, "wflw98")


def test_what_it_learns_is_the_planted_rule(field29, fitted):
    rules = json.loads(resource("demo", "rules.json").read_text(encoding="utf-8"))["rules"]
    planted = np.array(rules["demo_field29"]["offsets"])
    learned = fitted.landmarker.offsets(
        "new", "demo_studio68", at=field29.layout
    )  # whose rules are the layout's own
    strong = np.linalg.norm(planted, axis=1) > 1
    along = (learned * planted).sum(1)[strong] / np.linalg.norm(planted[strong], axis=1)
    assert along.mean() > 0.4 * np.linalg.norm(planted[strong], axis=1).mean()


def test_nothing_else_changes(landmarker, field29, seen29, fitted):
    assert "new" not in landmarker.conventions
    assert fitted.landmarker.conventions == (*landmarker.conventions, "new")
    for convention in ("canonical", "ibug68"):
        one, other = (
            each.query(seen29.faces[0].encoded, field29.layout, convention).points
            for each in (landmarker, fitted.landmarker)
        )
        assert np.abs(one - other).max() < 1e-3
    assert fitted.landmarker.card["training_keys"]["new"] == sorted(face.key for face in seen29.faces)


def test_it_is_kept_in_the_checkpoint(field29, seen29, fitted, tmp_path):
    save_checkpoint(fitted.landmarker.network, fitted.landmarker.card, tmp_path / "new.safetensors")
    again = Landmarker(*load_checkpoint(tmp_path / "new.safetensors"))
    one, other = (
        each.query(seen29.faces[0].encoded, field29.layout, "new").points
        for each in (fitted.landmarker, again)
    )
    assert np.abs(one - other).max() < 0.1


def test_a_rule_that_the_deformer_never_saw_gets_a_field_of_its_own(landmarker, field29, seen29):
    layout = field29.layout
    brows = np.array(["brow" in name for name in layout.names])
    mouth = np.array(["lip" in name or "mouth" in name for name in layout.names])
    rule = np.outer(brows, [0.0, 5.0, 0.0]) + np.outer(mouth, [0.0, -4.0, 0.0])
    plain = run(fit_seen(landmarker, layout, "new", seen29))
    fit = run(fit_seen(landmarker, layout, "new", moved(landmarker, seen29, layout, rule)))
    learned = fit.landmarker.offsets("new", at=layout) - plain.landmarker.offsets("new", at=layout)
    assert fit.own_field
    assert np.abs(learned - rule)[:, 1].mean() < 0.4 * np.abs(rule[:, 1]).mean()
    flipped = fit.landmarker.offsets("new", at=layout.queries * np.array([-1, 1, 1], np.float32))
    assert np.allclose(flipped, fit.landmarker.offsets("new", at=layout) * [-1, 1, 1], atol=1e-4)


def test_files_that_count_from_one_show_as_a_shift(landmarker, field29, seen29, fitted):
    still = np.zeros((len(field29.layout), 3))
    fit = run(
        fit_seen(
            landmarker, field29.layout, "new", moved(landmarker, seen29, field29.layout, still, (1.0, 1.0))
        )
    )
    assert fit.shift[0] - fitted.shift[0] == pytest.approx(1.0, abs=0.4)
    assert fit.landmarker.pixel_shift("new")[0] == pytest.approx(fit.shift[0], abs=1e-3)


def test_a_known_convention_is_fitted_anew(landmarker, field29, seen29):
    fit = run(fit_seen(landmarker, field29.layout, "demo_field29", seen29))
    assert fit.landmarker.conventions == landmarker.conventions


def test_what_cannot_be_fitted_is_said(landmarker, field29):
    def fails(dataset, said, **options):
        with pytest.raises(InflError, match=said):
            run(fit_convention(landmarker, dataset, **options))

    def with_points(change):
        return replace(
            field29, samples=tuple(replace(s, points=change(s.points)) for s in field29.samples[:9])
        )

    fails(replace(field29, samples=field29.samples[:5]), "too few")
    fails(field29.split("val"), "parts val are kept")
    fails(with_points(lambda points: np.full_like(points, 7)), "coincide")
    fails(with_points(np.random.default_rng(0).permutation), "of 9 annotated faces only")
    fails(replace(field29, layout=None), "nobody said")
    fails(field29, "no code to fit", convention="canonical")
