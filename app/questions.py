"""What is asked of whole sets in the background: how surely two disagree, and which annotations are suspicious."""

from __future__ import annotations

from PySide6.QtCore import QObject

from app.measured import Measured, how_sure, measured_at
from app.offset_table import origin_in_words, verdict_in_words
from app.operations import Operations
from app.state import Studio
from app.translation import tr
from app.values import OpenSet
from infl.evaluation.suspects import Suspects, find_suspects


class Questions(QObject):
    """Starts the jobs and puts their answers into the studio."""

    def __init__(self, studio: Studio, operations: Operations):
        super().__init__(operations)
        self.studio, self.operations = studio, operations

    def how_sure(self) -> None:
        """Measure the offsets of the two compared sets on their pictures; what is known already is not asked again."""
        landmarker, c = self.studio.landmarker, self.studio.comparison
        a, b = self.studio.set_of(c.a), self.studio.set_of(c.b)
        if landmarker is None or a is None or b is None or a is b or c.of != "pair":
            self.studio.notify("warning", tr("Choose two open sets to compare: their pictures are asked."))
            return
        ours, theirs, known = a.dataset, b.dataset, self.studio.measurements
        if known.of_pair(landmarker, ours, theirs) is not None:
            self.studio.set_options(intervals=True)
            return
        title = tr("Comparing {a} and {b}").format(a=a.label, b=b.label)
        self.operations.start(title, lambda: how_sure(landmarker, ours, theirs, known), self._measured)

    def _measured(self, measured: Measured) -> None:
        s, pair = self.studio, measured.pair
        datasets = [o.dataset for o in s.sets]
        s.set_measurements(
            s.measurements.with_pair(measured, datasets, (s.landmarker, s.previous_landmarker))
        )
        s.set_options(intervals=True)
        layout = measured.first.dataset.layout
        assert layout is not None, "a set without a layout is not compared"
        told = measured_at(pair, layout, turned=False)
        names = measured.first.dataset.convention, measured.second.dataset.convention
        text = tr("{a} and {b}: {verdict}. {origin}")
        verdict, origin = verdict_in_words(told), origin_in_words(pair.origin, *names, turned=False)
        words = text.format(a=names[0], b=names[1], verdict=verdict, origin=origin)
        notes = [
            f"{e.name}: {note}" for e in (pair.first.evidence, pair.second.evidence) for note in e.unreadable
        ]
        s.notify("warning" if pair.origin.taken else "info", words, "\n".join(notes))

    def suspects(self) -> None:
        """Search the set on screen for annotations that are out of line for it."""
        landmarker, place = self.studio.landmarker, self.studio.place
        if landmarker is None or place is None:
            self.studio.notify("warning", tr("Searching needs a model and an open data set."))
            return
        open_set = self.studio.sets[place.set]
        title = tr("Searching {name}").format(name=open_set.label)
        self.operations.start(
            title,
            lambda: find_suspects(landmarker, [open_set.dataset]),
            lambda found: self._searched(open_set, found),
        )

    def _searched(self, open_set: OpenSet, found: Suspects) -> None:
        self.studio.set_suspects(self.studio.suspects.with_set(open_set.key, found.findings))
        looked_at = sum(found.faces.values())
        if found.findings:
            text = tr(
                "{name}: findings on {accused} of {faces:,} faces, {count} in all, listed under Suspects."
            )
        else:
            text = tr("{name}: nothing is out of line on {faces:,} faces.")
        text = text.format(
            name=open_set.label, count=len(found.findings), accused=found.accused, faces=looked_at
        )
        if found.problems:
            text += " " + tr("{count} could not be looked at.").format(count=len(found.problems))
        self.studio.notify("info", text, "\n".join(found.problems))
