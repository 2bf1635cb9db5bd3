"""Who is wrong? Annotations of a set that are out of line for it, ranked, each with what went wrong and a remedy.

The network knows how a set's humans click (its convention), so where one click departs from its prediction by more than
is usual for this point, this set, and the network's own σ, the human may have erred. Read in this order: `looks`
(prediction beside annotation), `usual` (residuals in units of what is usual), `neighbours` (points that err
together), `evidence` (how unlikely), `relabel` (swapped and shifted names), `judge` (the simplest explanation),
`placement` (wrong faces), `search` (the whole), `table` and `page` (what is written).
"""

from __future__ import annotations

from infl.evaluation.suspects.finding import Finding, Kind
from infl.evaluation.suspects.search import Suspects, find_suspects

__all__ = ["Finding", "Kind", "Suspects", "find_suspects"]
