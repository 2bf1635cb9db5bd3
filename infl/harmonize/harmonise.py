"""Every face of several data sets in one layout and one convention, written to one file."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np

from infl.datasets.dataset import Dataset, Sample
from infl.errors import FileError, InflError
from infl.export.harmonised_face import HarmonisedFace, Original, Source
from infl.export.hdf5_writer import HarmonisedWriter
from infl.harmonize.annotated_face import encode_annotated
from infl.harmonize.set_residuals import carryings
from infl.harmonize.transfer import Carrying, same_points, transfer_clicks
from infl.images import cv2
from infl.layouts import Layout
from infl.model.landmarker import Encoded, Landmarker
from infl.model.network import CANONICAL
from infl.progress import Job, Progress


@dataclass(frozen=True, eq=False)
class Target:
    """What is written: the layout, its convention, and whether clicks count."""

    layout: Layout
    convention: str
    transfer: bool


def harmonise(
    landmarker: Landmarker, datasets: Sequence[Dataset], target: Layout, out: str | Path, convention: str = CANONICAL,
    transfer: bool = True,
) -> Job[Path]:  # fmt: skip
    """Write every face of `datasets` in the layout `target` as `convention` means it, and return the file's path.

    With `transfer`, human clicks are kept and moved by what the conventions differ (`infl.harmonize.transfer`);
    without, every point is predicted. A picture that cannot be read is left out; a set whose layout or convention is
    not known is predicted; both are noted in the file. It appears under its name only when it is whole.
    Raises InflError when `convention` is not known, or nothing can be written.
    """
    out = Path(out)
    landmarker.offsets(convention, at=target)  # an unknown convention is said before the work
    if not out.absolute().parent.is_dir():
        raise FileError(out, "cannot be written: its folder does not exist.")
    datasets = with_names_of_their_own(datasets)
    root = common_root(datasets)
    wanted = Target(target, convention, transfer)
    sources = tuple(_source(dataset, target, root) for dataset in datasets)
    total = sum(len(dataset) for dataset in datasets)
    progress = Progress("harmonising", 0, total)
    ways: list[Carrying | None] = [None] * len(datasets)
    if transfer:
        ways = yield from carryings(landmarker, datasets, target, convention)
    with HarmonisedWriter(out, target, sources, _about(landmarker, wanted, root, out)) as writer:
        done, first = 0, ""
        for dataset, source, carrying in zip(datasets, sources, ways, strict=True):
            for error in (*dataset.problems, *_not_moved(landmarker, dataset, transfer)):
                writer.problem(source.folder, str(error))
            faces_of = Counter(sample.image for sample in dataset.samples)
            photo = _Photo()
            for sample in dataset.samples:
                try:
                    image, sha256 = photo.read(sample)
                    encoded = encode_annotated(
                        landmarker, image, dataset, sample, faces_of[sample.image] == 1
                    )
                    face = harmonise_face(landmarker, encoded, dataset, sample, wanted, carrying)
                except (InflError, cv2.error, OSError) as error:
                    first = first or str(error)
                    writer.problem(_relative(sample.image, root), str(error))
                else:
                    writer.append(replace(face, image=_relative(sample.image, root), sha256=sha256))
                done += 1
                yield Progress(progress.phase, done, total, dataset.name, {"problems": writer.problems},
                               started=progress.started)  # fmt: skip
        if writer.written == 0:
            raise InflError(f"{out} was not written: none of {total} faces could be read. {first}".rstrip())
        return writer.commit()


def harmonise_face(
    landmarker: Landmarker,
    encoded: Encoded,
    dataset: Dataset,
    sample: Sample,
    target: Target,
    carrying: Carrying | None,
) -> HarmonisedFace:
    """One face of an encoded photograph; `image` and `sha256` of the result are left empty.

    carrying: how the residuals of this data set reach the target; None where everything is predicted.
    """
    found = landmarker.query(encoded, target.layout, target.convention)
    own = None
    if carrying is not None and dataset.layout is not None:
        own = landmarker.query(encoded, dataset.layout, dataset.convention)
    moved = transfer_clicks(sample.points, sample.visibility, encoded, own, found, carrying)
    return HarmonisedFace(
        image="", key=sample.key, dataset=dataset.name, convention=dataset.convention, split=sample.split,
        subject=sample.subject, size=encoded.image_size, sha256="", points=moved.points, sigma=moved.sigma,
        visibility=moved.visibility, provenance=moved.provenance, points3d=found.points3d, camera=encoded.camera,
        roi=encoded.roi, original=Original(sample.points, sample.visibility, sample.extra),
    )  # fmt: skip


class _Photo:
    """The photograph last read: faces of one picture follow each other."""

    def __init__(self):
        self.path, self.image, self.sha256 = None, np.zeros((0, 0, 3), np.uint8), ""

    def read(self, sample: Sample) -> tuple[np.ndarray, str]:
        if sample.image != self.path:
            image, sha256 = sample.load_image(), hashlib.sha256(sample.image.read_bytes()).hexdigest()
            self.path, self.image, self.sha256 = sample.image, image, sha256
        return self.image, self.sha256


def common_root(datasets: Sequence[Dataset]) -> Path:
    """The deepest folder that holds all sets; raises InflError where there is none."""
    try:
        return Path(os.path.commonpath([os.path.abspath(dataset.root) for dataset in datasets]))
    except ValueError as error:
        raise InflError("There is nothing to harmonise, or the sets lie on several drives.") from error


def weights_sha256(landmarker: Landmarker) -> str:
    """SHA-256 over the names and half-precision weights, in alphabetical order: the same for a checkpoint's file,
    whatever else its header says, and for the same weights in memory.
    """
    digest = hashlib.sha256()
    for name, tensor in sorted(landmarker.network.state_dict().items()):
        digest.update(name.encode())
        digest.update(tensor.detach().cpu().half().contiguous().numpy().tobytes())
    return digest.hexdigest()


def _about(landmarker: Landmarker, target: Target, root: Path, out: Path) -> dict[str, str | bool]:
    try:
        infl = version("infl-studio")
    except PackageNotFoundError:
        infl = ""
    recipe = landmarker.card.get("recipe")
    return {
        "root": _relative(root, out.absolute().parent),
        "convention": target.convention,
        "transfer": target.transfer,
        "checkpoint": str(recipe.get("name", "")) if isinstance(recipe, dict) else "",
        "weights_sha256": weights_sha256(landmarker),
        "infl": infl,
    }


def _source(dataset: Dataset, target: Layout, root: Path) -> Source:
    pairs = (
        np.full(len(target), -1, np.int32) if dataset.layout is None else same_points(target, dataset.layout)
    )
    return Source(dataset.name, _relative(dataset.root, root), dataset.format, dataset.convention, dataset.layout,
                  dataset.point_count, dataset.normaliser, dataset.pixel_origin, pairs)  # fmt: skip


def _not_moved(landmarker: Landmarker, dataset: Dataset, transfer: bool) -> list[str]:
    """Why the clicks of a whole set cannot be moved, if so."""
    if not transfer:
        return []
    if dataset.layout is None:
        return [
            f"{dataset.name}: nobody said what its {dataset.point_count} points mean, so all points are predicted."
        ]
    if dataset.convention not in landmarker.conventions:
        known = ", ".join(landmarker.conventions)
        return [f"{dataset.name}: the checkpoint does not know its convention “{dataset.convention}” (only {known}), "
                "so all points are predicted. Fine-tune on this set, or say which of these it follows."]  # fmt: skip
    return []


def with_names_of_their_own(datasets: Sequence[Dataset]) -> list[Dataset]:
    """The same sets; of those that share a name, the later ones get a number."""
    result, used = [], set()
    for dataset in datasets:
        name, number = dataset.name, 2
        while name in used:
            name, number = f"{dataset.name} {number}", number + 1
        used.add(name)
        result.append(replace(dataset, name=name))
    return result


def _relative(path: Path, root: Path) -> str:
    return Path(os.path.relpath(os.path.abspath(path), root)).as_posix()
