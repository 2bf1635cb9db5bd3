"""Synthetic people for training, rendered once and kept in a folder, with exact labels for any point of C.

    people = open_people(folder)                         # that `render_people` wrote
    places = people.places(layout("ibug68").queries)     # (K, 3) mm on C → triangle, barycentric; do it once
    places = people.random_places(rng, 40)               # or anywhere on the face
    people.image(i)                                      # (S, S, 3) uint8 RGB
    people.points(i, places)                             # (K, 2) px
    people.points3d(i, places)                           # (K, 3) mm: these places on this person, canonical frame
    people.visible(i, places)                            # (K,) bool, not behind another part of the head
    people.camera(i)                                     # Camera: rotation (3, 3), translation (3,) mm, focal length px

The folder holds `people.json` (what it is: how many, their seed and size, whose head shapes, the
photographs behind half of them), `face.npz` (the vertices and triangles of C that were used),
`images/NNNNNN.jpg`, and `labels/NNNN.npz`, 50 pictures each (no pickle): vertices (n, V, 3) int16,
hundredths of a millimetre, C's vertices on each person; visible (n, ceil(V / 8)) uint8, bits by vertex;
rotation (n, 3, 3), translation (n, 3) mm, focal_length (n,) px, principal_point (n, 2) px, float64; seed
(n,). A stopped rendering goes on where it was. All of it is convention code 0: no deformation.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from infl.errors import FileError
from infl.geometry.camera import Camera
from infl.geometry.canonical_face import CanonicalFace
from infl.geometry.surface import closest_points
from infl.images import read_image

SHARD = 50  # pictures whose labels share a file
UNIT = 0.01  # mm
FORMAT, VERSION = "infl-people", 1
FRONT = (
    "forehead", "left_brow", "right_brow", "left_upper_lid", "right_upper_lid", "left_lower_lid",
    "right_lower_lid", "left_iris", "right_iris", "left_pupil", "right_pupil", "nose_bridge", "nose_tip",
    "left_nose_side", "right_nose_side", "left_ala", "right_ala", "philtrum", "upper_lip", "lower_lip",
    "chin", "left_cheek", "right_cheek", "left_jaw", "right_jaw", "left_temple", "right_temple",
)  # fmt: skip
"""Regions from which random places are drawn: the face, without ears, scalp, neck and what lies inside."""


@dataclass(frozen=True)
class Places:
    """K places on C: triangle (K,), barycentric (K, 3), xyz (K, 3) mm on C."""

    triangle: np.ndarray
    barycentric: np.ndarray
    xyz: np.ndarray


@dataclass(frozen=True)
class People:
    """A folder of rendered people; see the module's text for its arrays."""

    folder: Path
    size: int
    face: CanonicalFace
    vertices: np.ndarray
    seen: np.ndarray
    rotation: np.ndarray
    translation: np.ndarray
    focal_length: np.ndarray
    principal_point: np.ndarray

    def __len__(self) -> int:
        return len(self.rotation)

    def image_path(self, i: int) -> Path:
        """Where picture i is."""
        return self.folder / "images" / f"{i:06d}.jpg"

    def image(self, i: int) -> np.ndarray:
        """(S, S, 3) uint8 RGB."""
        return read_image(self.image_path(i))

    def camera(self, i: int) -> Camera:
        """Through which person i is seen in picture i."""
        return Camera(
            self.rotation[i], self.translation[i], float(self.focal_length[i]), self.principal_point[i]
        )

    def places(self, queries: np.ndarray) -> Places:
        """The places of C nearest to queries (K, 3) mm, for example a layout's."""
        return Places(*closest_points(self.face, queries))

    def random_places(self, rng: np.random.Generator, count: int) -> Places:
        """`count` places on the face at random, evenly by area, the finely meshed features twice as often."""
        triangle = self._front[np.searchsorted(self._share, rng.random(count))]
        u, v = np.sqrt(rng.random(count)), rng.random(count)
        barycentric = np.stack([1 - u, u * (1 - v), u * v], 1)
        corners = self.face.vertices[self.face.triangles[triangle]].astype(np.float64)
        return Places(triangle, barycentric, np.einsum("kc,kcd->kd", barycentric, corners))

    def points3d(self, i: int, places: Places) -> np.ndarray:
        """(K, 3) float64 mm, canonical frame."""
        corners = self.vertices[i][self.face.triangles[places.triangle]] * UNIT
        return np.einsum("kc,kcd->kd", places.barycentric, corners)

    def points(self, i: int, places: Places) -> np.ndarray:
        """(K, 2) float64 px."""
        return self.camera(i).project(self.points3d(i, places))

    def visible(self, i: int, places: Places) -> np.ndarray:
        """(K,) bool: the greater part of the triangle's corners is inside the picture and not hidden by the
        head."""
        seen = np.unpackbits(self.seen[i])[: len(self.face.vertices)]
        return (seen[self.face.triangles[places.triangle]] * places.barycentric).sum(1) > 0.5

    @cached_property
    def _front(self) -> np.ndarray:
        return np.sort(
            np.concatenate([self.face.regions[name] for name in FRONT if name in self.face.regions])
        )

    @cached_property
    def _share(self) -> np.ndarray:
        corners = self.face.vertices[self.face.triangles[self._front]].astype(np.float64)
        sides = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        area = np.linalg.norm(sides, axis=1) / 2
        share = np.cumsum(area / area.sum() + 1 / len(area))
        return share / share[-1]


def rendered(folder: str | Path) -> int:
    """How many people of a folder are there, pictures and labels; 0 where there is no such folder."""
    count = 0
    for path in sorted((Path(folder) / "labels").glob("*.npz")):
        with np.load(path, allow_pickle=False) as file:
            count += len(file["seed"])
    return count


def open_people(folder: str | Path) -> People:
    """Open what `render_people` wrote (as much of it as is there); raises FileError when it is not that."""
    folder = Path(folder)
    try:
        description = json.loads((folder / "people.json").read_text())
        with np.load(folder / "face.npz", allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
    except (OSError, ValueError) as error:
        raise FileError(folder, f"is no folder of rendered people ({error}).") from error
    if description.get("format") != FORMAT or description.get("format_version") != VERSION:
        raise FileError(folder / "people.json", "is of another format.", remedy="Render the people again.")
    regions = {k.removeprefix("region/"): v for k, v in arrays.items() if k.startswith("region/")}
    vertices = arrays["vertices"]
    face = CanonicalFace(
        vertices,
        arrays["triangles"],
        arrays["uv"],
        regions,
        {},
        0.0,
        np.arange(len(vertices), dtype=np.int32),
    )
    shards = []
    for path in sorted((folder / "labels").glob("*.npz")):
        with np.load(path, allow_pickle=False) as file:
            shards.append({name: file[name] for name in file.files})
    if not shards:
        raise FileError(
            folder / "labels", "holds no labels yet.", remedy="Let the rendering go on for a while."
        )
    names = {"vertices": "vertices", "visible": "seen", "rotation": "rotation", "translation": "translation",
             "focal_length": "focal_length", "principal_point": "principal_point"}  # fmt: skip
    labels = {field: np.concatenate([shard[name] for shard in shards]) for name, field in names.items()}
    return People(folder=folder, size=int(description["size"]), face=face, **labels)
