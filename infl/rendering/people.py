"""Photographs of people who do not exist, with everything known about them.

picture = photograph(seed=7, size=256)
picture.image                       # (256, 256, 3) uint8 RGB
picture.points(layout)              # (K, 2) px, exact
picture.visible(layout)             # (K,) bool, nothing of the head in front
picture.points3d(layout)            # (K, 3) mm, the layout's places on this face, canonical frame
picture.camera                      # X_camera = rotation @ X + translation, focal length, principal point
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from scipy.spatial import KDTree

from infl.geometry.camera import Camera
from infl.images import cv2
from infl.layouts import Layout
from infl.rendering import surfaces
from infl.rendering.backgrounds import background
from infl.rendering.hair import Skull, draw_strands, grow_hair, grow_short, scatter
from infl.rendering.head import Part, head
from infl.rendering.ict_head import random_ict_expression, random_ict_identity
from infl.rendering.light import Light, Shadow, random_light
from infl.rendering.occluders import Occluder, random_occluder
from infl.rendering.person import (
    Expression,
    GlassesLook,
    MorphBasis,
    Person,
    random_expression,
    random_person,
    shape,
)
from infl.rendering.photo_backgrounds import BackgroundPhoto, photo_scene
from infl.rendering.photo_skin import SkinPhoto, laid_over, toned
from infl.rendering.poses import Pose, random_pose
from infl.rendering.rasteriser import Raster, ScreenTriangles, points_visible, rasterise
from infl.rendering.skin import beard_area, canvas_of, paint_skin
from infl.rendering.studio_light import vertex_normals

SUPERSAMPLING = 2
_VISIBLE_WITHIN = 2.0  # mm
_OCCLUDED = 0.2  # of the people have something before the face
_ICT = 0.5  # of them have a face of ICT-FaceKit, where it is there
_BEFORE_PHOTO = 0.5  # of them stand before a photograph, where there are some
_PHOTO_SKIN = 0.6  # of them have the skin of a photograph, where there are some


@dataclass(frozen=True)
class Photograph:
    """image: (S, S, 3) uint8 RGB. face: (V, 3) mm, the canonical face's vertices on this person, canonical
    frame."""

    image: np.ndarray
    camera: Camera
    face: np.ndarray
    screen: ScreenTriangles
    seen_triangles: np.ndarray

    def points3d(self, layout: Layout) -> np.ndarray:
        """(K, 3) float64 mm: where the layout's places are on this face."""
        triangles = np.asarray(head().face.triangles)[[p.triangle for p in layout.points]]
        weights = np.array([p.barycentric for p in layout.points])
        return np.einsum("kc,kcd->kd", weights, self.face[triangles])

    def points(self, layout: Layout) -> np.ndarray:
        """(K, 2) float64 px."""
        return self.camera.project(self.points3d(layout))

    def visible(self, layout: Layout) -> np.ndarray:
        """(K,) bool: inside the picture and not behind another part of the head (hair, glasses and things
        before the face do not count)."""
        return self.visible_points(self.points3d(layout))

    def visible_points(self, points: np.ndarray) -> np.ndarray:
        """(K,) bool for points of the head's surface (K, 3) mm, canonical frame."""
        depth = points @ self.camera.rotation[2] + self.camera.translation[2]
        size, fine_size = len(self.image), len(self.seen_triangles)
        pixels = self.camera.project(points)
        inside = ((pixels > -0.5) & (pixels < size - 0.5)).all(1)
        fine = (pixels + 0.5) * (fine_size / size) - 0.5
        return inside & points_visible(self.screen, self.seen_triangles, fine, depth, _VISIBLE_WITHIN)


def random_photograph(
    seed: int,
    size: int,
    photos: Sequence[BackgroundPhoto] = (),
    ict: MorphBasis | None = None,
    skins: Sequence[SkinPhoto] = (),
) -> Photograph:
    """Somebody, somewhere; the same arguments give the same picture.

    Half of the people stand before one of `photos`, where there are any, half have a face of the basis `ict` (see
    `ict_head`), where there is one, and more than half the skin of one of `skins`.
    """
    rng = np.random.default_rng(seed)
    person = random_person(rng)
    if ict is not None and rng.random() < _ICT:
        person = replace(person, identity=random_ict_identity(rng, ict), basis=ict)
        expression = random_ict_expression(rng, ict)
    else:
        expression = random_expression(rng)
    if skins and rng.random() < _PHOTO_SKIN:
        skin = skins[int(rng.integers(len(skins)))]
        person = replace(person, skin=skin, complexion=toned(rng, person.complexion, skin))
    pose = random_pose(rng)
    light = random_light(rng)
    fine_size = size * SUPERSAMPLING
    before_photo = bool(photos) and rng.random() < _BEFORE_PHOTO
    scene = photo_scene(rng, photos, fine_size) if before_photo else background(rng, fine_size)
    return photograph(rng, person, expression, pose, light, scene, occluded=rng.random() < _OCCLUDED)


