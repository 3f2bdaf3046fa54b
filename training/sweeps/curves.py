"""What the records of a run say, by epoch and by evaluation."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.recipes.recipe import Recipe
from training.recipes.sizes import batch_sizes
from training.runs.files.records import Record


@dataclass(frozen=True)
class Tested:
    """An evaluation of a run, and how far the run was.

    Parameters
    ----------
    epoch : float
        Epochs that were trained before it.
    cpu_seconds : float
        That all iterations before it took; NaN if the run does not say it of each.
    loss, accuracy : float
    """

    epoch: float
    cpu_seconds: float
    loss: float
    accuracy: float


def of_evaluations(records: list[Record]) -> list[Tested]:
    """The evaluations of a run, those at the ends of epochs and those within."""
    found, seconds, iteration = [], 0.0, 0
    for record in records:
        if record["kind"] == "training":
            iteration += 1
            # Records of earlier versions and of several processes do not have it, and damaged lines
            # are missing.
            known = record["iteration"] == iteration
            seconds += record.get("cpu_seconds", np.nan) if known else np.nan
        else:
            found.append(Tested(record["epoch"], seconds, record["loss"], record["accuracy"]))
    return found


def by_epoch(records: list[Record], recipe: Recipe, layers: list[str]) -> dict[str, dict[int, Any]]:
    """Values by epoch (from 1 on), of epochs that have been tested."""
    curves: dict[str, dict[int, Any]] = defaultdict(dict)
    batches: list[Record] = []
    sizes = batch_sizes(recipe) if records else []  # asked for once: it may look at files
    for record in records:
        if record["kind"] == "training":
            batches.append(record)
            continue
        epoch = round(record["epoch"])
        if epoch < 1 or abs(record["epoch"] - epoch) > 1e-6:
            continue  # within an epoch
        for kind in ("loss", "accuracy"):
            curves[f"test_{kind}"][epoch] = record[kind]
        for name, value in _means(batches, sizes, layers).items():
            curves[name][epoch] = value
        batches = []
    return curves


def _means(batches: list[Record], sizes: list[int], layers: list[str]) -> dict[str, Any]:
    """Of an epoch's iterations, by name of the curve; nothing if there are none."""
    if not batches:
        return {}
    images = np.array([sizes[(each["iteration"] - 1) % len(sizes)] for each in batches])

    def mean(values: list[float]) -> float:
        return float(np.average(values, weights=images))

    found: dict[str, Any] = {
        f"training_{kind}": mean([record[kind] for record in batches])
        for kind in ("loss", "accuracy")
    }
    found["images_per_second"] = 1 / mean([1 / each["images_per_second"] for each in batches])
    # Records of earlier versions and of several processes do not have it.
    found["cpu_seconds"] = float(np.sum([each.get("cpu_seconds", np.nan) for each in batches]))
    for stage in ("forward", "backward"):
        found[f"operations_{stage}"] = _operations(batches, images, stage)
        key = f"firing_rates_{stage}"
        found[f"firing_rate_{stage}"] = [
            mean([each[key].get(layer, np.nan) for each in batches]) for layer in layers
        ]
    return found


def _operations(batches: list[Record], images: NDArray[np.int64], stage: str) -> float:
    """Mean of an epoch's iterations that were counted (every so many-th); NaN if none was."""
    found = [record.get("operations", {}).get(stage) for record in batches]
    counted = [
        (sum(by_connection.values()), size)
        for by_connection, size in zip(found, images.tolist(), strict=True)
        if by_connection is not None  # a network without connections has counted none
    ]
    if not counted:
        return np.nan
    totals, sizes = zip(*counted, strict=True)
    return float(np.average(totals, weights=sizes))
