"""Is pose pose? `python tests/benchmarks/pose.py [--people FOLDER]`.

AFLW2000's val photographs, of several faces in one the annotated one: yaw, pitch and roll against the pose fitted in
the `.mat` files (there positive yaw is to the subject's right); r, slope and mean absolute error in degrees. The
network never saw a fitted pose: its rotations come from 2D landmarks and from rendered people.

Rendered people, whose pose, camera and 3D points are known: the angle of the rotation between head found and head
rendered, both along the ray to the head; focal length found over the camera's; 3D error of iBUG's 68. They are 100
people rendered here from a seed that no training uses, or the last 200 of a folder that `infl train --people` wrote:
training takes its people from the front of that folder, so only with many more of them than were trained on are the
last ones held out.

Δ is what the network bends: the distance between a query and the 3D point found for it, of iBUG's 68. On people it
stands beside the true one, since they are not shaped like C either.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
from common import arguments_of, held_out

import infl
from infl.evaluation.held_out import nearest_face
from infl.evaluation.pose import geodesic_degrees, head_as_seen
from infl.geometry.rotations import head_rotation
from infl.model import CANONICAL
from infl.model.landmarker import Encoded
from infl.progress import run
from infl.rendering.render_people import render_people
from infl.rendering.training_people import People, open_people

OWN_SEED, OWN_COUNT, SIZE = 77_777, 100, 256
LAST = 200  # of a folder
NEAR = 1.2  # a focal length is right within this factor


def photographs(landmarker: infl.Landmarker, folder: Path, pictures: int | None) -> None:
    layout, samples = infl.layout("ibug68"), held_out(landmarker, folder, pictures=pictures)[1]
    fitted = np.degrees([sample.extra["pose"][:3] for sample in samples])[:, [1, 0, 2]] * [-1, 1, 1]
    looks = [nearest_face(landmarker, sample.load_image(), sample.points) for sample in samples]
    found = np.array([encoded.euler_degrees for encoded in looks])
    sane = (np.abs(fitted) < 99).all(1)  # a few fits have gone astray
    print(f"AFLW2000: {sane.sum()} of {len(samples)} faces")
    for axis, name in enumerate(("yaw", "pitch", "roll")):
        x, y = fitted[sane, axis], found[sane, axis]
        slope = np.polyfit(x, y, 1)[0]
        print(
            f"{name:6s} r {np.corrcoef(x, y)[0, 1]:6.3f}   slope {slope:5.2f}   error {np.abs(x - y).mean():5.1f}°"
        )
    bent = [bending(landmarker, encoded, layout.queries) for encoded in looks]
    print(f"Δ      {np.mean(bent):.1f} mm")


def bending(landmarker: infl.Landmarker, encoded: Encoded, queries: np.ndarray) -> float:
    """Mean |Δ| in mm."""
    found = landmarker.query(encoded, queries).points3d
    return float(np.linalg.norm(found - queries, axis=1).mean())


def warn_of_trained(landmarker: infl.Landmarker, people: People, last: int) -> None:
    """Say so where the checkpoint's card lists the last people's pictures, or others of the same names."""
    names = {people.image_path(i).name for i in range(max(len(people) - last, 0), len(people))}
    trained = names & set(landmarker.card.get("training_keys", {}).get(CANONICAL, ()))
    if trained:
        print(
            f"\n{len(trained)} people are named as some that it was trained on; if it was in this folder, then on them"
        )


def rendered_people(landmarker: infl.Landmarker, people: People, last: int) -> None:
    places = people.places(infl.layout("ibug68").queries)
    queries = places.xyz.astype(np.float32)
    rows = []
    for i in range(max(len(people) - last, 0), len(people)):
        camera, truth = people.camera(i), people.points3d(i, places)
        encoded = landmarker.encode(people.image(i))
        found = landmarker.query(encoded, queries).points3d
        zoom = np.sqrt(abs(np.linalg.det(encoded.roi[:, :2])))
        rows.append(
            (
                geodesic_degrees(head_rotation(*encoded.euler_degrees), head_as_seen(camera)),
                abs(np.log(encoded.camera.focal_length * zoom / camera.focal_length)),
                *(
                    np.linalg.norm(a - b, axis=1).mean()
                    for a, b in ((found, queries), (truth, queries), (found, truth))
                ),
            )
        )
    turned, focal, bent, shaped, wrong = np.array(rows).T
    print(f"\nrendered people: {len(rows)}")
    print(f"rotation       median {np.median(turned):5.1f}°   mean {turned.mean():5.1f}°")
    print(
        f"focal length   median |log ratio| {np.median(focal):.2f}   within 20 % {(focal <= np.log(NEAR)).mean():.0%}"
    )
    print(
        f"Δ              {bent.mean():.1f} mm found, {shaped.mean():.1f} mm true; 3D error {wrong.mean():.1f} mm"
    )


def main() -> None:
    parser = arguments_of(__doc__, pictures=True)
    parser.add_argument(
        "--people", type=Path, metavar="FOLDER", help="of rendered people, instead of rendering here"
    )
    arguments = parser.parse_args()
    landmarker = infl.load_landmarker(arguments.checkpoint)
    photographs(landmarker, arguments.data / "aflw2000", arguments.pictures)
    if arguments.people:
        people, last = open_people(arguments.people), min(LAST, arguments.pictures or LAST)
        warn_of_trained(landmarker, people, last)
        rendered_people(landmarker, people, last)
        return
    count = min(OWN_COUNT, arguments.pictures or OWN_COUNT)
    with tempfile.TemporaryDirectory() as folder:
        rendered_people(landmarker, open_people(run(render_people(count, OWN_SEED, SIZE, folder))), count)


if __name__ == "__main__":
    main()
