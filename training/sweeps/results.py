"""The results of a sweep: one xarray data set with a dimension for everything that is varied.

::

    results = xarray.open_dataset("sweep.nc")
    results.final_accuracy.sel(case="ours").mean("seed").plot()
    results.test_accuracy.sel(backward_steps=50).std("seed")

Curves have a value per epoch, to which every image counts the same, also those of a last batch that
is short. Evaluations have a dimension of their own, because there may be some within an epoch, too.
Points that are not complete have the epochs that they have; everything that is missing is NaN, and
`state` says why. `trained_with` has the commits whose code trained a point. Where a recipe holds
images out for validation, all accuracies and losses called test are those of these images, as
`evaluated` says of each point.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from functools import partial
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from training.provenance import provenance
from training.recipes.recipe import Recipe
from training.recipes.sizes import iterations
from training.runs.files.finished import reached
from training.runs.files.output_path import RECIPE_NAME
from training.runs.files.records import Record
from training.sweeps.curves import by_epoch, of_evaluations
from training.sweeps.folder import SweepFolder
from training.sweeps.planning.axes import Axis
from training.sweeps.planning.plan import Plan
from training.sweeps.planning.points import POINT, SEED

CURVES = {
    "training_loss": "mean cross-entropy of an epoch's training images, with dropout",
    "training_accuracy": "share of an epoch's training images that were right, with dropout",
    "test_loss": "cross-entropy of the {evaluated} images after an epoch",
    "test_accuracy": "share of the {evaluated} images that are right after an epoch",
    "images_per_second": "speed of the training over an epoch",
    "cpu_seconds": "CPU seconds of the process in an epoch's iterations, if alone",
    "operations_forward": "synaptic operations of stage 1 per training image, where counted",
    "operations_backward": "synaptic operations of stage 2 per training image, where counted",
}
RATES = {
    "firing_rate_forward": "share of neurons that fire in a step of stage 1",
    "firing_rate_backward": "share of neurons that fire in a step of stage 2, both signs",
}
EVALUATIONS = {
    "evaluation_epoch": "epochs that were trained before an evaluation",
    "evaluation_cpu_seconds": "CPU seconds of the process before the evaluation, if alone",
    "evaluation_loss": "cross-entropy of the {evaluated} images",
    "evaluation_accuracy": "share of the {evaluated} images that are right",
}
SUMMARY = {
    "final_accuracy": "{evaluated} accuracy of the last evaluation",
    "best_accuracy": "highest {evaluated} accuracy of all evaluations",
}
TEXTS = ("state", "error", "run", "evaluated", "trained_with")
TITLE = "sweep of the recipe"
"""How the title of all results begins."""

SYMBOLS = {
    "backward_steps": "T_B",
    "forward_steps": "T_F",
    "v_threshold": "V_th",
    "v_rest": "u_rest",
    "v_threshold_backward": "V_th^b",
    "v_rest_backward": "u_rest^b",
    "loss_scale": "s_l",
    "feedback_norm": "c",
}
"""The paper's symbols."""


