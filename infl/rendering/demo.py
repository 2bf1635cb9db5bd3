"""The data that comes with the program: three small sets of rendered people, annotated by three rules.

`python -m infl.rendering.demo OUT` writes them, the same bytes each time on the same machine:

- `demo_studio68`: iBUG `.pts` files, layout ibug68, every point where the canonical layout has it.
- `demo_clinic98`: WFLW's text list, layout wflw98; brows clicked along their lower edge, jaw points slid
  towards the ears.
- `demo_field29`: a CSV table, layout cofw29; outer eye corners and mouth corners further out, pupils (and the
  lids with them) and nose wings higher.

Each annotator adds his own tremble. `rules.json` holds the planted rules: for each set the offset of every
point on C in millimetres, which is what a deformer should find (as a difference against demo_studio68). Run it
again when the canonical face or the layouts change.
"""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from infl.geometry.canonical_face import canonical_face
from infl.geometry.surface import closest_points
from infl.images import cv2
from infl.layouts import Layout, layout
from infl.progress import Job, Progress, run
from infl.rendering.backgrounds import background
from infl.rendering.light import random_light
from infl.rendering.people import SUPERSAMPLING, Photograph, photograph
from infl.rendering.person import Person, random_expression, random_person
from infl.rendering.poses import Pose

SUBJECTS, PICTURES_EACH, HELD_OUT_SUBJECTS = 15, 4, 3
SIZE = 288  # px
TREMBLE = 0.008  # of the interocular distance, standard deviation in x and in y
_TERMS = "Rendered by infl.rendering.demo: nobody's photograph. MIT licence, as the program."
_Write = Callable[[Path, "DemoSet", list["Picture"]], None]


@dataclass(frozen=True)
class DemoSet:
    """One set: its rule moves points (K, 3) mm on C by (K, 3) mm; `scenes` are kinds of background."""

    name: str
    layout: str
    says: str
    rule: Callable[[np.ndarray], np.ndarray]
    scenes: tuple[str, ...]
    seed: int
    annotations: str
    write: _Write


@dataclass(frozen=True)
class Picture:
    """A rendered picture with its annotation: points (K, 2) px, counted from 0."""

    file: str
    subject: str
    split: str
    photograph: Photograph
    points: np.ndarray


def as_the_layout(points: np.ndarray) -> np.ndarray:
    """The canonical rule: no offset."""
    return np.zeros_like(points)


def clinic_rule(points: np.ndarray) -> np.ndarray:
    """Brows 3.6 mm lower; the jaw slid along its line towards the ears by up to 5 mm, the chin left where
    it is."""
    brow = _near(points, (34.0, 20.0, 16.0), (26.0, 8.0, 60.0))
    face = canonical_face()
    line = np.asarray(face.curves["left_jaw_line"], np.float64)
    folded = points * np.where(points[:, :1] < 0, (-1.0, 1.0, 1.0), (1.0, 1.0, 1.0))
    distance = np.linalg.norm(folded[:, None] - line[None], axis=2)
    nearest = distance.argmin(1)
    tangent = np.gradient(line, axis=0)
    tangent /= np.linalg.norm(tangent, axis=1, keepdims=True)
    along = np.linspace(0, 1, len(line))[nearest]
    slide = 5.0 * np.sin(np.pi * np.clip(along, 0, 1)) * np.exp(-0.5 * (distance.min(1) / 9.0) ** 2)
    jaw = slide[:, None] * tangent[nearest] * np.where(points[:, :1] < 0, (-1.0, 1.0, 1.0), (1.0, 1.0, 1.0))
    return brow[:, None] * (0.0, -3.6, 0.0) + jaw


def field_rule(points: np.ndarray) -> np.ndarray:
    """Outer eye corners and mouth corners 2.5 mm outwards; pupils, with the lids, and nose wings 2 mm up."""
    outwards = np.sign(points[:, :1]) * np.array([1.0, 0.0, 0.0])
    corners = _near(points, (45.6, -0.8, 3.2), (7.0, 7.0, 12.0)) + _near(
        points, (26.6, -70.7, 19.7), (7.0, 7.0, 12.0)
    )
    raised = _near(points, (32.0, 0.0, 12.0), (5.0, 6.0, 9.0)) + _near(
        points, (18.5, -42.0, 27.0), (6.5, 8.0, 12.0)
    )
    return 2.5 * corners[:, None] * outwards + 2.0 * raised[:, None] * (0.0, 1.0, 0.0)