def photograph(
    rng: np.random.Generator,
    person: Person,
    expression: Expression,
    pose: Pose,
    light: Light,
    scene: np.ndarray,
    occluded: bool = False,
) -> Photograph:
    """A picture before a `scene` (F, F, 3) of linear light, of half its size; `rng` decides single hairs
    and noise, and what is before the face of somebody `occluded`."""
    whole = head()
    size = len(scene) // SUPERSAMPLING
    vertices = shape(person, expression, pose.shoulders())
    camera = pose.camera(size)
    fine_size = size * SUPERSAMPLING
    fine = Camera(
        camera.rotation,
        camera.translation,
        camera.focal_length * SUPERSAMPLING,
        np.full(2, (fine_size - 1) / 2),
    )
    there = vertices @ camera.rotation.T + camera.translation
    screen = ScreenTriangles.of(fine.project(vertices), there[:, 2], whole.triangles)
    raster = rasterise(screen, (fine_size, fine_size))
    thing = random_occluder(rng, vertices, person.complexion.tone) if occluded else None
    shadow = _shadow(light, camera, there, thing)
    normals = vertex_normals(vertices, whole.triangles)
    image = scene.copy()
    image[raster.covered] = _shaded(raster, person, there, normals @ camera.rotation.T, light, shadow)
    _add_strands(rng, image, raster, person, vertices, fine, light, shadow)
    if person.glasses is not None:
        _add_glasses(image, raster, person.glasses, vertices, fine, light)
    if thing is not None:
        thing.draw(image, raster.depth, fine, light, shadow)
    face_pixels = whole.triangle_part[raster.triangle] == Part.SKIN
    picture = _developed(rng, image, raster.covered & face_pixels, person.complexion.darkness, size)
    face = vertices[: len(whole.face.vertices)]
    return Photograph(picture, camera, face, screen, raster.triangle)


def _shadow(light: Light, camera: Camera, there: np.ndarray, thing: Occluder | None) -> Shadow:
    """Of the head, its vertices `there` in the camera's frame, and of what is before it."""
    triangles = head().triangles
    centre = camera.rotation @ [0, -25, -30] + camera.translation
    if thing is not None:
        triangles = np.vstack([triangles, thing.triangles + len(there)])
        there = np.vstack([there, thing.vertices @ camera.rotation.T + camera.translation])
    return Shadow(light.direction, there, triangles, centre)


def _shaded(
    raster: Raster, person: Person, there: np.ndarray, normals: np.ndarray, light: Light, shadow: Shadow
) -> np.ndarray:
    """(N, 3) linear light at the covered pixels; there, normals: the head's vertices in the camera's
    frame."""
    whole = head()
    pixels = surfaces.seen(raster, whole, there, normals)
    lit = shadow.lit(pixels.position)
    out = np.zeros((len(lit), 3), np.float32)
    sheet = paint_skin(whole.face, person.complexion)
    if person.skin is not None:
        sheet = laid_over(sheet, person.skin, person.complexion.tone)
    hair_cover = 0.1 if person.hair.length == 0 else 0.92
    recede = pixels.scalp - person.hair.recession

    skin = np.flatnonzero((pixels.part == Part.SKIN) | (pixels.part == Part.TORSO))
    chosen = pixels.at(skin)
    albedo, gloss = surfaces.skin_colour(chosen, sheet, recede[skin], person.complexion.hair, hair_cover)
    torso = chosen.part == Part.TORSO
    below = torso | (chosen.rest[:, 1] < -130)
    dressed, cloth = surfaces.cloth_colour(chosen, person.cloth, albedo)
    cloth &= below
    albedo[cloth] = dressed[cloth]
    out[skin] = surfaces.lit_skin(chosen, albedo, gloss, light, lit[skin], shine=0.10)
    cloth_ids = skin[cloth]
    fabric = pixels.at(cloth_ids)
    out[cloth_ids] = surfaces.lit_matt(fabric, albedo[cloth], light, lit[cloth_ids], fabric.openness)

    eyes = np.flatnonzero(pixels.part == Part.EYE)
    chosen = pixels.at(eyes)
    shade = np.clip(0.35 + 0.9 * chosen.openness, 0.2, 1)
    out[eyes] = surfaces.lit_eye(
        chosen, surfaces.eye_colour(chosen, whole, person.eyes), light, lit[eyes], shade
    )

    front = there[np.unique(whole.face.triangles[whole.face.regions["upper_lip"]])].mean(0)
    for parts, colour in (
        ((Part.MOUTH,), (0.34, 0.11, 0.10)),
        ((Part.TEETH_UPPER, Part.TEETH_LOWER), (0.5, 0.465, 0.40)),
    ):
        inside = np.flatnonzero(np.isin(pixels.part, parts))
        chosen = pixels.at(inside)
        albedo = np.tile(np.array(colour, np.float32), (len(inside), 1))
        if Part.MOUTH not in parts:
            gap = np.abs(np.abs(chosen.rest[:, 0]) % 7.6 - 3.8) < 0.22
            albedo[gap] *= 0.6
        out[inside] = surfaces.lit_matt(
            chosen, albedo, light, lit[inside] * 0.6, surfaces.mouth_shade(chosen, front)
        )
    return out


