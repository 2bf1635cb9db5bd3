"""The curves of a layout: runs of points that its edges join one after the other, as annotators click them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from infl.layouts import Layout

LEAST = 3
"""Points that make a curve."""


@dataclass(frozen=True, eq=False)
class Chain:
    """Points `index` (n,) of a layout in the order in which they follow each other; `closed` when the last is followed
    by the first."""

    index: np.ndarray
    closed: bool

    def __len__(self) -> int:
        return len(self.index)

    def neighbours(self, step: int) -> tuple[np.ndarray, np.ndarray]:
        """(points that have one, their neighbours `step` along the chain): equally long arrays of layout indices."""
        if self.closed:
            return self.index, np.roll(self.index, -step)
        return (
            (self.index[:-step], self.index[step:]) if step > 0 else (self.index[-step:], self.index[:step])
        )


def chains_of(layout: Layout) -> tuple[Chain, ...]:
    """The curves of at least LEAST points; where three or more edges meet, curves end."""
    joined: dict[int, list[int]] = defaultdict(list)
    for a, b in layout.edges:
        if a != b and b not in joined[a]:
            joined[a].append(b)
            joined[b].append(a)
    used: set[frozenset[int]] = set()
    chains = []
    ends = [k for k in sorted(joined) if len(joined[k]) != 2]
    for start in [*ends, *sorted(joined)]:
        for following in joined[start]:
            walk = _walk(joined, start, following, used)
            closed = len(walk) > LEAST and walk[0] == walk[-1]
            index = walk[:-1] if closed else walk
            if len(index) >= LEAST:
                chains.append(_in_order(index, closed))
    return tuple(chains)


def tangents(layout: Layout, chains: tuple[Chain, ...], points: np.ndarray, roll: np.ndarray) -> np.ndarray:
    """(N, K, 2) unit vectors along each point's curve in the picture, for (N, K, 2) px; where there is no curve, across
    the face to the picture's right, which the (N,) radians of `roll` turn clockwise."""
    across = np.stack([np.cos(roll), np.sin(roll)], -1)
    along = np.repeat(across[:, None], len(layout), 1)
    for chain in chains:
        i = chain.index
        after, before = (
            (np.roll(i, -1), np.roll(i, 1))
            if chain.closed
            else (i[[*range(1, len(i)), -1]], i[[0, *range(len(i) - 1)]])
        )
        step = points[:, after].astype(np.float64) - points[:, before]
        length = np.linalg.norm(step, axis=2, keepdims=True)
        along[:, i] = np.where(length > 1e-6, step / np.maximum(length, 1e-6), along[:, i])
    return along


def _walk(joined: dict[int, list[int]], start: int, following: int, used: set[frozenset[int]]) -> list[int]:
    """From `start` by `following` over edges not used before, until a curve ends or closes."""
    walk = [start]
    while frozenset((walk[-1], following)) not in used:
        used.add(frozenset((walk[-1], following)))
        walk.append(following)
        onward = [k for k in joined[following] if k != walk[-2]]
        if following == start or len(joined[following]) != 2 or not onward:
            break
        following = onward[0]
    return walk


def _in_order(index: list[int], closed: bool) -> Chain:
    """The chain in the direction in which most numbers rise, a closed one from its smallest number."""
    rises = np.diff([*index, index[0]] if closed else index)
    if (rises < 0).sum() > (rises > 0).sum():
        index = index[::-1]
    if closed:
        first = index.index(min(index))
        index = index[first:] + index[:first]
    return Chain(np.array(index), closed)
