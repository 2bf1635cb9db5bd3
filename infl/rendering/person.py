"""One synthetic person: who it is, what the face does, and the shape that follows."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from infl.rendering.expressions import bend_neck, close_lids, open_jaw, turn_eye
from infl.rendering.hair import HairStyle, random_hair
from infl.rendering.head import Part, head
from infl.rendering.morphs import EXPRESSION, IDENTITY, displacement
from infl.rendering.photo_skin import SkinPhoto
from infl.rendering.skin import Complexion, random_complexion
from infl.rendering.surfaces import ClothLook, EyeLook

_IRISES = np.array([
    (0.09, 0.045, 0.02), (0.05, 0.025, 0.014), (0.15, 0.085, 0.03), (0.13, 0.12, 0.05),
    (0.10, 0.17, 0.26), (0.17, 0.22, 0.25), (0.08, 0.14, 0.10), (0.03, 0.018, 0.012),
])  # fmt: skip


@dataclass(frozen=True, eq=False)
class MorphBasis:
    """What a head's shape is made of, for the head's N vertices and its two eye centres.

    identity: (I, N + 2, 3) mm; expression: (E, N + 2, 3) mm, its modes called `names`; bared: (E,) what each
    degree of an open jaw adds to an expression's weights, because an open mouth bares the teeth.
    """

    identity: np.ndarray
    expression: np.ndarray
    names: tuple[str, ...]
    bared: np.ndarray


@lru_cache(maxsize=1)
def own_basis() -> MorphBasis:
    """The modes of `morphs`, which are the program's own."""
    whole = head()
    points = np.vstack([whole.vertices, whole.eye_centres])
    identity, expression = displacement(IDENTITY, points), displacement(EXPRESSION, points)
    still = np.r_[whole.part == Part.TEETH_UPPER, False, False]  # faces smile; skulls do not
    expression[:, still] = 0
    lower = np.r_[whole.part == Part.TEETH_LOWER, False, False]
    expression[:, lower] = 0
    expression[:, -2:] = 0
    fading = np.clip((points[:, 1] + 190) / 40, 0, 1)[None, :, None]
    names = tuple(EXPRESSION)
    bared = np.where(np.array(names) == "upper lip raise", 0.025, 0.0)
    return MorphBasis(
        (identity * fading).astype(np.float32), (expression * fading).astype(np.float32), names, bared
    )


@dataclass(frozen=True)
class Person:
    """Who: identity (weights of the basis' modes), skew (bumps of asymmetry), looks. What they wear. The photograph off
    which their skin is, where it is not painted."""

    identity: np.ndarray
    skew: np.ndarray
    masculine: bool
    complexion: Complexion
    eyes: EyeLook
    hair: HairStyle
    cloth: ClothLook
    glasses: GlassesLook | None
    basis: MorphBasis = field(default_factory=own_basis)
    skin: SkinPhoto | None = None


@dataclass(frozen=True)
class GlassesLook:
    """half_width, half_height: mm of a lens; squareness: 2 an ellipse, more a box; rim: mm; colour: linear
    RGB."""

    half_width: float
    half_height: float
    squareness: float
    rim: float
    colour: np.ndarray


@dataclass(frozen=True)
class Expression:
    """weights: of the expressions of a basis; jaw: degrees open; lids: closure of right and left eye; gaze:
    (yaw, pitch), degrees."""

    weights: np.ndarray
    jaw: float = 0.0
    lids: tuple[float, float] = (0.0, 0.0)
    gaze: tuple[float, float] = (0.0, 0.0)

    @classmethod
    def neutral(cls) -> Expression:
        """At rest, looking straight ahead."""
        return cls(np.zeros(len(EXPRESSION)))


