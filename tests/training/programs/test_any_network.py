"""Compiled trainings equal the loop in Python for any network, not for one."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from numpy.typing import NDArray

import spide
from tests.oracles.random_architectures import FAMILIES, Family
from tests.oracles.random_networks import random_networks
from tests.oracles.recorded_cases import CASES, load_case
from training.errors import UserError
from training.programs.collection import collect

pytestmark = pytest.mark.devices


def assert_equal_trainings(
    images: NDArray[np.floating], labels: NDArray[np.integer], **fields: Any
) -> None:
    """Two epochs of two batches, the second smaller, from a file: compiled and in Python."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        np.savez(
            folder / "data.npz", images=images, labels=labels,
            test_images=images[:2], test_labels=labels[:2],
        )  # fmt: skip
        recipe = {
            **fields, "data_set": str(folder / "data.npz"), "dtype": "float64", "epochs": 2,
            "milestones": (1,), "batch_size": len(images) // 2 + 1,
        }  # fmt: skip
        if "(F" in fields["architecture"]:
            recipe["feedback_norm"] = 0.5
        spide.compile("digits", folder / "program", **recipe)
        for command in ("./build.sh", "./train"):
            done = subprocess.run(
                [command], cwd=folder / "program", capture_output=True, text=True, timeout=540
            )
            assert done.returncode == 0, done.stderr
        collect(folder / "program", folder / "compiled")
        python = spide.train(
            "digits", out=folder / "python", learning="spikes", threads=1, **recipe
        )
        compiled = spide.Run(folder / "compiled")
        changed = False
        for parameter, values in python.weights.items():
            assert_allclose(compiled.weights[parameter], values, rtol=0, atol=1e-10)
            changed |= bool((python.checkpoint.momentum[parameter] != 0).any())
        assert changed
        for mine, theirs in zip(compiled.records, python.records, strict=True):
            assert mine["loss"] == pytest.approx(theirs["loss"], rel=1e-10)


@given(family=st.sampled_from(FAMILIES), data=st.data())
@settings(max_examples=5)
def test_random_architectures(family: Family, data: st.DataObject) -> None:
    network = data.draw(random_networks(family))
    drawn = network.architecture
    assume(not drawn.notation.startswith("P"))  # a layer that learns comes first
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    labels = np.arange(9) % network.classes
    ways = {
        "propagation": st.sampled_from(("sequential", "synchronous")),
        "dropout_per": st.sampled_from(("neuron", "channel")),
    }
    assert_equal_trainings(
        rng.normal(size=(9, *drawn.input_shape)), labels, architecture=drawn.notation,
        **{name: data.draw(each) for name, each in ways.items()}, **network.config,
    )  # fmt: skip


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_recorded_cases(path: Path) -> None:
    """Their networks, neurons, steps and images; frames are refused."""
    case = load_case(path)
    frames = case.images.ndim == len(case.input_shape) + 2
    images = case.images.swapaxes(0, 1) if frames else case.images
    labels = np.unique(case.labels, return_inverse=True)[1]  # not all classes have an image
    fields = {**case.config, "architecture": case.architecture}
    if frames:
        with pytest.raises(UserError, match="the images come in frames"):
            assert_equal_trainings(images, labels, **fields)
    else:
        assert_equal_trainings(images, labels, **fields)
