"""The canonical face drawn by OpenGL, into a buffer that is read back: the software renderer's picture, only faster.

    drawer = GlFace()                         # GlFailed where there is no usable GL
    picture = drawer.fast(view, orbit, size)  # a FacePicture like that of FaceView, with soft edges
    drawer.close()

Needs OpenGL 2.1 or ES 2 and lives in the window's thread. Each corner of each triangle is sent on its own, so that it
can carry the triangle's number, which a second pass draws in place of colours.
"""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QSize
from PySide6.QtGui import QImage, QMatrix4x4, QOffscreenSurface, QOpenGLContext
from PySide6.QtOpenGL import (
    QOpenGLBuffer,
    QOpenGLFramebufferObject,
    QOpenGLFramebufferObjectFormat,
    QOpenGLShader,
    QOpenGLShaderProgram,
)  # fmt: skip

from app.translation import tr
from infl.geometry.camera import Camera
from infl.rendering.face_view import Colour, FacePicture, FaceView, OrbitCamera, Size
from infl.rendering.studio_light import GROUND, LIGHTS, SKY, Light

_RENDERER, _FLOAT, _TRIANGLES, _DEPTH_TEST = 0x1F01, 0x1406, 0x0004, 0x0B71  # names of the GL header
_COLOUR_AND_DEPTH = 0x4000 | 0x0100
_SAMPLES = 4

_VERTEX = """
attribute vec3 place;
attribute vec3 normal;
attribute float crease;
attribute float number;
attribute vec3 albedo;
attribute float cover;
uniform mat4 to_clip;
uniform mat4 turn;
varying vec3 seen_normal;
varying float seen_crease;
varying float seen_number;
varying vec3 seen_albedo;
varying float seen_cover;
void main() {
    seen_normal = (turn * vec4(normal, 0.0)).xyz;
    seen_crease = crease;
    seen_number = number;
    seen_albedo = albedo;
    seen_cover = cover;
    gl_Position = to_clip * vec4(place, 1.0);
}
"""

_PRECISION = """
#ifdef GL_ES
precision highp float;
#endif
"""

_NUMBERS = f"""{_PRECISION}
varying float seen_number;
void main() {{
    float n = floor(seen_number + 0.5);
    float high = floor(n / 65536.0);
    float middle = floor((n - high * 65536.0) / 256.0);
    float low = n - high * 65536.0 - middle * 256.0;
    gl_FragColor = vec4(low / 255.0, middle / 255.0, high / 255.0, 1.0);
}}
"""


class GlFailed(RuntimeError):
    """GL cannot draw here (any more); the text says why."""


def _vector(values) -> str:
    return "vec3(" + ", ".join(f"{float(v):.7f}" for v in values) + ")"


def _lamp(light: Light) -> str:
    """One lamp's share of the light and the highlight, as `infl.rendering.studio_light` has it in its ball."""
    direction = np.array(light.direction) / np.linalg.norm(light.direction)
    half = direction + np.array([0.0, 0.0, 1.0])
    half /= np.linalg.norm(half)
    lambert = f"clamp((dot(n, {_vector(direction)}) + {light.wrap:.7f}) / {1 + light.wrap:.7f}, 0.0, 1.0)"
    return f"""
    light += pow({lambert}, 1.25) * {_vector(light.colour)};
    gloss += {light.shine:.7f} * pow(clamp(dot(n, {_vector(half)}), 0.0, 1.0), 22.0);"""


_CLAY = f"""{_PRECISION}
varying vec3 seen_normal;
varying float seen_crease;
varying vec3 seen_albedo;
varying float seen_cover;
void main() {{
    vec3 n = normalize(seen_normal);  // y down, z forward
    float inside = step(0.0, n.z);  // the inside of the sheet is lit as the side that is seen, only darker
    n = vec3(n.x, -n.y, -n.z) * (1.0 - 2.0 * inside);
    n.z = abs(n.z);
    vec3 light = mix({_vector(GROUND)}, {_vector(SKY)}, (n.y + 1.0) / 2.0);
    float gloss = 0.0;{"".join(map(_lamp, LIGHTS))}
    float dark = mix(1.0, 0.45, inside) * seen_crease;
    light *= dark;
    light += (1.0 - light) * 0.65 * seen_cover;
    gloss *= dark * (1.0 - 0.8 * seen_cover);
    vec3 colour = clamp(light * seen_albedo + gloss, 0.0, 1.6);
    gl_FragColor = vec4(colour * (1.0 + 0.12 * colour) / (1.0 + 0.28 * colour), 1.0);
}}
"""


