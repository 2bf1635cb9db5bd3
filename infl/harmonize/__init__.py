"""Harmonising: every face of differently annotated data sets in one layout and one convention."""

from infl.harmonize.harmonise import harmonise

__all__ = ["harmonise"]
