"""GeNN's batches: all samples side by side, the spikes of Brian2's own device, on any GPU.

They run on OpenCL, whose PoCL needs no GPU, and on CUDA where there is one, in float32. What the
recorded cases and `builders` draw is dyadic, so the order of additions does not matter.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from operator import attrgetter
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from equations import TernaryCouple, integrate_and_fire
from networks import Architecture, Backend, BackwardNetwork, ForwardNetwork
from networks.devices.genn.memory import backward_memory, forward_memory
from networks.wiring import incoming
from tests.networks.builders import random_images, random_parameters
from tests.networks.devices.genn.genn_available import needs_cuda, needs_opencl
from tests.networks.devices.test_devices import LOOP, PIPELINE, backward_runs, forward_runs
from tests.oracles.recorded_cases import CASES, RecordedCase, load_case
from training.methods import StepResult, TwoStageConfig, two_stage_gradients

#: Each test compiles programs, which takes minutes on a busy machine.
pytestmark = [pytest.mark.devices, pytest.mark.timeout(1800)]

#: GeNN adds spikes before the leak, so neurons that leak are refused there.
WITHOUT_LEAK = [case for case in map(load_case, CASES) if case.leak == 1]

SYNCHRONOUS: dict[str, Any] = {"propagation": "synchronous", "dtype": "float32"}

BACKENDS = [
    pytest.param("opencl", marks=needs_opencl),
    pytest.param("cuda", marks=needs_cuda),
]


@pytest.fixture(scope="module", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A cache for the programs of this file; ``SPIDE_TEST_CACHE`` may name one that is kept."""
    folder = os.environ.get("SPIDE_TEST_CACHE") or str(tmp_path_factory.mktemp("cache"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPIDE_CACHE_DIR", folder)
        yield


def on(backend: Backend) -> dict[str, Any]:
    return {"device": "genn", "backend": backend, "dtype": "float32"}


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("network", [LOOP, PIPELINE], ids=["loop", "pipeline"])
def test_stage_1_step_by_step(network: Architecture, backend: Backend) -> None:
    """After any number of steps, with new inputs, weights, dropout, frames and smaller batches."""
    expected = forward_runs(network, integrate_and_fire(), **SYNCHRONOUS)
    found = forward_runs(network, integrate_and_fire(), **on(backend))
    assert expected[-2].any() and found[0].dtype == np.float32
    for one, other in zip(found, expected, strict=True):
        assert_array_equal(one, other, strict=True)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("couple", [True, False], ids=["couples", "ternary"])
def test_stage_2_step_by_step(couple: bool, backend: Backend) -> None:
    """With new gradients, weights, masks, dropout and smaller batches."""
    neurons = TernaryCouple(0.25, -0.25)
    expected = backward_runs(LOOP, neurons, **SYNCHRONOUS)
    found = backward_runs(LOOP, neurons, couple=couple, **on(backend))
    assert expected[-2].any()
    for one, other in zip(found, expected, strict=True):
        assert_array_equal(one, other, strict=True)


@pytest.mark.parametrize("backend", BACKENDS)
def test_the_same_again_and_again(backend: Backend) -> None:
    """All samples, every time: a kernel that begins before the last one has ended shows here."""
    neurons = TernaryCouple(0.25, -0.25)
    expected = backward_runs(LOOP, neurons, **SYNCHRONOUS)
    for _ in range(10):
        found = backward_runs(LOOP, neurons, couple=False, **on(backend))
        for one, other in zip(found, expected, strict=True):
            assert_array_equal(one, other, strict=True)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("case", WITHOUT_LEAK, ids=attrgetter("name"))
def test_recorded_cases(case: RecordedCase, backend: Backend) -> None:
    """Convolution of any stride, its transpose, pooling, dense; frames, both kinds of dropout."""

    def run(**options: Any) -> StepResult:
        return two_stage_gradients(
            Architecture.parse(case.architecture, case.input_shape, case.classes),
            case.parameters,
            case.images,
            case.labels,
            TwoStageConfig(**case.config),
            dropout_masks=case.dropout_masks,
            **options,
        )

    found, expected = run(**on(backend)), run(couple=True, **SYNCHRONOUS)
    for layer in case.alpha:
        assert expected.alpha[layer].any() and expected.beta[layer].any()
        assert_array_equal(found.alpha[layer], expected.alpha[layer], strict=True)
        assert_array_equal(found.beta[layer], expected.beta[layer], strict=True)
    for parameter, gradient in expected.gradients.items():
        assert_allclose(found.gradients[parameter], gradient, rtol=1e-6)
    assert found.firing_rates_forward == pytest.approx(expected.firing_rates_forward)
    assert found.firing_rates_backward == pytest.approx(expected.firing_rates_backward)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("couple", [True, False], ids=["couples", "ternary"])
def test_memory_is_what_genn_counts(couple: bool, backend: Backend) -> None:
    """GeNN notes the bytes of the arrays that it allocates beside its code; kernels come later."""
    samples = 3
    forward = ForwardNetwork(LOOP, integrate_and_fire(), samples, **on(backend))
    backward = BackwardNetwork(LOOP, TernaryCouple(), samples, couple=couple, **on(backend))
    kernels = sum(each.connection.kernel_values for each in incoming(LOOP))
    one_to_one = 2 * len(LOOP.layers) if couple else 0
    for stage, expected, values in (
        (forward, forward_memory(LOOP), kernels),
        (backward, backward_memory(LOOP, couple), (4 if couple else 1) * kernels),
    ):
        stage.prepare()
        (counted,) = stage.simulator.folder.glob("*_CODE/model.sha")  # type: ignore[attr-defined]
        on_host, _, _ = map(int, counted.read_text().splitlines()[-1].split())
        one = one_to_one if stage is backward else 0
        assert expected.of_batch(samples) - 4 * (values + one) == on_host


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_batch_brings_kernels_and_states(backend: Backend) -> None:
    """Nothing is as large as the synapses, and states at rest are one value each."""
    samples, steps = 3, 2
    stage = ForwardNetwork(LOOP, integrate_and_fire(), samples, **on(backend))
    stage.set_parameters(random_parameters(LOOP))
    kernels = [each.connection.kernel_values for each in incoming(LOOP)]
    units = [layer.units for layer in LOOP.layers]
    scalars, states = 5 * len(units), 4 * len(units)  # v, I, spike_count, dropout
    announced = 32 + len(kernels) + scalars + states  # four integers, a flag for each array
    for _ in range(2):
        stage.run(random_images(LOOP, samples), steps)
        last = stage.simulator.last_exchange  # type: ignore[attr-defined]
        every = 4 * (sum(kernels) + scalars + 4 * samples * sum(units))
        assert last.whole == announced + every
        # Currents and kernels differ, all other states are sent as one value.
        one = 4 * (sum(kernels) + scalars + samples * sum(units) + 3 * len(units))
        assert last.sent == announced + one
        assert last.answered == 8 + 24 + 4 * 2 * samples * sum(units)  # v, spike_count
        assert last.steps > 0