def random_person(rng: np.random.Generator) -> Person:
    """Somebody."""
    masculine = bool(rng.random() < 0.5)
    complexion = random_complexion(rng, masculine)
    identity = np.clip(rng.normal(0, 0.85, len(IDENTITY)), -2.1, 2.1)
    names = list(IDENTITY)
    lean = 0.5 if masculine else -0.5
    for name in ("jaw width", "brow ridge", "chin width", "nose width", "jaw angle height"):
        identity[names.index(name)] += lean
    for name in ("upper lip", "lower lip", "eye opening", "brow height"):
        identity[names.index(name)] -= lean
    skew = np.c_[rng.uniform((-60, -110, -20), (60, 60, 40), (6, 3)), rng.normal(0, 0.7, (6, 3))]
    dark = complexion.darkness > 0.4
    iris = _IRISES[rng.choice((0, 1, 7)) if dark else rng.integers(len(_IRISES))] * rng.uniform(0.8, 1.25)
    eyes = EyeLook(iris, rng.uniform(1.4, 2.6), rng.uniform(0.05, 0.25), rng.uniform(0, 6.28))
    colours = rng.uniform(0.02, 0.6, (2, 1)) * (0.6 + 0.4 * rng.dirichlet((1, 1, 1), 2) * 3)
    cloth = ClothLook(
        colours[0], colours[1],
        stripe=rng.uniform(6, 22) if rng.random() < 0.25 else 0.0,
        neckline=rng.uniform(-178, -158), v_neck=rng.choice((0.0, 0.0, 45.0, 80.0)),
    )  # fmt: skip
    glasses = None
    if rng.random() < 0.15:
        dark_frame = rng.random() < 0.6
        colour = np.full(3, 0.02) if dark_frame else rng.uniform(0.02, 0.5, 3)
        glasses = GlassesLook(
            rng.uniform(23, 28),
            rng.uniform(15, 23),
            rng.choice((2.0, 3.0, 5.0)),
            rng.uniform(0.7, 3.0),
            colour,
        )
    hair = random_hair(rng, masculine)
    return Person(identity, skew, masculine, complexion, eyes, hair, cloth, glasses)


def random_expression(rng: np.random.Generator) -> Expression:
    """Rest, a smile, speech, a grimace, a blink …"""
    weights = np.zeros(len(EXPRESSION))
    names = list(EXPRESSION)
    often = {
        "smile": 0.45,
        "brow raise": 0.2,
        "brow lower": 0.18,
        "pucker": 0.1,
        "frown": 0.1,
        "cheek puff": 0.04,
    }
    for i, name in enumerate(names):
        if rng.random() < often.get(name, 0.12):
            weights[i] = rng.random() ** 0.8
    if weights[names.index("pucker")] > 0:
        weights[names.index("smile")] *= 0.2
    weights[names.index("jaw sideways")] *= rng.choice((-1, 1))
    return moved(rng, weights)


def moved(rng: np.random.Generator, weights: np.ndarray) -> Expression:
    """An expression of these weights (E,) with the jaw, the lids and the gaze somewhere."""
    jaw = 22 * rng.random() ** 1.4 if rng.random() < 0.3 else rng.uniform(0, 2.5)
    kind = rng.random()
    if kind < 0.12:
        lids = (1.0, 1.0)
    elif kind < 0.16:
        lids = (1.0, 0.1) if rng.random() < 0.5 else (0.1, 1.0)
    else:
        lids = (float(rng.normal(0.13, 0.15)),) * 2
    gaze = (float(np.clip(rng.normal(0, 11), -28, 28)), float(np.clip(rng.normal(0, 7), -18, 18)))
    lids = tuple(min(lid - 0.012 * gaze[1] if lid < 0.9 else lid, 1.0) for lid in lids)
    return Expression(weights, float(jaw), (max(lids[0], -0.35), max(lids[1], -0.35)), gaze)


def shape(person: Person, expression: Expression, torso: np.ndarray | None = None) -> np.ndarray:
    """(N, 3) mm: the head's vertices in the canonical frame, the eyes' centres around its origin as on C.

    `torso` (3, 3) turns the shoulders against the head.
    """
    whole = head()
    basis = person.basis
    points = np.vstack([whole.vertices, whole.eye_centres])
    points = points + np.tensordot(person.identity, basis.identity, 1) + _skewed(person.skew, points)
    weights = expression.weights + expression.jaw * basis.bared
    points = points + np.tensordot(weights, basis.expression, 1)
    centres = points[-2:]
    points = points[:-2]
    for eye in (0, 1):  # eyeballs stay round: they move as one
        ids = whole.eye_vertices[eye]
        points[ids] = whole.vertices[ids] + (centres[eye] - whole.eye_centres[eye])
    points = open_jaw(points, expression.jaw)
    for eye in (0, 1):
        points = close_lids(points, eye, centres[eye], whole.eye_radius, expression.lids[eye])
        points = turn_eye(points, eye, centres[eye], *expression.gaze)
    points = points - (centres.mean(0) - whole.eye_centres.mean(0))
    return points if torso is None else bend_neck(points, torso)


def _skewed(skew: np.ndarray, points: np.ndarray) -> np.ndarray:
    """(N, 3) mm: nobody is symmetric; wide bumps at skew[:, :3] push by skew[:, 3:]."""
    out = np.zeros_like(points)
    for bump in skew:
        weight = np.exp(-0.5 * ((points - bump[:3]) ** 2).sum(1) / 28.0**2)
        out += weight[:, None] * bump[3:]
    return out
