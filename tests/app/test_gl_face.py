"""The face drawn by OpenGL looks as the software's, and a driver that fails costs nothing but speed.

What needs GL is left out where there is none; with software GL: `xvfb-run -a pytest tests/app/test_gl_face.py` under
QT_QPA_PLATFORM=xcb.
"""

import gc
import os
import sys
from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QEventLoop, QPoint, QSettings, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest

from app import gl_probe
from app.face_drawing import FaceDrawing
from app.gl_probe import Answer, GlProbe
from app.views.gl_face import GlFace
from app.window import MainWindow
from infl.geometry.canonical_face import canonical_face
from infl.rendering.face_view import FaceView, OrbitCamera
from infl.rendering.rasteriser import rasterise
from infl.rendering.section import Section

SIZE = (320, 280)
RIGHT = Qt.MouseButton.RightButton


def asked(qtbot, probe: GlProbe, limit: int = 60_000) -> Answer:
    with qtbot.waitSignal(probe.answered, timeout=limit) as answered:
        probe.start()
    return answered.args[0]


@pytest.fixture(scope="module")
def answer(qapp) -> Answer:
    """What the driver of this machine says; skips where it may not be asked or cannot draw, or
    fails there if INFL_WANTS_GL is set."""
    leave = pytest.fail if os.environ.get("INFL_WANTS_GL") else pytest.skip
    if gl_probe.platform() not in gl_probe.PLATFORMS:
        leave(f"the platform {gl_probe.platform()} has no GL")
    found, probe, loop = [], GlProbe(), QEventLoop()
    probe.answered.connect(found.append)
    probe.answered.connect(loop.quit)
    probe.start()
    loop.exec()
    if not found[0].usable:
        leave(f"no GL here: {found[0].trouble}")
    return found[0]


@pytest.fixture
def drawer(answer: Answer) -> Iterator[GlFace]:
    drawer = GlFace()
    yield drawer
    drawer.close()


@pytest.fixture(scope="module")
def view() -> FaceView:
    return FaceView(canonical_face())


def heat_of(view: FaceView) -> dict[str, np.ndarray]:
    """A heat map that runs across the face and fades out downwards."""
    x, y = ((view.places[:, i] - view.places[:, i].min()) / np.ptp(view.places[:, i]) for i in (0, 1))
    return {
        "colours": np.stack([255 * x, 255 * (1 - x), 80 + 0 * x], 1).astype(np.uint8),
        "strength": 0.85 * y,
    }


@pytest.mark.parametrize("background", [(231, 231, 233), None])
@pytest.mark.parametrize(
    "orbit",
    [
        OrbitCamera(),
        OrbitCamera(yaw=40, pitch=10),
        OrbitCamera(pitch=65),
        OrbitCamera(yaw=170),
        OrbitCamera(yaw=-20, zoom=2.6, pan=(0.1, 0.2)),
    ],
)
@pytest.mark.parametrize("heat", [False, True])
@pytest.mark.parametrize("section", [None, Section("left", 3.0)])
def test_gl_draws_what_the_software_draws(drawer, view, orbit, background, heat, section):
    how = heat_of(view) if heat else {}
    shown = view if section is None else view.cut(section)
    ours = shown.smooth(orbit, SIZE, background=background, **how)
    gl = drawer.fast(shown, orbit, SIZE, background=background, **how)
    assert gl.image.shape == ours.image.shape and gl.image.dtype == np.uint8
    difference = np.abs(gl.image.astype(float) - ours.image)
    exact = rasterise(gl.screen, SIZE)
    seen, wanted = gl.triangle >= 0, exact.covered
    assert difference.mean() < 0.6
    assert difference[seen & wanted].mean() < 1.0
    assert (seen & wanted).sum() / (seen | wanted).sum() > 0.998
    assert (gl.triangle == exact.triangle)[wanted].mean() > 0.98


