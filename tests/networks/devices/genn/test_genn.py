"""GeNN: the spikes of Brian2's own device under synchronous propagation, exactly."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from brian2 import get_device, ms, prefs
from brian2.core.clocks import defaultclock
from numpy.testing import assert_array_equal

from equations import TernaryCouple, TracePair, integrate_and_fire, leaky_integrate_and_fire
from networks import Architecture, BackwardNetwork, DeviceError, ForwardNetwork
from networks.devices.genn import simulator as genn
from tests.networks.builders import architecture, random_images, random_parameters
from tests.networks.devices.genn.genn_available import needs_genn
from tests.networks.devices.test_devices import LOOP, PIPELINE, backward_runs, forward_runs
from tests.oracles.recorded_cases import CASES, assert_same_gradients, load_case, run_case

ON_GENN: dict[str, Any] = {"device": "genn", "backend": "cpu"}
NETWORK = architecture("3 (F3)", (4,))
IF = integrate_and_fire()
STEPS = 6

pytestmark = pytest.mark.devices


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A cache for the programs of this file."""
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPIDE_CACHE_DIR", str(folder))
        yield folder


def stage() -> ForwardNetwork:
    """A small network as a program."""
    network = ForwardNetwork(NETWORK, integrate_and_fire(), 2, dtype="float64", **ON_GENN)
    network.set_parameters(random_parameters(NETWORK))
    return network


def rates(network: ForwardNetwork) -> np.ndarray:
    """What it makes of two images."""
    return network.run(2 * random_images(NETWORK, 2), STEPS).alpha["layer1"]


@needs_genn
@pytest.mark.parametrize(
    ("name", "couple", "is_sequential"),
    [
        ("fc_single_layer", None, True),
        ("frames_single_layer", False, True),
        ("mnist_feedback_8ch_dropout", None, False),
        ("mnist_lenet_small", False, True),
    ],
)
def test_recorded_cases(name: str, couple: bool | None, is_sequential: bool, cache: Path) -> None:
    """Without feedback, or with one layer, also what the sequential network recorded."""
    (path,) = (path for path in CASES if path.stem == name)
    case = load_case(path)

    found = run_case(case, **ON_GENN, couple=couple)
    expected = run_case(case, synapses="explicit", propagation="synchronous", couple=couple is None)
    for layer in case.alpha:
        assert expected.alpha[layer].any() and expected.beta[layer].any()
        assert_array_equal(found.alpha[layer], expected.alpha[layer], strict=True)
        assert_array_equal(found.beta[layer], expected.beta[layer], strict=True)
        if is_sequential:
            assert_array_equal(found.alpha[layer], case.alpha[layer])
            assert_array_equal(found.beta[layer], case.beta[layer])
    assert_same_gradients(found.gradients, expected.gradients)
    assert found.firing_rates_forward == pytest.approx(expected.firing_rates_forward)
    assert found.firing_rates_backward == pytest.approx(expected.firing_rates_backward)


@needs_genn
@pytest.mark.parametrize("network", [LOOP, PIPELINE], ids=["loop", "pipeline"])
def test_both_stages_step_by_step(network: Architecture, cache: Path) -> None:
    """After any number of steps, with new inputs, weights, masks, frames and smaller batches."""
    neuron, neurons = integrate_and_fire(), TernaryCouple(0.25, -0.25)
    expected = forward_runs(network, neuron, propagation="synchronous")
    found = forward_runs(network, neuron, **ON_GENN)
    for one, other in zip(found, expected, strict=True):
        assert_array_equal(one, other)
    expected = backward_runs(network, neurons, propagation="synchronous")
    assert expected[-2].any()
    for couple in (None, False):
        found = backward_runs(network, neurons, couple=couple, **ON_GENN)
        for one, other in zip(found, expected, strict=True):
            assert_array_equal(one, other)


@needs_genn
def test_pairs_with_traces(cache: Path) -> None:
    pair = TracePair(0.25, -0.25)
    expected = backward_runs(LOOP, pair, propagation="synchronous")
    assert expected[-2].any()
    for one, other in zip(backward_runs(LOOP, pair, **ON_GENN), expected, strict=True):
        assert_array_equal(one, other)