def gather(plan: Plan, folder: SweepFolder) -> xr.Dataset:
    """Read all run folders of a sweep.

    Parameters
    ----------
    plan : Plan
    folder : SweepFolder

    Returns
    -------
    Dataset
        Dimensions are those of the plan, and ``epoch``, ``layer`` and ``evaluation``.
    """
    states = {point: folder.state(point) for point in plan.points}
    begun = [point for point in plan.points if (folder.run(point) / RECIPE_NAME).exists()]
    records = {point: folder.opened(point).records() for point in begun}
    epochs = max(point.recipe.epochs for point in plan.points)
    layers = list(
        dict.fromkeys(
            layer
            for each in records.values()
            for record in each[:1]
            for layer in record.get("firing_rates_forward", ())
        )
    )
    evaluations = {point: of_evaluations(each) for point, each in records.items()}
    most = max((len(each) for each in evaluations.values()), default=0)
    shape = tuple(plan.dimensions.values())
    curves = {name: np.full((*shape, epochs), np.nan) for name in CURVES}
    rates = {name: np.full((*shape, epochs, len(layers)), np.nan) for name in RATES}
    tests = {name: np.full((*shape, max(1, most)), np.nan) for name in EVALUATIONS}
    summary = {name: np.full(shape, np.nan) for name in SUMMARY}
    text = {name: np.full(shape, "", dtype=object) for name in TEXTS}
    evaluated = " or ".join(sorted({point.recipe.evaluated for point in plan.points}))
    for point in plan.points:
        at = point.position
        failure = folder.failure(point)
        text["state"][at] = states[point]
        text["error"][at] = failure.error if failure else ""
        text["run"][at] = point.name
        text["evaluated"][at] = point.recipe.evaluated
        text["trained_with"][at] = ", ".join(folder.commits(point))
        for name, values in by_epoch(records.get(point, []), point.recipe, layers).items():
            target = rates if name in RATES else curves
            for epoch, value in values.items():
                if epoch <= epochs:
                    target[name][(*at, epoch - 1)] = value
        for number, evaluation in enumerate(evaluations.get(point, [])):
            for name, value in asdict(evaluation).items():
                tests[f"evaluation_{name}"][(*at, number)] = value
        tested = [evaluation.accuracy for evaluation in evaluations.get(point, [])]
        if states[point] == "complete" and tested:
            if _ends(records[point][-1], point.recipe):  # else the last lines are damaged
                summary["final_accuracy"][at] = tested[-1]
            summary["best_accuracy"][at] = max(tested)
    dims, named = list(plan.dimensions), partial(_named, evaluated=evaluated)
    data = {
        **{n: (dims, v, named(n, SUMMARY)) for n, v in summary.items()},
        **{n: ([*dims, "epoch"], v, named(n, CURVES)) for n, v in curves.items()},
        **{n: ([*dims, "epoch", "layer"], v, named(n, RATES)) for n, v in rates.items()},
        **{n: ([*dims, "evaluation"], v, named(n, EVALUATIONS)) for n, v in tests.items()},
        **{n: (dims, v) for n, v in text.items()},
    }
    coordinates = _coordinates(plan)
    coordinates["epoch"] = ("epoch", np.arange(1, epochs + 1))
    coordinates["evaluation"] = ("evaluation", np.arange(1, max(1, most) + 1))
    coordinates["layer"] = ("layer", np.array(layers, dtype=object))
    return xr.Dataset(data, coordinates, _attributes(plan, folder))


def _ends(record: Record, recipe: Recipe) -> bool:
    """Whether this is the evaluation with which a training ends."""
    if record["kind"] == "training":
        return False
    return reached(recipe, record["accuracy"]) or record["iteration"] == iterations(recipe)


def _coordinates(plan: Plan) -> dict[str, Any]:
    """Names and values of everything that is varied, and of what varies with it."""
    coordinates: dict[str, Any] = {SEED: (SEED, np.array(plan.seeds))}
    if plan.listed:
        coordinates[POINT] = (POINT, np.arange(len(plan.axes[0].choices)))
    for axis in plan.axes:
        dimension = POINT if plan.listed else axis.name
        labels = [choice.label for choice in axis.choices]
        coordinates[axis.name] = (dimension, _array(labels), _described(axis.name))
        for field in axis.fields:
            if field != axis.name:
                values = _field_values(axis, field, plan)
                coordinates[field] = (dimension, values, _described(field))
    return coordinates


def _field_values(axis: Axis, field: str, plan: Plan) -> NDArray[Any]:
    own = getattr(plan.recipe, field)
    values = [choice.fields.get(field, own) for choice in axis.choices]
    return _array([each if isinstance(each, int | float) else str(each) for each in values])


def _array(values: list[Any]) -> NDArray[Any]:
    return np.array(values, dtype=object if isinstance(values[0], str) else None)


def _named(name: str, texts: dict[str, str], evaluated: str) -> dict[str, str]:
    """What xarray writes at the axis, where a sentence would be cut off, and what it means."""
    label = name.replace("test_", f"{evaluated} ").replace("_", " ")
    return {"long_name": label, "description": texts[name].format(evaluated=evaluated)}


def _described(field: str) -> dict[str, str]:
    return {"symbol": SYMBOLS[field]} if field in SYMBOLS else {}


def _attributes(plan: Plan, folder: SweepFolder) -> dict[str, str]:
    return {
        "title": f"{TITLE} {plan.name}",
        "recipe": json.dumps(asdict(plan.recipe)),
        "varied": ", ".join(axis.name for axis in plan.axes),
        "runs": str(folder.path),
        **provenance(),
    }
