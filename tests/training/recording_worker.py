"""``python -m training``, but every process leaves its id and its final parameters in a folder.

The folder is the environment variable RECORDS; the files are named after the rank. There are no
pictures: drawing them takes longer than all the rest.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import numpy as np

import training.commands
import training.loop
from training.checkpoint import Progress
from training.command_line import main
from training.loop import TrainingLoop


class RecordingLoop(TrainingLoop):
    """A loop that leaves traces."""

    def train(self) -> Progress:
        stem = Path(os.environ["RECORDS"]) / os.environ["RANK"]
        stem.with_suffix(".pid").write_text(str(os.getpid()))
        progress = super().train()
        np.savez(stem.with_suffix(".npz"), **self.optimiser.parameters)  # type: ignore[arg-type]
        return progress


if __name__ == "__main__":
    training.loop.draw_pictures = lambda run: None  # type: ignore[attr-defined]
    training.commands.TrainingLoop = RecordingLoop  # type: ignore[attr-defined]
    sys.exit(main())
