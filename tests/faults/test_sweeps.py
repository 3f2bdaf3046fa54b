"""A sweep on two processes: one is killed, the whole is stopped, and nothing is done twice."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path
from signal import Signals
from typing import Any

import numpy as np
import pytest

from training.interruption import Interruption
from training.recipes import RECIPES
from training.sweeps.folder import SweepFolder
from training.sweeps.planning.plan import Plan, make_plan
from training.sweeps.sweep import run_sweep
from training.sweeps.where import Where

TINY = replace(
    RECIPES["digits"], architecture="6 (F6)", batch_size=100, forward_steps=4, backward_steps=5
)
PER_EPOCH = 15


def lines_of(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text().splitlines()]


def kill_a_worker(folder: SweepFolder, seen: list[int], end: threading.Event) -> None:
    """Kill the process that trains a point, once it has done two epochs of it."""
    while not end.is_set():
        for log in (folder.path / "points").glob("*/metrics.jsonl"):
            owner = log.with_name("writer.lock").read_text().split()
            if log.read_bytes().count(b'"test"') >= 2 and owner:
                os.kill(int(owner[1]), signal.SIGKILL)
                seen.append(int(owner[1]))
                return
        time.sleep(0.02)


def outcomes_of(folder: SweepFolder, plan: Plan) -> list[str]:
    """Those of all attempts at all points."""
    files = filter(Path.exists, map(folder.attempts_file, plan.points))
    return [each["outcome"] for file in files for each in lines_of(file)]


@pytest.mark.faults
def test_a_killed_worker_and_a_stopped_sweep(tmp_path: Path) -> None:
    where = Where(tmp_path / "sweep.nc", workers=2)
    plan = make_plan("digits", replace(TINY, epochs=12), {"case": ["ours", "w/o B"]}, seeds=2)
    killed: list[int] = []
    end, interruption = threading.Event(), Interruption()
    killer = threading.Thread(target=kill_a_worker, args=(where.folder, killed, end))
    killer.start()

    def stop() -> None:
        killer.join()
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and "complete" not in outcomes_of(where.folder, plan):
            time.sleep(0.02)
        interruption.signal = Signals.SIGINT

    stopper = threading.Thread(target=stop)
    stopper.start()
    first = run_sweep(plan, where, interruption=interruption)
    end.set()
    stopper.join()
    assert len(killed) == 1
    states = Counter(first.state.values.ravel().tolist())
    assert 1 <= states["complete"] < 4 and not states["failed"]

    second = run_sweep(plan, where)
    assert set(second.state.values.ravel().tolist()) == {"complete"}
    for point in plan.points:
        records = where.folder.opened(point).records()
        iterations = [r["iteration"] for r in records if r["kind"] == "training"]
        assert iterations == list(range(1, 12 * PER_EPOCH + 1))
        assert second.test_accuracy.values[point.position].tolist() == [
            r["accuracy"] for r in records if r["kind"] == "test"
        ]
    before = outcomes_of(where.folder, plan)
    assert before.count("complete") == len(plan.points)  # each of them once
    third = run_sweep(plan, where)
    assert outcomes_of(where.folder, plan) == before
    assert np.array_equal(third.test_accuracy, second.test_accuracy)
