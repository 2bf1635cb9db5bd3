"""Conventions of one's own for a landmarker that is trained already: in seconds, without retraining it."""

from infl.adapt.fit_convention import FittedConvention, fit_convention, fit_seen
from infl.adapt.fit_conventions import fit_conventions
from infl.adapt.layout_proposal import Proposal, ProposedPoint, propose_layout, propose_seen

__all__ = [
    "FittedConvention",
    "Proposal",
    "ProposedPoint",
    "fit_convention",
    "fit_conventions",
    "fit_seen",
    "propose_layout",
    "propose_seen",
]
