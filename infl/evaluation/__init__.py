"""How good a landmarker is, measured the same way every time."""

from infl.evaluation.held_out import evaluate
from infl.evaluation.nme import area_under_curve, failure_rate, nme
from infl.evaluation.report import Report, Row
from infl.evaluation.stability import Stability, jitter, measure_stability

__all__ = [
    "Report",
    "Row",
    "Stability",
    "area_under_curve",
    "evaluate",
    "failure_rate",
    "jitter",
    "measure_stability",
    "nme",
]