@needs_genn
def test_single_precision(cache: Path) -> None:
    images = 2 * random_images(NETWORK, 2)
    found = []
    for options in (ON_GENN, {"propagation": "synchronous"}):
        network = ForwardNetwork(NETWORK, integrate_and_fire(), 2, dtype="float32", **options)
        network.set_parameters(random_parameters(NETWORK))
        found.append(network.run(images, STEPS).alpha["layer1"])
    assert found[0].dtype == np.float32 and found[0].any()
    assert_array_equal(found[0], found[1])


@needs_genn
def test_it_is_built_once(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = rates(stage())

    def refuse(*arguments: object) -> None:
        raise AssertionError("it is built again")

    monkeypatch.setattr(genn, "compile_genn_project", refuse)
    assert_array_equal(rates(stage()), expected)


@needs_genn
def test_it_leaves_brian2_as_it_was(cache: Path) -> None:
    preferences, backup, device = dict(prefs.prefs), dict(prefs.backup_prefs), get_device()
    before = defaultclock.dt
    defaultclock.dt = 0.25 * ms
    try:
        BackwardNetwork(NETWORK, TernaryCouple(), 1, **ON_GENN).prepare()
        assert float(defaultclock.dt) == 0.25e-3
    finally:
        defaultclock.dt = before
    preferences_now = {name: prefs.prefs[name] for name in preferences}
    assert (preferences_now, dict(prefs.backup_prefs), get_device()) == (
        preferences,
        backup,
        device,
    )


@needs_genn
def test_a_program_that_was_killed(cache: Path) -> None:
    network = stage()
    expected = rates(network)
    process = network.simulator._program._process  # type: ignore[attr-defined]
    process.kill()
    process.wait()
    with pytest.raises(DeviceError, match="was ended by SIGKILL: no rates were computed"):
        rates(network)
    assert_array_equal(rates(network), expected)


@needs_genn
def test_a_stale_build_is_refused(cache: Path) -> None:
    rates(stage())
    libraries = {
        path: path.read_bytes() for path in cache.glob("*/magicnetwork_model_CODE/librunner.so")
    }
    for path, content in libraries.items():
        path.write_bytes(content[:-1])
    try:
        with pytest.raises(DeviceError, match=r"incomplete or was changed.*delete that folder"):
            rates(stage())
    finally:
        for path, content in libraries.items():
            path.write_bytes(content)


@needs_genn
def test_a_project_that_does_not_compile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPIDE_CACHE_DIR", str(tmp_path))
    monkeypatch.setenv("CXX", "false")
    with pytest.raises(DeviceError, match=r"does not compile for GeNN \('.*genn-buildmodel.sh -c'"):
        rates(stage())
    assert not [path for path in tmp_path.iterdir() if path.is_dir()]


@needs_genn
def test_leaky_neurons_are_refused() -> None:
    with pytest.raises(ValueError, match="'layer1' have a leak or another update, which they cann"):
        ForwardNetwork(NETWORK, leaky_integrate_and_fire(), 1, **ON_GENN)


@needs_genn
@pytest.mark.parametrize(
    ("model", "said"),
    [
        (IF.model.replace("I/dt", "(I - half)/dt") + "half = v/2 : 1", "an equation that reads v"),
        (IF.model + "dx/dt = (v - x)/(4*ms) : 1", "an equation that reads v"),
        (IF.model + "half = v/2 : 1 (constant over dt)", "a subexpression that is constant over"),
    ],
)
def test_what_reads_the_potential_before_spikes_arrive_is_refused(model: str, said: str) -> None:
    with pytest.raises(ValueError, match=f"'layer1' have {said}.*which they cannot on device"):
        ForwardNetwork(NETWORK, replace(IF, model=model), 1, **ON_GENN)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (
            {"propagation": "sequential"},
            "sequential propagation cannot run on device 'genn': use 'synchronous'",
        ),
        ({"synapses": "shared"}, "shared synapses cannot run on device 'genn': use 'explicit'"),
        ({"backend": "metal"}, "the backend is 'metal': it must be 'cuda', 'opencl' or 'cpu'"),
    ],
)
def test_what_does_not_go_together(options: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        ForwardNetwork(NETWORK, integrate_and_fire(), 1, **(ON_GENN | options))


def test_without_genn(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("networks.devices.genn.installation.find_brian2genn", lambda: None)
    monkeypatch.setenv("GENN_PATH", str(tmp_path))
    with pytest.raises(DeviceError, match="where there is no GeNN: get GeNN"):
        ForwardNetwork(NETWORK, integrate_and_fire(), 1, **ON_GENN)
