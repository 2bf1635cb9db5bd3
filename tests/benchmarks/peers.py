"""infl beside what people would pick instead, in one process: `python tests/benchmarks/peers.py [--out report.json]`.

Needs an environment of its own, in which infl and the others are together (a project that uses infl needs none of it):

    python -m venv peers
    peers/bin/pip install mediapipe==0.10.14 "numpy<2" "opencv-contrib-python<4.12" torch==2.13.0 \
        h5py pandas scipy safetensors pydantic tyro rich
    peers/bin/pip install dlib-bin face-recognition-models
    peers/bin/pip install --no-deps -e .
    peers/bin/python tests/benchmarks/peers.py --out report.json

All get the whole photograph and no box, each picture by itself, and answer with iBUG's 68 points:

- infl, in the canonical convention and in that of the set (its deformer);
- MediaPipe 0.10.14's FaceMesh, with 468 points and with the refined 478, for still pictures and with the thresholds
  that it comes with. For each of iBUG's points that point of the mesh stands which lies nearest to it on the mean of
  Helen's and LFPW's train pictures (`nearest_points`);
- dlib's frontal face detector (pictures as large as they are: enlarging them finds no more) and its 68 points, of the
  largest face. They were trained on all of 300-W, AFW among it: their row on AFW is no held-out one.

“Adapted” is the same after a linear map of all of the detector's points to the set's own rules: aligned with their mean
shape by a similarity, each coordinate by ridge regression from all of them (`fit_adaptation`), fitted on train pictures
(Helen and LFPW for AFW, AFLW2000's for AFLW2000), of which those count where the detector found the annotated face: the
middles of both boxes lie within half of √(w·h).

AFW: NME over the distance of the outer eye corners. AFLW2000: mean distance to the fitted 68 over √(w·h), by the yaw
fitted. A face that is missed counts 100 %; what is found is counted as it is, be it another person. Jitter: see
`infl/evaluation/stability.py`, over the photographs in which every row has a face. Milliseconds: AFW's pictures, each
shown to all in turn, after ten to warm up; wall clock, and CPU time of all threads. torch and OpenCV have one thread;
MediaPipe has what threads it makes itself.
"""

from __future__ import annotations

import importlib.util
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("GLOG_minloglevel", "2")

import numpy as np
import torch
from common import arguments_of, evenly, held_out, save

import infl
from infl.datasets import Dataset, Sample
from infl.evaluation.adaptation import fit_adaptation, nearest_points
from infl.evaluation.held_out import largest_faces
from infl.evaluation.nme import NOT_FOUND, box_size, nme, unit
from infl.evaluation.stability import Predict, Stability, measure_stability
from infl.images import cv2
from infl.progress import run

YAWS = {"0 – 30°": (0, 30), "30 – 60°": (30, 60), "60 – 90°": (60, 181)}
WARM_UP = 10  # pictures
PHOTOGRAPHS = 20  # of the stability protocol
DLIB_MODEL = "models/shape_predictor_68_face_landmarks.dat"


@dataclass
class Row:
    """One line of the table. afw, aflw2000: what finds the 68 points in a picture of that set."""

    name: str
    afw: Predict
    aflw2000: Predict
    figures: dict[str, object] = field(default_factory=dict)


def rows_of_infl(landmarker: infl.Landmarker) -> list[Row]:
    layout = infl.layout("ibug68")

    def asked(convention: str) -> Predict:
        return lambda image: landmarker.query(landmarker.encode(image), layout, convention).points

    canonical = asked("canonical")
    return [
        Row("infl, canonical", canonical, canonical),
        Row("infl, the set's", asked("ibug68"), asked("aflw2000")),
    ]


def face_mesh(refined: bool) -> Predict:
    """MediaPipe: (468 or 478, 2) px of the face that it is surest of."""
    from mediapipe.python.solutions.face_mesh import FaceMesh

    mesh = FaceMesh(static_image_mode=True, max_num_faces=1, refine_landmarks=refined)

    def find(image: np.ndarray) -> np.ndarray | None:
        faces = mesh.process(image).multi_face_landmarks
        height, width = image.shape[:2]
        return np.array([(p.x * width, p.y * height) for p in faces[0].landmark]) if faces else None

    return find


def dlib68() -> Predict:
    """dlib: (68, 2) px of the largest face."""
    import dlib

    package = importlib.util.find_spec("face_recognition_models")
    if package is None or package.origin is None:
        raise ImportError("face_recognition_models")
    detect = dlib.get_frontal_face_detector()
    predict = dlib.shape_predictor(str(Path(package.origin).parent / DLIB_MODEL))

    def find(image: np.ndarray) -> np.ndarray | None:
        boxes = detect(image, 0)
        if not boxes:
            return None
        largest = max(boxes, key=lambda box: box.area())
        return np.array([(p.x, p.y) for p in predict(image, largest).parts()], float)

    return find


def rows_of_peer(name: str, find: Predict, ibug: list[Sample], aflw2000: list[Sample]) -> list[Row]:
    """The peer as it is, and adapted on the train pictures of both sets."""
    found, wanted = known(find, ibug)
    index = np.arange(68) if found.shape[1] == 68 else nearest_points(found, wanted)
    to_ibug, to_aflw2000 = fit_adaptation(found, wanted), fit_adaptation(*known(find, aflw2000))
    print(f"{name}: adapted on {len(found)} of {len(ibug)} pictures of iBUG, ridge {to_ibug.strength:g}")

    def after(change: Callable[[np.ndarray], np.ndarray]) -> Predict:
        def predict(image: np.ndarray) -> np.ndarray | None:
            points = find(image)
            return None if points is None else change(points)

        return predict

    chosen = after(lambda points: points[index])
    return [
        Row(name, chosen, chosen, {"points": index.tolist()}),
        Row(f"{name}, adapted", after(to_ibug.apply), after(to_aflw2000.apply)),
    ]


