"""What ``spide info`` says of memory, against what a training takes."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from training.cli.reports.memory import memory, number_of_threads
from training.recipes import RECIPES
from training.recipes.architectures import read_architecture
from training.recipes.recipe import Recipe

MEASURE = """
import resource, sys
from training.cli.command_line import main
status = main(sys.argv[1:])
try:  # Linux counts the parent that a process was forked from in ru_maxrss
    with open("/proc/self/status") as file:
        peak = 1024 * next(int(line.split()[1]) for line in file if line.startswith("VmHWM"))
except OSError:  # macOS, in bytes
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(status, peak)
"""


def estimate(recipe: Recipe, threads: int = 1) -> int:
    """Bytes of a training, computed."""
    return memory(recipe, read_architecture(recipe), threads).total


@pytest.mark.slow
@pytest.mark.parametrize(
    "options",
    [
        (),
        ("--batch-size", "1024"),
        ("--synapses", "explicit"),
        ("--method", "surrogate", "--forward-steps", "100", "--batch-size", "256"),
    ],
)
def test_it_is_what_a_training_takes(options: tuple[str, ...], tmp_path: Path) -> None:
    changes: dict[str, Any] = {}
    for option, value in zip(options[::2], options[1::2], strict=True):
        name = option.removeprefix("--").replace("-", "_")
        changes[name] = int(value) if value.isdigit() else value
    recipe = replace(RECIPES["digits"], **changes)
    # What a training takes depends on its numbers of steps in torch alone.
    few = ("--forward-steps", "8", "--backward-steps", "8")
    short = () if recipe.method == "surrogate" else few
    out = ("--out", str(tmp_path / "run"), "--max-iterations", "2")
    train = ("train", "digits", *short, *out, *options)
    result = subprocess.run(
        [sys.executable, "-c", MEASURE, *train], capture_output=True, text=True, check=True
    )
    status, peak = map(int, result.stdout.splitlines()[-1].split())
    assert status == 0
    # torch and the C library differ from machine to machine.
    assert peak / 1.25 < estimate(recipe, number_of_threads(os.environ)) < peak * 1.25


def test_what_grows_it() -> None:
    """More threads, neurons, images, bits or synapses take more."""
    feedback = RECIPES["mnist-feedback"]
    assert estimate(feedback, threads=2) > estimate(feedback)
    for larger in (
        replace(feedback, batch_size=256),
        replace(feedback, dtype="float64"),
        replace(feedback, couple=True),
        replace(feedback, synapses="explicit"),
    ):
        assert estimate(larger) > 1.01 * estimate(feedback)


def test_what_each_method_keeps() -> None:
    """The steps of time in torch; no stage 2, or one without synapses, elsewhere."""
    spide = RECIPES["mnist-feedback"]
    takes = {
        method: memory(replace(spide, method=method), read_architecture(spide), 1).networks
        for method in ("spide", "implicit", "feedback_alignment", "surrogate")
    }
    assert takes["implicit"] < takes["feedback_alignment"] < takes["spide"] < takes["surrogate"]
    shorter = replace(spide, method="surrogate", forward_steps=15)
    half = memory(shorter, read_architecture(spide), 1).networks
    assert takes["surrogate"] == 2 * half


def test_threads_are_those_of_torch() -> None:
    assert number_of_threads({"OMP_NUM_THREADS": "3"}) == 3
    assert number_of_threads({"OMP_NUM_THREADS": "4,2"}) == 4
    assert number_of_threads({"OMP_NUM_THREADS": "many"}) == number_of_threads({}) >= 1
