"""What the pictures of a set say about its convention: its annotators' clicks beside one common idea of each point.

For every annotated face the photograph is encoded once and the set's own layout is asked as the *canonical* convention
means it. What is left, annotation − prediction, is how far this set departs from the canonical convention on this face,
plus what the network gets wrong of it. With the camera the departure can be read in millimetres on C.

Why not in the set's own convention, adding what the deformer learned? The deformer moves the query, and how far the
landmark then moves in the picture is up to the landmark predictor: as far as that is not 1 : 1, the sum is off (it left
half as much again of the demo's planted rules). The canonical prediction is the same for whoever annotated the picture,
so it cancels between two annotations of the same pictures; on others it must only err alike on both sets. It also needs
no learned code, so that sets which the checkpoint never saw can be compared, and a shift in pixels that a convention
learned is not in it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from infl.datasets.dataset import Dataset, Sample
from infl.errors import FileError, InflError
from infl.geometry.transforms import move
from infl.harmonize.annotated_face import ELSEWHERE, encode_annotated
from infl.layouts import Layout
from infl.model.landmarker import Encoded, Landmarker
from infl.model.search import PROBABLE
from infl.progress import Job, Progress

ANNOTATORS = 1.0
"""mm on C, one standard deviation an axis, by which a click trembles: a sure prediction is trusted no further."""

STEP = 0.5  # mm, of the camera's numerical derivative


@dataclass(frozen=True, eq=False)
class Evidence:
    """F faces of one set with the K points of its layout.

    residual: (F, K, 2) float32 pixels of the photograph, annotation − canonical prediction, NaN where the point is not
    annotated or the head itself hides it. jacobian: (F, K, 2, 3) float32, pixels that a point moves in the photograph
    for a mm on C; an outline point moves in the plane of the upright picture, as it is no place on the skin. sigma:
    (F, K) float32 pixels, prediction and click together. clusters: (F,) str, who is in the picture: faces of one
    cluster are no independent witnesses. turned: (F,) float32, sine of the head's yaw. left_out: faces that are not
    here because another face, or none, was found. unreadable: what could not be read, in words.
    """

    name: str
    convention: str
    layout: Layout
    residual: np.ndarray
    jacobian: np.ndarray
    sigma: np.ndarray
    clusters: np.ndarray
    turned: np.ndarray
    left_out: int
    unreadable: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.residual)

    def where(self, keep: np.ndarray) -> Evidence:
        """Only the faces of an index or (F,) bool."""
        return replace(
            self, residual=self.residual[keep], jacobian=self.jacobian[keep], sigma=self.sigma[keep],
            clusters=self.clusters[keep], turned=self.turned[keep],
        )  # fmt: skip


def gather(landmarker: Landmarker, dataset: Dataset, pictures: int | None = None) -> Job[Evidence]:
    """Look at every annotated face of `dataset`, or at those of `pictures` photographs, evenly spread.

    Raises InflError when nobody described the set's points or none of its faces can be used.
    """
    layout = described(dataset)
    samples = evenly(dataset.samples, pictures)
    faces_of = Counter(sample.image for sample in dataset.samples)
    start = Progress(f"looking at {dataset.name}", 0, len(samples))
    rows, left_out, unreadable = [], 0, []
    for done, sample in enumerate(samples, 1):
        try:
            image = sample.load_image()
        except FileError as error:
            unreadable.append(str(error))
        else:
            encoded = encode_annotated(landmarker, image, dataset, sample, faces_of[sample.image] == 1)
            row = _look(landmarker, encoded, layout, sample)
            left_out += row is None
            if row is not None:
                rows.append((*row, _cluster(dataset, sample), encoded.camera.head[0, 2]))
        yield Progress(start.phase, done, len(samples), started=start.started)
    if not rows:
        first = f" {unreadable[0]}" if unreadable else ""
        raise InflError(f"{dataset.name}: none of {len(samples)} annotated faces was found again.{first}")
    residual, jacobian, sigma, clusters, turned = (list(column) for column in zip(*rows, strict=True))
    return Evidence(
        name=dataset.name,
        convention=dataset.convention,
        layout=layout,
        residual=np.array(residual, np.float32),
        jacobian=np.array(jacobian, np.float32),
        sigma=np.array(sigma, np.float32),
        clusters=np.array(clusters),
        turned=np.array(turned, np.float32),
        left_out=left_out,
        unreadable=tuple(unreadable),
    )


def described(dataset: Dataset) -> Layout:
    """The set's layout; raises InflError where nobody said what its points mean."""
    if dataset.layout is None:
        raise InflError(
            f"{dataset.name}: nobody said what its {dataset.point_count} points mean; "
            "name its layout in a dataset.json."
        )
    return dataset.layout


def evenly(samples: Sequence[Sample], pictures: int | None) -> tuple[Sample, ...]:
    """The faces of at most `pictures` photographs, spread over all of them; None for all."""
    images = list(dict.fromkeys(sample.image for sample in samples))
    if pictures is None or pictures >= len(images):
        return tuple(samples)
    chosen = {images[i] for i in np.linspace(0, len(images) - 1, max(pictures, 1)).round().astype(int)}
    return tuple(sample for sample in samples if sample.image in chosen)


def _look(
    landmarker: Landmarker, encoded: Encoded, layout: Layout, sample: Sample
) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
    """Residual, Jacobian and sigma of one face; None where the face that was found is not the annotated one."""
    found = landmarker.query(encoded, layout)
    residual = sample.points.astype(np.float64) - found.points
    known = np.isfinite(residual.sum(1))
    if not known.any():
        return None
    box = np.ptp(sample.points[known], axis=0).max() if known.sum() > 1 else encoded.face_size
    far = np.median(np.linalg.norm(residual[known], axis=1)) > ELSEWHERE * box
    if far or encoded.score < PROBABLE:
        return None
    residual[~found.visible] = np.nan
    jacobian = _jacobian(encoded, found.queries.astype(np.float64))
    scale = np.sqrt((jacobian**2).sum((1, 2)) / 2)
    jacobian[layout.contour] = _in_the_picture(jacobian[layout.contour], scale[layout.contour])
    return residual, jacobian, np.hypot(found.sigma, ANNOTATORS * scale)


def _jacobian(encoded: Encoded, queries: np.ndarray) -> np.ndarray:
    """(K, 2, 3) pixels of the photograph for each mm on C."""

    def seen(shift: np.ndarray) -> np.ndarray:
        return move(encoded.roi, encoded.camera.project(queries + shift))

    axes = STEP * np.eye(3)
    return np.stack([(seen(axis) - seen(-axis)) / (2 * STEP) for axis in axes], -1)


def _in_the_picture(jacobian: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """The same for points that move in the plane of the upright picture: x and y of C, whatever the head's turn."""
    up = jacobian[:, :, 1] / np.maximum(np.linalg.norm(jacobian[:, :, 1], axis=1, keepdims=True), 1e-9)
    left = np.stack([-up[:, 1], up[:, 0]], 1)
    flat = np.stack([left, up, np.zeros_like(up)], -1)
    return flat * scale[:, None, None]


def _cluster(dataset: Dataset, sample: Sample) -> str:
    """Who is in the picture, the same in every set of one folder."""
    if sample.subject:
        return f"{dataset.root.resolve()} {sample.subject}"
    return str(sample.image.resolve())
