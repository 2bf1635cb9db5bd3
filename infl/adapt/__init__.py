"""Conventions of one's own for a landmarker that is trained already: in seconds, without retraining it."""

from infl.adapt.fit_convention import FittedConvention, fit_convention

__all__ = ["FittedConvention", "fit_convention"]
