"""What the processes of the device table are given, and what becomes of their times."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from benchmarks.device_task import NETWORKS, DeviceTask
from benchmarks.measuring.effort import FULL, QUICK, Effort
from benchmarks.reporting.tables import Table
from benchmarks.sections.devices import COLUMNS, SHARED, headline, row
from benchmarks.subject import Batch


def test_a_task_survives_its_file(tmp_path: Path) -> None:
    generator = np.random.default_rng(0)
    images = generator.random((2, 1, 4, 4), dtype=np.float32)
    batch = Batch(images, np.array([3, 1]), {"layer1": np.full((2, 5), 1.25)})
    task = DeviceTask({"layer1.weight": generator.random((5, 16))}, batch)
    task.write(tmp_path / "task.safetensors")
    found = DeviceTask.read(tmp_path / "task.safetensors")
    assert_array_equal(found.batch.images, images, strict=True)
    assert_array_equal(found.batch.labels, batch.labels, strict=True)
    assert set(found.batch.masks) == {"layer1"} and set(found.parameters) == {"layer1.weight"}
    assert_array_equal(found.batch.masks["layer1"], batch.masks["layer1"], strict=True)
    assert_array_equal(
        found.parameters["layer1.weight"], task.parameters["layer1.weight"], strict=True
    )


def test_a_row_of_two_processes() -> None:
    first = {"build": 30.0, "batch 0": 9.0, "batch 1": 2.0, "overhead 0": 1.0, "overhead 1": 0.002}
    second = {"build": 1.5, "batch 0": 9.0, "batch 1": 1.0, "overhead 0": 1.0, "overhead 1": 0.004}
    found = row(SHARED, 32, [first, second])
    assert found == (SHARED.label, SHARED.shares, 24.0, 16.0, 32.0, 30.0, 1.5, 3.0)


def test_a_row_of_a_process_that_may_have_found_what_it_needs() -> None:
    steps = {"build": 1.5, "batch 0": 9.0, "batch 1": 2.0, "overhead 0": 1.0, "overhead 1": 0.002}
    found = row(SHARED, 32, [steps], compiled=False)
    assert found == (SHARED.label, SHARED.shares, 16.0, 16.0, 16.0, None, 1.5, 2.0)


@pytest.mark.parametrize("effort", [FULL, QUICK])
def test_an_effort_has_networks_that_there_are_and_enough_processes(effort: Effort) -> None:
    assert set(effort.device_networks) <= set(NETWORKS)
    assert effort.device_rounds >= (1 if effort.device_cache else 2)


def test_the_headline_names_the_best_of_each_device() -> None:
    rows = [
        (name, shares, rate, *[None] * 5)
        for name, shares, rate in [("fast", 2, 99.6), ("slow", 1, 7.0), ("slow", 2, 12.0)]
    ]
    assert headline(Table("net", COLUMNS, rows)) == "net, images/s: 100 (fast), 12 (slow)"