class GlFace:
    """A GL context of its own with the face in its memory; `renderer` is what the driver calls itself."""

    def __init__(self):
        """Raises GlFailed."""
        self._context, self._surface = QOpenGLContext(), QOffscreenSurface()
        if not self._context.create():
            raise GlFailed(tr("no OpenGL context could be made"))
        self._surface.setFormat(self._context.format())
        self._surface.create()
        self._make_current()
        version, embedded = self._context.format().version(), self._context.isOpenGLES()
        if version < ((2, 0) if embedded else (2, 1)):
            raise GlFailed(tr("OpenGL {version} is too old").format(version=f"{version[0]}.{version[1]}"))
        self._gl = self._context.functions()
        self.renderer = str(self._gl.glGetString(_RENDERER) or "")
        self._clay, self._numbers = _program(_CLAY), _program(_NUMBERS)
        self._shape, self._skin = QOpenGLBuffer(), QOpenGLBuffer()
        if not (self._shape.create() and self._skin.create()):
            raise GlFailed(tr("OpenGL gave no memory"))
        self._buffers: tuple[QOpenGLFramebufferObject, QOpenGLFramebufferObject] | None = None
        self._view: FaceView | None = None
        self._chart: tuple | None = None
        self._context.doneCurrent()

    def fast(
        self,
        view: FaceView,
        orbit: OrbitCamera,
        size: Size,
        *,
        colours: np.ndarray | None = None,
        strength: float | np.ndarray = 0.8,
        background: Colour | None = None,
    ) -> FacePicture:
        """What `FaceView.fast` gives, shaded per pixel and with soft edges as `FaceView.smooth`. Raises GlFailed."""
        self._make_current()
        try:
            self._send(view, colours, strength)
            soft, sharp = self._buffers_of(size)
            camera, screen = view.seen_by(orbit, size)
            clear = (0.0, 0.0, 0.0, 0.0) if background is None else (*(c / 255 for c in background), 1.0)
            self._draw(self._clay, soft, camera, view, clear)
            image = _pixels(soft)
            self._draw(self._numbers, sharp, camera, view, (0.0, 0.0, 0.0, 1.0))
            number = _pixels(sharp).view("<u4")[..., 0] & 0xFFFFFF
            if (code := self._gl.glGetError()) or not self._context.isValid():
                raise GlFailed(tr("the graphics driver reports error {code}").format(code=f"{code:#x}"))
        finally:
            self._context.doneCurrent()
        return FacePicture(image, number.astype(np.int32) - 1, camera, view, screen)

    def close(self) -> None:
        """Give the graphics memory back."""
        if self._context.makeCurrent(self._surface):
            self._buffers = None
            self._shape.destroy()
            self._skin.destroy()
            self._clay.removeAllShaders()
            self._numbers.removeAllShaders()
            self._context.doneCurrent()
        self._surface.destroy()

    def _make_current(self) -> None:
        if not self._context.makeCurrent(self._surface):
            raise GlFailed(tr("the OpenGL context was lost"))

    def _send(self, view: FaceView, colours: np.ndarray | None, strength: float | np.ndarray) -> None:
        """Bring the corners to the driver, where they are not there already."""
        corners = np.asarray(view.triangles).ravel()
        if view is not self._view:
            number = np.repeat(np.arange(1, len(view.triangles) + 1), 3)
            columns = (
                (view.vertices - view.pivot)[corners],
                view.normals[corners],
                view.crease[corners],
                number,
            )
            _fill(self._shape, np.column_stack(columns))
            self._view, self._chart = view, None
        if self._chart is None or self._chart[0] is not colours or self._chart[1] is not strength:
            albedo, cover = view.skin(colours, strength)
            _fill(self._skin, np.column_stack([albedo[corners], cover[corners]]))
            self._chart = (colours, strength)

    def _buffers_of(self, size: Size) -> tuple[QOpenGLFramebufferObject, QOpenGLFramebufferObject]:
        """(for colours, with several samples a pixel; for numbers, with one) of a size."""
        wanted = QSize(*size)
        if self._buffers is None or self._buffers[0].size() != wanted:
            self._buffers = None  # before new memory is asked for
            plain = QOpenGLFramebufferObjectFormat()
            plain.setAttachment(QOpenGLFramebufferObject.Attachment.CombinedDepthStencil)
            many = QOpenGLFramebufferObjectFormat(plain)
            many.setSamples(_SAMPLES)
            self._buffers = QOpenGLFramebufferObject(wanted, many), QOpenGLFramebufferObject(wanted, plain)
            if not all(buffer.isValid() for buffer in self._buffers):
                raise GlFailed(tr("OpenGL gave no buffer to draw into"))
        return self._buffers

    def _draw(
        self,
        program: QOpenGLShaderProgram,
        buffer: QOpenGLFramebufferObject,
        camera: Camera,
        view: FaceView,
        clear: tuple[float, ...],
    ) -> None:
        gl, size = self._gl, (buffer.width(), buffer.height())
        if not (buffer.bind() and program.bind()):
            raise GlFailed(tr("OpenGL refused to draw"))
        gl.glViewport(0, 0, *size)
        gl.glEnable(_DEPTH_TEST)
        gl.glClearColor(*clear)
        gl.glClear(_COLOUR_AND_DEPTH)
        program.setUniformValue(program.uniformLocation("to_clip"), _to_clip(camera, view, size))
        turn = np.eye(4)
        turn[:3, :3] = camera.rotation
        program.setUniformValue(program.uniformLocation("turn"), QMatrix4x4(turn.ravel().tolist()))
        for memory, columns in (
            (self._shape, (("place", 3), ("normal", 3), ("crease", 1), ("number", 1))),
            (self._skin, (("albedo", 3), ("cover", 1))),
        ):
            memory.bind()
            stride = 4 * sum(count for _, count in columns)
            offset = 0
            for name, count in columns:
                at = program.attributeLocation(name)
                if at >= 0:  # a program has only what it uses
                    program.enableAttributeArray(at)
                    program.setAttributeBuffer(at, _FLOAT, offset, count, stride)
                offset += 4 * count
            memory.release()
        gl.glDrawArrays(_TRIANGLES, 0, 3 * len(view.triangles))
        program.release()
        buffer.release()


