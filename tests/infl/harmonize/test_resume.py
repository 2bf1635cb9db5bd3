"""Harmonising that is stopped, killed, or begun again with other inputs; and that it always writes the same bytes."""

import hashlib
import os
import signal
import subprocess
import sys
import tracemalloc
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from infl.datasets import open_dataset
from infl.harmonize import harmonise, resume
from infl.harmonize.resume import fingerprint, parts_folder
from infl.layouts import save_layout
from infl.model import load_landmarker
from infl.progress import Progress, run

OWN = ("left_eye_outer", "right_eye_outer", "nose_tip", "left_mouth", "right_mouth")

IN_PIECES_OF_TWO = """
import sys
from infl.datasets import open_dataset
from infl.harmonize import harmonise, resume
from infl.layouts import load_layout
from infl.model import load_landmarker

resume.FACES_A_PIECE = 2
folder, target, out, checkpoint = sys.argv[1:]
for progress in harmonise(load_landmarker(checkpoint), [open_dataset(folder)], load_layout(target), out):
    print(progress.phase, progress.done, progress.total, flush=True)
"""


@pytest.fixture(scope="module")
def landmarker(untrained_checkpoint):
    return load_landmarker(untrained_checkpoint)


@pytest.fixture
def pieces_of_two(monkeypatch):
    monkeypatch.setattr(resume, "FACES_A_PIECE", 2)


@pytest.fixture
def folder(drawn_set, layout_of) -> Path:
    return drawn_set("drawn", layout_of("own", *OWN), "here", 7)


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def after(job, faces: int) -> Progress:
    """Let a job go on until so many faces are done, beyond what it learns of the set before."""
    return next(p for p in job if p.phase == "harmonising" and p.done == faces)


def whole_pieces(out: Path) -> dict[str, tuple[int, int]]:
    """Name → inode and time of the pieces that lie beside `out`."""
    return {p.name: (p.stat().st_ino, p.stat().st_mtime_ns) for p in parts_folder(out).rglob("*.h5")}


def test_however_often_it_is_killed_it_goes_on_and_writes_the_same_bytes(
    landmarker, untrained_checkpoint, folder, layout_of, tmp_path, pieces_of_two
):
    target, out = layout_of("target"), tmp_path / "x.h5"
    save_layout(target, tmp_path / "target.json")
    run(harmonise(landmarker, [open_dataset(folder)], target, tmp_path / "in one go.h5"))
    kept: dict[str, tuple[int, int]] = {}
    for moment in ("harmonising 1 7", "harmonising 3 7", "harmonising 4 5", "writing 2 4"):
        command = [
            sys.executable,
            "-c",
            IN_PIECES_OF_TWO,
            folder,
            tmp_path / "target.json",
            out,
            untrained_checkpoint,
        ]
        job = subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE, text=True)
        assert job.stdout is not None
        for line in job.stdout:
            if line.strip() == moment:
                job.send_signal(signal.SIGKILL)
                break
        assert job.wait(30) == -signal.SIGKILL, f"it ended before “{moment}”"
        job.stdout.close()
        assert not out.exists()
        now = whole_pieces(out)
        assert kept.items() <= now.items(), "what is done is not touched again"
        kept = now
    assert len(kept) == 4
    progress = list(harmonise(landmarker, [open_dataset(folder)], target, out))
    assert {p.phase for p in progress} == {"writing"}
    assert digest(out) == digest(tmp_path / "in one go.h5")
    assert sorted(p.name for p in tmp_path.glob("x.h5*")) == ["x.h5"]


def test_a_closed_job_keeps_whole_pieces_and_says_how_many(
    landmarker, folder, layout_of, tmp_path, pieces_of_two
):
    target, out = layout_of("target"), tmp_path / "x.h5"
    job = harmonise(landmarker, [open_dataset(folder)], target, out)
    after(job, 6)
    job.close()
    assert sorted(whole_pieces(out)) == ["000-0000000.h5", "000-0000002.h5"]
    assert not list(tmp_path.rglob("*.part"))
    again = after(harmonise(landmarker, [open_dataset(folder)], target, out), 1)
    assert (again.done, again.total, again.message) == (1, 3, "drawn (4 faces were done before)")