def known(find: Predict, samples: list[Sample]) -> tuple[np.ndarray, np.ndarray]:
    """Found (N, M, 2) and annotated (N, K, 2) points of the pictures in which the annotated face was found."""
    pairs = []
    for sample in samples:
        points = find(sample.load_image())
        if points is not None:
            apart = (points.max(0) + points.min(0)) / 2 - (sample.points.max(0) + sample.points.min(0)) / 2
            if np.linalg.norm(apart) < box_size(sample.points) / 2:
                pairs.append((points, sample.points))
    return np.array([pair[0] for pair in pairs]), np.array([pair[1] for pair in pairs])


def errors_of(predict: Predict, dataset: Dataset, samples: Sequence[Sample]) -> dict[str, float]:
    """Sample key → NME in per cent."""
    corners = dataset.layout.eye_corners if dataset.layout else None
    return {
        s.key: nme(predict(s.load_image()), s.points, unit(s.points, corners, dataset.normaliser)[0])
        for s in samples
    }


def timings(rows: list[Row], samples: Sequence[Sample]) -> dict[str, tuple[float, float, float]]:
    """Row → (median, 95th percentile, median of the CPU time) in milliseconds."""
    spent: dict[str, list[tuple[float, float]]] = {row.name: [] for row in rows}
    for sample in samples:
        image = sample.load_image()
        for row in rows:
            wall, busy = time.perf_counter(), time.process_time()
            row.afw(image)
            spent[row.name].append((time.perf_counter() - wall, time.process_time() - busy))
    measured = {}
    for name, values in spent.items():
        wall, busy = 1e3 * np.array(values[WARM_UP:]).T
        measured[name] = (float(np.median(wall)), float(np.percentile(wall, 95)), float(np.median(busy)))
    return measured


def measure(rows: list[Row], afw: tuple[Dataset, list[Sample]], posed: tuple[Dataset, list[Sample]]) -> None:
    """Fill in every row's figures."""
    yaw = {sample.key: abs(np.degrees(sample.extra["pose"][1])) for sample in posed[1]}
    shown = afw[0].where(lambda sample: any(sample is one for one in afw[1]))
    steady: dict[str, Stability] = {}
    for row in rows:
        near, turned = errors_of(row.afw, *afw), errors_of(row.aflw2000, *posed)
        values = np.array(list(near.values()))
        row.figures |= {"AFW NME %": values.mean(), "median %": np.median(values), "missed": misses(near)}
        for name, (low, high) in YAWS.items():
            row.figures[name] = float(
                np.mean([e for key, e in turned.items() if low <= yaw[key] < high] or np.nan)
            )
        row.figures |= {"AFLW2000 %": np.mean(list(turned.values())), "missed there": misses(turned)}
        steady[row.name] = run(measure_stability(row.afw, shown, photographs=PHOTOGRAPHS))
        row.figures |= {"AFW errors": near, "AFLW2000 errors": turned}
    common = set.intersection(*(set(stability.jitter) for stability in steady.values()))
    times = timings(rows, afw[1])
    for row in rows:
        stability, (median, slow, busy) = steady[row.name], times[row.name]
        jitter = np.mean([stability.jitter[key] for key in common]) if common else np.nan
        row.figures |= {"jitter %": jitter, "lost": stability.lost, "ms": median, "p95": slow, "CPU ms": busy}
    print(f"\n{len(afw[1])} faces of AFW, {len(posed[1])} of AFLW2000 "
          f"({', '.join(f'{sum(a <= y < b for y in yaw.values())} at {n}' for n, (a, b) in YAWS.items())}); "
          f"jitter over {len(common)} photographs")  # fmt: skip


def misses(errors: dict[str, float]) -> int:
    return sum(error == NOT_FOUND for error in errors.values())


def show(rows: list[Row]) -> None:
    heads = [name for name, figure in rows[0].figures.items() if isinstance(figure, (int, float))]
    print(f"{'':28s}" + "".join(f"{name:>13s}" for name in heads))
    for row in rows:
        cells = (row.figures[name] for name in heads)
        print(f"{row.name:28s}" + "".join(f"{c:13d}" if isinstance(c, int) else f"{c:13.2f}" for c in cells))


def main() -> None:
    arguments = arguments_of(__doc__, pictures=True, out=True).parse_args()
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    landmarker = infl.load_landmarker(arguments.checkpoint)
    afw, posed = (held_out(landmarker, arguments.data / name, pictures=arguments.pictures)
                  for name in ("ibug68", "aflw2000"))  # fmt: skip
    train = [
        evenly([s for s in largest_faces(dataset.samples)[0] if s.split == "train"], arguments.pictures)
        for dataset, _ in (afw, posed)
    ]
    rows = rows_of_infl(landmarker)
    for name, peer in (
        ("MediaPipe 478", lambda: face_mesh(True)), ("MediaPipe 468", lambda: face_mesh(False)), ("dlib 68", dlib68)
    ):  # fmt: skip
        try:
            find = peer()
        except ImportError as error:
            print(f"{name} has no row: {error} is not installed here.")
            continue
        rows += rows_of_peer(name, find, *train)
    measure(rows, afw, posed)
    show(rows)
    save(arguments.out, {row.name: row.figures for row in rows})


if __name__ == "__main__":
    main()
