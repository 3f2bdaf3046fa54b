"""Where the points are trained: on the processes of this machine, or on a Dask cluster.

Each process has one thread for tasks, because a point has threads of its own: as many as its
recipe says, one by default. Schedulers of batch systems come from dask-jobqueue::

    from dask_jobqueue import SLURMCluster

    cluster = SLURMCluster(**spide.one_point_per_core(32, "64GB", walltime="04:00:00"))
    cluster.adapt(minimum_jobs=4, maximum_jobs=4)
    spide.sweep("digits", vary={...}, seeds=3, out="sweep.nc", scheduler=cluster)
"""

from __future__ import annotations

import importlib.util
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import dask
from dask.system import CPU_COUNT
from distributed import Client, LocalCluster
from distributed.deploy.cluster import Cluster

from networks.arrays import whole_number
from training.errors import UserError
from training.sweeps.running.preparation import Preparation

DEATHS = 5
"""Workers that may die over one point before it has failed."""

ABSENT_SECONDS = 60.0
"""Without a worker, until that is said."""

_ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), 1)
"""Of numerical libraries, which start one per core if they are not told; a point starts its own."""

_KEPT_MEMORY = {"MALLOC_MMAP_THRESHOLD_": 32 * 2**20, "MALLOC_TRIM_THRESHOLD_": 2**30}
"""Bytes that the C library keeps for the next batch. Dask tells it to give back everything at once,
and then an iteration of surrogate gradients takes twice as long, one of SPIDE a sixth longer."""

_CONNECT_SECONDS = 30


@contextmanager
def connected(
    scheduler: str | Cluster | None, workers: int | None, threads: int, points: int
) -> Iterator[Client]:
    """A client of a Dask cluster whose workers can train.

    Parameters
    ----------
    scheduler : str or Cluster, optional
        Address of a scheduler, or a cluster object; processes of this machine by default.
    workers : int, optional
        Number of those processes; by default as many as have `threads` cores each.
    threads : int
        That a point trains with.
    points : int
        Points to train: more processes than that would be idle.

    Raises
    ------
    UserError
        If there is no scheduler at that address.
    """
    if scheduler is not None:
        with _client(scheduler) as client:
            client.register_plugin(Preparation(alone=False))
            yield client
        return
    if workers is None:
        workers = max(1, CPU_COUNT // threads)
    count = min(workers, points)
    # What a worker holds is known beforehand (spide info): Dask need not watch its memory.
    with (
        _environment(_ONE_THREAD | _KEPT_MEMORY),
        dask.config.set(
            {
                "distributed.scheduler.allowed-failures": DEATHS - 1,
                "distributed.scheduler.worker-saturation": 1.0,
                # Whoever starts again just when Dask looks would be given up, and not replaced.
                "distributed.deploy.lost-worker-timeout": "1000 days",
            }
        ),
        LocalCluster(
            n_workers=count,
            threads_per_worker=1,
            processes=True,
            memory_limit=0,
            dashboard_address=":0",  # None would take 8787, and warn if another sweep has it
        ) as cluster,
        Client(cluster) as client,
    ):
        client.register_plugin(Preparation(alone=True))
        yield client


@contextmanager
def _environment(variables: Mapping[str, int]) -> Iterator[None]:
    """A context whose new processes have these variables.

    Dask's configuration will not do: variables of this process go before it, and an earlier cluster
    of this process has left those of Dask's there.
    """
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update({name: str(value) for name, value in variables.items()})
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


class Absence:
    """Looks whether there are workers; without any, a sweep waits as long as it is let.

    Parameters
    ----------
    client : Client
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self._seen = time.monotonic()
        self._told = False

    def look(self, say: Callable[[str], None]) -> None:
        """Say in a line, once, that there have been no workers for a while."""
        if self._client.scheduler_info()["workers"]:
            self._seen, self._told = time.monotonic(), False
        elif not self._told and time.monotonic() - self._seen > ABSENT_SECONDS:
            self._told = True
            say(
                f"there has been no worker for {ABSENT_SECONDS:.0f} s: the sweep waits until some "
                "come (jobs whose time was over are not submitted again by cluster.scale, but by "
                "cluster.adapt)"
            )


def dashboard(client: Client) -> str:
    """Where Dask shows what its workers do, in a sentence."""
    if importlib.util.find_spec("bokeh") is None:
        return "Dask shows its workers in a browser where the package bokeh is installed"
    return f"Dask shows its workers at {client.dashboard_link}"


def one_point_per_core(cores: int, memory: str, **others: Any) -> dict[str, Any]:
    """Keywords of a cluster of dask-jobqueue whose processes have one thread for points each.

    Parameters
    ----------
    cores : int
        Of one job: it trains so many points at a time.
    memory : str
        Of one job, such as ``"64GB"``; ``spide info RECIPE`` says what a point takes.
    **others
        Keywords that are passed on.

    Raises
    ------
    ValueError
        For a number of processes, which is that of the cores, and a prologue that is no list.

    Returns
    -------
    dict
        ``cores`` and ``processes`` are the same, numerical libraries start no threads, and memory
        is not given back to the system between two iterations.
    """
    cores = whole_number(cores, "the number of cores")
    if "processes" in others:
        raise ValueError(
            f"processes is {others['processes']}: there is one for each of the cores; leave it out"
        )
    lines = others.get("job_script_prologue", ())
    if isinstance(lines, str):
        raise ValueError(
            f"job_script_prologue is {lines!r}: give a list of lines, such as [{lines!r}]"
        )
    variables = _ONE_THREAD | _KEPT_MEMORY
    prologue = [f"export {name}={value}" for name, value in variables.items()]
    return {
        **others,
        "cores": cores,
        "processes": cores,
        "memory": memory,
        "job_script_prologue": [*prologue, *lines],
    }


def _client(scheduler: str | Cluster) -> Client:
    try:
        return Client(scheduler, timeout=_CONNECT_SECONDS)
    except (OSError, ValueError, TypeError, ImportError) as error:
        raise UserError(
            f"there is no Dask scheduler at '{scheduler}' ({error}): start one with 'dask "
            "scheduler' and give the address that it prints"
        ) from None