def _program(fragment: str) -> QOpenGLShaderProgram:
    program = QOpenGLShaderProgram()
    kinds = QOpenGLShader.ShaderTypeBit
    sound = program.addShaderFromSourceCode(kinds.Vertex, _VERTEX)
    if not (sound and program.addShaderFromSourceCode(kinds.Fragment, fragment) and program.link()):
        text = tr("the graphics driver refused a shader: {why}")
        raise GlFailed(text.format(why=program.log().strip()))
    return program


def _fill(buffer: QOpenGLBuffer, values: np.ndarray) -> None:
    data = np.ascontiguousarray(values, np.float32).tobytes()
    buffer.bind()
    buffer.allocate(data, len(data))
    buffer.release()


def _pixels(buffer: QOpenGLFramebufferObject) -> np.ndarray:
    """(H, W, 4) uint8 RGBA, straight alpha, top row first."""
    image = buffer.toImage().convertToFormat(QImage.Format.Format_RGBA8888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : 4 * image.width()].reshape(image.height(), image.width(), 4).copy()


def _to_clip(camera: Camera, view: FaceView, size: Size) -> QMatrix4x4:
    """From mm about the pivot to GL's clip space, where pixel (0, 0) is the centre of the top-left pixel."""
    middle = camera.rotation @ view.pivot + camera.translation
    reach = float(np.linalg.norm(view.vertices - view.pivot, axis=1).max()) + 1.0
    near, far = max(middle[2] - reach, 1.0), middle[2] + reach
    (width, height), (x, y), focal = size, camera.principal_point, camera.focal_length
    lens = np.array(
        [
            [2 * focal / width, 0, (2 * x + 1) / width - 1, 0],
            [0, -2 * focal / height, 1 - (2 * y + 1) / height, 0],
            [0, 0, (far + near) / (far - near), -2 * far * near / (far - near)],
            [0, 0, 1, 0],
        ]
    )
    pose = np.eye(4)
    pose[:3, :3], pose[:3, 3] = camera.rotation, middle
    return QMatrix4x4((lens @ pose).ravel().tolist())
