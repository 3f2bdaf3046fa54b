"""Images per second of `mnist-feedback` against dense PyTorch, side by side.

    python -m benchmarks.throughput --data-dir DIR

A noisy machine makes absolute times worthless, so both run alternately in one process, on the same
batches with the same weights (those after some training iterations, on real images), and the
result is the median of the ratios of neighbouring rounds. The faster of the peer's two memory
formats counts. `tests/benchmarks` shows that both compute the same gradients.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch
import tyro
from numpy.typing import NDArray
from tqdm import trange

from benchmarks.dense_torch import DenseTorch
from networks import Architecture
from training.data import find
from training.data.batches import training_batches
from training.dropout import dropout_masks
from training.initialisation import initial_parameters
from training.optimiser import Optimiser
from training.randomness import stream
from training.recipes import RECIPES
from training.two_stage import TwoStageTrainer

Array = NDArray[np.floating]
Timed = TypeVar("Timed")


@dataclass(frozen=True)
class Options:
    """What to measure.

    Parameters
    ----------
    data_dir
        Folder of the MNIST files, as torchvision reads them.
    warmup_iterations
        Training iterations before the measurement: firing rates settle.
    rounds
        Rounds in which both run once each.
    out
        Where `results.json` and `results.md` go.
    """

    data_dir: Path
    warmup_iterations: int = 100
    rounds: int = 9
    out: Path = Path("benchmarks")


@dataclass(frozen=True)
class Result:
    """Medians over the rounds; `ratio` is dense time over ours, round by round."""

    ours_images_per_second: float
    dense_images_per_second: float
    dense_channels_last_images_per_second: float
    ratio: float
    ratio_low: float
    ratio_high: float
    batch_size: int
    cores: int
    processor: str
    python: str
    torch: str
    brian2: str


def measure(options: Options) -> Result:
    """Train a little, then run both side by side."""
    recipe = RECIPES["mnist-feedback"]
    data_set = find(recipe.data_set)
    images = data_set.load(options.data_dir)
    architecture = Architecture.parse(recipe.architecture, data_set.input_shape, data_set.classes)
    ours = TwoStageTrainer(architecture, recipe.two_stage, recipe.batch_size, dtype=recipe.dtype)
    dense = [
        DenseTorch(architecture, recipe.two_stage, channels_last=last) for last in (False, True)
    ]
    parameters = initial_parameters(architecture, recipe.initialisation, recipe.seed, recipe.dtype)
    momentum = {name: np.zeros_like(value) for name, value in parameters.items()}
    optimiser = Optimiser(recipe, parameters, momentum, len(images.training), 0)
    batches = training_batches(images, recipe.batch_size, recipe.seed, epoch=0)

    def masks(iteration: int) -> Mapping[str, Array]:
        drawn = dropout_masks(
            architecture, recipe.dropout, recipe.dropout_layers, recipe.batch_size, recipe.seed,
            iteration,
        )  # fmt: skip
        return {name: mask.astype(recipe.dtype) for name, mask in drawn.items()}

    for iteration in trange(options.warmup_iterations, desc="training", unit="batch"):
        pixels, labels = next(batches)
        ours.set_parameters(optimiser.parameters)
        optimiser.step(ours.gradients(pixels.numpy(), labels.numpy(), masks(iteration)).gradients)
        optimiser.restrict_feedback(stream(recipe.seed, "norm probes", iteration))
    ours.set_parameters(optimiser.parameters)
    for peer in dense:
        peer.set_parameters(optimiser.parameters)
    times: list[tuple[float, float, float]] = []
    for number in trange(options.rounds + 1, desc="measuring", unit="round"):
        pixels, labels = next(batches)
        batch = pixels.numpy(), labels.numpy(), masks(number)
        seconds, _ = _timed(partial(ours.gradients, *batch))
        first, _ = _timed(partial(dense[0].gradients, *batch))
        second, _ = _timed(partial(dense[1].gradients, *batch))
        if number:  # the first round warms all of them up
            times.append((seconds, first, second))
    ratios = sorted(min(first, second) / seconds for seconds, first, second in times)
    rates = [recipe.batch_size / statistics.median(column) for column in zip(*times, strict=True)]
    return Result(
        ours_images_per_second=rates[0],
        dense_images_per_second=rates[1],
        dense_channels_last_images_per_second=rates[2],
        ratio=statistics.median(ratios),
        ratio_low=ratios[0],
        ratio_high=ratios[-1],
        batch_size=recipe.batch_size,
        cores=torch.get_num_threads(),
        processor=_processor(),
        python=platform.python_version(),
        torch=version("torch"),
        brian2=version("brian2"),
    )


def _timed(function: Callable[[], Timed]) -> tuple[float, Timed]:
    began = time.perf_counter()
    result = function()
    return time.perf_counter() - began, result


def _processor() -> str:
    cpu = Path("/proc/cpuinfo")
    lines = cpu.read_text().splitlines() if cpu.exists() else []
    names = [line.split(":")[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _write(path: Path, text: str) -> None:
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_text(text)
    temporary.replace(path)


def main() -> None:
    """Measure, write both files and print the headline."""
    options = tyro.cli(Options)
    result = measure(options)
    values = asdict(result)
    _write(options.out / "results.json", json.dumps(values, indent=2) + "\n")
    rows = "".join(
        f"| {name.replace('_', ' ')} | {value:.4g} |\n"
        if isinstance(value, float)
        else f"| {name.replace('_', ' ')} | {value} |\n"
        for name, value in values.items()
    )
    _write(options.out / "results.md", f"| mnist-feedback | |\n|---|---|\n{rows}")
    print(
        f"mnist-feedback: {result.ratio:.1f}x dense ({result.ratio_low:.1f}-"
        f"{result.ratio_high:.1f}), {result.cores} cores"
    )


if __name__ == "__main__":
    main()
