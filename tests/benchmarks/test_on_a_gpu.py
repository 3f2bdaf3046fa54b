"""What is measured on a GPU, with OpenCL and PyTorch on the processor in its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.on_a_gpu import Options, measure
from networks.devices.genn.simulator import SideBySideGeNNSimulator
from tests.networks.devices.genn.genn_available import needs_opencl

pytestmark = [pytest.mark.devices, needs_opencl, pytest.mark.timeout(1800)]


def test_tables(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SPIDE_CACHE_DIR", str(tmp_path))
    options = Options(
        "digits",
        backend="opencl",
        torch_device="cpu",
        blocks=(32,),
        batch_size=4,
        forward_steps=6,
        backward_steps=8,
        warmup_iterations=1,
        rounds=1,
        repetitions=1,
    )
    speed, waited, again = measure(options)
    assert speed.texts("implementation") == [
        "GeNN, blocks of 32", "dense PyTorch", "dense PyTorch, channels last",
    ]  # fmt: skip
    assert all(value > 0 for value in speed.numbers("images/s"))
    assert speed.numbers("the first / this")[0] == 1
    assert waited.texts("stage") == ["forward", "backward"]
    assert all(value > 0 for value in waited.numbers("total s"))
    assert SideBySideGeNNSimulator.block == 32
    # The same program twice, and the runtime device but for the order of additions.
    assert again.numbers("neurons") == [again.numbers("neurons")[0]] * 4
    assert all(value <= 1 for value in again.numbers("largest difference, spikes"))
