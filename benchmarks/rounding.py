"""What rounding changes: one batch in single and in double precision, on the runtime device.

    python -m benchmarks.rounding --data-dir DATA

A potential that comes within a rounding of the threshold fires a step earlier or later. How many
neurons that meets, and what it does to gradients, is the scale for every device that adds in
another order.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import tyro

from benchmarks.chosen import Chosen
from benchmarks.measuring.differences import count_differences, gradient_differences
from benchmarks.reporting.tables import Table
from benchmarks.subject import Subject, train
from networks import PropagationChoice
from training.methods import StepResult
from training.methods.spide import Spide


@dataclass(frozen=True)
class Options(Chosen):
    """Compare the two precisions.

    Parameters
    ----------
    propagation
        ``synchronous`` is what GeNN does.
    warmup_iterations
        Training iterations before, in single precision.
    """

    propagation: PropagationChoice = "synchronous"
    warmup_iterations: int = 10


def main() -> None:
    """Compare and print the tables."""
    for table in compare(tyro.cli(Options)):
        print(table.markdown(), flush=True)


def compare(options: Options) -> tuple[Table, Table]:
    """Spike counts by stage and gradients by parameter."""
    recipe = options.changed(dtype="float32", propagation=options.propagation)
    subject = train(recipe, options.data_dir, options.warmup_iterations, spare=1)
    single, double = (_result(subject, dtype) for dtype in ("float32", "float64"))
    counts = [
        (each.stage, each.neurons, each.differ, each.largest)
        for each in count_differences(double, [single], recipe.two_stage)
    ]
    changes = gradient_differences(double, single)
    settings = (
        f"{options.recipe}, a batch of {recipe.batch_size} after {options.warmup_iterations} "
        f"iterations, {options.propagation} propagation, float32 against float64."
    )
    return (
        Table("spike counts", ("stage", "neurons", "differ", "by at most"), counts, settings),
        Table("gradients", ("parameter", "relative difference"), list(changes.items())),
    )


def _result(subject: Subject, dtype: Literal["float32", "float64"]) -> StepResult:
    recipe = replace(subject.recipe, dtype=dtype)
    method = Spide.build(subject.architecture, recipe, recipe.batch_size)
    method.set_parameters({name: value.astype(dtype) for name, value in subject.parameters.items()})
    batch = subject.batch(0)
    masks = {name: mask.astype(dtype) for name, mask in batch.masks.items()}
    return method.step(batch.images.astype(dtype), batch.labels, masks)


if __name__ == "__main__":
    main()
