from infl.doctor import FAILED, GOOD, examine, missing_packages


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
