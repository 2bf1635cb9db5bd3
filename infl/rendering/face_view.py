"""The canonical face as a picture: an orbit camera, a fast and a smooth drawing, exact picking. Qt-free.

    from infl.geometry.canonical_face import canonical_face
    from infl.rendering.face_view import FaceView, OrbitCamera

    view = FaceView(canonical_face())           # once: normals, creases (about 50 ms)
    camera = OrbitCamera()                      # frontal, the whole face in view
    camera = camera.dragged(dx, dy, size)       # pixels of the mouse → a turned camera, a new value
    camera = camera.panned(dx, dy, size).zoomed(1.1)

    picture = view.fast(camera, size)           # while dragging; size = (width, height) in pixels
    picture = view.smooth(camera, size)         # 150 ms after the hand rests, or for a screenshot
    picture.image                               # (H, W, 4) uint8 RGBA, straight alpha
    picture.project(points)                     # (K, 3) mm on C → (K, 2) px, for markers and arrows
    picture.visible(points)                     # (K,) bool: on the near side, nothing in front
    picture.pick(x, y)                          # Pick(triangle, barycentric, xyz) or None beside the face

A heat map is `view.fast(camera, size, colours=(V, 3) uint8, strength=0.8)`; `strength` may be (V,) to fade
out. `background=(r, g, b)` gives an opaque picture; without it alpha is 0 beside the face.

`FaceView(face, shape)` draws somebody's face, (V, 3) mm, in place of the canonical one, and `view.cut(section)` one
side of it. Points that go in and come out are places on C all the same.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial import KDTree

from infl.geometry.camera import Camera
from infl.geometry.rotations import FRONTAL, head_rotation
from infl.images import cv2
from infl.rendering.rasteriser import ScreenTriangles, interpolate, paint, points_visible, rasterise
from infl.rendering.section import Section, cut
from infl.rendering.studio_light import Clay, creases, vertex_normals

if TYPE_CHECKING:
    from infl.geometry.canonical_face import CanonicalFace

Size = tuple[int, int]
Colour = tuple[int, int, int]

_FIELD_OF_VIEW = 15.0  # degrees: a long lens, so that turning the face does not distort it
_TOLERANCE = 1.5  # mm of depth within which a point counts as lying on the surface seen there
_CARRIERS = 4  # nearest vertices that carry a point along when C takes another shape


@dataclass(frozen=True)
class OrbitCamera:
    """A camera that turns about the face.

    yaw, pitch in degrees (yaw > 0: the face turns to the subject's left; pitch > 0: it looks up); zoom 1
    shows the whole face; pan is the shift of the face's centre in units of the picture's shorter side (+x
    right, +y down).
    """

    yaw: float = 0.0
    pitch: float = 0.0
    zoom: float = 1.0
    pan: tuple[float, float] = (0.0, 0.0)

    def dragged(self, dx: float, dy: float, size: Size) -> OrbitCamera:
        """Turned by a drag of (dx, dy) pixels: the skin under the pointer follows it."""
        turn = 180.0 / min(size)
        yaw = (self.yaw + dx * turn + 180.0) % 360.0 - 180.0
        return replace(self, yaw=yaw, pitch=float(np.clip(self.pitch - dy * turn, -89.0, 89.0)))

    def panned(self, dx: float, dy: float, size: Size) -> OrbitCamera:
        """Shifted by (dx, dy) pixels."""
        side = min(size)
        return replace(self, pan=(self.pan[0] + dx / side, self.pan[1] + dy / side))

    def zoomed(
        self, factor: float, at: tuple[float, float] | None = None, size: Size | None = None
    ) -> OrbitCamera:
        """Magnified by `factor` (zoom stays within 0.3 … 20), keeping the pixel `at` of a picture of `size`
        in place."""
        zoom = float(np.clip(self.zoom * factor, 0.3, 20.0))
        factor = zoom / self.zoom
        if at is None or size is None:
            return replace(self, zoom=zoom, pan=(self.pan[0] * factor, self.pan[1] * factor))
        side = min(size)
        held = [(a - (s - 1) / 2) / side for a, s in zip(at, size, strict=True)]
        pan = tuple(h - (h - p) * factor for h, p in zip(held, self.pan, strict=True))
        return replace(self, zoom=zoom, pan=(pan[0], pan[1]))


@dataclass(frozen=True)
class Pick:
    """A place on the mesh: triangle index, its (3,) barycentric weights, and (3,) mm on C."""

    triangle: int
    barycentric: np.ndarray
    xyz: np.ndarray


@dataclass(frozen=True)
class FacePicture:
    """A drawn face.

    image: (H, W, 4) uint8 RGBA, straight alpha. triangle: (H, W) int32 triangle seen at each pixel, −1
    beside the face (the painter's, up to a pixel too wide, in a fast picture). view: what was drawn.
    """

    image: np.ndarray
    triangle: np.ndarray
    camera: Camera
    view: FaceView
    screen: ScreenTriangles

    @property
    def vertices(self) -> np.ndarray:
        """Of the mesh that was drawn, mm."""
        return self.view.vertices

    @property
    def triangles(self) -> np.ndarray:
        """Of the mesh that was drawn."""
        return self.view.triangles

    def project(self, points: np.ndarray) -> np.ndarray:
        """(K, 3) mm on C → (K, 2) px of this picture."""
        return self.camera.project(self.view.carried(points))

    def visible(self, points: np.ndarray) -> np.ndarray:
        """(K,) bool: which points of the surface (K, 3) nothing hides in this picture; False outside it, and for what
        was cut off."""
        carried = self.view.carried(points)
        depth = carried @ self.camera.rotation[2] + self.camera.translation[2]
        at = self.camera.project(carried)
        seen = points_visible(self.screen, self.triangle, at, depth, _TOLERANCE)
        return seen & self.keeps(points)

    def stretched(self, orbit: OrbitCamera, size: Size, background: Colour | None = None) -> FacePicture:
        """This picture, which `orbit` drew, in another `size`: at once, and as sharp as stretching lets it be. What it
        did not hold has the colour of the `background`."""
        camera, screen = self.view.seen_by(orbit, size)
        shrink = self.camera.focal_length / camera.focal_length
        shift = self.camera.principal_point - shrink * camera.principal_point
        here = np.array([[shrink, 0, shift[0]], [0, shrink, shift[1]]])
        inverse = cv2.WARP_INVERSE_MAP
        beside = (0, 0, 0, 0) if background is None else (*background, 255)
        image = cv2.warpAffine(self.image, here, size, flags=cv2.INTER_LINEAR | inverse, borderValue=beside)
        triangle = cv2.warpAffine(self.triangle.astype(np.float32), here, size,
                                  flags=cv2.INTER_NEAREST | inverse, borderValue=(-1,))  # fmt: skip
        return FacePicture(image, triangle.astype(np.int32), camera, self.view, screen)

    def keeps(self, points: np.ndarray) -> np.ndarray:
        """(K,) bool: which points (K, 3) mm on C belong to what was not cut off, hidden or not."""
        section = self.view.section
        return np.ones(len(points), bool) if section is None else section.keeps(points)

    def cut_line(self) -> np.ndarray:
        """(S, 2, 2) px: the segments of the section's line that nothing hides; (0, 2, 2) of a whole head."""
        ends = self.view.vertices[self.view.line]
        middle = ends.mean(1)
        depth = middle @ self.camera.rotation[2] + self.camera.translation[2]
        at = self.camera.project(middle)
        seen = points_visible(self.screen, self.triangle, at, depth, _TOLERANCE)
        return self.camera.project(ends[seen].reshape(-1, 3)).reshape(-1, 2, 2)

    def pick(self, x: float, y: float) -> Pick | None:
        """The place on the mesh under a pixel (exact, any real x, y), None beside the face."""
        hit = self.screen.hit(x, y)
        if hit is None:
            return None
        triangle, barycentric = hit
        xyz = barycentric @ self.view.places[self.triangles[triangle]]
        return Pick(triangle, barycentric.astype(np.float32), xyz.astype(np.float32))


class FaceView:
    """Draws one face; keeps what does not depend on the camera.

    shape: (V, 3) mm, where the vertices of C are on the face to be drawn; C itself without it. places: (V, 3) mm, where
    they are on C.
    """

    def __init__(self, face: CanonicalFace, shape: np.ndarray | None = None):
        self.places = np.asarray(face.vertices, np.float64)
        self.vertices = self.places if shape is None else np.asarray(shape, np.float64)
        self._carriers = None if shape is None else KDTree(self.places)
        self._moves = self.vertices - self.places
        self.section: Section | None = None
        self.line = np.zeros((0, 2), int)
        self._mix = None
        self.triangles = np.asarray(face.triangles)
        self.normals = vertex_normals(self.vertices, self.triangles)
        self.crease = creases(self.vertices, self.triangles, self.normals)
        self.clay = Clay.of(face)
        # A whole head hides its inside, but for what is seen through the neck's end; a bare mask does not.
        self.closed = np.full(len(self.triangles), "scalp" in face.regions)
        self.closed[face.regions.get("neck", np.zeros(0, int))] = False
        named = [line for name, line in face.curves.items() if not name.startswith("profile")]
        framed = np.vstack(named) if named else self.vertices
        low, high = framed.min(0), framed.max(0)
        self.pivot = (low + high) / 2
        self.radius = 0.7 * float((high - low)[:2].max())

    def cut(self, section: Section) -> FaceView:
        """The same face with only the side of the plane that stays; its inside is drawn where it is seen."""
        piece = cut(section.distance(self.places), self.triangles)
        view = copy(self)
        view.section, view.line, view.triangles = section, piece.line, piece.triangles
        view.places, view.vertices = piece.weights @ self.places, piece.weights @ self.vertices
        view.normals, view.crease = piece.weights @ self.normals, piece.weights @ self.crease
        view.clay, view._mix = Clay(piece.weights @ self.clay.albedo), piece.weights
        view.closed = np.zeros(len(piece.triangles), bool)
        return view

    def carried(self, points: np.ndarray) -> np.ndarray:
        """(K, 3) mm on C, or near it → (K, 3) mm where they are on the face that is drawn."""
        points = np.asarray(points, np.float64)
        if self._carriers is None or not len(points):
            return points
        distance, nearest = self._carriers.query(points, _CARRIERS)
        weights = 1 / (distance + 1e-3) ** 2
        return points + np.einsum("kn,knd->kd", weights / weights.sum(1, keepdims=True), self._moves[nearest])

    def camera(self, orbit: OrbitCamera, size: Size) -> Camera:
        """The perspective camera of an orbit camera for a picture of `size` = (width, height)."""
        width, height = size
        side = min(size)
        rotation = FRONTAL @ head_rotation(orbit.yaw, orbit.pitch, 0.0)
        half = np.tan(np.radians(_FIELD_OF_VIEW / 2))
        distance = self.radius / half
        focal = orbit.zoom * 0.5 * side / half
        centre = np.array([(width - 1) / 2, (height - 1) / 2]) + np.array(orbit.pan) * side
        translation = np.array([0.0, 0.0, distance]) - rotation @ self.pivot
        return Camera(rotation, translation, float(focal), centre)

    def fast(
        self,
        orbit: OrbitCamera,
        size: Size,
        *,
        colours: np.ndarray | None = None,
        strength: float | np.ndarray = 0.8,
        background: Colour | None = None,
    ) -> FacePicture:
        """Light worked out at the vertices (Gouraud), triangles drawn far to near.

        `colours` (V, 3) uint8 cover the clay by `strength` (0…1).
        """
        camera, screen = self.seen_by(orbit, size)
        ids = paint(screen, size, (screen.area < 0) | ~self.closed)
        albedo, cover = self.skin(colours, strength)
        lit = self.clay.shade(self.normals @ camera.rotation.T, self.crease, albedo, cover)
        empty = np.array((0, 0, 0, 0) if background is None else (*background, 255), np.uint8)
        image = np.full(size[0] * size[1], empty.view(np.uint32)[0]).view(np.uint8).reshape(-1, 4)
        pixel = np.flatnonzero(ids.ravel() >= 0)
        triangle = ids.ravel()[pixel]
        slopes = _colour_slopes(screen, lit[self.triangles], triangle)
        y, x = (at.astype(np.float32) for at in np.divmod(pixel, size[0]))
        for channel in range(3):  # a channel at a time: long rows are much the faster way through memory
            colour, more, constant = (slopes[i, channel].take(triangle) for i in range(3))
            colour *= x
            more *= y
            colour += more
            colour += constant
            image[pixel, channel] = np.clip(colour, 0, 255, out=colour)
        image[pixel, 3] = 255
        image = image.reshape(size[1], size[0], 4)
        return FacePicture(image, ids, camera, self, screen)

    def smooth(
        self,
        orbit: OrbitCamera,
        size: Size,
        *,
        colours: np.ndarray | None = None,
        strength: float | np.ndarray = 0.8,
        background: Colour | None = None,
        supersampling: int = 2,
    ) -> FacePicture:
        """Shaded per pixel with soft edges. Same arguments as `fast`."""
        camera, screen = self.seen_by(orbit, size)
        fine_size = (size[0] * supersampling, size[1] * supersampling)
        fine_screen = self._fine_screen(camera, supersampling)
        raster = rasterise(fine_screen, fine_size)
        albedo, cover = self.skin(colours, strength)
        turned = self.normals @ camera.rotation.T
        values = interpolate(raster, self.triangles, np.c_[turned, self.crease, albedo, cover])
        lit = self.clay.shade(values[:, :3], values[:, 3], values[:, 4:7], values[:, 7])
        fine = np.zeros((fine_size[1], fine_size[0], 4), np.float32)
        fine[raster.covered, :3] = lit
        fine[raster.covered, 3] = 255.0
        mean = cv2.resize(fine, size, interpolation=cv2.INTER_AREA)
        alpha = mean[..., 3:] / 255.0
        if background is None:
            mean[..., :3] /= np.maximum(alpha, 1e-3)
        else:
            mean[..., :3] += (1 - alpha) * np.array(background, np.float32)
            mean[..., 3] = 255.0
        image = np.clip(mean + 0.5, 0, 255).astype(np.uint8)
        middle = supersampling // 2
        ids = np.ascontiguousarray(raster.triangle[middle::supersampling, middle::supersampling])
        return FacePicture(image, ids, camera, self, screen)

    def seen_by(self, orbit: OrbitCamera, size: Size) -> tuple[Camera, ScreenTriangles]:
        """The camera, and where it sees the triangles in a picture of `size`."""
        camera = self.camera(orbit, size)
        return camera, self._fine_screen(camera, 1)

    def _fine_screen(self, camera: Camera, factor: int) -> ScreenTriangles:
        """The triangles on a screen with `factor` pixels for each, whose grids share their outer border."""
        points = camera.project(self.vertices) * factor + (factor - 1) / 2
        depth = self.vertices @ camera.rotation[2] + camera.translation[2]
        return ScreenTriangles.of(points, depth, self.triangles)

    def skin(self, colours: np.ndarray | None, strength: float | np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(V, 3) 0…1 colour and (V,) share of it that covers the clay, from those of the whole face."""
        if colours is None:
            return self.clay.albedo, np.zeros(len(self.vertices))
        chart, cover = np.asarray(colours) / 255.0, np.broadcast_to(strength, len(colours)).astype(np.float64)
        if self._mix is not None:
            chart, cover = self._mix @ chart, self._mix @ cover
        mixed = self.clay.albedo * (1 - cover[:, None]) + chart * cover[:, None]
        return mixed, cover


def _colour_slopes(screen: ScreenTriangles, corners: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """(3, 3, T) float32: colour c of triangle t at pixel (x, y) is (x, y, 1) @ slopes[:, c, t]; corners (T, 3, 3)
    colours. Only those of the triangles `seen` (N,) are worked out.

    Slivers, on which the colour would run off within a pixel, have one colour.
    """
    slopes = np.empty((3, 3, len(corners)), np.float32)
    some = np.flatnonzero(np.bincount(seen, minlength=len(corners)))
    colours = corners[some]
    found = np.zeros((3, 3, len(some)))
    for corner in range(3):
        weight, colour = screen.weights[some, corner].T, colours[:, corner].T
        found += weight[:, None] * colour
    found = found.astype(np.float32)
    sliver = ~screen.valid[some] | (np.abs(found[:2]).max((0, 1)) > 30.0)
    found[:2, :, sliver] = 0.0
    found[2][:, sliver] = colours[sliver].mean(1).T
    slopes[..., some] = found
    return slopes
