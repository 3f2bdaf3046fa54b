"""A training that is killed at any moment, again and again, ends bit for bit as if it were not."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest

from tests.faults.commands import TINY, start
from training.runs.files.checkpoint_files import load_latest

pytestmark = pytest.mark.faults

KILLS = 25
ENDLESS = ("train", "digits", *TINY, "--epochs", "100000")


def seconds_to_begin(log: Path, out: Path) -> float:
    """Time from the start of a process to the end of its first iteration."""
    began = time.monotonic()
    process = start(log, *ENDLESS, "--out", str(out))
    while not (out / "metrics.jsonl").exists():
        assert process.is_alive(), log.read_text()
        time.sleep(0.01)
    process.kill()
    process.join()
    return time.monotonic() - began


def iteration(out: Path) -> int:
    """Of the newest checkpoint; -1 without one."""
    if not any((out / "checkpoints").glob("*.json")):
        return -1
    return load_latest(out / "checkpoints").progress.iteration


def test_killed_25_times_and_resumed_bit_for_bit(tmp_path: Path) -> None:
    out, log = tmp_path / "run", tmp_path / "log"
    seconds_to_begin(log, tmp_path / "first")  # which may have to compile
    building = seconds_to_begin(log, tmp_path / "second")
    rng = np.random.default_rng(20261125)
    reached = [-1]
    for kill in range(KILLS):
        begun = (out / "recipe.json").exists()
        folder = ("--resume", str(out)) if begun else ("--out", str(out))
        process = start(log, *ENDLESS, *folder)
        if kill % 2 == 0:
            process.join(rng.uniform(0, building))
        else:
            while iteration(out) == reached[-1]:
                process.join(0.01)
                assert process.is_alive(), log.read_text()
            process.join(rng.uniform(0, 0.5))
        assert process.is_alive(), log.read_text()
        process.kill()
        process.join()
        reached.append(iteration(out))
    assert reached == sorted(reached)
    assert len(set(reached)) > KILLS // 2

    stop = ("--max-iterations", str(reached[-1] + 4))  # in the middle of an epoch
    # In such a process too: with other numbers of threads, sums are rounded otherwise.
    for folder in (("--resume", str(out)), ("--out", str(tmp_path / "whole"))):
        process = start(log, *ENDLESS, *stop, *folder)
        process.join()
        assert process.exitcode == 0, log.read_text()
    killed, whole = load_latest(out / "checkpoints"), load_latest(tmp_path / "whole/checkpoints")
    assert killed.progress == whole.progress
    for name, values in whole.parameters.items():
        assert np.array_equal(killed.parameters[name], values), name
        assert np.array_equal(killed.momentum[name], whole.momentum[name]), name
    assert not list(out.rglob(".*.tmp"))
