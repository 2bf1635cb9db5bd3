"""Make the canonical face and the layouts again: `python -m infl.geometry.authoring`."""

from __future__ import annotations

from infl.geometry.authoring.conventions import dense, ibug, outlines, sparse, webmorph, wflw
from infl.geometry.authoring.face import build_canonical_face
from infl.geometry.canonical_face import save_canonical_face
from infl.layouts import save_layout
from infl.resources import resource

LAYOUTS = (
    *ibug.LAYOUTS,
    *wflw.LAYOUTS,
    *outlines.LAYOUTS,
    *sparse.LAYOUTS,
    *webmorph.LAYOUTS,
    *dense.LAYOUTS,
)


def main() -> None:
    """Write `resources/canonical_face` and `resources/layouts`."""
    face = build_canonical_face()
    path = resource("canonical_face", "canonical_face.npz")
    path.parent.mkdir(parents=True, exist_ok=True)
    save_canonical_face(face, path)
    print(f"{path}: {len(face.vertices)} vertices, {len(face.triangles)} triangles")
    folder = resource("layouts")
    folder.mkdir(parents=True, exist_ok=True)
    for make in LAYOUTS:
        layout = make(face)
        save_layout(layout, folder / f"{layout.name}.json")
        print(f"{folder / layout.name}.json: {len(layout)} points")


if __name__ == "__main__":
    main()
