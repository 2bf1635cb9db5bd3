"""`infl-studio`: reads the command line, checks the machine, opens the window."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path


def arguments(argv: list[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="infl-studio", description="See where landmark conventions disagree, and make them agree."
    )
    parser.add_argument("--open", nargs="+", type=Path, default=[], metavar="DIR", help="data sets to open")
    parser.add_argument("--demo", action="store_true", help="open the data sets that come with the program")
    parser.add_argument("--project", type=Path, metavar="FILE", help="a project saved by the studio")
    parser.add_argument(
        "--screenshot", type=Path, metavar="X.png", help="save a picture of the window and quit"
    )
    parser.add_argument("--theme", choices=("light", "dark", "system"), help="how the window looks")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> int:
    """Run the studio; the exit code is 2 when no window can open here, 1 when a screenshot failed."""
    wanted = arguments(argv)
    # Worker threads of OpenMP spin by default, which takes the cores from the window. Before torch is imported.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    from app.environment import what_is_missing

    problem = what_is_missing(screenshot=wanted.screenshot is not None)
    if problem:
        print(problem, file=sys.stderr)
        return 2
    from app.start import start

    return start(wanted)


if __name__ == "__main__":
    sys.exit(main())
