"""A trainer that has been used works in a forked child, which has none of its threads."""

from __future__ import annotations

import os
import select
import signal

import numpy as np
import pytest

from networks import DeviceName
from tests.networks.builders import architecture, random_images, random_parameters
from training.two_stage import TwoStageConfig, TwoStageTrainer

NETWORK = architecture()
SAMPLES = 4
SECONDS = 60


def loss(trainer: TwoStageTrainer) -> float:
    return trainer.gradients(random_images(NETWORK, SAMPLES), np.arange(SAMPLES) % 2).loss


@pytest.mark.parametrize("shares", [1, 2])
@pytest.mark.parametrize(
    "device", ["runtime", pytest.param("cpp_standalone", marks=pytest.mark.devices)]
)
def test_a_forked_child_computes_the_same(device: DeviceName, shares: int) -> None:
    config = TwoStageConfig(forward_steps=4, backward_steps=4)
    trainer = TwoStageTrainer(NETWORK, config, SAMPLES, device=device, shares=shares)
    trainer.set_parameters(random_parameters(NETWORK))
    expected = loss(trainer)
    read, write = os.pipe()
    child = os.fork()
    if child == 0:  # what fails here must not run the rest of the tests
        try:
            os.write(write, repr(loss(trainer)).encode())
        finally:
            os._exit(0)
    os.close(write)
    try:
        ready, _, _ = select.select([read], [], [], SECONDS)
        assert ready, "the child hangs"
        assert float(os.read(read, 100)) == expected
    finally:
        os.close(read)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    assert loss(trainer) == expected