def test_a_changed_picture_begins_anew(landmarker, folder, layout_of, tmp_path, pieces_of_two):
    target, out = layout_of("target"), tmp_path / "x.h5"
    job = harmonise(landmarker, [open_dataset(folder)], target, out)
    after(job, 3)
    job.close()
    (folder / "0.png").write_bytes((folder / "6.png").read_bytes())
    again = harmonise(landmarker, [open_dataset(folder)], target, out)
    assert after(again, 1).total == 7
    assert not whole_pieces(out), "the old ones are gone"
    again.close()
    run(harmonise(landmarker, [open_dataset(folder)], target, out))
    run(harmonise(landmarker, [open_dataset(folder)], target, tmp_path / "in one go.h5"))
    assert digest(out) == digest(tmp_path / "in one go.h5")


def test_only_its_own_are_removed(landmarker, folder, layout_of, tmp_path):
    out = tmp_path / "x.h5"
    parts_folder(out).mkdir()
    (parts_folder(out) / "mine.txt").write_text("somebody's own")
    run(harmonise(landmarker, [open_dataset(folder)], layout_of("target"), out))
    assert [p.name for p in parts_folder(out).iterdir()] == ["mine.txt"]


def test_every_input_counts(landmarker, folder, layout_of):
    dataset, target, about = (
        open_dataset(folder),
        layout_of("target"),
        {"convention": "here", "transfer": True},
    )
    sample = dataset.samples[3]

    def changed(**fields):
        return replace(
            dataset, samples=(*dataset.samples[:3], replace(sample, **fields), *dataset.samples[4:])
        )

    def of(dataset=dataset, about=about, target=target, landmarker=landmarker, more=()):
        return fingerprint(landmarker, target, about, [dataset, *more])

    def other_card(landmarker):
        return type(landmarker)(
            landmarker.network, {**landmarker.card, "sigma": {"scale": 2.0, "power": 1.0}}
        )

    first = of()
    assert of(open_dataset(folder)) == first, "opened again it is the same"
    moved = sample.points.copy()
    moved[0, 0] = np.nextafter(moved[0, 0], np.float32(np.inf))
    others = [
        of(changed(points=moved)), of(changed(visibility=np.ones_like(sample.visibility))), of(changed(key="k")),
        of(changed(split="test")), of(changed(subject="s")), of(changed(extra={"yaw": 1})),
        of(changed(image=folder / "0.png")), of(changed(image=folder / "none.png")),
        of(changed(provenance=np.zeros(len(OWN), np.uint8))), of(changed(origins=(("a", "b"),))),
        of(dataset.split("train")), of(more=[dataset]), of(replace(dataset, convention="there")),
        of(replace(dataset, layout=None)), of(replace(dataset, name="other")), of(target=layout_of("target", *OWN)),
        of(about={**about, "transfer": False}), of(about={**about, "convention": "there"}),
        of(landmarker=other_card(landmarker)),
    ]  # fmt: skip
    stamp = sample.image.stat()
    os.utime(sample.image, ns=(stamp.st_atime_ns, stamp.st_mtime_ns + 1))
    others.append(of())
    assert len({first, *others}) == 1 + len(others)


def test_other_weights_begin_anew(landmarker, folder, layout_of, tmp_path, pieces_of_two):
    target, out = layout_of("target"), tmp_path / "x.h5"
    job = harmonise(landmarker, [open_dataset(folder)], target, out)
    after(job, 3)
    job.close()
    assert len(whole_pieces(out)) == 1
    weight = landmarker.network.query_deformer.out.weight.data
    before = weight.clone()
    weight.mul_(1.5)
    try:
        assert after(harmonise(landmarker, [open_dataset(folder)], target, out), 1).total == 7
    finally:
        weight.copy_(before)


def test_memory_does_not_grow_with_the_number_of_faces(
    landmarker, drawn_set, layout_of, tmp_path, monkeypatch
):
    monkeypatch.setattr(resume, "FACES_A_PIECE", 4)
    dataset, target = open_dataset(drawn_set("drawn", layout_of("own", *OWN), "here", 4)), layout_of("target")

    def peak(times: int) -> int:
        """Bytes that were held at most at once, beyond what was held before, for `times` times the set."""
        many = replace(dataset, samples=tuple(
            replace(sample, key=f"{i}/{sample.key}") for i in range(times) for sample in dataset.samples))  # fmt: skip
        tracemalloc.start()
        try:
            run(harmonise(landmarker, [many], target, tmp_path / "x.h5"))
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(1)  # what is loaded once
    small, large = peak(1), peak(6)
    assert large - small < 300_000, "a kept photograph alone has 67 kB, and 20 more are read"
