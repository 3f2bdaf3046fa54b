"""Runs side by side: what differs in their recipes, and what they have reached."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np

from training.plots.curves import Curve
from training.recipes.recipe import Recipe
from training.runs.files.folder import RunFolder, open_run
from training.runs.files.records import Record


@dataclass(frozen=True)
class Course:
    """What a run has written.

    Parameters
    ----------
    run : RunFolder
    training, evaluations : list of dict
        Records of iterations, and of evaluations on what the recipe says.
    """

    run: RunFolder
    training: list[Record]
    evaluations: list[Record]

    @classmethod
    def of(cls, path: str | Path) -> Course:
        """Read a run folder.

        Raises
        ------
        RunFolderError
            If there is no run.
        """
        run = open_run(Path(path))
        records = run.records()
        training = [each for each in records if each["kind"] == "training"]
        return cls(run, training, [each for each in records if each["kind"] != "training"])

    @property
    def epoch(self) -> float:
        """How far it is."""
        return float(self.training[-1]["epoch"]) if self.training else 0.0

    @property
    def final(self) -> float | None:
        """Accuracy of the newest evaluation."""
        return self.evaluations[-1]["accuracy"] if self.evaluations else None

    @property
    def best(self) -> float | None:
        """Highest accuracy of all evaluations."""
        return max((each["accuracy"] for each in self.evaluations), default=None)

    @property
    def images_per_second(self) -> float | None:
        """Median over the iterations."""
        speeds = [each["images_per_second"] for each in self.training]
        return float(np.median(speeds)) if speeds else None


def differing_fields(recipes: Sequence[Recipe]) -> dict[str, list[Any]]:
    """By name, the values of those fields in which the recipes are not all the same."""
    values = {
        field.name: [getattr(each, field.name) for each in recipes] for field in fields(Recipe)
    }
    return {name: each for name, each in values.items() if len(set(each)) > 1}


def evaluated_in(courses: Sequence[Course]) -> str | None:
    """``test`` or ``validation``: the images that all were evaluated on; None if they differ."""
    kinds = {course.run.recipe.evaluated for course in courses}
    return kinds.pop() if len(kinds) == 1 else None


def accuracy_curves(courses: Sequence[Course]) -> dict[str, Curve]:
    """Accuracies over epochs by run; where it is not the same for all, with what was evaluated."""
    same = evaluated_in(courses) is not None
    return {
        str(course.run.path) if same else f"{course.run.path} ({course.run.recipe.evaluated})": (
            Curve(
                [each["epoch"] for each in course.evaluations],
                [each["accuracy"] for each in course.evaluations],
            )
        )
        for course in courses
    }


def table(courses: Sequence[Course]) -> list[list[str]]:
    """The cells of a table with a line per run; the first line has the headings."""
    differing = differing_fields([course.run.recipe for course in courses])
    evaluated = evaluated_in(courses)
    accuracy = ["evaluated on", "accuracy"] if evaluated is None else [f"{evaluated} accuracy"]
    head = ["run", *differing, "epoch", *accuracy, "best", "images/s"]
    rows = [
        [
            str(course.run.path),
            *(_cell(values[number]) for values in differing.values()),
            f"{course.epoch:.4g}",
            *([course.run.recipe.evaluated] if evaluated is None else []),
            _percent(course.final),
            _percent(course.best),
            "-" if (speed := course.images_per_second) is None else f"{speed:,.0f}",
        ]
        for number, course in enumerate(courses)
    ]
    return [head, *rows]


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.2f} %"


def _cell(value: Any) -> str:
    return " ".join(map(str, value)) if isinstance(value, tuple) else str(value)
