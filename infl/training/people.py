"""Rendered people as a training set of code 0: exact 2D, 3D and head rotation fix what photographs leave open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.spatial import KDTree

from infl.datasets import Dataset
from infl.geometry.contour import Slides, slides_of
from infl.geometry.rotations import FRONTAL
from infl.layouts import layout
from infl.model.config import HEAD_CENTRE
from infl.model.network import CANONICAL
from infl.progress import Job, Progress
from infl.rendering.photo_backgrounds import photo_backgrounds
from infl.rendering.photo_skin import skin_photos
from infl.rendering.render_people import render_people
from infl.rendering.training_people import People, Places, open_people, rendered
from infl.training.faces import Face, FaceSet

OUTLINES = ("ibug68", "wflw98")  # whose outline points people have
LAYOUTS = ("ibug68", "wflw98", "scut86", "cofw29", "aflw21", "webmorph189")
SEED, SIZE = 1, 256  # of the rendering
RANDOM_PLACES = 200  # on the face, and as many mirrored
CONTOUR_CLEARANCE = 10.0  # mm


def load_people(
    folder: str | Path,
    count: int,
    workers: int = 1,
    photographs: Sequence[Dataset] = (),
    ict: Path | None = None,
) -> Job[list[FaceSet]]:
    """The first `count` people of a folder, as one set with many places on C.

    Where the folder does not hold that many yet they are rendered: on `workers` cores, before the training
    pictures of the sets `photographs` and with skin off them, with faces of the ICT-FaceKit file `ict` (see
    `render_people`).

    Outline points lie where the turn of each head slides them. Other places near them are left out: there photographs
    follow the visible outline, and the same query must not ask for both.
    """
    if rendered(folder) < count:
        backgrounds = photo_backgrounds(photographs)
        skins = skin_photos(photographs)
        yield from render_people(count, SEED, SIZE, folder, workers, backgrounds, ict, skins)
    people = open_people(folder)
    places = people.places(_queries(people))
    outlines = [_Outline.of(people, slides_of(layout(name))) for name in OUTLINES]
    queries = np.vstack([places.xyz, *(outline.slides.paths[:, 0] for outline in outlines)])
    started = Progress("reading rendered people", 0, count)
    faces = []
    for i in range(count):
        faces.append(_face(people, i, places, outlines))
        if (i + 1) % 100 == 0:
            yield Progress(started.phase, i + 1, count, started=started.started)
    keys = tuple(people.image_path(i).name for i in range(count))
    contour = np.arange(len(queries)) >= len(places.xyz)
    return [FaceSet("people", CANONICAL, queries.astype(np.float32), contour, tuple(faces), keys)]


@dataclass(frozen=True)
class _Outline:
    """The outline points of a layout, with the places on C of all their paths."""

    slides: Slides
    places: Places

    @classmethod
    def of(cls, people: People, slides: Slides) -> _Outline:
        return cls(slides, people.places(slides.paths.reshape(-1, 3)))

    def slid(self, people: People, i: int, head: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(S, 3) mm on C and (S, 3) mm on person i: where the outline points of that head are."""
        weights = self.slides.weights(head[None])[0]
        weights[:, 0] += 1
        there = people.points3d(i, self.places).reshape(self.slides.paths.shape)
        return tuple(np.einsum("sm,smd->sd", weights, paths) for paths in (self.slides.paths, there))


def _queries(people: People) -> np.ndarray:
    """(K, 3) mm: the layouts' points that stay in place, and random ones with their mirror images."""
    layouts = [layout(name) for name in LAYOUTS]
    firm = np.vstack([one.queries[~one.contour] for one in layouts])
    outline = KDTree(np.vstack([one.queries[one.contour] for one in layouts]))
    anywhere = people.random_places(np.random.default_rng(0), RANDOM_PLACES).xyz
    both = np.vstack([firm, anywhere, anywhere * [-1, 1, 1]])
    return both[outline.query(both)[0] > CONTOUR_CLEARANCE]


def _face(people: People, i: int, places: Places, outlines: Sequence[_Outline]) -> Face:
    camera = people.camera(i)
    middle = camera.rotation @ np.array(HEAD_CENTRE) + camera.translation
    head = FRONTAL.T @ _towards(middle) @ camera.rotation
    slid = [outline.slid(people, i, head) for outline in outlines]
    points3d = np.vstack([people.points3d(i, places), *(there for _, there in slid)])
    return Face(
        picture=people.image(i),
        points=camera.project(points3d).astype(np.float32),
        head=head,
        centre=camera.project(np.array([HEAD_CENTRE]))[0],
        scale=float(camera.focal_length / middle[2]),
        points3d=points3d.astype(np.float32),
        queries=np.vstack([places.xyz, *(on_c for on_c, _ in slid)]).astype(np.float32),
        focal=float(camera.focal_length),
    )


def _towards(direction: np.ndarray) -> np.ndarray:
    """(3, 3) rotation that turns the camera so that it looks along `direction`: a crop sees its face from there."""
    z = direction / np.linalg.norm(direction)
    x = np.cross([0.0, 1.0, 0.0], z)
    x /= np.linalg.norm(x)
    return np.stack([x, np.cross(z, x), z])
