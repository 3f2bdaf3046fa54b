"""What learning costs: torch's products of rates, and spikes that teach, on one core.

``python -m benchmarks.learning [--data-dir DATA]``. Both learn from the same part of a batch with
the same weights, trained a little, in alternating rounds; synapses are shared. Times are CPU time
of the thread, which other programs on the machine lengthen less than they lengthen time itself.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any
from unittest.mock import patch

import training.methods.parts.first_stage
from benchmarks.subject import Subject, train
from networks.simulation import Simulation
from training.methods.parts.local_gradients import local_gradients
from training.methods.spide import Spide
from training.parallel.threads import one_torch_thread
from training.recipes import RECIPES

SAMPLES = 32
"""Of the part that a thread takes at once."""


@dataclass(frozen=True)
class Round:
    """Milliseconds of CPU time of one part of a batch.

    Parameters
    ----------
    rates, spikes : float
        Both stages and learning, from rates and from spikes.
    products : float
        Of `rates`, the products of rates.
    """

    rates: float
    spikes: float
    products: float

    @property
    def teaching(self) -> float:
        """What spikes add to the stages themselves."""
        return self.spikes - (self.rates - self.products)


def measure(subject: Subject, rounds: int) -> list[Round]:
    """Time both ways to learn in turn."""
    config, data = subject.recipe.two_stage, subject.batch(0).first(SAMPLES)
    simulation = Simulation(dtype=subject.recipe.dtype)
    spikes = replace(simulation, learning="spikes")
    by_rates, by_spikes = (
        Spide(subject.architecture, config, SAMPLES, each) for each in (simulation, spikes)
    )
    products: list[float] = []

    def timed(*arguments: Any) -> Any:
        seconds, gradients = _timed(lambda: local_gradients(*arguments))
        products.append(seconds)
        return gradients

    def step(method: Spide) -> float:
        return _timed(lambda: method.step(data.images, data.labels, data.masks))[0]

    found: list[Round] = []
    with (
        one_torch_thread(),
        patch.object(training.methods.parts.first_stage, "local_gradients", timed),
    ):
        for method in (by_rates, by_spikes):
            method.set_parameters(subject.parameters)
            step(method)
        for _ in range(rounds):
            from_rates, from_spikes = step(by_rates), step(by_spikes)
            found.append(Round(*(1000 * each for each in (from_rates, from_spikes, products[-1]))))
    return found


def _timed(function: Callable[[], Any]) -> tuple[float, Any]:
    began = time.thread_time()
    result = function()
    return time.thread_time() - began, result


def row(recipe: str, rounds: list[Round]) -> str:
    """Medians, and the ratio of whole steps with its range."""
    ratios = sorted(each.spikes / each.rates for each in rounds)
    parts = (
        [each.rates for each in rounds],
        [each.products for each in rounds],
        [each.spikes for each in rounds],
        [each.teaching for each in rounds],
    )
    medians = (f"{median(values):.1f}" for values in parts)
    ratio = f"{median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})"
    return f"| `{recipe}` | {' | '.join(medians)} | {ratio} |"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data-dir", type=Path, default=Path("data"))
    parser.add_argument("--iterations", type=int, default=20, help="of training before")
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args()
    print(
        f"| ms of CPU, {SAMPLES} images | rates | of them products | spikes | of them teaching | "
        "spikes / rates |\n|---|---|---|---|---|---|"
    )
    for name in ("digits", "mnist-feedback"):
        subject = train(RECIPES[name], options.data_dir, options.iterations, spare=1)
        print(row(name, measure(subject, options.rounds)), flush=True)


if __name__ == "__main__":
    main()
