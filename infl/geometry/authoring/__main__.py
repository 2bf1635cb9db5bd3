"""Make the canonical face and the layouts again: `python -m infl.geometry.authoring`."""

from __future__ import annotations

from infl.geometry.authoring.face import build_canonical_face
from infl.geometry.canonical_face import save_canonical_face
from infl.resources import resource


def main() -> None:
    """Write `resources/canonical_face` and `resources/layouts`."""
    face = build_canonical_face()
    path = resource("canonical_face", "canonical_face.npz")
    path.parent.mkdir(parents=True, exist_ok=True)
    save_canonical_face(face, path)
    print(f"{path}: {len(face.vertices)} vertices, {len(face.triangles)} triangles")


if __name__ == "__main__":
    main()
