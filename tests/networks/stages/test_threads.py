"""A stage that several threads use at once serves one after the other."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from brian2 import NetworkOperation
from numpy.testing import assert_array_equal

from equations import TernaryCouple, integrate_and_fire
from networks import BackwardNetwork, ForwardNetwork
from networks.devices import DeviceName
from networks.simulation import Simulation
from networks.stages.direct import DirectNetwork
from networks.stages.stage import Stage
from tests.networks.builders import (
    architecture,
    random_gradient,
    random_images,
    random_masks,
    random_parameters,
)

STEPS = 6
SAMPLES = 2
NETWORK = architecture()
LAST = NETWORK.output.name

Run = Callable[[int], np.ndarray]


def forward() -> tuple[Stage, Run]:
    """Stage 1, and what it gives for the images of a seed."""
    stage = ForwardNetwork(NETWORK, integrate_and_fire(), SAMPLES)
    return stage, lambda seed: stage.run(random_images(NETWORK, SAMPLES, seed), STEPS).alpha[LAST]


def backward() -> tuple[Stage, Run]:
    """Stage 2, and what it gives for the output gradient of a seed."""
    stage = BackwardNetwork(NETWORK, TernaryCouple(), SAMPLES)
    masks = random_masks(NETWORK, SAMPLES)

    def run(seed: int) -> np.ndarray:
        g = random_gradient(NETWORK, SAMPLES, seed)
        return stage.run(g, masks, STEPS, rescale=0.5).beta[LAST]

    return stage, run


def direct() -> tuple[Stage, Run]:
    """Stage 2 without synapses, likewise."""
    stage = DirectNetwork(NETWORK, TernaryCouple(), SAMPLES, Simulation())

    def run(seed: int) -> np.ndarray:
        rng = np.random.default_rng(seed)
        currents = {each.name: rng.normal(size=(SAMPLES, *each.shape)) for each in NETWORK.layers}
        return stage.run(currents, STEPS).beta[LAST]

    return stage, run


@pytest.mark.parametrize("build", [forward, backward, direct])
def test_every_thread_gets_its_own_rates(build: Callable[[], tuple[Stage, Run]]) -> None:
    stage, run = build()
    stage.set_parameters(random_parameters(NETWORK))
    seeds = range(5, 11)
    expected = {seed: run(seed) for seed in seeds}
    inside: list[int] = []
    most: list[int] = []

    def look() -> None:
        inside.append(threading.get_ident())
        most.append(len(set(inside)))
        time.sleep(1e-3)  # lets the other threads run
        inside.pop()

    stage.network.add(NetworkOperation(look, clock=stage.simulator.clock))
    with ThreadPoolExecutor(3) as threads:
        found = dict(zip(seeds, threads.map(run, seeds), strict=True))
    assert set(most) == {1} and len(most) == STEPS * len(seeds)
    for seed in seeds:
        assert_array_equal(found[seed], expected[seed])


def test_a_network_runs_in_one_thread() -> None:
    """Unless it is one of a trainer's, which hands it the whole record."""
    with pytest.raises(ValueError, match=r"threads is 4, and a network runs in one: .*TwoStageTr"):
        ForwardNetwork(NETWORK, integrate_and_fire(), SAMPLES, threads=4)
    with pytest.raises(ValueError, match="threads is 2, and a network runs in one"):
        BackwardNetwork(NETWORK, TernaryCouple(), SAMPLES, threads=2)
    assert ForwardNetwork(NETWORK, integrate_and_fire(), SAMPLES, Simulation(threads=4)).name


def test_new_parameters_wait_for_the_run_that_is_going_on() -> None:
    stage, run = forward()
    stage.set_parameters(random_parameters(NETWORK))
    expected = run(5)
    begun = threading.Event()
    written: list[bool] = []

    def write() -> None:
        begun.wait(10)
        stage.set_parameters(random_parameters(NETWORK, seed=2))
        written.append(True)

    def look() -> None:
        begun.set()
        time.sleep(5e-3)
        assert not written

    operation = NetworkOperation(look, clock=stage.simulator.clock)
    stage.network.add(operation)
    other = threading.Thread(target=write)
    other.start()
    found = run(5)
    other.join()
    assert_array_equal(found, expected)
    operation.active = False
    assert not np.array_equal(run(5), expected)


@pytest.mark.parametrize("devices", [["cpp_standalone"] * 2, ["cpp_standalone", "runtime"]])
def test_stages_of_compiled_devices_are_built_in_several_threads(devices: list[DeviceName]) -> None:
    images = random_images(NETWORK, SAMPLES)
    interval = sys.getswitchinterval()

    def build_and_run(device: DeviceName) -> np.ndarray:
        stage = ForwardNetwork(NETWORK, integrate_and_fire(), SAMPLES, device=device)
        stage.set_parameters(random_parameters(NETWORK))
        return stage.run(images, STEPS).alpha[LAST]

    expected = build_and_run("runtime")
    sys.setswitchinterval(1e-5)
    try:
        with ThreadPoolExecutor(2) as threads:
            for found in threads.map(build_and_run, devices):
                assert_array_equal(found, expected)
    finally:
        sys.setswitchinterval(interval)
