"""From a trained experiment to a table: the paper's numbers and ours."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from xarray import DataArray

from training.energy.columns import own_columns
from training.experiments.paper import FIGURE_5, TABLE_1, TABLE_2, PaperRow
from training.experiments.sweeps import DATA, OURS, STEPS
from training.experiments.tables import Cell, Table, mean_and_spread
from training.experiments.trained import (
    FORWARD_STEPS,
    Trained,
    last,
    mean,
    percent,
    seconds_in_all,
    seconds_to,
)
from training.recipes.methods import METHODS
from training.recipes.sizes import training_size
from training.sweeps.planning.cases import CASE
from training.updates.gains import learned_parameters

STAGES = ("forward", "backward")

GOALS = (0.80, 0.85, 0.90, 0.95, 0.97, 0.98, 0.99)
"""Accuracies whose seconds are told."""


def methods(trained: Trained) -> Table:
    """Table 1: the paper's marks, and what was measured."""
    rows: list[tuple[Cell, ...]] = []
    for case in trained.cases:
        one = trained.results.sel({CASE: case})
        reports, network = trained.energies(case=case), trained.architecture(case=case)
        back = [own_columns(report, network) for report in reports]
        fires = percent(one["firing_rate_forward"].mean("layer"))
        added = _millions(last(one["operations_forward"]))
        if fires is None:  # what learns does not fire: these are of what predicts
            rates = [list(report.activity["stage 1"].values()) for report in reports]
            fires = 100 * float(np.mean(rates))
            added = _millions(mean([report.prediction[0].accumulates for report in reports]))
        rows.append(
            (
                case,
                TABLE_1.get(case.partition(", ")[0]),
                mean_and_spread(one["final_accuracy"]),
                percent(one["training_accuracy"]),
                str(trained.recipe(case=case).forward_steps),
                fires,
                percent(one["firing_rate_backward"].mean("layer")),
                added,
                _millions(last(one["operations_backward"])),
                _millions(mean([each.multiplies_between_neurons for each in back])),
                _millions(mean([each.along_transposed_weights for each in back])),
                mean([each.kept_per_neuron for each in back]),
                mean(_milliseconds(trained, case)),
            )
        )
    columns = (
        "method", "has in the paper", "test accuracy", "training accuracy (%)", "T_F",
        "firing rate, stage 1 (%), mean of the layers",
        "firing rate, stage 2 (%), mean of the layers",
        "synaptic operations per training image, stage 1 (millions)", "stage 2 (millions)",
        "multiplications between neurons on the way back (millions)",
        "operations along transposed weights (millions)", "numbers kept for it per neuron",
        "training, CPU ms per image",
    )  # fmt: skip
    return Table(columns, rows)


def steps(trained: Trained) -> Table:
    """Table 2: accuracy over T_B."""
    ours = trained.results.sel({CASE: OURS})
    trained_with = set(ours[STEPS].values.tolist())
    rows = [
        (str(number), TABLE_2.get(number), *(
            mean_and_spread(ours[name].sel({STEPS: number})) if number in trained_with else None
            for name in ("final_accuracy", "best_accuracy")
        ))
        for number in sorted(trained_with | TABLE_2.keys())
    ]  # fmt: skip
    columns = ("T_B", "paper: CIFAR-10, AlexNet-F", "ours, last epoch", "ours, best epoch")
    return Table(columns, rows)


def accuracies(paper: Sequence[PaperRow]) -> Callable[[Trained], Table]:
    """Tables 3 to 5: the paper's rows, then ours in the same columns."""
    columns = (
        "method", "network structure", "T_F", "T_B", "mean±std (best)", "best epoch", "neurons",
        "params",
    )  # fmt: skip

    def table(trained: Trained) -> Table:
        rows: list[tuple[Cell, ...]] = [
            (
                f"paper: {row.method}", row.network, row.forward_steps, row.backward_steps,
                row.accuracy, None, row.neurons, row.parameters,
            )
            for row in paper
        ]  # fmt: skip
        for case in trained.cases:
            one, recipe = trained.results.sel({CASE: case}), trained.recipe(case=case)
            network = trained.architecture(case=case)
            has_stage_2 = METHODS[recipe.method].stage_2
            rows.append(
                (
                    f"ours: {case}", recipe.architecture, str(recipe.forward_steps),
                    str(recipe.backward_steps) if has_stage_2 else "/",
                    mean_and_spread(one["final_accuracy"]), mean_and_spread(one["best_accuracy"]),
                    f"{network.neurons / 1e3:.1f}K",
                    f"{learned_parameters(network, recipe) / 1e3:.1f}K",
                )
            )  # fmt: skip
        return Table(columns, rows)

    return table


