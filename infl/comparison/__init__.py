"""How far data sets disagree at each point, by how much and how surely.

comparison = run(compare(landmarker, [set_a, set_b]))
pair = comparison.pairs[0]
pair.points, pair.offset, pair.interval, pair.sure       # names, (K, 2) mm outwards and up, 95 %, (K,) bool
comparison.sets[0].origin.shift                          # (2,) pixels by which the whole set is shifted
write_report(comparison, "report.html")                  # and report.csv beside it
"""

from infl.comparison.compare import Comparison, DeformerOffsets, compare
from infl.comparison.evidence import Evidence, gather
from infl.comparison.offsets import PairOffsets, Witness, offsets_between, witness_of
from infl.comparison.pixel_origin import OriginDifference, PixelOrigin
from infl.comparison.report import write_report
from infl.comparison.tables import offsets_table, origins_table

__all__ = [
    "Comparison",
    "DeformerOffsets",
    "Evidence",
    "OriginDifference",
    "PairOffsets",
    "PixelOrigin",
    "Witness",
    "compare",
    "gather",
    "offsets_between",
    "offsets_table",
    "origins_table",
    "witness_of",
    "write_report",
]
