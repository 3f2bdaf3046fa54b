"""What the user simulates beside a stage, with Brian2's own ``run()`` and devices."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import cast

import numpy as np
import pytest
from brian2 import (
    Network,
    NetworkOperation,
    NeuronGroup,
    SpikeMonitor,
    get_device,
    ms,
    prefs,
    run,
    set_device,
)
from brian2.devices.cpp_standalone.device import CPPStandaloneDevice
from brian2.devices.device import reset_device
from numpy.testing import assert_array_equal

from equations import NeuronModel, TernaryCouple, integrate_and_fire
from networks import BackwardNetwork, ForwardNetwork
from networks.brian.active_device import preferences
from networks.devices import DeviceName
from networks.devices.programs.standalone import StandaloneSimulator
from tests.networks.builders import architecture, random_images, random_parameters
from tests.networks.populations.own_neurons import adaptive

NETWORK = architecture("6-4 (F6)", (5,))
IMAGES = random_images(NETWORK, 2)
STEPS = 8


def forward(**options: str) -> ForwardNetwork:
    """Stage 1 with weights."""
    stage = ForwardNetwork(NETWORK, integrate_and_fire(), 2, **options)  # type: ignore[arg-type]
    stage.set_parameters(random_parameters(NETWORK))
    return stage


@pytest.mark.parametrize("synapses", ["shared", "explicit"])
def test_run_leaves_layers_synapses_and_monitors_alone(synapses: str) -> None:
    stage = forward(synapses=synapses)
    layer = stage["layer1"]
    (feedback,) = stage.synapses["feedback"]
    spikes = SpikeMonitor(layer)
    stage.network.add(spikes)
    expected = stage.run(IMAGES, STEPS).alpha
    fired, potential = spikes.num_spikes, np.array(layer.v[:])
    neuron = NeuronGroup(3, "dv/dt = -v/(10*ms) : 1", method="exact", name="users_own")
    neuron.v = 1
    run(10 * ms)
    np.testing.assert_allclose(neuron.v, np.exp(-1))
    assert spikes.num_spikes == fired > 0 and spikes.active
    assert_array_equal(layer.v, potential)
    assert_array_equal(stage.run(IMAGES, STEPS).alpha["layer1"], expected["layer1"])
    assert spikes.num_spikes == 2 * fired
    assert feedback.name == "feedback_synapses"


@pytest.mark.parametrize("profile", [False, True])
def test_ctrl_c_works_after_an_operation_that_fails(profile: bool) -> None:
    stage = forward()

    def fail() -> None:
        raise ZeroDivisionError

    operation = NetworkOperation(fail, clock=stage.simulator.clock)
    stage.network.add(operation)
    with pytest.raises(ZeroDivisionError):
        stage.run(IMAGES, STEPS, profile=profile)
    assert not Network._globally_running
    operation.active = False
    assert np.isfinite(stage.run(IMAGES, STEPS).alpha["layer1"]).all()


@pytest.fixture
def users_preferences() -> Iterator[None]:
    """What a user may have chosen for his own networks."""
    with preferences(
        {"core.default_float_dtype": np.float32, "devices.cpp_standalone.openmp_threads": 4}
    ):
        yield


@pytest.mark.usefixtures("users_preferences")
def test_preferences_of_the_user_change_no_potential() -> None:
    """Brian2 takes what does not change out of loops, in the preferred precision."""
    model = replace(
        integrate_and_fire(1.0, -0.3), reset="v -= v_threshold - v_rest\nspike_count += 1"
    )
    network = architecture("1", (1,))
    stage = ForwardNetwork(network, model, 1, dtype="float64")
    values = {name: np.zeros(shape) for name, shape in network.parameter_shapes().items()}
    stage.set_parameters({**values, "layer1.weight": np.ones((1, 1))})
    stage.run([[1.0]], 1)
    assert stage["layer1"].v[0] == 1.0 - (1.0 - -0.3)
    assert prefs.core.default_float_dtype is np.float32


@pytest.mark.usefixtures("users_preferences")
def test_programs_are_made_without_preferences_of_the_user(tmp_path: Path) -> None:
    simulator = forward(device="cpp_standalone", dtype="float64").simulator
    assert isinstance(simulator, StandaloneSimulator)
    simulator.write_sources(tmp_path)
    code = "".join(path.read_text() for path in (tmp_path / "code_objects").glob("*.cpp"))
    assert "const double _lio" in code and "const float" not in code and "#pragma omp" not in code


@pytest.fixture
def users_program() -> Iterator[CPPStandaloneDevice]:
    """The device of a user who writes a program with Brian2."""
    set_device("cpp_standalone", build_on_run=False)
    try:
        yield cast(CPPStandaloneDevice, get_device())
    finally:
        reset_device()


SAID = r"Brian2's device is 'cpp_standalone', .*: call set_device\('runtime'\) first"


@pytest.mark.parametrize("device", ["runtime", "cpp_standalone"])
@pytest.mark.parametrize("neuron", [integrate_and_fire(), adaptive()], ids=lambda each: each.name)
def test_a_stage_does_not_get_into_a_program_of_the_user(
    users_program: CPPStandaloneDevice, neuron: NeuronModel, device: DeviceName
) -> None:
    before = len(users_program.arrays), len(users_program.main_queue)
    with pytest.raises(ValueError, match=SAID):
        ForwardNetwork(NETWORK, neuron, 2, device=device)
    with pytest.raises(ValueError, match=SAID):
        BackwardNetwork(NETWORK, TernaryCouple(), 2, device=device)
    assert before == (len(users_program.arrays), len(users_program.main_queue))


def test_nor_does_a_run(request: pytest.FixtureRequest) -> None:
    stage, used = forward(), forward()
    expected = used.run(IMAGES, STEPS).alpha["layer1"]
    device = request.getfixturevalue("users_program")
    before = len(device.arrays), len(device.main_queue)
    with pytest.raises(ValueError, match=SAID):
        stage.run(IMAGES, STEPS)
    assert_array_equal(used.run(IMAGES, STEPS).alpha["layer1"], expected)  # nothing to compile
    assert before == (len(device.arrays), len(device.main_queue))
    reset_device()
    assert_array_equal(stage.run(IMAGES, STEPS).alpha["layer1"], expected)