def test_another_chart_figure_or_size_is_drawn_at_once(drawer, view):
    orbit = OrbitCamera()
    plain = drawer.fast(view, orbit, SIZE).image
    hot = drawer.fast(view, orbit, SIZE, **heat_of(view)).image
    assert np.abs(hot.astype(int) - plain).max() > 50
    half = drawer.fast(view.cut(Section("right")), orbit, SIZE)
    assert half.triangle.max() < len(half.triangles)
    assert drawer.fast(view, orbit, (200, 100)).image.shape == (100, 200, 4)
    assert np.array_equal(drawer.fast(view, orbit, SIZE).image, plain)


# in the window


@pytest.fixture
def gl_window(answer, dressed, qtbot, settings: QSettings, landmarker, demo_sets) -> Iterator[MainWindow]:
    """The window of a person who has chosen GL."""
    gl_probe.remember(settings, answer)
    settings.setValue("draw_with", "gl")
    window = MainWindow(settings)
    window.resize(1280, 800)
    window.show()
    qtbot.waitExposed(window)
    window.studio.add_sets(demo_sets)
    window.studio.set_landmarker(landmarker, "untrained")
    qtbot.waitUntil(lambda: not window.busy, timeout=60_000)
    yield window
    window.shut_down()
    window.close()
    window.deleteLater()
    dressed.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.unfreeze()


def turn(window: MainWindow) -> None:
    """Drag the face round with the right button; its last picture is that of the turning face."""
    middle = window.face.rect().center()
    QTest.mousePress(window.face, RIGHT, pos=middle)
    QTest.mouseMove(window.face, middle + QPoint(30, 4))
    window.face.repaint()
    QTest.mouseRelease(window.face, RIGHT, pos=middle + QPoint(30, 4))


def pixels(window: MainWindow) -> np.ndarray:
    image = window.face.grab().toImage().convertToFormat(QImage.Format.Format_RGBX8888)
    return np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1, 4)[..., :3].astype(float)


def test_the_turning_face_is_as_sharp_as_the_resting_one(gl_window, qtbot, answer):
    assert answer.renderer in gl_window.statusBar().machine.text()
    turn(gl_window)
    assert gl_window.face.busy
    turning = pixels(gl_window)
    qtbot.waitUntil(lambda: not gl_window.face.busy, timeout=60_000)
    assert np.abs(pixels(gl_window) - turning).mean() < 1.0


def test_a_context_that_is_lost_costs_one_notice_and_no_picture(gl_window, qtbot):
    turn(gl_window)
    gl_window.drawing._drawer._surface.destroy()
    before = len(gl_window.studio.notices)
    for _ in range(3):
        turn(gl_window)
    qtbot.waitUntil(lambda: "software view" in gl_window.statusBar().machine.text())
    assert [n.level for n in list(gl_window.studio.notices)[before:]] == ["warning"]
    qtbot.waitUntil(lambda: not gl_window.busy, timeout=60_000)
    assert len(np.unique(pixels(gl_window).reshape(-1, 3), axis=0)) > 100
    with qtbot.waitSignal(gl_window.drawing._probe.answered, timeout=60_000):
        gl_window.actions_["draw_gl"].trigger()
    assert gl_window.drawing.gl


def test_the_menu_changes_who_draws_and_it_is_remembered(gl_window, settings):
    gl_window.actions_["draw_software"].trigger()
    assert "software view" in gl_window.statusBar().machine.text()
    ticked = [c for c in ("automatic", "software", "gl") if gl_window.actions_[f"draw_{c}"].isChecked()]
    assert ticked == ["software"] and settings.value("draw_with") == "software"


def test_automatically_software_gl_is_not_used(gl_window, answer):
    gl_window.actions_["draw_automatic"].trigger()
    assert gl_window.drawing.gl == answer.hardware


