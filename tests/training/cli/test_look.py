"""The commands that look at trained networks: evaluate, simulate, compare."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
import xarray as xr

from tests.training.cli.command import TINY, refusal
from training.cli.command_line import main
from training.runs.run import Run


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder = tmp_path_factory.mktemp("runs")
    paths = [str(folder / name) for name in ("one", "other")]
    for seed, path in enumerate(paths):
        assert main(["train", "digits", "--out", path, *TINY, "--seed", str(seed)]) == 0
    return paths


def test_evaluate_tells_confusions_and_the_worst_images(
    runs: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["evaluate", runs[0]]) == 0
    lines = capsys.readouterr().out.splitlines()
    evaluation = Run(runs[0]).evaluate()
    first = lines.index("label  taken for") + 2
    printed = [
        [0 if word == "." else int(word) for word in line.split()[1:11]]
        for line in lines[first : first + 10]
    ]
    assert printed == evaluation.confusion.tolist()
    rights = [float(line.split()[-2]) for line in lines[first : first + 10]]
    assert rights == [round(100 * each, 1) for each in evaluation.accuracy_by_class]
    worst = [int(match[1]) for line in lines if (match := re.match(r" +(\d+): \d, \d, ", line))]
    assert worst == evaluation.worst(12).tolist()
    assert (Path(runs[0]) / "pictures" / "evaluation.png").read_bytes()[1:4] == b"PNG"


def test_evaluate_with_another_number_of_steps(
    runs: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """The accuracy of that T_F, and a picture of its own."""
    assert main(["evaluate", runs[0], "--forward-steps", "2"]) == 0
    told = re.search(r"test accuracy ([\d.]+) %", capsys.readouterr().out)
    expected = Run(runs[0]).evaluate(forward_steps=2).accuracy
    assert told is not None and float(told[1]) == pytest.approx(100 * expected, abs=0.006)
    assert (Path(runs[0]) / "pictures" / "evaluation_T_F_2.png").exists()
    assert main(["evaluate", runs[0], "--forward-steps", "0"]) != 0
    assert "forward_steps" in capsys.readouterr().err


def test_simulate_writes_what_was_asked_for(
    runs: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "sim.nc"
    words = ["simulate", runs[0], "--image", "3", "--record", "layer1.v", "layer1.spikes"]
    assert main([*words, "--out", str(out)]) == 0
    assert "  layer1.v: 4 step x 4 layer1.channel x" in capsys.readouterr().out
    with xr.open_dataset(out) as result:
        assert result["layer1.spikes"].dims[0] == "step"
        assert result.attrs["image_number"] == 3


def test_compare_prints_a_table_and_draws(
    runs: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    picture = tmp_path / "both.png"
    assert main(["compare", *runs, "--picture", str(picture)]) == 0
    head, *rows, last = capsys.readouterr().out.splitlines()
    assert head.split()[:3] == ["run", "seed", "epoch"]
    assert [row.split()[:3] for row in rows] == [[runs[0], "0", "2"], [runs[1], "1", "2"]]
    assert last == str(picture) and picture.read_bytes()[1:4] == b"PNG"


def test_mistakes_get_one_line(
    runs: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for sentence, words in {
        "there is no 'layer9'": ["simulate", runs[0], "--record", "layer9.v"],
        "give a file that ends with .nc": ["simulate", runs[0], "--out", "sim.csv"],
        "holds no run": ["simulate", str(tmp_path)],
        "spide simulate needs a run folder": ["simulate"],
        "needs at least two different run folders": ["compare", runs[0], runs[0]],
        "give a file that ends with .png": ["compare", *runs, "--picture", "a.gif"],
    }.items():
        assert sentence in refusal(capsys, *words)


def test_energy_prints_and_writes(
    runs: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What the three files and Python say is the same; the sums are those of the lines."""
    report = Run(runs[0]).energy(4)
    table, data, picture = (tmp_path / f"e.{ending}" for ending in ("csv", "json", "png"))
    words = ["energy", runs[0], "--images", "4"]
    assert main([*words, "--out", str(table), "--picture", str(picture)]) == 0
    assert report.markdown() in capsys.readouterr().out
    assert picture.read_bytes()[1:4] == b"PNG"
    assert table.read_text() == report.csv()
    assert main([*words, "--out", str(data)]) == 0
    assert json.loads(data.read_text())["images"] == 4
    for account in (*report.prediction, *report.training):
        sums = [row[4:7] for row in report.rows() if row[1:4] == (account.network, "all", "all")]
        assert (account.accumulates, account.multiplies, account.dense) in sums
        for work in account.works:
            assert 0 <= work.accumulates + work.multiplies <= work.dense
    spide, surrogate, _ = report.training
    assert spide.of("forward") == replace(surrogate.of("forward"), network="spide", kept=spide.kept)
    # Five steps are too few for a spike of stage 2, and its rates are products of nothing.
    assert spide.of("way back").multiplies < surrogate.of("way back").multiplies
    assert surrogate.of("way back").accumulates == 0


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("--images", "1000"), "images is 1000: a batch has"),
        (("--images", "0"), "images must be at least 1, not 0"),
        (("--out", "energy.txt"), "give a file that ends with .csv, .json or .md"),
        (("--picture", "energy.jpg"), "give a file that ends with .png"),
    ],
)
def test_energy_refuses(
    runs: list[str], words: tuple[str, ...], reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert reason in refusal(capsys, "energy", runs[0], *words)
