"""Annotations that were found suspicious, in the sets that were searched. No Qt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType

from app.corrections import SetKey
from infl.evaluation.suspects.finding import Finding


@dataclass(frozen=True, eq=False)
class Suspicions:
    """by_set: of every set that was searched its findings, the surest first."""

    by_set: Mapping[SetKey, tuple[Finding, ...]] = field(default_factory=lambda: MappingProxyType({}))

    def of_set(self, key: SetKey) -> tuple[Finding, ...]:
        return self.by_set.get(key, ())

    def searched(self, key: SetKey) -> bool:
        return key in self.by_set

    @cached_property
    def faces(self) -> Mapping[SetKey, frozenset[str]]:
        """By set the keys of the faces with a finding."""
        return {key: frozenset(f.sample.key for f in found) for key, found in self.by_set.items()}

    def with_set(self, key: SetKey, findings: tuple[Finding, ...]) -> Suspicions:
        """The same with what was found in one set, in place of what was found there before."""
        return Suspicions(MappingProxyType({**self.by_set, key: findings}))
