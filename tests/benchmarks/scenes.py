"""Are faces found in larger scenes? `python tests/benchmarks/scenes.py [--out report.json]`.

Held-out pictures pasted into scenes of 640 × 480 px, one face each: from 1/12 of the scene's height to filling it, or
cut off by its border with up to a quarter outside, turned by up to 45°; see `infl/evaluation/scenes.py`. A face
counts as found within 15 % of √(w·h) of its box; see `infl/evaluation/recall.py`.

Then what the score says (a face is claimed above 0.5): of the faces above, and of scenes without one: the same
backgrounds with nothing pasted; with a part of a photograph pasted that shows no face; such parts by themselves. (A
few of the parts from AFW do show somebody whom nobody annotated: about 2 of 100.)
"""

from __future__ import annotations

from dataclasses import asdict

import numpy as np
from common import arguments_of, held_out, save

import infl
from infl.evaluation.recall import SURE, Recall, recall_by_bucket, score_of, sight
from infl.evaluation.scenes import beside_the_face, decoy_scene, empty_scene, scene_of

SETS = ("ibug68", "wflw98", "scut86", "aflw2000", "webmorph189", "imm73", "facesynthetics70")


def line(name: str, row: Recall) -> None:
    unsure = "" if np.isnan(row.unsure) else f"{100 * row.unsure:16.1f}"
    print(f"{name:20s} {row.scenes:7d} {100 * row.found:8.1f} {row.error:9.2f}{unsure}")


def main() -> None:
    parser = arguments_of(__doc__, pictures=True, out=True)
    parser.add_argument("--each", type=int, default=1, help="scenes of each picture")
    arguments = parser.parse_args()
    landmarker = infl.load_landmarker(arguments.checkpoint)
    sightings, false_alarms = {}, {"empty scenes": [], "decoys": [], "parts of photographs": []}

    def look(kind: str, image: np.ndarray) -> None:
        false_alarms[kind].append(score_of(landmarker.encode(image)))

    for name in SETS:
        dataset, samples = held_out(landmarker, arguments.data / name, pictures=arguments.pictures)
        scenes = (scene_of(sample, dataset.layout, n) for sample in samples for n in range(arguments.each))
        sightings[name] = [sight(landmarker, scene, dataset.layout, dataset.convention) for scene in scenes]
        for sample in samples:
            look("empty scenes", empty_scene(sample.key))
            part = beside_the_face(sample, dataset.layout)
            if part is not None:
                look("decoys", decoy_scene(part, sample.key))
                look("parts of photographs", part)
    all_of_them = [sighting for some in sightings.values() for sighting in some]
    rows = {name: recall_by_bucket(some)["all"] for name, some in sightings.items()}
    rows |= recall_by_bucket(all_of_them)
    print(f"{'':20s} {'scenes':>7s} {'found %':>8s} {'median %':>9s}   score ≤ {SURE} %")
    for name, row in rows.items():
        line(name, row)
    report: dict[str, dict] = {
        "recall": {name: asdict(row) for name, row in rows.items()},
        "false alarms": {},
    }
    print(f"\nwithout a face{'images':>13s}   score > {SURE} %")
    for kind, scores in false_alarms.items():
        known = [score for score in scores if score is not None]
        share = float(np.mean([score > SURE for score in known])) if known else float("nan")
        print(
            f"{kind:20s} {len(scores):6d}   {f'{100 * share:.1f}' if known else 'this landmarker gives no score'}"
        )
        report["false alarms"][kind] = {"images": len(scores), "share": share}
    report["sightings"] = {name: [asdict(one) for one in some] for name, some in sightings.items()}
    save(arguments.out, report)


if __name__ == "__main__":
    main()
