"""A small data set in every format, written by the tests themselves."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import scipy.io

from infl.images import write_image


def picture(path: Path, width: int = 64, height: int = 48) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_image(path, np.full((height, width, 3), 128, np.uint8))
    return path


def points(count: int) -> np.ndarray:
    """(count, 2) distinct positions in a 64 × 48 picture."""
    i = np.arange(count)
    return np.stack([10 + i * 0.25, 5 + i * 0.125], 1)


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def rows(xy: np.ndarray, end: str = "\n") -> str:
    return end.join(f"{x:.4f} {y:.4f}" for x, y in xy)


def pts(root: Path, stem: str, xy: np.ndarray, suffix: str = ".jpg") -> Path:
    picture(root / f"{stem}{suffix}")
    return write(root / f"{stem}.pts", f"version: 1\nn_points: {len(xy)}\n{{\n{rows(xy)}\n}}\n")


def _ibug(root: Path) -> None:
    for stem in "abc":
        pts(root, stem, points(68) + 1)


def _wflw(root: Path) -> None:
    xy = " ".join(f"{v:.4f}" for v in points(98).ravel())
    for name in "abc":
        picture(root / "WFLW_images" / f"{name} 1.jpg")
    lines = "\n".join(f"{xy} 1 2 30 40 0 1 0 1 0 1 {name} 1.jpg" for name in "abc")
    write(root / "list_98pt_rect_attr_train.txt", lines)


def _mtfl(root: Path) -> None:
    xy = " ".join(f"{v:.4f}" for v in points(5).T.ravel())
    for name in "abc":
        picture(root / "lfw" / f"{name}.jpg")
    write(root / "training.txt", "\n".join(f" lfw\\{name}.jpg {xy} 1 2 2 3" for name in "abc"))


def _scut(root: Path) -> None:
    (root / "facial landmark").mkdir()
    for name in "abc":
        picture(root / "Images" / f"{name}.jpg")
        data = struct.pack("<i", 86) + points(86).astype("<f4").tobytes()
        (root / "facial landmark" / f"{name}.pts").write_bytes(data)


def table(names: str, count: int, more: str = "") -> str:
    header = f"image{more and ',' + more}," + ",".join(f"x{i},y{i}" for i in range(count))
    xy = ",".join(f"{v:.4f}" for v in points(count).ravel())
    return "\n".join([header, *(f"{name}.jpg{more and ',12.5'},{xy}" for name in names)])


def _aflw(root: Path) -> None:
    for name in "abc":
        picture(root / f"{name}.jpg")
    write(root / "annotations.csv", table("abc", 21, "yaw_deg"))


def _aflw2000(root: Path) -> None:
    for name in "abc":
        picture(root / f"{name}.jpg")
        xyz = np.concatenate([points(68).T + 1, np.arange(68)[None]])
        pose = np.array([[0.1, 0.2, 0.3, 1, 2, 3, 4]])
        scipy.io.savemat(root / f"{name}.mat", {"pt3d_68": xyz, "Pose_Para": pose})
    write(root / "reannotated68.csv", table("abc", 68))
    write(root / "aflw21.csv", table("abc", 21))


def _webmorph(root: Path) -> None:
    for name in "abc":
        picture(root / "deep" / f"{name}.jpg")
        write(root / "deep" / f"{name}.tem", f"189\n{rows(points(189))}\n1\n0\n2\n0 1\n")


def _imm(root: Path) -> None:
    for name in "abc":
        picture(root / f"{name}.jpg")
        parts = (points(73) + 0.5) / (64, 48)
        lines = "\n".join(
            f"0 \t0 \t{x:.8f} \t{y:.8f} \t{i} \t0 \t1\t0.0\t0.0" for i, (x, y) in enumerate(parts)
        )
        write(root / f"{name}.asf", f"# AAM\n\n73\n\n# points\n{lines}\n# host image\n{name}.jpg\n")


def _face_synthetics(root: Path) -> None:
    for name in ("000000", "000001", "000002"):
        picture(root / f"{name}.png")
        write(root / f"{name}_ldmks.txt", rows(points(70)))


def _imglab(root: Path) -> None:
    images = ""
    for name in "abc":
        picture(root / f"{name}.jpg")
        parts = "\n".join(f"<part name='{i:02}' x='{x}' y='{y}'/>" for i, (x, y) in enumerate(points(68)))
        images += (
            f"<image file='{name}.jpg'>\n<box top='1' left='2' width='3' height='4'>\n{parts}</box></image>\n"
        )
    write(root / "faces.xml", f"<?xml version='1.0'?>\n<dataset><images>{images}</images></dataset>")


def _ljson(root: Path) -> None:
    for name in "abc":
        picture(root / f"{name}.png")
        marks = {"landmarks": {"points": points(68)[:, ::-1].tolist()}, "labels": []}
        write(root / f"{name}.ljson", json.dumps({"version": 3, "groups": {"all": marks}}))


def _coco(root: Path) -> None:
    images, annotations = [], []
    for i, name in enumerate("abc"):
        picture(root / f"{name}.jpg")
        images.append({"id": i, "file_name": f"{name}.jpg"})
        keypoints = np.c_[points(29), np.full(29, 2)].ravel().tolist()
        annotations.append({"id": i, "image_id": i, "keypoints": keypoints, "bbox": [1, 2, 3, 4]})
    write(root / "faces.json", json.dumps({"images": images, "annotations": annotations}))


def _csv(root: Path) -> None:
    for name in "abc":
        picture(root / f"{name}.jpg")
    write(root / "points.csv", table("abc", 12))


FORMATS: dict[str, tuple[Callable[[Path], None], int]] = {
    "ibug_pts": (_ibug, 68),
    "wflw": (_wflw, 98),
    "mtfl": (_mtfl, 5),
    "scut_pts": (_scut, 86),
    "aflw_csv": (_aflw, 21),
    "aflw2000": (_aflw2000, 68),
    "webmorph_tem": (_webmorph, 189),
    "imm_asf": (_imm, 73),
    "face_synthetics": (_face_synthetics, 70),
    "imglab": (_imglab, 68),
    "menpo_ljson": (_ljson, 68),
    "coco_keypoints": (_coco, 29),
    "csv": (_csv, 12),
}
"""Format → (writes a set of three faces, all with `points(count)`, into a folder; count)."""


@pytest.fixture(params=FORMATS)
def small_set(request, tmp_path: Path) -> tuple[str, Path, np.ndarray]:
    """(format, folder, (K, 2) points of each of its three faces), once for every format."""
    build, count = FORMATS[request.param]
    build(tmp_path)
    return request.param, tmp_path, points(count)
