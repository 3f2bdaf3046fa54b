"""Signals: to a whole training in a process of its own, and to the context alone."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from training.cli.command_line import main
from training.interruption import Interruption
from training.runs.files.folder import open_run

EPOCHS = 4
OPTIONS = (
    *("--architecture", "4C3s-4C3 (F4C3)", "--batch-size", "256", "--epochs", str(EPOCHS)),
    *("--forward-steps", "10", "--backward-steps", "30"),
)
FINAL = f"checkpoints/iteration-{6 * EPOCHS:08d}.safetensors"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The final weights of a run without interruption."""
    path = tmp_path_factory.mktemp("whole") / "run"
    assert main(["train", "digits", "--out", str(path), *OPTIONS]) == 0
    return (path / FINAL).read_bytes()


def has_a_line(path: Path) -> bool:
    """Whether a file exists and holds a whole line."""
    return path.exists() and b"\n" in path.read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("number", "status"),
    [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGKILL, -signal.SIGKILL)],
)
def test_a_training_that_is_stopped_and_resumed_ends_with_the_same_weights(
    number: signal.Signals,
    status: int,
    whole: bytes,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    out = tmp_path / "run"
    command = [sys.executable, "-m", "training", "train", "digits", "--out", str(out), *OPTIONS]
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    try:
        deadline = time.monotonic() + 120
        # The file is there a moment before its first line is.
        while not has_a_line(out / "metrics.jsonl") and time.monotonic() < deadline:
            time.sleep(0.01)
        process.send_signal(number)
        _, complaint = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == status
    done = len(open_run(out).records())
    assert 0 < done < 7 * EPOCHS
    resume = ["train", "digits", "--resume", str(out)]
    if number != signal.SIGKILL:
        last = complaint.strip().splitlines()[-1]
        assert last.startswith("spide: interrupted after iteration ")
        resume = shlex.split(last.split("resume with: spide ")[1])
    assert main(resume) == 0
    assert (out / FINAL).read_bytes() == whole
    assert len(open_run(out).records()) == 7 * EPOCHS


def test_the_first_signal_is_a_request_and_the_second_interrupts(
    capsys: pytest.CaptureFixture[str],
) -> None:
    before = signal.getsignal(signal.SIGINT)
    with Interruption() as interruption:
        assert (interruption.requested, interruption.exit_status) == (False, 0)
        os.kill(os.getpid(), signal.SIGINT)
        assert (interruption.requested, interruption.exit_status) == (True, 130)
        assert "stopping after this iteration" in capsys.readouterr().err
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before


def test_interrupted_before_the_training_nothing_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt(*arguments: object, **keywords: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("training.runs.prepare.method_over_cores", interrupt)
    assert main(["train", "digits", "--out", str(tmp_path / "run"), *OPTIONS]) == 130
    assert capsys.readouterr().err == "spide: interrupted\n"
    assert not (tmp_path / "run").exists()
