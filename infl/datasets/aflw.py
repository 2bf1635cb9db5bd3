"""AFLW with 21 points as a table: `annotations.csv` with image, yaw_deg, x0, y0 … x20, y20.

Only visible points are annotated (an empty cell = hidden in the picture). The order is AFLW's; "left" and
"right" in its point names are the picture's and not the subject's. Pixels are taken to count from 0. The yaw
of the database's own pose fit is in `extra["yaw_deg"]`. Half of a profile has no second eye corner: errors
are divided by √(w·h).
"""

from __future__ import annotations

from infl.datasets.folder import SetFolder
from infl.datasets.point_csv import Meaning, columns_of, table
from infl.datasets.reader import Annotation
from infl.datasets.text import first_line

FORMAT = "aflw_csv"
LOOKED_FOR = "a .csv table with the columns image, yaw_deg, x0, y0 … x20, y20 (AFLW)"
POINTS = 21
AFLW21 = Meaning("aflw21", "aflw21", "aflw21", "box")


def find(folder: SetFolder) -> list[Annotation]:
    for file in folder.ending(".csv"):
        columns = columns_of(first_line(folder.root / file))
        if columns and len(columns.points) == POINTS and "yaw_deg" in dict(columns.others):
            return [table(folder, file, columns, AFLW21, format_name=FORMAT)]
    return []
