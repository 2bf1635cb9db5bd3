"""Where the files that come with the program are: `resources/` beside the packages, or inside an installed wheel."""

from __future__ import annotations

from pathlib import Path


def resource(*parts: str) -> Path:
    """The path of a resource, for example `resource("layouts", "ibug68.json")`."""
    package = Path(__file__).parent
    root = package / "_resources"
    if not root.is_dir():
        root = package.parent / "resources"
    return root.joinpath(*parts)