def firing_rates(trained: Trained) -> Table:
    """Figure 2: rates of both stages in the last epoch, by T_B and network."""
    rows = [
        (f"{number}{case.removeprefix(OURS)}", *(
            percent(
                trained.results[f"firing_rate_{stage}"]
                .sel({CASE: case, STEPS: number})
                .mean("layer")
            )
            for stage in STAGES
        ))
        for case in trained.cases
        for number in trained.results[STEPS].values.tolist()
    ]  # fmt: skip
    columns = (
        "T_B",
        "stage 1 (%), mean of the layers, paper: about 7",
        "stage 2 (%), mean of the layers, paper: about 3",
    )
    return Table(columns, rows)


def ablation(quantity: str) -> Callable[[Trained], Table]:
    """Figures 3 and 4: accuracy by T_B and resting potentials, and what these gain."""

    def table(trained: Trained) -> Table:
        values = trained.results[quantity]
        rows: list[tuple[Cell, ...]] = []
        for number in trained.results[STEPS].values.tolist():
            at = values.sel({STEPS: number})
            found = [percent(at.sel({CASE: case})) for case in trained.cases]
            rows.append((str(number), *found, *_gaps(found)))
        gaps = [f"{OURS} above {case}" for case in trained.cases[1:]]
        return Table(("T_B", *(f"{case} (%)" for case in trained.cases), *gaps), rows)

    return table


def curves(trained: Trained) -> Table:
    """Figure 5: accuracies on training and test images in the last epoch."""
    rows = [
        (case, FIGURE_5[case].accuracy, *(
            percent(trained.results[name].sel({CASE: case}))
            for name in ("training_accuracy", "test_accuracy")
        ))
        for case in trained.cases
    ]  # fmt: skip
    columns = (
        "method", "paper: CIFAR-10, AlexNet-F", "training accuracy (%)", "test accuracy (%)",
    )  # fmt: skip
    return Table(columns, rows)


def seconds(trained: Trained) -> Table:
    """Beyond the paper: CPU seconds of training to a test accuracy."""
    rows: list[tuple[Cell, ...]] = []
    for case in trained.cases:
        one = trained.results.sel({CASE: case})
        tested, spent = one["evaluation_accuracy"], one["evaluation_cpu_seconds"]
        rows.append(
            (case, *(seconds_to(tested, spent, goal) for goal in GOALS),
             seconds_in_all(tested, spent), mean(one["evaluation_epoch"].max("evaluation")),
             mean(100 * one["final_accuracy"]))
        )  # fmt: skip
    goals = (f"s to {100 * goal:.0f} %" for goal in GOALS)
    return Table(("method", *goals, "s in all", "epochs", "test accuracy (%)"), rows)


def latency(trained: Trained) -> Table:
    """Beyond the paper: test accuracy over T_F, the steps after which the readout is asked."""
    rows: list[tuple[Cell, ...]] = [
        (case, str(trained.recipe(case=case).forward_steps), *(100 * each for each in by.values()))
        for case, by in trained.latency.items()
    ]
    told = (f"test accuracy (%) at T_F {steps}" for steps in FORWARD_STEPS)
    return Table(("method", "trained with T_F", *told), rows)


def normalisation(trained: Trained) -> Table:
    """Beyond the paper: accuracies with and without weight standardisation."""
    rows: list[tuple[Cell, ...]] = []
    for data in trained.results[DATA].values.tolist():
        for case in trained.cases:
            one = trained.results.sel({CASE: case, DATA: data})
            tested = trained.test_accuracies(case=case, data_set=data)
            rows.append(
                (
                    data, case, percent(one["training_accuracy"]),
                    mean_and_spread(one["final_accuracy"]), mean_and_spread(DataArray(tested)),
                    percent(one["firing_rate_forward"].mean("layer")),
                )
            )  # fmt: skip
    columns = (
        "data set", "weights", "training accuracy (%)", "validation", "test",
        "firing rate, stage 1 (%), mean of the layers",
    )  # fmt: skip
    return Table(columns, rows)


def _gaps(found: Sequence[float | None]) -> list[float | None]:
    """By how much the first is above each of the others."""
    first = found[0]
    return [None if first is None or each is None else first - each for each in found[1:]]


def _millions(number: float | None) -> float | None:
    return None if number is None else number / 1e6


def _milliseconds(trained: Trained, case: str) -> DataArray:
    """CPU time of a training image, by epoch."""
    taken: DataArray = trained.results["cpu_seconds"].sel({CASE: case})
    return 1e3 * taken / training_size(trained.recipe(case=case))
