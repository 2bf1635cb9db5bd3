import sys

import pytest

from infl.doctor import FAILED, GOOD, LESS, examine, missing_packages


def test_missing_system_libraries_are_named_by_their_packages(tmp_path, monkeypatch):
    platforms = tmp_path / "PySide6" / "Qt" / "plugins" / "platforms"
    platforms.mkdir(parents=True)
    (platforms / "libqxcb.so").touch()
    (tmp_path / "ldd").write_text(
        "#!/bin/sh\n"
        "echo '\tlibxcb-cursor.so.0 => not found'\n"
        "echo '\tlibEGL.so.1 => not found'\n"
        "echo '\tlibodd.so.7 => not found'\n"
        "echo '\tlibc.so.6 => /lib/libc.so.6 (0x00007f)'\n"
    )
    (tmp_path / "ldd").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    assert missing_packages(tmp_path / "PySide6", "xcb") == ["libegl1", "libodd.so.7", "libxcb-cursor0"]
    assert missing_packages(tmp_path / "PySide6", "wayland") == []


def test_what_a_window_needs_is_tried_without_a_screen(monkeypatch):
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    found = {finding.what: finding for finding in examine()}
    assert found["libraries"].state == found["torch"].state == found["resources"].state == GOOD
    assert found["window"].state != FAILED
    assert "no screen" in found["window"].said


def test_what_computes_the_network_is_said(untrained_checkpoint, monkeypatch):
    pytest.importorskip("onnxruntime")
    monkeypatch.setattr("infl.model.checkpoint.SHIPPED", str(untrained_checkpoint.with_suffix("")))
    fast = next(finding for finding in examine() if finding.what == "runtime")
    assert fast.state == GOOD and fast.said.startswith("onnxruntime")
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    slow = next(finding for finding in examine() if finding.what == "runtime")
    assert slow.state == LESS and slow.said.startswith("torch") and "infl-studio[fast]" in slow.said
