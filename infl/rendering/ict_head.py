"""ICT-FaceKit's identities and expressions, carried over to our head.

The user names a file of the model (Li et al., "Learning Formation of Physically-Based Face Attributes", 2020; MIT
licence; not part of this program), a compact .npz: vertices (V, 3) cm, triangles, material by triangle and the
materials' names, identity (60, V, 3) and expression (53, V, 3) as int8 with a scale by mode, expression_names, and
ibug68, the vertices of 68 landmarks. Its neutral head is laid onto the canonical face once: a similarity from
landmarks, a smooth warp through them, then one through closest points. Each of our vertices then moves as the place
of the ICT head does that it came to lie on. Mesh, eyes, teeth, hair and skin stay ours, and so do the motions that
are rotations: jaw, lids and gaze (`expressions`).
"""

from __future__ import annotations

import hashlib
import zipfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import scipy.sparse as sparse
from scipy.interpolate import RBFInterpolator
from scipy.spatial import KDTree

from infl.errors import FileError
from infl.geometry.canonical_face import CanonicalFace
from infl.geometry.surface import closest_points
from infl.layouts import layout
from infl.rendering.expressions import rig, smoothstep
from infl.rendering.head import Head, Part, head
from infl.rendering.person import Expression, MorphBasis, moved

_SKIN = ("M_Face", "M_BackHead")
_ROTATIONS = ("eyeBlink", "eyeLook", "jawOpen", "mouthClose")  # ours, and what only makes sense with ICT's
_REACH = (8.0, 30.0)  # mm from the ICT head: nearer follow it wholly, farther not at all
_MOUTH = (0, -70, 22)  # mm
_AROUND_MOUTH = (
    "upper_lip",
    "lower_lip",
    "philtrum",
    "chin",
    "left_cheek",
    "right_cheek",
    "left_jaw",
    "right_jaw",
)
_SMOOTHED = {"ear": 60, "nostril": 20}  # rounds, where the closest place jumps from fold to fold
_PAIRED = {  # probability, greatest weight
    "browDown": (0.2, 0.8), "browInnerUp": (0.2, 0.9), "browOuterUp": (0.2, 0.9), "cheekPuff": (0.04, 0.8),
    "cheekSquint": (0.2, 0.8), "eyeSquint": (0.25, 0.8), "eyeWide": (0.15, 0.8), "mouthDimple": (0.15, 0.6),
    "mouthFrown": (0.15, 0.7), "mouthLowerDown": (0.2, 0.8), "mouthPress": (0.1, 0.7),
    "mouthSmile": (0.4, 1.0), "mouthStretch": (0.12, 0.7), "mouthUpperUp": (0.2, 0.8), "noseSneer": (0.12, 0.8),
}  # fmt: skip
_SINGLE = {
    "jawLeft": (0.07, 0.6), "jawRight": (0.07, 0.6), "jawForward": (0.08, 0.6), "mouthFunnel": (0.1, 0.7),
    "mouthPucker": (0.12, 0.8), "mouthLeft": (0.08, 0.6), "mouthRight": (0.08, 0.6),
    "mouthRollLower": (0.06, 0.5), "mouthRollUpper": (0.06, 0.5), "mouthShrugLower": (0.1, 0.6),
    "mouthShrugUpper": (0.08, 0.6),
}  # fmt: skip


@dataclass(frozen=True)
class IctHead:
    """vertices (V, 3) cm, skin (T, 3) triangles, identity (I, V, 3) and expression (E, V, 3) cm at weight 1,
    names (E,), landmarks (68,) vertices in iBUG's order."""

    vertices: np.ndarray
    skin: np.ndarray
    identity: np.ndarray
    expression: np.ndarray
    names: tuple[str, ...]
    landmarks: np.ndarray


def load_ict(path: str | Path) -> IctHead:
    """Read the compact .npz; raises FileError where it is not that."""
    try:
        with np.load(path, allow_pickle=False) as file:
            materials = file["materials"].tolist()
            skin = np.isin(file["material"], [materials.index(name) for name in _SKIN])
            return IctHead(
                file["vertices"].astype(np.float64), file["triangles"][skin],
                file["identity"] * file["identity_scale"][:, None, None],
                file["expression"] * file["expression_scale"][:, None, None],
                tuple(file["expression_names"].tolist()), file["ibug68"],
            )  # fmt: skip
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        remedy = "Name the compact .npz of ICT-FaceKit."
        raise FileError(path, f"is no ICT-FaceKit head ({error}).", remedy=remedy) from error


def fingerprint(path: str | Path) -> str:
    """SHA-256 of the file: whose shapes were rendered."""
    try:
        return hashlib.sha256(Path(path).read_bytes()).hexdigest()
    except OSError as error:
        raise FileError(path, f"cannot be read ({error.strerror}).") from error


