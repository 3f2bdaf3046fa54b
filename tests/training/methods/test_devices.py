"""A training on a compiled device is the same training."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose

from networks import DeviceError
from networks.devices.programs.program import Program
from tests.networks.devices.genn.genn_available import needs_genn, needs_opencl
from training.cli.command_line import main
from training.runs.files.checkpoint_files import load_latest

pytestmark = pytest.mark.devices

SMALL = (
    *("--architecture", "4C3s (F4C3)", "--batch-size", "64", "--max-iterations", "10"),
    *("--forward-steps", "8", "--backward-steps", "10", "--dtype", "float64"),
)


#: What the device genn does, on the runtime device.
SYNCHRONOUS = ("--propagation", "synchronous", "--synapses", "explicit", "--couple")

#: With a connection between layers beside the feedback.
TWO_LAYERS = ("--architecture", "4C3s-5C3 (F4C3)")


@pytest.mark.parametrize(
    ("device", "reference"),
    [
        (("--device", "cpp_standalone"), ()),
        pytest.param(
            ("--device", "genn", "--backend", "cpu", *TWO_LAYERS),
            (*SYNCHRONOUS, *TWO_LAYERS),
            marks=needs_genn,
        ),
    ],
    ids=["cpp_standalone", "genn"],
)
def test_the_same_weights_after_ten_batches(
    device: tuple[str, ...], reference: tuple[str, ...], tmp_path: Path
) -> None:
    """Only the order in which spikes are added differs, and with it the rounding."""
    for name, options in (("reference", reference), ("device", device)):
        out = str(tmp_path / name)
        assert main(["train", "digits", "--out", out, *SMALL, *options]) == 0
    first, second = (load_latest(tmp_path / n / "checkpoints") for n in ("reference", "device"))
    assert first.progress.iteration == second.progress.iteration == 10
    for name, values in first.parameters.items():
        assert np.abs(first.momentum[name]).max() > 0
        assert_allclose(second.parameters[name], values, rtol=1e-9, atol=1e-12)


@needs_opencl
@pytest.mark.timeout(1800)
def test_a_training_in_batches(tmp_path: Path) -> None:
    """On OpenCL, in single precision: the runtime's training, and the same one in two parts."""
    single = (*SMALL, *TWO_LAYERS, "--dtype", "float32")
    opencl = ("--device", "genn", "--backend", "opencl", "--dtype", "float32")
    reference, whole, parts = (tmp_path / name for name in ("reference", "whole", "parts"))
    assert main(["train", "digits", "--out", str(reference), *single, *SYNCHRONOUS]) == 0
    assert main(["train", "digits", "--out", str(whole), *single, *opencl]) == 0
    first = (*single, *opencl, "--max-iterations", "4")
    assert main(["train", "digits", "--out", str(parts), *first]) == 0
    assert main(["train", "digits", "--resume", str(parts), "--max-iterations", "10"]) == 0
    expected, found, resumed = (
        load_latest(folder / "checkpoints") for folder in (reference, whole, parts)
    )
    assert expected.progress.iteration == found.progress.iteration == 10
    assert resumed.progress.iteration == 10
    for name, values in expected.parameters.items():
        assert np.abs(expected.momentum[name]).max() > 0
        for other in (found, resumed):
            assert other.parameters[name].dtype == np.float32
            # PoCL's threads may add what arrives at a neuron in another order.
            assert_allclose(other.parameters[name], values, rtol=1e-5, atol=1e-7)


def test_a_program_that_dies_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(self: Program, *arguments: object) -> None:
        raise DeviceError("the compiled program died")

    monkeypatch.setattr(Program, "ask", die)
    out = str(tmp_path / "run")
    assert main(["train", "digits", "--device", "cpp_standalone", "--out", out, *SMALL]) == 1
    assert capsys.readouterr().err.splitlines()[-1] == "spide: the compiled program died"
