"""Runs side by side."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from training.cli.command_line import main
from training.recipes import RECIPES
from training.runs.files.folder import RunFolder
from training.runs.looking.comparison import (
    Course,
    accuracy_curves,
    differing_fields,
    evaluated_in,
    table,
)

DIGITS = RECIPES["digits"]


def course(path: Path, accuracies: list[float], **fields: float) -> Course:
    run = RunFolder(path, "digits", replace(DIGITS, **fields))  # type: ignore[arg-type]
    run.create()
    for epoch, accuracy in enumerate(accuracies, start=1):
        run.log(
            {
                "kind": "training", "iteration": epoch, "epoch": float(epoch), "loss": 1.0,
                "accuracy": 0.5, "images_per_second": 100.0 * epoch, "learning_rate": 0.1,
                "feedback_norm": None, "firing_rates_forward": {}, "firing_rates_backward": {},
            }
        )  # fmt: skip
        run.log(
            {
                "kind": run.recipe.evaluated, "iteration": epoch, "epoch": float(epoch),
                "loss": 1.0, "accuracy": accuracy,
            }
        )  # fmt: skip
    return Course.of(path)


def test_a_table_has_what_differs_and_what_was_reached(tmp_path: Path) -> None:
    courses = [
        course(tmp_path / "a", [0.5, 0.75, 0.625], dropout=0.0),
        course(tmp_path / "b", [], dropout=0.25),
    ]
    assert table(courses) == [
        ["run", "dropout", "epoch", "test accuracy", "best", "images/s"],
        [str(tmp_path / "a"), "0.0", "3", "62.50 %", "75.00 %", "200"],
        [str(tmp_path / "b"), "0.25", "0", "-", "-", "-"],
    ]


def test_runs_that_hold_images_out_for_validation(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    accuracies = [0.5, 0.75, 0.625]
    one = course(tmp_path / "a", accuracies, validation=100)
    other = course(tmp_path / "b", accuracies[:1], validation=100, dropout=0.25)
    assert table([one, other])[0] == [
        "run", "dropout", "epoch", "validation accuracy", "best", "images/s",
    ]  # fmt: skip
    assert [row[3] for row in table([one, other])[1:]] == ["62.50 %", "50.00 %"]
    assert evaluated_in([one, other]) == "validation"
    curve = accuracy_curves([one, other])[str(tmp_path / "a")]
    assert (curve.epochs, curve.values) == ([1, 2, 3], accuracies)
    picture = tmp_path / "both.png"
    words = ["compare", str(tmp_path / "a"), str(tmp_path / "b"), "--picture", str(picture)]
    assert main(words) == 0
    assert "validation accuracy" in capsys.readouterr().out and picture.stat().st_size > 0


def test_runs_on_different_images_are_told_apart(tmp_path: Path) -> None:
    held_out = course(tmp_path / "a", [0.5], validation=100)
    tested = course(tmp_path / "b", [0.75])
    assert table([held_out, tested]) == [
        ["run", "validation", "epoch", "evaluated on", "accuracy", "best", "images/s"],
        [str(tmp_path / "a"), "100", "1", "validation", "50.00 %", "50.00 %", "100"],
        [str(tmp_path / "b"), "0", "1", "test", "75.00 %", "75.00 %", "100"],
    ]
    assert evaluated_in([held_out, tested]) is None
    assert set(accuracy_curves([held_out, tested])) == {
        f"{tmp_path / 'a'} (validation)", f"{tmp_path / 'b'} (test)",
    }  # fmt: skip


def test_only_fields_that_differ() -> None:
    assert differing_fields([DIGITS, DIGITS]) == {}
    assert differing_fields([DIGITS, replace(DIGITS, milestones=(3,))]) == {
        "milestones": [(10, 13), (3,)]
    }