@lru_cache(maxsize=1)
def ict_basis(path: Path) -> MorphBasis:
    """The modes of the ICT head at `path`, carried to ours; once a process (some seconds)."""
    ict, whole = load_ict(path), head()
    scale, laid = _laid_onto(ict, whole)
    triangle, weights, near = _counterparts(ict, laid, whole)
    keep = [k for k, name in enumerate(ict.names) if not name.startswith(_ROTATIONS)]
    corners = ict.skin[triangle]

    def carried(modes: np.ndarray) -> np.ndarray:
        return scale * np.einsum("vc,mvcd->mvd", weights, modes[:, corners]) * near[:, None]

    smooth = _smoother(whole.face)
    identity = np.stack([_identity(whole, smooth(mode)) for mode in carried(ict.identity)])
    names = tuple(ict.names[k] for k in keep)
    modes = zip(names, carried(ict.expression[keep]), strict=True)
    expression = np.stack([_expression(whole, smooth(mode), name) for name, mode in modes])
    bared = np.where([name.startswith("mouthUpperUp") for name in names], 0.012, 0.0)
    return MorphBasis(identity.astype(np.float32), expression.astype(np.float32), names, bared)


def random_ict_identity(rng: np.random.Generator, basis: MorphBasis) -> np.ndarray:
    """(I,) weights of somebody."""
    return np.clip(rng.normal(0, 0.9, len(basis.identity)), -2.3, 2.3)


def random_ict_expression(rng: np.random.Generator, basis: MorphBasis) -> Expression:
    """Rest, a smile, speech, a grimace, a blink …, mostly alike on both sides."""
    at = {name: k for k, name in enumerate(basis.names)}
    weights = np.zeros(len(basis.names))
    for name, (often, most) in _PAIRED.items():
        if rng.random() < often:
            strength = most * rng.random()
            other = float(np.clip(strength + rng.normal(0, 0.12), 0, 1))
            weights[at[f"{name}_L"]], weights[at[f"{name}_R"]] = strength, other
    for name, (often, most) in _SINGLE.items():
        if rng.random() < often:
            weights[at[name]] = most * rng.random() ** 1.3
    return moved(rng, weights)


def _laid_onto(ict: IctHead, whole: Head) -> tuple[float, np.ndarray]:
    """(mm a cm, (V, 3) mm): the ICT head's vertices on the canonical face."""
    outline = layout("ibug68")
    firm = ~outline.contour
    source = ict.vertices[ict.landmarks[firm]]
    target = outline.queries[firm].astype(np.float64)
    scale, rotation, shift = _similarity(source, target)
    placed = scale * ict.vertices @ rotation.T + shift
    warp = RBFInterpolator(placed[ict.landmarks[firm]], target - placed[ict.landmarks[firm]],
                           kernel="linear", smoothing=0.5)  # fmt: skip
    far = smoothstep(160.0, 60.0, KDTree(target).query(placed)[0])
    placed = placed + far[:, None] * warp(placed)
    face = whole.face
    used = np.unique(ict.skin)
    for count in (500, 1200):
        samples = used[np.random.default_rng(0).choice(len(used), count, replace=False)]
        samples = samples[_outside(placed[samples])]
        _, _, there = closest_points(face, placed[samples])
        gap = there - placed[samples]
        good = np.linalg.norm(gap, axis=1) < 15
        firm_ids = ict.landmarks[firm]
        at = np.vstack([placed[samples[good]], placed[firm_ids]])
        move = np.vstack([gap[good], target - placed[firm_ids]])
        placed = placed + RBFInterpolator(at, move, kernel="linear", smoothing=1.0, neighbors=60)(placed)
    return scale, placed


def _outside(points: np.ndarray) -> np.ndarray:
    """(n,) bool: points (n, 3) mm that lie on the face's outside, neither in the mouth nor behind the lids."""
    mouth = np.linalg.norm((points - (0, -72, 5)) / (30, 22, 26), axis=1) < 1
    eyes = (
        np.linalg.norm((np.abs(points) * (1, 0, 0) + points * (0, 1, 1) - (32, 0, 2)) / (18, 14, 15), axis=1)
        < 1
    )
    return ~(mouth | eyes)


def _counterparts(ict: IctHead, laid: np.ndarray, whole: Head) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """For each of C's vertices: the triangle of `ict.skin` it lies on, the weights of its corners, and 0…1 how
    near that is. Upper and lower lip each keep to their own side."""
    face = whole.face
    vertices = face.vertices.astype(np.float64)
    middle = laid[ict.skin].mean(1)
    lips = np.linalg.norm((vertices - _MOUTH) / (36, 16, 30), axis=1) < 1
    at_mouth = np.linalg.norm((middle - _MOUTH) / (44, 30, 40), axis=1) < 1
    drop = ict.expression[ict.names.index("jawOpen"), :, 1][ict.skin].mean(1)
    lower, follows = drop < 0.35 * drop.min(), rig().jaw[: len(vertices)] > 0.5
    groups = (
        (~lips, np.ones(len(middle), bool)),
        (lips & ~follows, at_mouth & ~lower),
        (lips & follows, at_mouth & lower),
    )
    triangle, weights = np.zeros(len(vertices), int), np.zeros((len(vertices), 3))
    distance = np.full(len(vertices), np.inf)
    for ours, theirs in groups:
        ids = np.flatnonzero(theirs)
        surface = CanonicalFace(
            laid, ict.skin[ids], np.zeros((len(laid), 2)), {}, {}, 0.0, np.arange(len(laid))
        )
        found, barycentric, place = closest_points(surface, vertices[ours])
        triangle[ours], weights[ours] = ids[found], barycentric
        distance[ours] = np.linalg.norm(place - vertices[ours], axis=1)
    return triangle, weights, smoothstep(_REACH[1], _REACH[0], distance)


