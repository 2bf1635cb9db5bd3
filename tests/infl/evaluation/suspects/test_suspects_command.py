import csv
import shutil
from pathlib import Path

import pytest

from infl.cli import main
from infl.resources import resource


@pytest.fixture
def folder(tmp_path) -> Path:
    """The demo's val faces, with the jaw's points of one numbered from the other end."""
    folder = Path(shutil.copytree(resource("demo", "demo_studio68"), tmp_path / "set"))
    with open(folder / "splits.csv", newline="") as file:
        kept = [row["image"] for row in csv.DictReader(file) if row["split"] == "val"]
    points = folder / Path(kept[4]).with_suffix(".pts")
    lines = points.read_text().splitlines()
    start = lines.index("{") + 1
    lines[start : start + 17] = lines[start : start + 17][::-1]
    points.write_text("\n".join(lines) + "\n")
    (tmp_path / "wrong").write_text(kept[4])
    return folder


def test_suspects_writes_a_table_and_a_page(folder, tmp_path, capsys):
    out = tmp_path / "suspects.csv"
    main(["suspects", "--data", str(folder), "--split", "val", "--out", str(out)])
    with open(out, newline="", encoding="utf-8") as file:
        first = next(csv.DictReader(file))
    assert first["sample"] == (tmp_path / "wrong").read_text()
    assert first["kind"] == "swapped left/right"
    assert set(map(int, first["points"].split())) == set(range(17)) - {8}
    assert "Who is wrong?" in (tmp_path / "suspects.html").read_text(encoding="utf-8")
    assert "of 12 faces" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "split", "said"), [("x.html", "val", "Name the table .csv"), ("x.csv", "none", "too few")]
)
def test_what_cannot_be_searched_is_said_in_one_line(folder, tmp_path, capsys, name, split, said):
    with pytest.raises(SystemExit):
        main(["suspects", "--data", str(folder), "--split", split, "--out", str(tmp_path / name)])
    assert said in capsys.readouterr().err
    assert not (tmp_path / name).exists()
