"""Where a project's data sets are now: folders that were moved are asked for once, and others are found beside them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from app.corrections import Corrections
from app.project import SetPlace, moved, set_place

Find = Callable[[Path], Path | None]
"""Asks where a folder is now; None where nobody knows."""


def nowhere(_folder: Path) -> None:
    """Nobody is asked."""
    return


@dataclass(frozen=True)
class FoundSets:
    """A project's sets, in its order: where each is now, None for one that was not found. moves: (old, new) paths."""

    entries: tuple[SetPlace, ...]
    now: tuple[SetPlace | None, ...]
    moves: tuple[tuple[Path, Path], ...]

    @property
    def there(self) -> list[SetPlace]:
        return [entry for entry in self.now if entry is not None]

    @property
    def wanted(self) -> list[SetPlace]:
        """All sets: those that were found where they are, the others where they were."""
        return [now or entry for now, entry in zip(self.now, self.entries, strict=True)]

    def corrections(self, filed: Corrections) -> Corrections:
        """The corrections of the project, under the places where the sets are now."""
        new = dict(self.moves)
        return Corrections(
            {replace(k, path=new.get(k.path, k.path)): faces for k, faces in filed.sets.items()}
        )


def find_sets(entries: Sequence[SetPlace], find: Find = nowhere) -> FoundSets:
    """Look for every set where the project says, then where others of its sets have moved to, then ask."""
    moves: dict[Path, Path] = {}
    refused: set[Path] = set()

    def found(path: Path, ask: bool) -> Path | None:
        if path.exists():
            return path
        if path in moves:
            return moves[path]
        guesses = (moved(path, old, new) for old, new in moves.items())
        now = next((guess for guess in guesses if guess.exists()), None)
        if now is None and ask and path not in refused:
            now = find(path)
        if now is None:
            refused.add(path)
        else:
            moves[path] = now
        return now

    now: list[SetPlace | None] = []
    for entry in entries:
        path = found(entry.path, ask=True)
        pictures = found(entry.pictures, ask=False) if entry.pictures is not None else None
        now.append(None if path is None else set_place(path, entry.convention, pictures, entry.found))
    return FoundSets(tuple(entries), tuple(now), tuple(moves.items()))
