"""The command line: everything that the studio does, without a window.

Imports are made where they are needed: torch costs seconds that `infl layouts` need not pay.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

import tyro
from tyro.extras import SubcommandApp

from infl.cli.arguments import Checkpoint, Convention, Data, can_be_written, open_data
from infl.cli.console import drive, problems, say
from infl.errors import InflError

app = SubcommandApp()


@app.command(name="predict")
def predict(
    photos: Annotated[
        tuple[Path, ...],
        tyro.conf.Positional,
        tyro.conf.arg(metavar="PHOTO [PHOTO ...]", help="Whole photographs, or one video; no box is needed."),
    ],
    /,
    layout: Annotated[str, tyro.conf.arg(metavar="L", help="Name (see “infl layouts”) or .json file.")],
    out: Annotated[Path, tyro.conf.arg(metavar="X.json", help="Of a video X.csv or X.h5.")],
    convention: Convention = "canonical",
    checkpoint: Checkpoint = None,
) -> None:
    """Find the points of a layout in photographs and write them as JSON, or frame by frame in a video."""
    from infl.cli.video_command import predict_in_video
    from infl.export.predictions import predict as predict_photos
    from infl.layouts import layout as layout_named
    from infl.model import load_landmarker
    from infl.video.source import VIDEO_SUFFIXES

    if not photos:
        raise InflError("There are no photographs. Name at least one.")
    wanted = layout_named(layout)
    if any(photo.suffix.lower() in VIDEO_SUFFIXES for photo in photos):
        predict_in_video(photos, wanted, out, convention, checkpoint)
        return
    landmarker = load_landmarker(checkpoint)
    failed = drive(predict_photos(landmarker, photos, wanted, can_be_written(out), convention))
    if failed == len(photos):
        raise InflError(f"None of {failed} photographs could be read; {out} says why.")
    if failed:
        say(f"note: {failed} of {len(photos)} photographs could not be read; {out} says why.")
    print(f"{out}: {len(photos) - failed} faces, {len(wanted)} points each.")


@app.command(name="harmonize")
def harmonize(
    data: Data,
    target: Annotated[str, tyro.conf.arg(metavar="L", help="Layout to write: a name or a .json file.")],
    out: Annotated[Path, tyro.conf.arg(metavar="X.h5")],
    convention: Convention = "canonical",
    plain: Annotated[bool, tyro.conf.arg(help="Predict every point; keep no human click.")] = False,
    checkpoint: Checkpoint = None,
) -> None:
    """Write every face of several data sets in one layout and one convention, as HDF5; Ctrl-C stops, the same command
    goes on."""
    from infl.export.hdf5 import open_harmonised
    from infl.harmonize import harmonise
    from infl.harmonize.resume import parts_folder
    from infl.harmonize.totals import totals
    from infl.layouts import layout as layout_named
    from infl.model import load_landmarker

    wanted = layout_named(target)
    datasets = open_data(data)
    landmarker = load_landmarker(checkpoint)
    try:
        drive(harmonise(landmarker, datasets, wanted, can_be_written(out), convention, transfer=not plain))
    except KeyboardInterrupt:
        say(f"\nStopped. What is done is in {parts_folder(out)}: the same command goes on from there.")
        raise SystemExit(130) from None
    faces = open_harmonised(out)
    seen = {str(error) for dataset in datasets for error in dataset.problems}
    problems([message for _, message in faces.problems if message not in seen])
    counts = ", ".join(f"{count} {name}" for name, count in totals(faces).items())
    print(f"{out}: {len(faces)} faces, {len(wanted)} points each; {counts}.")


@app.command(name="convert")
def convert(
    data: Annotated[
        str,
        tyro.conf.Positional,
        tyro.conf.arg(metavar="DATA", help="A harmonised set, or any other, as after --data elsewhere."),
    ],
    /,
    to: Literal["coco", "pts", "csv"],
    out: Annotated[Path, tyro.conf.arg(metavar="PATH", help="A .json or .csv; for pts a new folder.")],
    points: Annotated[
        Literal["all", "clicked"],
        tyro.conf.arg(help="“clicked” leaves out the points of a harmonised set that were only predicted."),
    ] = "all",
    origin: Annotated[
        Literal[0, 1] | None,
        tyro.conf.arg(
            help="What the centre of the top-left pixel is called; by default as the format has it."
        ),
    ] = None,
) -> None:
    """Write a set as COCO keypoints, iBUG .pts or a CSV table; what was written is read back and compared."""
    from infl.cli.convert_command import run_convert

    run_convert(data, to, out, points, origin)


@app.command(name="evaluate")
def evaluate(
    data: Data,
    out: Annotated[Path, tyro.conf.arg(metavar="X.json")],
    split: Annotated[
        str, tyro.conf.arg(help="Part of each set that is measured; “all” for all of it.")
    ] = "val",
    nearest: Annotated[
        bool, tyro.conf.arg(help="Of all found faces, measure the one nearest to the annotation.")
    ] = False,
    checkpoint: Checkpoint = None,
) -> None:
    """Measure how well the points of data sets are found that the network was not trained on."""
    from infl.cli.evaluation_table import show
    from infl.evaluation import evaluate as measure
    from infl.model import load_landmarker

    datasets = open_data(data)
    landmarker = load_landmarker(checkpoint)
    can_be_written(out)
    report = drive(measure(landmarker, datasets, split=None if split == "all" else split, nearest=nearest))
    report.save(out)
    show(report)
    print(f"{out}: every face's error.")


@app.command(name="compare")
def compare(
    data: Annotated[
        tuple[str, ...],
        tyro.conf.Positional,
        tyro.conf.arg(
            metavar="DIR DIR [DIR ...]", help="Sets of annotated pictures, as after --data elsewhere."
        ),
    ],
    /,
    out: Annotated[
        Path, tyro.conf.arg(metavar="X.html", help="The same figures are written as X.csv beside it.")
    ],
    split: Annotated[
        str, tyro.conf.arg(help="Part of each set that is looked at; “all” for all of it.")
    ] = "all",
    pictures: Annotated[
        int | None, tyro.conf.arg(metavar="N", help="Of each set at most, evenly spread, for a quick look.")
    ] = None,
    at: Annotated[
        str | None,
        tyro.conf.arg(
            metavar="L", help="A layout at which the deformer alone is asked as well, without intervals."
        ),
    ] = None,
    checkpoint: Checkpoint = None,
) -> None:
    """Say where data sets disagree on the points that they share, by how much, and how surely."""
    from infl.cli.compare_command import run_comparison

    run_comparison(data, out, split, pictures, at, checkpoint)


@app.command(name="suspects")
def suspects(
    data: Data,
    out: Annotated[
        Path, tyro.conf.arg(metavar="X.csv", help="The table; a page with pictures goes beside it, X.html.")
    ],
    split: Annotated[
        str, tyro.conf.arg(help="Part of each set that is searched; “all” for all of it.")
    ] = "all",
    checkpoint: Checkpoint = None,
) -> None:
    """Find annotations that are probably wrong: swapped, shifted, slipped, on another face; the surest first."""
    from infl.cli.suspects_command import run_suspects

    run_suspects(data, out, split, checkpoint)


@app.command(name="train")
def train(
    out: Annotated[
        Path, tyro.conf.arg(metavar="FOLDER", help="A run that was stopped goes on where it was.")
    ],
    data: Data = (),
    recipe: Annotated[
        str | None,
        tyro.conf.arg(metavar="FILE", help="A recipe that comes with the program, or a .json file."),
    ] = None,
    root: Annotated[
        Path | None,
        tyro.conf.arg(metavar="DIR", help="Where the sets are that the recipe names; with no --data."),
    ] = None,
    backbone: Annotated[
        Path | None, tyro.conf.arg(metavar="FILE", help="ImageNet weights of the trunks (safetensors).")
    ] = None,
    start_from: Annotated[
        Path | None,
        tyro.conf.arg(metavar="FILE", help="A checkpoint of the same model to go on from, instead of anew."),
    ] = None,
    people: Annotated[
        Path | None,
        tyro.conf.arg(
            metavar="FOLDER", help="Where the people that the recipe wants are rendered, or are already."
        ),
    ] = None,
    ict: Annotated[
        Path | None,
        tyro.conf.arg(
            metavar="FILE", help="A compact .npz of ICT-FaceKit: face shapes for half of the rendered people."
        ),
    ] = None,
    device: Literal["cpu", "cuda"] = "cpu",
) -> None:
    """Train a network on any number of data sets; Ctrl-C stops, the same command goes on."""
    from infl.cli.train_command import run_training

    run_training(data, out, recipe, root, backbone, start_from, people, ict, device)


@app.command(name="adapt")
def adapt(
    data: Annotated[
        str,
        tyro.conf.arg(
            metavar="DIR", help="Folder of annotated pictures; 20 are enough. DIR:NAME as elsewhere."
        ),
    ],
    out: Annotated[Path, tyro.conf.arg(metavar="X.safetensors")],
    layout: Annotated[
        str | None,
        tyro.conf.arg(
            metavar="L", help="What the points are: a name, a .json file, or the edited .csv table."
        ),
    ] = None,
    propose: Annotated[
        bool, tyro.conf.arg(help="Find out what the points are, though the set or their number says so.")
    ] = False,
    layout_out: Annotated[
        Path | None,
        tyro.conf.arg(
            metavar="X.json", help="Where a layout is proposed, with a table beside it; else beside --out."
        ),
    ] = None,
    convention: Annotated[
        str,
        tyro.conf.arg(
            metavar="NAME", help="What the set's convention shall be called, else as the set says."
        ),
    ] = "",
    pictures: Annotated[
        int | None, tyro.conf.arg(metavar="N", help="How many are looked at, at most.")
    ] = None,
    checkpoint: Checkpoint = None,
) -> None:
    """Teach a trained network a data set's convention in seconds; propose a layout where nobody described it."""
    from infl.cli.adapt_command import adapt as adapt_to

    adapt_to(data, out, layout, propose, layout_out, convention, pictures, checkpoint)


