"""Brian2 turns Ctrl+C into a run that ends early without a word; here it is an interruption."""

from __future__ import annotations

import signal
from collections.abc import Callable

import numpy as np
import pytest
from brian2 import NetworkOperation, stop
from numpy.testing import assert_array_equal

from equations import TernaryCouple, integrate_and_fire
from networks import BackwardNetwork, ForwardNetwork
from networks.brian.network import BrianNetwork
from tests.networks.builders import (
    architecture,
    random_gradient,
    random_images,
    random_masks,
    random_parameters,
)

STEPS = 10
SAMPLES = 2
NETWORK = architecture()

Stage = ForwardNetwork | BackwardNetwork


def build(kind: str) -> tuple[Stage, Callable[[], dict[str, np.ndarray]]]:
    """A stage, and a function that runs it and returns its rates."""
    if kind == "forward":
        forward = ForwardNetwork(NETWORK, integrate_and_fire(), SAMPLES, dtype="float64")
        forward.set_parameters(random_parameters(NETWORK))
        images = random_images(NETWORK, SAMPLES)
        return forward, lambda: forward.run(images, STEPS).alpha
    backward = BackwardNetwork(NETWORK, TernaryCouple(), SAMPLES, dtype="float64")
    backward.set_parameters(random_parameters(NETWORK))
    g, masks = random_gradient(NETWORK, SAMPLES), random_masks(NETWORK, SAMPLES)
    return backward, lambda: backward.run(g, masks, STEPS, rescale=0.5).beta


def interrupt_at(step: int, network: BrianNetwork, how: Callable[[], object]) -> NetworkOperation:
    """Add an operation that interrupts the run in the middle of a step."""
    clock = network.sorted_objects[0].clock

    def operation() -> None:
        if int(clock.timestep[:]) == step:
            how()

    added = NetworkOperation(operation, clock=clock, when="groups")
    network.add(added)
    return added


@pytest.mark.parametrize("how", ["stop()", "Network.stop()", "Ctrl+C"])
@pytest.mark.parametrize("kind", ["forward", "backward"])
def test_an_interrupted_stage_gives_no_rates(kind: str, how: str) -> None:
    stage, run = build(kind)
    expected = run()
    stops = {
        "stop()": stop,
        "Network.stop()": stage.network.stop,
        "Ctrl+C": lambda: signal.raise_signal(signal.SIGINT),
    }
    operation = interrupt_at(3, stage.network, stops[how])
    message: str | None = f"stopped after 4 of {STEPS} steps"
    if how == "Ctrl+C" and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        message = None  # a Brian2 without a handler of its own: Python's interrupts at once
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt, match=message):
            run()

    operation.active = False
    rates = run()
    for layer in NETWORK.layers:
        assert expected[layer.name].any()
        assert_array_equal(rates[layer.name], expected[layer.name])


def test_a_stop_in_the_last_step_counts_as_well() -> None:
    """Nobody can tell whether the user wanted this stage or the training to end."""
    stage, run = build("forward")
    interrupt_at(STEPS - 1, stage.network, stop)
    with pytest.raises(KeyboardInterrupt, match=f"stopped after {STEPS} of {STEPS} steps"):
        run()
