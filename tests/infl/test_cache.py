from pathlib import Path

import pytest

from infl.cache import cache_folder


@pytest.mark.parametrize(
    ("platform", "variable", "expected"),
    [
        ("linux", "XDG_CACHE_HOME", "infl"),
        ("win32", "LOCALAPPDATA", "infl/cache"),
        ("win32", "INFL_CACHE", "."),
        ("linux", "INFL_CACHE", "."),
    ],
)
def test_the_platforms_own_place(platform, variable, expected, monkeypatch, tmp_path):
    for name in ("INFL_CACHE", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("sys.platform", platform)
    monkeypatch.setenv(variable, str(tmp_path))
    assert cache_folder() == tmp_path / expected


def test_below_home_where_nothing_is_set(monkeypatch, tmp_path):
    for name in ("INFL_CACHE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    monkeypatch.setattr("sys.platform", "linux")
    assert cache_folder() == tmp_path / ".cache" / "infl"
    monkeypatch.setattr("sys.platform", "darwin")
    assert cache_folder() == tmp_path / "Library" / "Caches" / "infl"
