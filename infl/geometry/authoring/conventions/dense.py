"""Every vertex of C as a layout of its own."""

from __future__ import annotations

from infl.geometry.canonical_face import CanonicalFace
from infl.layouts import Layout, LayoutPoint


def dense(face: CanonicalFace) -> Layout:
    some_triangle = {int(v): t for t in range(len(face.triangles) - 1, -1, -1) for v in face.triangles[t]}
    region = face.region_of_triangle
    points = []
    for v, xyz in enumerate(face.vertices.astype(float).round(3)):
        triangle = some_triangle[v]
        weight = tuple(float(corner == v) for corner in face.triangles[triangle])
        mirror = int(face.mirror_vertices[v])
        side = "" if mirror == v else ("left " if xyz[0] > 0 else "right ")
        number = v if xyz[0] >= 0 else mirror
        place = (float(xyz[0]), float(xyz[1]), float(xyz[2]))
        points.append(
            LayoutPoint(f"{side}vertex {number}", place, triangle, weight, mirror, str(region[triangle]))  # type: ignore[arg-type]
        )
    return Layout("dense", "Every vertex of the canonical face", tuple(points))


LAYOUTS = (dense,)