def _smoother(face: CanonicalFace):
    """Takes (V, 3) displacements of C's vertices and evens them out: a little everywhere, much in ears and
    nostrils."""
    faces = np.asarray(face.triangles)
    count = len(face.vertices)
    i, j = faces[:, [0, 1, 2, 1, 2, 0]].ravel(), faces[:, [1, 2, 0, 0, 1, 2]].ravel()
    links = sparse.csr_array((np.ones(len(i)), (i, j)), shape=(count, count))
    mean = sparse.csr_array(links.multiply(1 / np.maximum(np.asarray(links.sum(1)).reshape(-1, 1), 1)))
    rounds = np.full(count, 2)
    for name, ids in face.regions.items():
        for part, more in _SMOOTHED.items():
            if part in name.split("_"):
                rounds[np.unique(faces[ids])] = more

    def smooth(displacement: np.ndarray) -> np.ndarray:
        out = displacement
        for k in range(rounds.max()):
            out = np.where((rounds > k)[:, None], 0.5 * out + 0.5 * (mean @ out), out)
        return out

    return smooth


def _identity(whole: Head, skin: np.ndarray) -> np.ndarray:
    """(N + 2, 3) from the displacements (V, 3) of C's vertices: eyes go with their lids, teeth with the lips, the
    mouth's inside with the cheeks, the shoulders with the neck."""
    out = np.zeros((len(whole.vertices) + 2, 3))
    out[: len(skin)] = skin
    for eye in (0, 1):
        centre = skin[np.unique(np.concatenate(rig().margins[eye]))].mean(0)
        out[whole.eye_vertices[eye]] = centre
        out[len(whole.vertices) + eye] = centre
    teeth = np.flatnonzero(np.isin(whole.part, (Part.TEETH_UPPER, Part.TEETH_LOWER)))
    out[teeth] = skin[_region(whole, "upper_lip", "lower_lip")].mean(0)
    _follow(whole, out, skin, Part.MOUTH, _region(whole, *_AROUND_MOUTH), 60.0, 120.0)
    _follow(whole, out, skin, Part.TORSO, np.flatnonzero(whole.vertices[: len(skin), 1] < -130), 5.0, 60.0)
    return out


def _expression(whole: Head, skin: np.ndarray, name: str) -> np.ndarray:
    """(N + 2, 3) from the displacements (V, 3) of C's vertices: eyes and skull stay, the lower teeth go with a
    jaw that does, and teeth draw back from lips that do, so that these stay before them."""
    out = np.zeros((len(whole.vertices) + 2, 3))
    out[: len(skin)] = skin
    out[np.flatnonzero(whole.part == Part.EYE)] = 0
    _follow(whole, out, skin, Part.MOUTH, _region(whole, *_AROUND_MOUTH), 60.0, 120.0)
    for part, lip in ((Part.TEETH_UPPER, "upper_lip"), (Part.TEETH_LOWER, "lower_lip")):
        teeth = np.flatnonzero(whole.part == part)
        if part == Part.TEETH_LOWER and name.startswith("jaw"):
            out[teeth] = skin[_region(whole, "chin")].mean(0)
        else:
            out[teeth, 2] = 1.5 * min(float(np.quantile(skin[_region(whole, lip), 2], 0.2)), 0.0)
    return out


def _follow(
    whole: Head,
    out: np.ndarray,
    skin: np.ndarray,
    part: Part,
    leaders: np.ndarray,
    near: float,
    far: float,
) -> None:
    """What belongs to `part` moves in `out` (N + 2, 3) as the nearest of C's vertices `leaders` do on average,
    wholly within `near` mm of them, not at all beyond `far`."""
    ids = np.flatnonzero(whole.part == part)
    distance, nearest = KDTree(whole.vertices[leaders]).query(whole.vertices[ids], k=40)
    out[ids] = skin[leaders[nearest]].mean(1) * smoothstep(far, near, distance[:, :1])


def _region(whole: Head, *names: str) -> np.ndarray:
    """C's vertices in regions."""
    return np.unique(np.asarray(whole.face.triangles)[np.concatenate([whole.face.regions[n] for n in names])])


def _similarity(source: np.ndarray, target: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
    """(scale, rotation (3, 3), shift (3,)) of source (n, 3) onto target (n, 3) with least squares (Umeyama)."""
    a, b = source - source.mean(0), target - target.mean(0)
    u, s, vt = np.linalg.svd(b.T @ a)
    sign = np.array([1.0, 1.0, np.sign(np.linalg.det(u @ vt))])
    rotation = (u * sign) @ vt
    scale = float((s * sign).sum() / (a**2).sum())
    return scale, rotation, target.mean(0) - scale * rotation @ source.mean(0)
