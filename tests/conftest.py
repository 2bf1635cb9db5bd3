"""Fixtures that several test packages share."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Nothing lands in the cache of whoever runs the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("INFL_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session")
def infl_data() -> Path:
    """The folder of published data sets (INFL_DATA, or ../shared/data beside the checkout); skips without it."""
    folder = Path(os.environ.get("INFL_DATA", ROOT.parent / "shared" / "data"))
    if not (folder / "conventions.json").is_file():
        pytest.skip(f"no data sets in {folder}; set INFL_DATA to their folder")
    return folder
