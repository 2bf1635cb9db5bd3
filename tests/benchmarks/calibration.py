"""Is σ right? `python tests/benchmarks/calibration.py [--out report.json]`.

Every set's val part, whole photographs, asked in the set's own convention; of each annotated point its σ and its
distance r from the annotation. A right σ has a mean r²/(2σ²) of 1 and 39.3 % and 86.5 % of the points within σ and 2σ.
“scale” is what σ of that set has to be multiplied by when the 5 % worst points have no say: where it is about 1 and the
mean square is large, a few faces are wrong altogether and σ did not know. ρ is the rank correlation of σ and r.

Then the tenths of all points by σ (in per cent of each face's size: eye corners' distance or √box), and one correction
σ' = scale · σ^power for all sets, fitted on every second face and measured on the others.
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import numpy as np
from common import arguments_of, held_out, save

import infl
from infl.evaluation.calibration import Calibration, fit_sigma, measure_calibration
from infl.evaluation.nme import unit

SETS = ("ibug68", "wflw98", "scut86", "aflw21", "aflw2000", "aflw2000:aflw2000_re68", "aflw2000:aflw21", "mtfl5",
        "webmorph189", "imm73", "facesynthetics70")  # fmt: skip

Faces = list[tuple[np.ndarray, np.ndarray]]
"""(σ, r) of each face, (K,) each in units of its size; r is NaN where nothing is annotated."""


def faces_of(landmarker: infl.Landmarker, data: Path, name: str, pictures: int | None) -> Faces:
    folder, _, annotation = name.partition(":")
    dataset, samples = held_out(landmarker, data / folder, annotation or None, pictures)
    faces = []
    for sample in samples:
        size = unit(sample.points, dataset.layout.eye_corners, dataset.normaliser)[0]
        if size >= 1:
            encoded = landmarker.encode(sample.load_image())
            found = landmarker.query(encoded, dataset.layout, dataset.convention)
            far = np.linalg.norm(found.points - sample.points, axis=1)
            faces.append((found.sigma / size, far / size))
    return faces


def together(faces: Faces) -> tuple[np.ndarray, np.ndarray]:
    return np.concatenate([face[0] for face in faces]), np.concatenate([face[1] for face in faces])


def line(name: str, faces: int, measured: Calibration, rest: str = "") -> None:
    print(
        f"{name:26s} {faces:5d} {measured.points:7d} {measured.mean_square:9.2f} {100 * measured.within_one:7.1f} "
        f"{100 * measured.within_two:7.1f} {measured.rank_correlation:6.2f} {rest}"
    )


def main() -> None:
    arguments = arguments_of(__doc__, pictures=True, out=True).parse_args()
    landmarker = infl.load_landmarker(arguments.checkpoint)
    sets = {name: faces_of(landmarker, arguments.data, name, arguments.pictures) for name in SETS}
    everything = [face for faces in sets.values() for face in faces]
    report: dict[str, dict] = {}
    heads = f"{'r²/(2σ²)':>9s} {'< σ %':>7s} {'< 2σ %':>7s} {'ρ':>6s} {'scale':>6s}"
    print(f"{'set':26s} {'faces':>5s} {'points':>7s} {heads}")
    for name, faces in {**sets, "all": everything}.items():
        measured, scale = measure_calibration(*together(faces)), fit_sigma(*together(faces)).scale
        line(name, len(faces), measured, f"{scale:6.2f}")
        report[name] = {"faces": len(faces), **asdict(measured), "scale": scale}

    print(f"\n{'tenth by σ':>10s} {'σ %':>8s} {'√(mean r²/2) %':>15s} {'by the median r %':>18s}")
    for i, band in enumerate(measure_calibration(*together(everything)).bands, 1):
        print(f"{i:10d} {100 * band.sigma:8.2f} {100 * band.error:15.2f} {100 * band.median:18.2f}")

    for_fit, for_test = together(everything[::2]), everything[1::2]
    sigma, error = together(for_test)
    print(f"\nfitted on {len(everything[::2])} faces, measured on {len(for_test)} others:")
    line("σ as it is", len(for_test), measure_calibration(sigma, error))
    for power in (False, True):
        fitted = fit_sigma(*for_fit, power=power)
        corrected = measure_calibration(fitted.apply(sigma), error)
        name = f"{fitted.scale:.3f} · σ^{fitted.power:.3f}"
        line(name, len(for_test), corrected)
        report["fitted, with power" if power else "fitted"] = {**asdict(fitted), **asdict(corrected)}
    save(arguments.out, report)


if __name__ == "__main__":
    main()
