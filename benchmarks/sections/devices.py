"""The same networks on every device: images per second, time to build, and what a run costs.

Every device computes both stages of the same batch with the same weights, in a process of its own.
The processes take turns: a first round with an empty cache, whose builds are compilations, then
rounds that find everything on disk; a quick benchmark takes what this machine has compiled before.
A run's overhead is the time of one image for one step of either stage, gradients included.
"""

from __future__ import annotations

import statistics
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tqdm import tqdm

from benchmarks.bench import Bench
from benchmarks.child import run_child
from benchmarks.device_task import NETWORKS, DeviceTask
from benchmarks.measuring.timing import Spread
from benchmarks.reporting.tables import Cell, Section, Table
from benchmarks.subject import train
from training.recipes.recipe import Recipe

COLUMNS = (
    "device", "shares", "images/s", "low", "high",
    "build s, empty cache", "build s, full cache", "overhead ms",
)  # fmt: skip


@dataclass(frozen=True)
class Way:
    """One way to run a network.

    Parameters
    ----------
    label : str
        In the table.
    device, synapses : str
        As `TwoStageTrainer` takes them.
    shares : int
        Threads on the runtime device, programs on others.
    """

    label: str
    device: str
    synapses: str
    shares: int


SHARED = Way("runtime, shared synapses", "runtime", "shared", 2)
GENN = Way("GeNN, CPU backend", "genn", "explicit", 1)
WAYS = (
    SHARED,
    Way("runtime, explicit synapses", "runtime", "explicit", 2),
    Way("C++ standalone, shared synapses", "cpp_standalone", "shared", 1),
    Way("C++ standalone, shared synapses", "cpp_standalone", "shared", 2),
    Way("C++ standalone, explicit synapses", "cpp_standalone", "explicit", 2),
)


def measure(bench: Bench) -> Section:
    """Run every network on every device."""
    tables = []
    for name in bench.effort.device_networks:
        recipe = NETWORKS[name]
        ways = [*WAYS, GENN] if bench.genn_python else list(WAYS)
        rows = _rows(bench, name, recipe, ways)
        note = (
            f"{recipe.architecture} on {recipe.data_set}, batch {recipe.batch_size}, "
            f"T_F {recipe.forward_steps}, T_B {recipe.backward_steps}. "
        )
        note += (
            "GeNN: synchronous propagation and couples, in its own environment."
            if bench.genn_python
            else "GeNN was not measured: --genn-python names no environment that has it."
        )
        tables.append(Table(name, COLUMNS, rows, note))
    return Section("; ".join(map(headline, tables)), tables)


def headline(table: Table) -> str:
    """Images per second on every device, with the number of shares that suits it best."""
    best: dict[str, float] = {}
    for device, rate in zip(table.texts("device"), table.numbers("images/s"), strict=True):
        best[device] = max(rate, best.get(device, 0.0))
    return f"{table.name}, images/s: " + ", ".join(f"{rate:.0f} ({d})" for d, rate in best.items())


def _rows(bench: Bench, name: str, recipe: Recipe, ways: list[Way]) -> list[tuple[Cell, ...]]:
    effort = bench.effort
    subject = train(recipe, bench.data_dir, effort.device_warmup_iterations, spare=1)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "task.safetensors"
        DeviceTask.of(subject).write(file)
        steps: dict[Way, list[dict[str, float]]] = {way: [] for way in ways}
        turns = list(enumerate(ways)) * effort.device_rounds
        for number, way in tqdm(turns, desc=f"devices, {name}", unit="process", leave=False):
            python = {"python": str(bench.genn_python)} if way is GENN else {}
            cache = [] if effort.device_cache else [f"--cache={folder}/{number}"]
            _, child = run_child(
                "device_batches", f"--network={name}", f"--device={way.device}",
                f"--synapses={way.synapses}", f"--shares={way.shares}",
                f"--batches={effort.device_batches}", f"--file={file}",
                *cache, **python,
            )  # fmt: skip
            steps[way].append(child.steps)
    compiled = not effort.device_cache
    return [row(way, recipe.batch_size, steps[way], compiled) for way in ways]


def row(
    way: Way, samples: int, steps: list[dict[str, float]], compiled: bool = True
) -> tuple[Cell, ...]:
    """A row of the table from the times of all its processes.

    Parameters
    ----------
    way : Way
    samples : int
    steps : list of dict
        Seconds by part, of every process.
    compiled : bool
        Whether the first of them had an empty cache; otherwise that is not known of any.
    """
    found = [each["build"] for each in steps[1 if compiled else 0 :]]
    rate = Spread.of([samples / time for time in _times(steps, "batch")])
    return (
        way.label, way.shares, rate.median, rate.low, rate.high,
        steps[0]["build"] if compiled else None, statistics.median(found),
        1000 * statistics.median(_times(steps, "overhead")),
    )  # fmt: skip


def _times(steps: list[dict[str, float]], part: str) -> list[float]:
    """Of all processes; the first of each is a warm-up."""
    return [
        time
        for each in steps
        for name, time in each.items()
        if name.startswith(f"{part} ") and name != f"{part} 0"
    ]
