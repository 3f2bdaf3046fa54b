"""What tables are made from: the results of an experiment, its plan and its run folders."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from tqdm import tqdm

from networks import Architecture
from training.energy.report import EnergyReport
from training.recipes.architectures import read_architecture
from training.recipes.recipe import Recipe
from training.runs.run import Run
from training.sweeps.folder import SweepFolder
from training.sweeps.planning.cases import CASE
from training.sweeps.planning.plan import Plan
from training.sweeps.planning.points import SEED, Point

if TYPE_CHECKING:
    from xarray import DataArray, Dataset

FORWARD_STEPS = (1, 2, 4, 8, 15, 30)
"""T_F at which trained networks are tested."""


@dataclass(frozen=True)
class Trained:
    """A trained experiment.

    Parameters
    ----------
    plan : Plan
    results : Dataset
        See `training.sweeps.results`.
    runs : Path
        Folder of the sweep.
    data_dir : Path
        Folder of the data sets.
    progress : bool
        Whether evaluations, which take minutes, show a bar.
    """

    plan: Plan
    results: Dataset
    runs: Path
    data_dir: Path
    progress: bool = False

    @cached_property
    def cases(self) -> list[str]:
        """The cases, in the order of the plan."""
        return [str(case) for case in self.results[CASE].values]

    def points(self, **labels: Any) -> list[Point]:
        """The points, one per seed and combination, that have these labels."""
        return [p for p in self.plan.points if labels.items() <= dict(p.labels).items()]

    def recipe(self, **labels: Any) -> Recipe:
        """The recipe of the first such point."""
        return self.points(**labels)[0].recipe

    def architecture(self, **labels: Any) -> Architecture:
        """The network of the first such point."""
        return read_architecture(self.recipe(**labels))

    def run(self, point: Point) -> Run:
        """The run of a point."""
        return Run(SweepFolder(self.runs).run(point), data_dir=self.data_dir)

    def energies(self, **labels: Any) -> list[EnergyReport]:
        """What each such point costs, counted on a batch of test images."""
        points = tqdm(self.points(**labels), "counting", leave=False, disable=not self.progress)
        runs = map(self.run, points)
        return [run.energy(min(run.recipe.batch_size, len(run.images.test))) for run in runs]

    @cached_property
    def latency(self) -> dict[str, dict[int, float]]:
        """Mean test accuracy of each case by T_F, whatever T_F it was trained with."""
        found = {}
        for case in tqdm(self.cases, "testing", leave=False, disable=not self.progress):
            # Of one case at a time: every run keeps its images and networks.
            runs = [self.run(point) for point in self.points(case=case)]
            found[case] = {
                steps: float(np.mean([run.evaluate(forward_steps=steps).accuracy for run in runs]))
                for steps in FORWARD_STEPS
            }
        return found

    def test_accuracies(self, **labels: Any) -> list[float]:
        """Accuracies on the test images by seed: for recipes that hold images out."""
        points = tqdm(self.points(**labels), "testing", leave=False, disable=not self.progress)
        return [self.run(point).evaluate().accuracy for point in points]


def last(values: DataArray) -> float | None:
    """Mean over everything in the last epoch that has values; None if nothing was measured.

    Cases of one experiment may have different numbers of epochs.
    """
    measured = values.dropna("epoch", how="all")
    return mean(measured.isel(epoch=-1)) if measured.sizes["epoch"] else None


def percent(values: DataArray) -> float | None:
    """The same in per cent."""
    return last(100 * values)


def mean(values: Any) -> float | None:
    """Mean of what was measured; None if nothing was."""
    numbers = np.asarray(values, float)
    return float(np.nanmean(numbers)) if np.isfinite(numbers).any() else None


def seconds_to(accuracy: DataArray, cpu_seconds: DataArray, goal: float) -> float | None:
    """Seconds of training until a test accuracy, mean over seeds.

    Parameters
    ----------
    accuracy, cpu_seconds : DataArray, dimensions evaluation and seed
        Of each evaluation, and of the training before it.
    goal : float
        From 0 to 1.

    Returns
    -------
    float or None
        Up to the first evaluation that has it; None if a seed does not get there, or its seconds
        are not known.
    """
    found = []
    for seed in accuracy[SEED].values.tolist():
        there = np.asarray(accuracy.sel({SEED: seed}), float) >= goal
        if not there.any():
            return None
        found.append(float(cpu_seconds.sel({SEED: seed})[int(there.argmax())]))
    return float(np.mean(found)) if np.isfinite(found).all() else None


def seconds_in_all(accuracy: DataArray, cpu_seconds: DataArray) -> float | None:
    """Seconds of training up to the last evaluation, mean over the seeds that were trained.

    Parameters
    ----------
    accuracy, cpu_seconds
        As in `seconds_to`.

    Returns
    -------
    float or None
        None if those of a seed are not known: what it took up to an earlier one would be too few.
    """
    trained = accuracy.notnull().any("evaluation").values
    known = (cpu_seconds.notnull() | accuracy.isnull()).all("evaluation").values
    if not (trained.any() and known.all()):
        return None
    return float(cpu_seconds.max("evaluation").values[trained].mean())


def mean_course(accuracy: DataArray, cpu_seconds: DataArray) -> tuple[DataArray, DataArray]:
    """Seconds and accuracy of each evaluation, means over the seeds that were trained.

    Parameters
    ----------
    accuracy, cpu_seconds
        As in `seconds_to`.

    Returns
    -------
    tuple of DataArray
        NaN where a seed has stopped: the mean of the others would be that of the slower ones.
    """
    trained = accuracy.notnull().any("evaluation")
    there = (accuracy.notnull() & cpu_seconds.notnull() | ~trained).all(SEED)
    return cpu_seconds.mean(SEED).where(there), accuracy.mean(SEED).where(there)