def _add_strands(
    rng: np.random.Generator, image: np.ndarray, raster: Raster, person: Person, vertices: np.ndarray,
    camera: Camera, light: Light, shadow: Shadow,
) -> None:  # fmt: skip
    """Hair, beard and lashes."""
    whole, style, colour = head(), person.hair, person.complexion.hair
    depth = raster.depth
    skin = whole.triangles[whole.triangle_part == Part.SKIN]
    above = whole.scalp[skin].min(1) - style.recession
    corners = vertices[skin]
    facing = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    length = np.maximum(np.linalg.norm(facing, axis=1, keepdims=True), 1e-9)
    towards = (facing / length) @ camera.rotation.T[:, 2]  # < 0 towards the camera
    if style.length > 0:
        skull = Skull.around(vertices[whole.scalp > 12])
        seen = np.where((towards < 0.35) | (style.length > 60), 1.0, 0.1)
        density = np.clip(above / 6, 0, 1) * seen * np.where(above < 14, 1.8, 1.0)
        roots, normals = scatter(rng, vertices, skin, density, style.count)
        strands, normals = grow_hair(rng, style, roots, normals, skull)
        draw_strands(image, depth, strands, normals, colour, 0.7, camera, light, shadow, rng)
    if style.beard > 0:
        beard = surfaces.sampled(beard_area(canvas_of(whole.face)), whole.plane)[skin].mean(1)
        beard[(whole.vertices[skin][..., 2] < -70).any(1)] = 0
        roots, normals = scatter(rng, vertices, skin, np.where(beard > 0.4, beard, 0), 1900)
        fall = np.array([0.0, -0.8, 0.25])
        strands = grow_short(rng, roots, normals, style.beard, fall)
        draw_strands(image, depth, strands, normals, 0.8 * colour, 0.5, camera, light, shadow, rng)
    for side in ("right", "left"):
        margin = lid_margin(vertices, side)
        count = 20 if person.masculine else 30
        t = np.sort(rng.random(count)) * (len(margin) - 1)
        low = np.minimum(t.astype(int), len(margin) - 2)
        roots = margin[low] + (t - low)[:, None] * (margin[low + 1] - margin[low])
        centre = margin.mean(0)
        out = np.stack([(roots[:, 0] - centre[0]) * 0.045, np.full(count, 0.25), np.ones(count)], 1)
        out /= np.linalg.norm(out, axis=1, keepdims=True)
        lash = grow_short(rng, roots, out, 4.2 if person.masculine else 5.2, np.array([0.0, 0.4, 0.6]))
        draw_strands(image, depth, lash, out, np.full(3, 0.012), 0.3, camera, light, shadow, rng, sheen=0)


def lid_margin(vertices: np.ndarray, side: str) -> np.ndarray:
    """(n, 3): the upper lid's margin on a deformed head, from the inner to the outer corner."""
    return vertices[_lid_margin_ids(side)]


