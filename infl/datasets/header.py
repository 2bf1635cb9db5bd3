"""`dataset.json`: a small file in a set's folder that says what its files cannot.

    {"format": "infl-dataset", "format_version": 1, "name": "demo jaw on the contour",
     "convention": "demo_contour", "layout": "ibug68", "annotations": "points.csv"}

- `name`: how the set is called; the folder's name where not given.
- `convention`: whose rules the points follow; the reader's own answer where not given.
- `layout`: which points they are: the name of a layout that comes with the program, or a layout file
  (`my.json`) beside this one.
- `annotations`: which annotation to read where the folder holds several: a file (`points.csv`), a format
  (`ibug_pts`, `wflw`, `csv`, …) or an annotation's name.
- `pixel_origin`: what the files call the centre of the top-left pixel, 0, 1 or 0.5, where it is not the
  format's own.
- `normaliser`: what errors are divided by, "eyes" or "box".
- `terms`: under what terms the pictures may be used, in words.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from infl.datasets.text import read_json
from infl.errors import FileError


class Header(BaseModel):
    """The fields of `dataset.json`; see the module's docstring."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    format: Literal["infl-dataset"]
    format_version: Literal[1] = 1
    name: Annotated[str, Field(max_length=200)] = ""
    convention: Annotated[str, Field(max_length=200)] = ""
    layout: str = ""
    annotations: str = ""
    pixel_origin: Literal[0, 1, 0.5] | None = None  # pyright: ignore[reportInvalidTypeForm]
    normaliser: Literal["eyes", "box"] | None = None
    terms: str = ""


def read_header(path: Path) -> Header:
    """Read `dataset.json`; raises FileError naming the line or field that is wrong."""
    try:
        return Header.model_validate(read_json(path))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise FileError(path, f"is no header of a data set: {first['msg']}.", place=place) from error
