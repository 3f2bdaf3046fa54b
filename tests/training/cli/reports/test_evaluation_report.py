"""What is told of the classes, by number and by name."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch.utils.data import TensorDataset

from training.cli.reports.evaluation_report import print_evaluation
from training.data import Images
from training.recipes import RECIPES
from training.runs.files.folder import RunFolder
from training.runs.looking.evaluation import Evaluation


def told(
    classes: int, names: tuple[str, ...], folder: Path, capsys: pytest.CaptureFixture[str]
) -> list[str]:
    """The lines for an image of each class, of which the last one is taken for class 0."""
    labels = np.arange(classes)
    predicted = np.where(labels == classes - 1, 0, labels)
    part = TensorDataset(torch.zeros(classes, 1, 2, 2), torch.from_numpy(labels))
    run = RunFolder(folder / "run", "digits", RECIPES["digits"])
    run.create()
    print_evaluation(
        Evaluation(0.5, labels, predicted, np.linspace(0, 1, classes), classes),
        Images(part, part, class_names=names),
        run,
    )
    return capsys.readouterr().out.splitlines()


@pytest.mark.parametrize(
    ("names", "line"),
    [(("cat", "dog", "fox"), ["classes: 0 cat, 1 dog, 2 fox"]), (("0", "1", "2"), []), ((), [])],
)
def test_names_follow_the_matrix_unless_they_are_the_numbers(
    names: tuple[str, ...], line: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = told(3, names, tmp_path, capsys)
    assert lines[2:5] == [
        "    0    1    .    .  100.0 %",
        "    1    .    1    .  100.0 %",
        "    2    1    .    .    0.0 %",
    ]
    assert [each for each in lines if each.startswith("classes")] == line


@pytest.mark.parametrize("named", [True, False])
def test_many_classes_have_a_line_each(
    named: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = tuple(f"name{number}" for number in range(21)) if named else ()
    lines = told(21, names, tmp_path, capsys)
    assert lines[0] == "class   0: 100.0 % right" + (" name0" if named else "")
    assert lines[20] == "class  20:   0.0 % right" + (" name20" if named else "")
    assert not [each for each in lines if each.startswith("classes")]
