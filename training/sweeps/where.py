"""Where a sweep takes place."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from networks.arrays import whole_number
from training.sweeps.folder import SweepFolder

if TYPE_CHECKING:
    from distributed.deploy.cluster import Cluster


@dataclass(frozen=True)
class Where:
    """Where a sweep keeps its runs and results, and where it trains.

    Parameters
    ----------
    out : Path
        The results, a NetCDF file.
    runs : Path or None
        Folder of the run folders; `out` without its ending if not given.
    data_dir : Path
        Folder of the data sets.
    scheduler : str or Cluster or None
        Address of a Dask scheduler, or a cluster object; processes of this machine if not given.
    workers : int or None
        Number of those processes; as many as fit the cores if not given.

    Raises
    ------
    ValueError
        For a number of workers below 1, or one for a cluster that has its own.
    """

    out: Path
    runs: Path | None = None
    data_dir: Path = Path("data")
    scheduler: str | Cluster | None = None
    workers: int | None = None

    def __post_init__(self) -> None:
        if self.workers is None:
            return
        object.__setattr__(self, "workers", whole_number(self.workers, "workers"))
        if self.scheduler is not None:
            raise ValueError(
                "workers are the processes of this machine, and a cluster has its own: leave "
                "workers or scheduler out"
            )

    @property
    def folder(self) -> SweepFolder:
        """The folder of the runs, absolute: workers may have another working directory."""
        runs = self.out.with_suffix("") if self.runs is None else self.runs
        return SweepFolder(runs.absolute())
