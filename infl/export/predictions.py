"""Predictions for plain photographs as one JSON file."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from infl.errors import FileError, InflError
from infl.images import cv2, read_image
from infl.layouts import Layout
from infl.model.landmarker import Encoded, Landmarker, Landmarks
from infl.model.network import CANONICAL
from infl.progress import Job, Progress

FORMAT, FORMAT_VERSION = "infl-predictions", 1


def predict(
    landmarker: Landmarker,
    photos: Sequence[str | Path],
    layout: Layout,
    out: str | Path,
    convention: str = CANONICAL,
) -> Job[int]:
    """Find `layout` as `convention` means it in every photograph, write `out`, and return how many failed.

    The file is written as the photographs come, and gets its name when it is whole. One object a photograph in
    `photos`, with the fields of `landmarks_json`, or with `error` where the picture cannot be read.
    Raises InflError for an unknown convention.
    """
    out = Path(out)
    landmarker.offsets(convention, at=layout)  # an unknown convention is said before the work
    progress = Progress("predicting", 0, len(photos))
    head = {
        "format": FORMAT, "format_version": FORMAT_VERSION, "convention": convention,
        "layout": {"name": layout.name, "points": list(layout.names), "edges": [list(e) for e in layout.edges]},
        "queries": rounded(layout.queries, 3),
    }  # fmt: skip
    temporary = out.with_name(out.name + ".part")
    failed = 0
    try:
        with open(temporary, "w", encoding="utf-8") as file:
            file.write(json.dumps(head, ensure_ascii=False)[:-1] + ', "photos": [')
            for done, photo in enumerate(photos, 1):
                record: dict = {"image": str(photo)}
                try:
                    encoded = landmarker.encode(read_image(photo))
                    record |= landmarks_json(encoded, landmarker.query(encoded, layout, convention))
                except (InflError, cv2.error) as error:
                    record["error"] = str(error)
                    failed += 1
                file.write(("\n" if done == 1 else ",\n") + json.dumps(record, ensure_ascii=False))
                yield Progress(
                    progress.phase, done, len(photos), metrics={"failed": failed}, started=progress.started
                )
            file.write("\n]}\n")
        os.replace(temporary, out)
    except OSError as error:
        raise FileError(out, f"cannot be written ({error.strerror or error}).") from error
    finally:
        temporary.unlink(missing_ok=True)
    return failed


def landmarks_json(encoded: Encoded, found: Landmarks) -> dict:
    """size: [width, height]; points: pixels from (0, 0), the centre of the top-left one; sigma: pixels, one standard
    deviation an axis; points3d: millimetres in the canonical frame; camera: of the normalised crop, in which pixel =
    focal_length · (X/Z, Y/Z) + principal_point with (X, Y, Z) = rotation @ canonical + translation; yaw_pitch_roll:
    degrees, of the head in the photograph; roi: (2, 3), from pixels of that crop, crop_size, to pixels of the
    photograph.
    """
    camera = encoded.camera
    height, width = encoded.crop.shape[:2]
    return {
        "size": list(encoded.image_size),
        "points": rounded(found.points, 3),
        "sigma": rounded(found.sigma, 3),
        "points3d": rounded(found.points3d, 3),
        "camera": {
            "rotation": rounded(camera.rotation, 8),
            "translation": rounded(camera.translation, 4),
            "focal_length": round(float(camera.focal_length), 4),
            "principal_point": rounded(camera.principal_point, 3),
        },
        "yaw_pitch_roll": rounded(np.array(encoded.euler_degrees), 3),
        "roi": rounded(encoded.roi, 6),
        "crop_size": [width, height],
    }


def rounded(values: np.ndarray, digits: int) -> list:
    """Nested lists of numbers with that many decimals."""
    return np.round(np.asarray(values, np.float64), digits).tolist()
