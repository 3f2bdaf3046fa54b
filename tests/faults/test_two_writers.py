"""A second training in a folder is refused, every time, and touches nothing."""

from __future__ import annotations

import os
import signal
import socket
import time
from pathlib import Path

import pytest

from tests.faults.commands import TINY, content, start
from training.cli.command_line import main
from training.runs.files.checkpoint_files import load_latest

pytestmark = pytest.mark.faults


def test_the_second_writer_is_refused_10_of_10(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "run"
    first = start(
        tmp_path / "log", "train", "digits", *TINY, "--epochs", "99999", "--out", str(out)
    )
    assert first.pid is not None
    try:
        deadline = time.monotonic() + 120
        while not (out / "metrics.jsonl").exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        for attempt in range(10):
            still = attempt % 2 == 0
            if still:  # so that only the second could change anything
                os.kill(first.pid, signal.SIGSTOP)
                time.sleep(0.2)
            before = content(out)
            assert main(["train", "digits", "--resume", str(out)]) == 1
            (line,) = capsys.readouterr().err.splitlines()
            assert f"process {first.pid} on {socket.gethostname()} since " in line
            if still:
                assert content(out) == before
                os.kill(first.pid, signal.SIGCONT)
            assert main(["evaluate", str(out)]) == 0  # reading is no writing
            capsys.readouterr()
    finally:
        first.kill()
        first.join()
    # The lock went with the process.
    stop = str(load_latest(out / "checkpoints").progress.iteration + 1)
    assert main(["train", "digits", "--resume", str(out), "--max-iterations", stop]) == 0
