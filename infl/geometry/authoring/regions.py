"""Names for the parts of the skin: which region each triangle of the left half belongs to.

Regions are drawn as polygons on the frontal view of the face, most specific first, each with a depth behind which it
does not reach; what is left is told apart by height and depth.
"""

from __future__ import annotations

import numpy as np

from infl.geometry.authoring.curves import DRAWN
from infl.geometry.authoring.polygon import inside

# Regions that span the midline; all others come as left_… and right_….
MIDLINE = frozenset(
    [*("nose_bridge", "nose_tip", "philtrum", "upper_lip", "lower_lip", "inner_mouth"),
     *("chin", "forehead", "throat", "neck", "scalp")]
)  # fmt: skip


def skin_regions(centres: np.ndarray, features: dict[str, np.ndarray]) -> np.ndarray:
    """The region's name (n,) without its side for triangle centres (n, 3) of the left half (x ≥ 0)."""
    names = _by_place(centres)
    front = centres[:, :2]
    for name, outline, depth in reversed(_polygons(features)):
        names[inside(outline, front) & (centres[:, 2] > depth)] = name
    return names


def _by_place(centres: np.ndarray) -> np.ndarray:
    x, y, z = centres.T
    hair = np.array(DRAWN["hairline"])[::-1]  # from beside the eyes up
    names = np.full(len(centres), "cheek", dtype="<U20")
    names[y > 8] = "forehead"
    names[(y > -8) & (x > 53 + 0.1 * np.abs(y - 20))] = "temple"
    names[(y > -8) & (z < np.interp(y, hair[:, 1], hair[:, 2], left=-59, right=40))] = "scalp"
    low = (z < -58) & (y <= -8)
    names[low] = "neck"
    names[low & (z < -100) & (y > -50)] = "scalp"
    jaw = np.interp(z, [-60, -36, -9, 14, 21], [-52, -80, -102, -116, -119])
    names[(y < jaw + 9) & (x > 22) & ~low & (y < -40)] = "jaw"
    under = (y < jaw - 0.8) & ~low
    names[under] = "throat"
    names[under & (z < -40) | (y < -158)] = "neck"
    return names


def _polygons(f: dict[str, np.ndarray]) -> list[tuple[str, np.ndarray, float]]:
    """(name, outline in x and y, least z), the most specific first."""

    def between(a, b):
        return np.vstack([a, b[::-1]])[:, :2]

    def to_midline(curve):
        xy = curve[:, :2]
        return np.vstack([xy, [[-1, xy[-1, 1]], [-1, xy[0, 1]]]])

    bridge = f["nose_bridge_side"]
    crease = np.vstack([f["upper_lid"][:1], f["lid_crease"], f["upper_lid"][-1:]])
    fold = np.vstack([f["lower_lid"][:1], f["lower_lid_fold"], f["lower_lid"][-1:]])
    ala = np.array([[11.4, -32.6], [15, -33], [18.2, -37], [19.8, -41.6], [19, -45.8], [15.6, -48.8], [10.4, -46.6],
                    [10.2, -40]])  # fmt: skip
    tip = np.array([[-1, -30.5], [7.5, -30.5], [11, -33], [10.4, -41], [10.4, -44.4], [6, -45.2], [-1, -45]])
    base = np.array(
        [[-1, -45], [6, -45.2], [10.4, -44.4], [15.5, -48.6], [10, -49.6], [4.7, -49.6], [-1, -49.4]]
    )
    side = np.vstack(
        [bridge[:, :2], [[11.4, -32.6], [15, -33], [18.5, -32]], f["nose_side"][::-1, :2] + [2.4, 0]]
    )
    philtrum = to_midline(np.vstack([[[4.7, -49.6, 0]], f["philtrum_ridge"], f["upper_lip_border"][4:5]]))
    socket = np.vstack([crease, f["brow_lower_edge"][::-1]])[:, :2]
    chin = np.array([[-1, -88.5], [9, -88.5], [20, -90], [25, -98], [25, -122], [-1, -122]])
    return [
        ("upper_lid", between(f["upper_lid"], crease), -4.0),
        ("lower_lid", between(f["lower_lid"], fold), -4.0),
        ("eye_socket", socket, 0.0),
        ("brow", between(f["brow_lower_edge"], f["brow_upper_edge"]), -12.0),
        ("upper_lip", between(f["upper_lip_border"], f["upper_lip_inner"]), 10.0),
        ("lower_lip", between(f["lower_lip_border"], f["lower_lip_inner"]), 10.0),
        ("nose_tip", tip, 20.0),
        ("ala", ala, 20.0),
        ("nostril", base, 20.0),
        ("nose_bridge", to_midline(bridge), 15.0),
        ("nose_side", side, 10.0),
        ("philtrum", philtrum, 20.0),
        ("chin", chin, 4.0),
    ]
