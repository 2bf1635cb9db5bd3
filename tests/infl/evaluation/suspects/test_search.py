"""With the shipped network, on the drawn people of the demo."""

import csv
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

import infl
from infl.datasets import Dataset, open_dataset
from infl.errors import InflError
from infl.evaluation.planted import Plant, spoil
from infl.evaluation.suspects import Kind, Suspects, find_suspects
from infl.evaluation.suspects.page import write_page
from infl.evaluation.suspects.search import FEWEST
from infl.evaluation.suspects.table import write_table
from infl.progress import Progress, run
from infl.resources import resource

AT = {Plant.SWAP_ALL: 2, Plant.SHIFT: 6, Plant.BESIDE: 10, Plant.SWAP_GROUP: 14}
TWICE = 18


@pytest.fixture(scope="module")
def landmarker() -> infl.Landmarker:
    return infl.load_landmarker()


@pytest.fixture(scope="module")
def clean() -> Dataset:
    dataset = open_dataset(resource("demo", "demo_studio68"))
    return replace(dataset, samples=dataset.samples[:24])


@pytest.fixture(scope="module")
def dataset(clean) -> Dataset:
    """The demo's first faces, some with errors; one photograph is annotated twice."""
    samples = list(clean.samples)
    for what, i in AT.items():
        made = spoil(samples[i], clean.layout, what, np.random.default_rng(i))
        assert made is not None
        samples[i] = made[0]
    twice = replace(samples[TWICE], key=samples[TWICE].key + "#2", points=samples[TWICE].points + 1)
    return replace(clean, samples=(*samples[: TWICE + 1], twice, *samples[TWICE + 1 :]))


@pytest.fixture(scope="module")
def moments() -> list[Progress]:
    return []


@pytest.fixture(scope="module")
def suspects(landmarker, dataset, moments) -> Iterator[Suspects]:
    yield run(find_suspects(landmarker, [dataset]), moments.append)


def of_sample(suspects: Suspects, key: str) -> list:
    return [finding for finding in suspects.findings if finding.sample.key == key]


@pytest.mark.parametrize("what", AT)
def test_planted_errors_are_found_and_called_by_their_names(suspects, clean, what):
    key = clean.samples[AT[what]].key
    first = of_sample(suspects, key)[0]
    assert first.kind == what.kind
    assert first.names == tuple(clean.layout.names[k] for k in first.points)


def test_two_annotations_of_one_face(suspects, dataset):
    key = dataset.samples[TWICE].key
    found = [f for f in suspects.findings if f.sample.key.startswith(key)]
    assert [finding.kind for finding in found] == [Kind.WRONG_FACE]
    assert "same face" in found[0].message


def test_the_rest_is_hardly_suspected(suspects, dataset):
    planted = {dataset.samples[i].key for i in AT.values()}
    others = {f.sample.key for f in suspects.findings} - planted
    assert len(others) <= 3
    assert [f.score for f in suspects.findings] == sorted((f.score for f in suspects.findings), reverse=True)
    assert suspects.faces == {dataset.name: len(dataset)}


def test_messages_say_what_and_what_to_do(suspects, clean):
    def said(what):
        return of_sample(suspects, clean.samples[AT[what]].key)[0].message

    assert "Left and right of the whole face are swapped (58 of 68 clicks)" in said(Plant.SWAP_ALL)
    assert "one off along their curve" in said(Plant.SHIFT)
    assert "times the face's size away" in said(Plant.BESIDE)


def test_progress_comes_face_by_face(moments, suspects, dataset):
    looked = [m for m in moments if m.phase == dataset.name]
    assert [m.done for m in looked] == list(range(1, len(dataset) + 1))
    assert {m.total for m in looked} == {len(dataset)}


def test_the_table(suspects, dataset, tmp_path):
    write_table(suspects, tmp_path / "suspects.csv")
    with open(tmp_path / "suspects.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["sample"] for row in rows] == [finding.sample.key for finding in suspects.findings]
    for row, finding in zip(rows, suspects.findings, strict=True):
        assert (tmp_path / row["image"]).resolve() == finding.sample.image.resolve()
        assert tuple(int(k) for k in row["points"].split()) == finding.points
    swapped = next(row for row in rows if row["kind"] == "swapped left/right")
    assert len(swapped["renumber_as"].split()) == len(swapped["points"].split())
    assert not [path for path in tmp_path.iterdir() if path.suffix == ".part"]


class Page(HTMLParser):
    """Counts the tags of a page, and lists what it loads from elsewhere."""

    def __init__(self):
        super().__init__()
        self.tags: list[str] = []
        self.loads: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        said = dict(attrs)
        self.loads += [said.get(name) or "" for name in ("src", "href") if name in said and tag != "a"]

    handle_startendtag = handle_starttag


def test_the_page_needs_nothing_else(suspects, tmp_path):
    run(write_page(suspects, tmp_path / "suspects.html"))
    text = (tmp_path / "suspects.html").read_text(encoding="utf-8")
    page = Page()
    page.feed(text)
    assert page.tags.count("article") == len(suspects.findings)
    assert len(page.loads) == page.tags.count("image") == len(suspects.findings)
    assert all(load.startswith("data:image/jpeg;base64,") for load in page.loads)
    assert "<!--" not in text


def test_a_picture_that_went_away_leaves_the_page_whole(suspects, tmp_path):
    gone = replace(suspects.findings[0], sample=replace(suspects.findings[0].sample, image=Path("gone.jpg")))
    run(write_page(replace(suspects, findings=(gone, *suspects.findings[1:])), tmp_path / "x.html"))
    assert "gone.jpg: cannot be read" in (tmp_path / "x.html").read_text(encoding="utf-8")


def test_sets_in_which_nothing_can_be_called_wrong_are_refused(landmarker, clean):
    with pytest.raises(InflError, match="nobody said what its 68 points mean"):
        run(find_suspects(landmarker, [replace(clean, layout=None)]))
    with pytest.raises(InflError, match=f"too few .*{FEWEST}"):
        run(find_suspects(landmarker, [replace(clean, samples=clean.samples[:3])]))


def test_pictures_that_cannot_be_read_are_told(landmarker, clean):
    few = replace(
        clean, samples=(replace(clean.samples[0], image=Path("gone.jpg")), *clean.samples[1 : FEWEST + 1])
    )
    suspects = run(find_suspects(landmarker, [few]))
    assert suspects.faces == {clean.name: FEWEST}
    assert "gone.jpg" in suspects.problems[0]
