"""One training iteration of the paper's CIFAR networks on random images.

Both stages, gradients, SGD and norm restriction, each network in a process of its own. Weights are
the initial ones: trained networks fire at other rates.
"""

from __future__ import annotations

from benchmarks.bench import Bench
from benchmarks.child import run_child
from benchmarks.reporting.tables import Cell, Section, Table
from training.recipes import RECIPES
from training.recipes.architectures import read_architecture

COLUMNS = (
    "network", "batch", "T_B", "neurons per image", "synapses per image",
    "build s", "iteration s", "images/s", "peak GB",
)  # fmt: skip


def measure(bench: Bench) -> Section:
    """Run every network once."""
    rows: list[tuple[Cell, ...]] = []
    told = []
    for each in bench.effort.large:
        recipe = RECIPES[each.recipe]
        architecture = read_architecture(recipe)
        _, child = run_child("large_iteration", each.recipe, str(each.batch_size))
        time = child.steps["iteration"]
        rows.append(
            (
                each.name, each.batch_size, recipe.backward_steps, architecture.neurons,
                architecture.synapses, child.steps["build and compile"], time,
                each.batch_size / time, child.peak_gb,
            )
        )  # fmt: skip
        told.append(
            f"{each.name} {time:.1f} s and {child.peak_gb:.2f} GB at batch {each.batch_size}"
        )
    return Section("; ".join(told), [Table("Large networks", COLUMNS, rows)])
