"""Every module of the studio can be imported, and the library never imports the studio."""

import importlib
import os
import pkgutil
import re
import sys
from pathlib import Path

import app
import infl

FOREIGN = re.compile(r"\s*(from|import) app\b")


def test_every_module_of_the_studio_imports():
    names = [m.name for m in pkgutil.walk_packages(app.__path__, "app.")]
    assert len(names) > 20
    for name in names:
        importlib.import_module(name)


def test_the_library_knows_nothing_of_the_studio():
    for file in Path(infl.__file__).parent.rglob("*.py"):
        lines = file.read_text(encoding="utf-8").splitlines()
        assert not [line for line in lines if FOREIGN.match(line)], file


def test_opencv_leaves_qt_its_plugins():
    assert "cv2" in sys.modules
    assert "cv2" not in os.environ.get("QT_QPA_PLATFORM_PLUGIN_PATH", "")