@app.command(name="export")
def export(
    out: Annotated[Path, tyro.conf.arg(metavar="FOLDER", help="It is made where it is missing.")],
    checkpoint: Checkpoint = None,
) -> None:
    """Write a network as ONNX files, with a description of how to use them without infl."""
    from infl.cli.export_command import export as export_network

    export_network(checkpoint, out)


@app.command(name="layouts")
def layouts(name: Annotated[str, tyro.conf.Positional, tyro.conf.arg(metavar="[NAME]")] = "", /) -> None:
    """List the layouts that come with the program, or the points of one."""
    from infl.cli.layouts_command import list_layouts, show_layout

    if name:
        show_layout(name)
    else:
        list_layouts()


@app.command(name="doctor")
def doctor() -> None:
    """Say what this machine offers and what is missing: versions, device, Qt, GL, system packages, checkpoint."""
    from infl.doctor import FAILED, MARKS, examine

    findings = []
    for finding in examine():
        findings.append(finding)
        print(f"{MARKS[finding.state]} {finding.what:<14} {finding.said}", flush=True)
    wrong = [finding.what for finding in findings if finding.state == FAILED]
    if wrong:
        raise InflError(f"Something that is needed is missing: {', '.join(wrong)}.")


def main(arguments: Sequence[str] | None = None) -> None:
    """The entry point `infl`: what goes wrong is one line on stderr and the exit code 1."""
    try:
        app.cli(
            args=None if arguments is None else list(arguments),
            prog="infl",
            description="Find any points of a canonical face in photographs, and make data sets agree on them.",
            config=(tyro.conf.FlagCreatePairsOff,),
        )
    except (InflError, OSError) as error:
        say(f"infl: {error}")
        sys.exit(1)
    except KeyboardInterrupt:
        say("infl: stopped.")
        sys.exit(130)
