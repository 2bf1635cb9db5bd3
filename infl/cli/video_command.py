"""`infl predict` of a video."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from infl.cli.arguments import can_be_written
from infl.cli.console import drive, say
from infl.errors import InflError
from infl.layouts import Layout


def predict_in_video(
    videos: Sequence[Path], layout: Layout, out: Path, convention: str, checkpoint: Path | None
) -> None:
    """Write the points of one video, frame by frame, and say what came of it."""
    from infl.model import load_landmarker
    from infl.video.predict import predict_video

    if len(videos) > 1:
        raise InflError("One video at a time: its points fill a file. Name it alone.")
    job = predict_video(load_landmarker(checkpoint), videos[0], layout, can_be_written(out), convention)
    done = drive(job)
    if done.trouble:
        say(f"note: {done.trouble}")
    print(f"{out}: {done.frames} frames, {len(layout)} points each; a face in {done.seen}.")
