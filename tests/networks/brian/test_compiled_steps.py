"""The compiled loop over steps: what the loop in Python does, interruptible, and measured."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable

import numpy as np
import pytest
from brian2 import NetworkOperation
from numpy.testing import assert_array_equal

from equations import TernaryCouple, integrate_and_fire
from networks import BackwardNetwork, ForwardNetwork
from tests.networks.builders import (
    architecture,
    random_gradient,
    random_images,
    random_masks,
    random_parameters,
)

SAMPLES = 2
STEPS = 12
ENDLESS = 10**9
NETWORK = architecture()

Rates = dict[str, np.ndarray]


def forward() -> tuple[ForwardNetwork, Callable[[int], Rates]]:
    """Stage 1, and a function that runs it for a number of steps."""
    stage = ForwardNetwork(NETWORK, integrate_and_fire(), SAMPLES, dtype="float64")
    stage.set_parameters(random_parameters(NETWORK))
    images = random_images(NETWORK, SAMPLES)
    return stage, lambda steps: stage.run(images, steps).alpha


def backward() -> tuple[BackwardNetwork, Callable[[int], Rates]]:
    """Stage 2, and a function that runs it for a number of steps."""
    stage = BackwardNetwork(NETWORK, TernaryCouple(), SAMPLES, dtype="float64")
    stage.set_parameters(random_parameters(NETWORK))
    g, masks = random_gradient(NETWORK, SAMPLES), random_masks(NETWORK, SAMPLES)
    return stage, lambda steps: stage.run(g, masks, steps, rescale=0.5).beta


@pytest.mark.parametrize("build", [forward, backward])
def test_the_same_spikes_as_in_python(build: Callable) -> None:
    stage, run = build()
    compiled = run(STEPS)
    steps: list[None] = []
    operation = NetworkOperation(lambda: steps.append(None), clock=stage.simulator.clock)
    stage.network.add(operation)
    in_python = run(STEPS)
    assert len(steps) == STEPS
    for layer in NETWORK.layers:
        assert compiled[layer.name].any()
        assert_array_equal(compiled[layer.name], in_python[layer.name])


@pytest.mark.parametrize("build", [forward, backward])
def test_time_of_every_object(build: Callable) -> None:
    stage, run = build()
    run(STEPS)
    stage.network.object_seconds = {}
    run(STEPS)
    measured = dict(stage.network.object_seconds)
    acting = {obj.name for obj in stage.network.sorted_objects if obj.active and obj._code_objects}
    assert set(measured) == acting and len(acting) >= 7
    assert all(seconds > 0 for seconds in measured.values())
    run(STEPS)
    assert all(stage.network.object_seconds[name] > measured[name] for name in acting)
    stage.network.object_seconds = None
    run(STEPS)


def test_another_thread_stops_it() -> None:
    stage, run = forward()
    expected = run(STEPS)
    timer = threading.Timer(0.1, stage.stop)
    timer.start()
    with pytest.raises(KeyboardInterrupt, match=f"of {ENDLESS} steps"):
        run(ENDLESS)
    timer.join()
    assert_array_equal(run(STEPS)["layer1"], expected["layer1"])


def test_a_signal_interrupts_it() -> None:
    _, run = forward()
    expected = run(STEPS)
    timer = threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        run(ENDLESS)
    timer.join()
    assert_array_equal(run(STEPS)["layer1"], expected["layer1"])