def _near(points: np.ndarray, place: tuple, spread: tuple) -> np.ndarray:
    """(K,) 0…1 near a place of the left half or its mirror image; flat in the middle, so that all of it
    moves."""
    away = (points * np.where(points[:, :1] < 0, (-1.0, 1.0, 1.0), (1.0, 1.0, 1.0)) - place) / spread
    return np.exp(-0.5 * (away**2).sum(1) ** 2)


def planted(
    points: Layout, rule: Callable[[np.ndarray], np.ndarray]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Where a rule puts the points of a layout on C: triangle (K,), barycentric (K, 3), offset (K, 3) mm."""
    queries = points.queries.astype(np.float64)
    triangle, barycentric, xyz = closest_points(canonical_face(), queries + rule(queries))
    return triangle, barycentric, xyz - queries


def pictures_of(demo: DemoSet) -> Job[list[Picture]]:
    """Render and annotate a set."""
    points = layout(demo.layout)
    triangle, barycentric, _ = planted(points, demo.rule)
    corners = np.asarray(canonical_face().triangles)[triangle]
    out = []
    total = SUBJECTS * PICTURES_EACH
    beginning = Progress(demo.name, 0, total)
    for subject in range(SUBJECTS):
        person = random_person(np.random.default_rng((demo.seed, subject)))
        split = "val" if subject >= SUBJECTS - HELD_OUT_SUBJECTS else "train"
        for shot in range(PICTURES_EACH):
            rng = np.random.default_rng((demo.seed, subject, shot + 1))
            picture = shoot(rng, person, demo.scenes)
            there = np.einsum("kc,kcd->kd", barycentric, picture.face[corners])
            tremble = TREMBLE * _interocular(picture) * rng.normal(size=(len(points), 2))
            name = f"subject{subject + 1:02d}_{shot + 1}.jpg"
            clicked = picture.camera.project(there) + tremble
            out.append(Picture(name, f"subject{subject + 1:02d}", split, picture, clicked))
            yield Progress(demo.name, len(out), total, started=beginning.started)
    return out


def shoot(rng: np.random.Generator, person: Person, scenes: tuple[str, ...]) -> Photograph:
    """A picture of `person` as the sets hold them: turned a little less than people for training are."""
    pose = _turned(rng)
    expression, light = random_expression(rng), random_light(rng)
    return photograph(rng, person, expression, pose, light, background(rng, SIZE * SUPERSAMPLING, scenes))


def _turned(rng: np.random.Generator) -> Pose:
    """Mostly towards the camera, up to 56° aside."""
    yaw = rng.normal(0, 24) if rng.random() < 0.75 else rng.uniform(-70, 70)
    return Pose(
        yaw=0.8 * float(np.clip(yaw, -70, 70)),
        pitch=0.8 * float(np.clip(rng.normal(0, 11), -32, 32)),
        roll=0.7 * float(np.clip(rng.normal(0, 11), -40, 40)),
        size=rng.uniform(0.42, 0.72),
        shift=(rng.normal(0, 0.035), rng.normal(0, 0.035)),
        lens=float(np.exp(rng.uniform(np.log(1.0), np.log(5.0)))),
        torso=rng.uniform(0.15, 0.8),
    )


def _interocular(picture: Photograph) -> float:
    """Distance of the outer eye corners on the picture in space, as pixels at their depth: what yaw does
    not shorten."""
    outline = layout("ibug68")
    right, left = picture.points3d(outline)[list(outline.eye_corners or (36, 45))]
    depth = ((right + left) / 2) @ picture.camera.rotation[2] + picture.camera.translation[2]
    return float(np.linalg.norm(left - right) * picture.camera.focal_length / depth)


def write_jpeg(path: Path, rgb: np.ndarray) -> None:
    """A JPEG of middling quality: the demo is part of the repository."""
    path.parent.mkdir(parents=True, exist_ok=True)
    _, data = cv2.imencode(".jpg", cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, 84])
    path.write_bytes(data.tobytes())


def _write_pts(folder: Path, demo: DemoSet, pictures: list[Picture]) -> None:
    for picture in pictures:
        rows = "\n".join(f"{x:.3f} {y:.3f}" for x, y in picture.points + 1)  # counts pixels from 1
        text = f"version: 1\nn_points: {len(picture.points)}\n{{\n{rows}\n}}\n"
        (folder / picture.file).with_suffix(".pts").write_text(text)


def _write_wflw(folder: Path, demo: DemoSet, pictures: list[Picture]) -> None:
    lines = []
    for picture in pictures:
        numbers = " ".join(f"{value:.4f}" for value in picture.points.ravel())
        box = [*np.floor(picture.points.min(0)).astype(int), *np.ceil(picture.points.max(0)).astype(int)]
        lines.append(f"{numbers} {' '.join(map(str, box))} 0 0 0 0 0 0 {Path(picture.file).name}\n")
    (folder / "list_98pt_rect_attr.txt").write_text("".join(lines))


def _write_csv(folder: Path, demo: DemoSet, pictures: list[Picture]) -> None:
    count = len(pictures[0].points)
    with open(folder / "points.csv", "w", newline="") as stream:
        table = csv.writer(stream, lineterminator="\n")
        table.writerow(["image", *(f"{axis}{k}" for k in range(count) for axis in "xy")])
        for picture in pictures:
            table.writerow([picture.file, *(f"{value:.2f}" for value in picture.points.ravel())])


SETS = (
    DemoSet("demo_studio68", "ibug68", "every point where the canonical layout has it", as_the_layout,
            ("studio",), 68, "ibug_pts", _write_pts),
    DemoSet("demo_clinic98", "wflw98", "brows along their lower edge, jaw points slid towards the ears",
    clinic_rule,
            ("room", "studio"), 98, "wflw", _write_wflw),
    DemoSet("demo_field29", "cofw29", "eye and mouth corners further out, pupils, lids and nose wings higher",
    field_rule,
            ("clutter", "cloud"), 29, "points.csv", _write_csv),
)  # fmt: skip
_FOLDERS = {"demo_studio68": "", "demo_clinic98": "WFLW_images/", "demo_field29": "images/"}


def write_demo(out: str | Path) -> Job[Path]:
    """Write all three sets and `rules.json` into `out`."""
    out = Path(out)
    rules = {}
    for demo in SETS:
        folder = out / demo.name
        folder.mkdir(parents=True, exist_ok=True)
        rendered = yield from pictures_of(demo)
        pictures = [replace(picture, file=_FOLDERS[demo.name] + picture.file) for picture in rendered]
        for picture in pictures:
            write_jpeg(folder / picture.file, picture.photograph.image)
        demo.write(folder, demo, pictures)
        with open(folder / "splits.csv", "w", newline="") as stream:
            table = csv.writer(stream, lineterminator="\n")
            table.writerow(["image", "split", "subject"])
            table.writerows([picture.file, picture.split, picture.subject] for picture in pictures)
        header = {
            "format": "infl-dataset", "format_version": 1, "name": demo.name, "convention": demo.name,
            "layout": demo.layout, "annotations": demo.annotations, "terms": _TERMS,
        }  # fmt: skip
        (folder / "dataset.json").write_text(json.dumps(header, indent=1) + "\n")
        rules[demo.name] = _described(demo)
    text = {
        "format": "infl-planted-rules", "format_version": 1, "units": "millimetres in the canonical frame",
        "tremble": f"Gaussian, {TREMBLE} of the interocular distance in x and in y", "rules": rules,
    }  # fmt: skip
    (out / "rules.json").write_text(json.dumps(text) + "\n")
    return out


def _described(demo: DemoSet) -> dict:
    points = layout(demo.layout)
    _, _, offset = planted(points, demo.rule)
    queries = [[round(float(v), 3) for v in row] for row in points.queries]
    offsets = [[round(float(v), 3) for v in row] for row in offset]
    return {"layout": demo.layout, "says": demo.says, "queries": queries, "offsets": offsets}


def main() -> None:
    """`python -m infl.rendering.demo OUT`."""
    if len(sys.argv) != 2:
        sys.exit("usage: python -m infl.rendering.demo OUT")
    run(write_demo(sys.argv[1]), lambda p: print(f"\r{p.phase} {p.done}/{p.total}", end="", file=sys.stderr))
    print(file=sys.stderr)


if __name__ == "__main__":
    main()
