"""Runs side by side."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from training.recipes import RECIPES
from training.runs.files.folder import RunFolder
from training.runs.looking.comparison import Course, differing_fields, table

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
                "kind": "test", "iteration": epoch, "epoch": float(epoch), "loss": 1.0,
                "accuracy": accuracy,
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


def test_only_fields_that_differ() -> None:
    assert differing_fields([DIGITS, DIGITS]) == {}
    assert differing_fields([DIGITS, replace(DIGITS, milestones=(3,))]) == {
        "milestones": [(10, 13), (3,)]
    }