def test_the_driver_is_asked_once_and_again_when_another_one_draws(answer, empty_window, qtbot, settings):
    drawing = FaceDrawing(empty_window.studio, settings, may_use_gl=True)
    with qtbot.waitSignal(drawing.changed, timeout=60_000):
        drawing.begin()
    assert gl_probe.remembered(settings) == answer
    drawing.stop()
    gl_probe.remember(settings, Answer(answer.platform, "Another Card"))
    drawing = FaceDrawing(empty_window.studio, settings, may_use_gl=True)
    drawing.begin()
    assert drawing.gl
    with qtbot.waitSignal(drawing._probe.answered, timeout=60_000):
        drawing.fast(empty_window.face.renderer, OrbitCamera(), SIZE)
    assert gl_probe.remembered(settings) == answer
    drawing.stop()


def test_a_program_that_died_drawing_does_not_try_again(answer, empty_window, settings):
    gl_probe.remember(settings, answer)
    settings.setValue("draw_with", "gl")
    settings.setValue("gl/begun", "yes")
    drawing = FaceDrawing(empty_window.studio, settings, may_use_gl=True)
    drawing.begin()
    found = gl_probe.remembered(settings)
    assert not drawing.gl and found is not None and "ended" in found.trouble
    drawing.stop()


def test_a_person_who_wants_gl_hears_why_there_is_none(answer, empty_window, qtbot, settings):
    broken = GlProbe(command=(sys.executable, "-c", "import os; os.abort()"))
    drawing = FaceDrawing(empty_window.studio, settings, may_use_gl=True, probe=broken)
    with qtbot.waitSignal(broken.answered):
        drawing.choose("gl")
    assert not drawing.gl and "driver crashed" in empty_window.studio.notices[-1].text
    drawing.stop()


# everywhere


def test_renderers_without_a_graphics_card_are_known():
    assert not Answer("xcb", "llvmpipe (LLVM 15.0.6, 256 bits)").hardware
    assert not Answer("windows", "Microsoft Basic Render Driver").hardware
    assert not Answer("wayland", "ANGLE (Google, Vulkan 1.3 (SwiftShader Device))").hardware
    assert Answer("xcb", "Mesa Intel(R) UHD Graphics 620 (KBL GT2)").hardware


@pytest.mark.parametrize(
    "driver, trouble",
    [
        ("import os; os.abort()", "crashed"),
        ("import sys; sys.exit(1)", "crashed"),
        ("print('hello')", "crashed"),
        ("import time; time.sleep(60)", "did not answer within 1.5 s"),
    ],
)
def test_a_driver_that_crashes_or_hangs_is_an_answer(qtbot, driver, trouble):
    found = asked(qtbot, GlProbe(command=(sys.executable, "-c", driver), limit=1500))
    assert not found.usable and trouble in found.trouble


def test_a_driver_that_talks_is_understood(qtbot):
    says = """print('libGL: hello'); print('{"renderer": "Card", "trouble": ""}'); print('bye')"""
    found = asked(qtbot, GlProbe(command=(sys.executable, "-c", says)))
    assert found == Answer(gl_probe.platform(), "Card")


def test_an_answer_is_remembered_for_its_platform_only(qapp, settings):
    assert gl_probe.remembered(settings) is None
    here = Answer(gl_probe.platform(), "Card", "the graphics driver crashed")
    gl_probe.remember(settings, here)
    assert gl_probe.remembered(settings) == here
    gl_probe.remember(settings, Answer("elsewhere", "Card"))
    assert gl_probe.remembered(settings) is None


def test_a_picture_made_by_a_command_is_drawn_in_software(empty_window):
    """Even on a screen with GL: the window of `--screenshot` remembers nothing."""
    assert not empty_window.drawing.gl
    empty_window.drawing.begin()
    assert "software view" in empty_window.statusBar().machine.text()
    empty_window.actions_["draw_gl"].trigger()
    assert not empty_window.drawing.gl
    assert empty_window.studio.notices[-1].level == "info"
