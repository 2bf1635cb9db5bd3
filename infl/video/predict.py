"""A whole video's points into one file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from infl.errors import FileError, InflError
from infl.layouts import Layout
from infl.model.network import CANONICAL
from infl.progress import Job, Progress
from infl.video.recording import recorder
from infl.video.source import open_video
from infl.video.tracking import SEEN, Tracker

if TYPE_CHECKING:
    from infl.model import Landmarker


@dataclass(frozen=True)
class VideoPredicted:
    """frames: how many are in the file; seen: how many of them show a face; trouble: why it ended early, or ""."""

    frames: int
    seen: int
    trouble: str


def predict_video(
    landmarker: Landmarker, video: str | Path, layout: Layout, out: str | Path, convention: str = CANONICAL
) -> Job[VideoPredicted]:
    """Find `layout`, as `convention` means it, in every frame of a video and write them to `out`, .csv or .h5.

    Of a video that is damaged in its middle what comes before is written, and `trouble` says where it is.
    Raises FileError and InflError where nothing can be read, written, or predicted.
    """
    landmarker.offsets(convention, at=layout)  # an unknown convention is said before the work
    frames, seen, trouble, tracker = 0, 0, "", Tracker(landmarker)
    with open_video(video) as source:
        about = {"source": source.name, "fps": source.fps, "convention": convention}
        with recorder(out, layout, **about) as recording:
            progress = Progress("predicting", 0, source.count or 0)
            while True:
                try:
                    frame = source.read()
                except FileError as error:
                    trouble, frame = str(error), None
                if frame is None:
                    break
                encoded = tracker.encode(frame.image)
                found = landmarker.query(encoded, layout, convention)
                recording.append(frame.index, frame.time, encoded.score, found.points, found.sigma)
                frames, seen = frames + 1, seen + (encoded.score >= SEEN)
                yield Progress(progress.phase, frames, source.count or frames, started=progress.started)
            if not frames:
                raise InflError(trouble or f"{video} holds no frames.")
            recording.commit()
    return VideoPredicted(frames, seen, trouble)
