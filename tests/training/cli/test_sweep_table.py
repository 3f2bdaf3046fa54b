"""The table that a sweep ends with: a line per combination, by what was varied."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import xarray as xr

from training.cli.command_line import main
from training.cli.commands.sweep_command import print_table
from training.sweeps.planning.plan import Plan
from training.sweeps.results import gather
from training.sweeps.where import Where


@pytest.mark.parametrize(
    ("options", "lines"),
    [
        (
            ["--vary", "backward_steps=5,10", "--vary", "case=ours,w/o B"],
            [
                "backward_steps=5, case=ours",
                "backward_steps=5, case=w/o B",
                "backward_steps=10, case=ours",
                "backward_steps=10, case=w/o B",
            ],
        ),
        (
            ["--mode", "list", "--vary", "learning_rate=0.012345678,3", "--vary", "epochs=1,2"],
            ["learning_rate=0.01235, epochs=1", "learning_rate=3, epochs=2"],
        ),
    ],
)
def test_a_line_says_what_was_varied(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    options: list[str],
    lines: list[str],
) -> None:
    def nothing_trained(plan: Plan, where: Where, **options: Any) -> Any:
        (where.folder.path / "failures").mkdir(parents=True)
        return gather(plan, where.folder)

    monkeypatch.setattr("training.sweeps.sweep.run_sweep", nothing_trained)
    # Nobody has interrupted it: a script must not go on with what is not there.
    assert main(["sweep", "digits", *options, "--out", str(tmp_path / "sweep.nc")]) == 1
    printed = capsys.readouterr()
    told = f"spide: {len(lines)} of {len(lines)} points are not complete, though nobody stopped"
    assert printed.err.startswith(told)
    found = [line for line in printed.out.splitlines() if "nothing complete" in line]
    assert found == [f"  {line}: nothing complete" for line in lines]


def test_a_line_says_what_was_evaluated(capsys: pytest.CaptureFixture[str]) -> None:
    results = xr.Dataset(
        {
            "final_accuracy": (("validation", "seed"), [[0.5, 0.75], [0.25, 0.25]]),
            "evaluated": (("validation", "seed"), [["test"] * 2, ["validation"] * 2]),
        },
        {"validation": [0, 100], "seed": [0, 1]},
        {"varied": "validation"},
    )
    print_table(results)
    assert capsys.readouterr().out.splitlines() == [
        "  validation=0: test accuracy 62.50 +- 17.68 % (2 seeds)",
        "  validation=100: validation accuracy 25.00 +- 0.00 % (2 seeds)",
    ]
