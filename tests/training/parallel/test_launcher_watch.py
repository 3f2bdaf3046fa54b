"""Nothing is left of a torchrun that was killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from training.cli.command_line import main
from training.runs.files.checkpoint_files import load_latest

ROOT = Path(__file__).parents[3]
LAUNCHER = """
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", sys.argv[1]], stdout=subprocess.PIPE)
child.stdout.readline()
print(child.pid, flush=True)
child.wait()
"""
CHILD = """
import signal, time
from training.parallel.distributed.launcher_watch import end_with_launcher
if {deaf}:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
end_with_launcher(patience=0.5)
print("ready", flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize("deaf", [False, True])
def test_a_child_ends_with_its_launcher(deaf: bool) -> None:
    """By the signal, or after the time that it was given."""
    launcher = subprocess.Popen(
        [sys.executable, "-c", LAUNCHER, CHILD.format(deaf=deaf)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert launcher.stdout is not None
    child = psutil.Process(int(launcher.stdout.readline()))
    assert child.is_running()
    launcher.kill()
    launcher.communicate()
    child.wait(timeout=30)


@pytest.mark.slow
def test_the_processes_of_a_killed_torchrun_save_and_end(tmp_path: Path) -> None:
    out = tmp_path / "run"
    options = ("--architecture", "4C3s-4C3 (F4C3)", "--epochs", "500", "--out", str(out))
    launcher = [sys.executable, "-m", "torch.distributed.run", "--standalone"]  # any free port
    launcher += ["--nproc-per-node", "2"]
    torchrun = subprocess.Popen(
        [*launcher, "-m", "training", "train", "digits", *options],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        metrics = out / "metrics.jsonl"
        deadline = time.monotonic() + 120
        while not metrics.exists() and time.monotonic() < deadline:
            time.sleep(0.1)
        assert metrics.exists()
        workers = psutil.Process(torchrun.pid).children(recursive=True)
        assert len(workers) >= 2
    finally:
        os.kill(torchrun.pid, signal.SIGKILL)
        torchrun.wait()
    _, alive = psutil.wait_procs(workers, timeout=30)
    assert not alive
    done = load_latest(out / "checkpoints").progress.iteration
    assert done > 0
    stop = ("--max-iterations", str(done + 1))
    assert main(["train", "digits", "--resume", str(out), *stop]) == 0  # the lock is free
