"""Moving pictures: reading them frame by frame, following a face through them, and recording its points.

`infl.video.predict` does all of it for a whole file; it is not imported here, because it needs torch at once.
"""

from infl.video.recording import Recording, read_recording, recorder
from infl.video.source import VIDEO_SUFFIXES, Frame, Source, open_camera, open_video
from infl.video.tracking import Tracker

__all__ = [
    "VIDEO_SUFFIXES",
    "Frame",
    "Recording",
    "Source",
    "Tracker",
    "open_camera",
    "open_video",
    "read_recording",
    "recorder",
]
