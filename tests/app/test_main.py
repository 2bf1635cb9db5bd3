"""Starting from the command line, with and without a screen."""

import os
import subprocess
import sys

import pytest

from app import environment
from app.main import arguments
from infl.images import read_image

WITHOUT_SCREEN = {
    k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
}


def studio(*options, cwd, **environment_):
    return subprocess.run(
        [sys.executable, "-m", "app.main", *map(str, options)],
        cwd=os.getcwd(), env={**WITHOUT_SCREEN, "HOME": str(cwd), "OMP_NUM_THREADS": "1", **environment_},
        capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere there is always a screen")
def test_without_a_screen_one_line_says_so(tmp_path):
    ran = studio(cwd=tmp_path)
    assert ran.returncode == 2
    assert len(ran.stderr.strip().splitlines()) == 1 and "--screenshot" in ran.stderr


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="X11 is Linux's")
def test_a_screen_that_does_not_answer_is_told(tmp_path):
    ran = studio(cwd=tmp_path, DISPLAY=":987")
    assert ran.returncode == 2 and ":987" in ran.stderr


def test_a_screenshot_needs_no_screen_and_no_person(tmp_path, demo_folders):
    picture = tmp_path / "studio.png"
    ran = studio("--open", *demo_folders, "--screenshot", picture, "--theme", "dark", cwd=tmp_path)
    assert ran.returncode == 0, ran.stderr
    image = read_image(picture)
    assert image.shape[:2] == (1000, 1600)
    assert image[:, :, 0].std() > 20  # photographs and the face, not one colour


def test_several_folders_after_one_open():
    wanted = arguments(["--open", "a", "b", "--theme", "light"])
    assert [p.name for p in wanted.open] == ["a", "b"] and wanted.screenshot is None


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Debian's packages")
def test_missing_libraries_are_told_in_one_line_with_their_packages(monkeypatch):
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    monkeypatch.setattr(
        environment, "missing_packages", lambda _folder, platform: ["libegl1", f"for-{platform}"]
    )
    told = environment.what_is_missing(screenshot=False)
    assert told.endswith("apt-get install libegl1 for-offscreen") and "\n" not in told
