"""One process of a training against two that torchrun starts, each with one thread.

Both trainings are started, and take turns: while one runs for some seconds the other is paused.
What counts are the images per second that they write down themselves, after some iterations in
which firing rates settle.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from benchmarks.bench import Bench
from benchmarks.measuring.timing import Spread
from benchmarks.reporting.tables import Cell, Section, Table
from training.runs.files.folder import RunFolder
from training.runs.files.output_path import RECIPE_NAME

PROCESSES = 2
WARM_UP_ITERATIONS = 10
TURN_SECONDS = 6.0
TURN_ITERATIONS = 5
PATIENCE_SECONDS = 300.0
TORCHRUN = ("-m", "torch.distributed.run", "--nproc-per-node", str(PROCESSES))


class Training:
    """A training in processes of its own that can be paused.

    Parameters
    ----------
    bench : Bench
    launcher : tuple of str
        What stands between the interpreter and its ``-m training``.
    folder : Path
        Of the run and its log.
    """

    def __init__(self, bench: Bench, launcher: tuple[str, ...], folder: Path) -> None:
        self._run = RunFolder(folder / "run", bench.name, bench.recipe)
        self._log = folder / "log"
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [
                    sys.executable, *launcher, "-m", "training", "train", bench.name,
                    "--data-dir", str(bench.data_dir), "--out", str(self._run.path),
                ],
                env=os.environ | {"OMP_NUM_THREADS": "1"}, stdout=log, stderr=log,
            )  # fmt: skip

    def rates(self) -> list[float]:
        """Images per second of all iterations so far."""
        if self._process.poll() is not None:
            raise RuntimeError(f"the training failed:\n{self._log.read_text()[-2000:]}")
        if not (self._run.path / RECIPE_NAME).exists():  # it has not begun
            return []
        return [
            record["images_per_second"]
            for record in self._run.records()
            if record["kind"] == "training"
        ]

    def warm_up(self) -> None:
        """Wait until the first iterations are done."""
        self._wait_for(WARM_UP_ITERATIONS)

    def turn(self, seconds: float) -> float:
        """Run for some time; the median of its iterations but the one that spans the pause.

        Longer where the time does not suffice for `TURN_ITERATIONS`.
        """
        done = len(self.rates())
        for each in with_descendants(self._process.pid):
            each.resume()
        time.sleep(seconds)
        self._wait_for(done + 1 + TURN_ITERATIONS)
        self.pause()
        return statistics.median(self.rates()[done + 1 :])

    def _wait_for(self, iterations: int) -> None:
        """Wait until so many iterations, counted from the start, are written down."""
        end = time.monotonic() + PATIENCE_SECONDS
        while len(self.rates()) < iterations:
            if time.monotonic() > end:
                raise RuntimeError(f"the training is stuck:\n{self._log.read_text()[-2000:]}")
            time.sleep(0.1)

    def pause(self) -> None:
        """Pause the process and all that it has started."""
        for each in with_descendants(self._process.pid):
            each.suspend()

    def end(self) -> None:
        """Kill all of it."""
        if self._process.poll() is None:
            for each in with_descendants(self._process.pid):
                each.kill()
        self._process.wait()


def measure(bench: Bench) -> Section:
    """Let both trainings take turns."""
    rates: list[tuple[float, float]] = []
    with _paused(bench, ()) as one, _paused(bench, TORCHRUN) as several:
        for _ in range(bench.effort.turns):
            rates.append((one.turn(TURN_SECONDS), several.turn(TURN_SECONDS)))
    ratio = Spread.of([second / first for first, second in rates])
    rows: list[tuple[Cell, ...]] = []
    for count, each in zip((1, PROCESSES), zip(*rates, strict=True), strict=True):
        spread = Spread.of(list(each))
        rows.append((count, spread.median, spread.low, spread.high))
    return Section(
        f"{PROCESSES} processes make {ratio.median:.2f} times the images/s of one "
        f"({ratio.low:.2f}-{ratio.high:.2f})",
        [
            Table(
                "Processes",
                ("processes of one thread", "images/s", "low", "high"),
                rows,
                f"Medians of {bench.effort.turns} turns of {TURN_SECONDS:.0f} s; the batch of "
                f"{bench.recipe.batch_size} is that of all processes together.",
            )
        ],
    )


@contextmanager
def _paused(bench: Bench, launcher: tuple[str, ...]) -> Iterator[Training]:
    """A training that has warmed up and is paused."""
    with tempfile.TemporaryDirectory() as folder:
        training = Training(bench, launcher, Path(folder))
        try:
            training.warm_up()
            training.pause()
            yield training
        finally:
            training.end()


def with_descendants(pid: int) -> list[psutil.Process]:
    """The process and everything below it: torchrun puts its workers into sessions of their own."""
    process = psutil.Process(pid)
    return [process, *process.children(recursive=True)]
