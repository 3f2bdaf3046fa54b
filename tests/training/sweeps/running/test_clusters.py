"""Schedulers of one's own: SLURM's job script as text, addresses that lead nowhere."""

from __future__ import annotations

import os
import signal

import pytest

from training.errors import UserError
from training.sweeps.running import clusters
from training.sweeps.running.clusters import connected, one_point_per_core

_ON_CTRL_C = signal.getsignal(signal.SIGINT)
jobqueue = pytest.importorskip("dask_jobqueue")
signal.signal(signal.SIGINT, _ON_CTRL_C)  # importing it makes Ctrl+C end the process


def test_keywords_that_would_be_lost_are_refused() -> None:
    with pytest.raises(ValueError, match="processes is 4: there is one for each of the cores"):
        one_point_per_core(8, "16GB", processes=4)
    with pytest.raises(ValueError, match=r"prologue is 'module load x': give a list of lines, su"):
        one_point_per_core(8, "16GB", job_script_prologue="module load x")


def test_the_job_script_of_slurm() -> None:
    """One thread per process, so that every core has a point, and libraries start no threads."""
    options = one_point_per_core(
        8, "16GB", walltime="04:00:00", queue="short", job_script_prologue=["module load gcc"]
    )
    with jobqueue.SLURMCluster(**options, scheduler_options={"dashboard_address": None}) as cluster:
        script = cluster.job_script()
    lines = script.splitlines()
    assert lines[0].startswith("#!") and "bash" in lines[0]
    assert "#SBATCH --cpus-per-task=8" in lines
    assert "#SBATCH -t 04:00:00" in lines and "#SBATCH -p short" in lines
    assert "#SBATCH --mem=15G" in lines
    assert lines.index("export OMP_NUM_THREADS=1") < lines.index("module load gcc")
    # Dask's own is to give back all memory at once.
    assert "export MALLOC_TRIM_THRESHOLD_=1073741824" in lines
    (worker,) = (line for line in lines if "dask_worker" in line or "dask worker" in line)
    assert "--nthreads 1" in worker and "--nworkers 8" in worker


def test_processes_of_this_machine_keep_their_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also after another cluster of this process, which has left Dask's variables there."""
    monkeypatch.setenv("MALLOC_TRIM_THRESHOLD_", "65536")
    monkeypatch.delenv("MALLOC_MMAP_THRESHOLD_", raising=False)
    with connected(None, 1, 1, 1) as client:
        for name, value in (
            ("MALLOC_MMAP_THRESHOLD_", "33554432"),
            ("MALLOC_TRIM_THRESHOLD_", "1073741824"),
            ("OMP_NUM_THREADS", "1"),
        ):
            assert client.submit(os.getenv, name).result() == value
    assert os.environ["MALLOC_TRIM_THRESHOLD_"] == "65536"
    assert "MALLOC_MMAP_THRESHOLD_" not in os.environ


def test_an_address_without_a_scheduler(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clusters, "_CONNECT_SECONDS", 1)
    with (
        pytest.raises(UserError, match=r"no Dask scheduler at 'tcp://127\.0\.0\.1:9' .*: start"),
        connected("tcp://127.0.0.1:9", None, 1, 1),
    ):
        pass
