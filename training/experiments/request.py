"""What is asked of `training.experiments.reproduce`: a table or figure, how large, and where."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from networks.arrays import whole_number
from training.errors import UserError
from training.experiments.sweeps import Scale
from training.suggestions import did_you_mean

SECONDS = "seconds"
"""The seconds that methods take to an accuracy, beyond the paper."""

GRADIENTS = "gradients"
"""The gradients of every method beside exact ones, beyond the paper."""

NAMES = (
    "table1", "table2", "table3", "table3-cifar10", "table4", "table5",
    "figure2", "figure3", "figure4", "figure5", SECONDS, "latency", "normalisation", GRADIENTS,
)  # fmt: skip
"""What can be asked for, known without waiting for Brian2 and torch."""

DEFAULT_OUT = "reproduced"
"""Folder of what is made, if no other is given."""


@dataclass(frozen=True)
class Request:
    """What is asked for.

    Parameters
    ----------
    target : str
        One of `NAMES`.
    scale : {"small", "full"}
    seeds : int
    out : Path
        Folder of the tables, figures and runs.
    data_dir : Path
        Folder of the data sets.
    workers : int or None
        Processes that train; if not given, as many as fit the cores, and one for `seconds`.

    Raises
    ------
    UserError
        For a target that does not exist.
    ValueError
        For a scale or a number that cannot be.
    """

    target: str
    scale: Scale = "small"
    seeds: int = 1
    out: Path = Path(DEFAULT_OUT)
    data_dir: Path = Path("data")
    workers: int | None = None

    def __post_init__(self) -> None:
        if self.target not in NAMES:
            raise UserError(
                f"there is no '{self.target}' to reproduce{did_you_mean(self.target, NAMES)}: "
                f"choose one of {', '.join(NAMES)}"
            )
        if self.scale not in get_args(Scale):
            raise ValueError(f"scale must be one of {', '.join(get_args(Scale))}, not {self.scale}")
        whole_number(self.seeds, "seeds")
        if self.workers is not None:
            whole_number(self.workers, "workers")

    @property
    def processes(self) -> int | None:
        """How many train at a time: what `seconds` trains is trained alone, and so not slowed down.

        None for as many as fit the cores.
        """
        return 1 if self.workers is None and self.target == SECONDS else self.workers

    @property
    def command(self) -> str:
        """The command that asks for it."""
        words = [
            "spide", "reproduce", self.target, "--scale", self.scale, "--seeds", str(self.seeds),
            "--data-dir", str(self.data_dir),
        ]  # fmt: skip
        if self.out != Path(DEFAULT_OUT):
            words += ["--out", str(self.out)]
        if self.workers is not None:
            words += ["--workers", str(self.workers)]
        return shlex.join(words)

    def path(self, ending: str) -> Path:
        """A file of the results."""
        return self.out / f"{self.target}-{self.scale}{ending}"