@lru_cache(maxsize=2)
def _lid_margin_ids(side: str) -> np.ndarray:
    whole = head()
    skin = np.flatnonzero(whole.part == Part.SKIN)
    line = np.asarray(whole.face.curves[f"{side}_upper_lid"], np.float64)
    ids = skin[KDTree(whole.vertices[skin]).query(line)[1]]
    return ids[np.r_[True, ids[1:] != ids[:-1]]]


def _add_glasses(
    image: np.ndarray, raster: Raster, look: GlassesLook, vertices: np.ndarray, camera: Camera, light: Light
) -> None:
    """Frames: two rings, a bridge and temples, as lines in space that the head may hide."""
    turn = np.linspace(0, 2 * np.pi, 73)
    whole = head()
    eyes = np.array([vertices[ids].mean(0) for ids in whole.eye_vertices])
    front = max(
        vertices[whole.part == Part.SKIN][:, 2][
            np.abs(vertices[whole.part == Part.SKIN][:, 1] - 2) < 6
        ].max(),
        18.0,
    )
    z = front + 3.5
    lines = []
    power = 2 / look.squareness
    for eye, sign in ((eyes[0], -1.0), (eyes[1], 1.0)):
        x = look.half_width * np.sign(np.cos(turn)) * np.abs(np.cos(turn)) ** power
        y = look.half_height * np.sign(np.sin(turn)) * np.abs(np.sin(turn)) ** power
        across = eye[0] + sign * 1.5 + x
        lines.append(np.c_[across, eye[1] - 2.5 + y, z - 0.004 * across**2])
        hinge = np.array([eye[0] + sign * (look.half_width + 1.5), eye[1] + 4, 0.0])
        hinge[2] = z - 0.004 * hinge[0] ** 2
        ear = np.array([sign * (np.abs(vertices[whole.scalp > 0][:, 0]).max() + 3), eye[1] + 3.0, -72.0])
        lines.append(hinge + np.linspace(0, 1, 60)[:, None] * (ear - hinge))
    inner = min(abs(eyes[0][0]), abs(eyes[1][0])) + 1.5 - look.half_width
    t = np.linspace(-1, 1, 20)
    lines.append(np.c_[t * inner, eyes[:, 1].mean() + 1 + 2.5 * (1 - t**2), np.full(20, z)])
    size = len(image)
    brightness = float(light.ambient[0].mean() + 0.4 * light.key.mean())
    dye = (look.colour * brightness).tolist()
    for line in lines:
        there = line @ camera.rotation.T + camera.translation
        pixels = there[:, :2] / there[:, 2:] * camera.focal_length + camera.principal_point
        thickness = max(1, round(look.rim * camera.focal_length / float(there[:, 2].mean())))
        at = np.clip(np.round((pixels[:-1] + pixels[1:]) / 2), 0, size - 1).astype(int)
        shown = (there[:-1, 2] + there[1:, 2]) / 2 < raster.depth[at[:, 1], at[:, 0]] + 1.0
        ends = np.round(np.stack([pixels[:-1], pixels[1:]], 1)[shown] * 16).astype(np.int32)
        cv2.polylines(image, list(ends), False, dye, thickness, cv2.LINE_8, 4)


def _developed(
    rng: np.random.Generator, image: np.ndarray, face: np.ndarray, darkness: float, size: int
) -> np.ndarray:
    """Linear light (F, F, 3) → (size, size, 3) uint8 as a camera gives it: exposed, toned, blurred, noisy."""
    wanted = rng.uniform(0.20, 0.46) * (1 - 0.5 * darkness)
    level = float(image[face].mean()) if face.any() else wanted
    image = image * (wanted / max(level, 0.02))
    image = np.clip(image * (1 + 0.12 * image) / (1 + 0.42 * image), 0, 1) ** (1 / rng.uniform(1.8, 2.3))
    image = cv2.resize(image.astype(np.float32), (size, size), interpolation=cv2.INTER_AREA)
    if rng.random() < 0.45:
        image = cv2.GaussianBlur(image, (0, 0), rng.uniform(0.3, 1.2) * size / 256)
    grey = image.mean(2, keepdims=True)
    colour = 0.0 if rng.random() < 0.06 else rng.uniform(0.65, 1.2)
    image = grey + (image - grey) * colour
    image = image * (1 + rng.normal(0, 0.03, 3)) + rng.normal(0, 0.02)
    image = image + rng.normal(0, rng.uniform(0, 0.022), image.shape)
    return np.clip(image * 255 + 0.5, 0, 255).astype(np.uint8)
