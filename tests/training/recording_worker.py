"""``python -m training``, but every process leaves its final parameters, and one sends a signal.

The folder of the parameters is the environment variable RECORDS; the files are named after the
rank. The variable SIGNAL is a rank, an iteration and a signal: that process sends itself that
signal after that iteration. From outside it would come too late, now and then. A process whose
training ends with an error receives SIGTERM as soon as the training is over, which is the worst
time at which torchrun can send it. There are no pictures: drawing them takes longer than all the
rest.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Any

import numpy as np
from torch import Tensor

import training.runs.logbook
import training.runs.prepare
from training.cli.command_line import main
from training.parallel.distributed.interruption import SharedInterruption
from training.runs.files.progress import Progress
from training.runs.iteration_clock import IterationClock
from training.runs.loop import TrainingLoop


class RecordingLoop(TrainingLoop):
    """A loop that leaves traces."""

    def train(self) -> Progress:
        progress = super().train()
        file = Path(os.environ["RECORDS"]) / f"{os.environ['RANK']}.npz"
        np.savez(file, **self.optimiser.parameters)  # type: ignore[arg-type]
        return progress

    def _train_batch(self, pixels: Tensor, labels: Tensor, clock: IterationClock) -> dict[str, Any]:
        record = super()._train_batch(pixels, labels, clock)
        rank, iteration, number = map(int, os.environ.get("SIGNAL", "-1 0 0").split())
        if (rank, iteration) == (int(os.environ["RANK"]), self.progress.iteration):
            os.kill(os.getpid(), number)
        return record


class LateSignal(SharedInterruption):
    """Followed by a SIGTERM after an error."""

    def __exit__(self, kind: Any, error: Any, traceback: Any) -> None:
        super().__exit__(kind, error, traceback)
        if kind is not None:
            os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    training.runs.prepare.SharedInterruption = LateSignal  # type: ignore[attr-defined]
    training.runs.logbook.draw_pictures = lambda run, history: None  # type: ignore[attr-defined]
    training.runs.prepare.TrainingLoop = RecordingLoop  # type: ignore[attr-defined]
    sys.exit(main())
