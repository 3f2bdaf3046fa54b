"""GeNN's batches: all samples side by side, the spikes of Brian2's own device, on any GPU.

They run on OpenCL, whose PoCL needs no GPU, and on CUDA where there is one, in float32. What the
recorded cases and `builders` draw is dyadic, so the order of additions does not matter.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from equations import TernaryCouple, integrate_and_fire
from networks import Architecture, Backend
from tests.networks.devices.genn_available import needs_cuda, needs_opencl
from tests.networks.devices.test_devices import LOOP, PIPELINE, backward_runs, forward_runs
from tests.oracles.recorded_cases import CASES, load_case
from training.methods import StepResult, TwoStageConfig, two_stage_gradients

pytestmark = pytest.mark.devices

SYNCHRONOUS: dict[str, Any] = {"propagation": "synchronous", "dtype": "float32"}

BACKENDS = [
    pytest.param("opencl", marks=needs_opencl),
    pytest.param("cuda", marks=needs_cuda),
]


@pytest.fixture(scope="module", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A cache for the programs of this file."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPIDE_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
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
@pytest.mark.parametrize("as_couples", [True, False], ids=["couples", "ternary"])
def test_stage_2_step_by_step(as_couples: bool, backend: Backend) -> None:
    """With new gradients, weights, masks, dropout and smaller batches."""
    couple = TernaryCouple(0.25, -0.25)
    expected = backward_runs(LOOP, couple, **SYNCHRONOUS)
    found = backward_runs(LOOP, couple, as_couples=as_couples, **on(backend))
    assert expected[-2].any()
    for one, other in zip(found, expected, strict=True):
        assert_array_equal(one, other, strict=True)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(
    "name",
    [
        "dropout_per_neuron",
        "exact_conv_fb_u",
        "frames_single_layer",
        "mnist_feedback_8ch_dropout",
        "mnist_lenet_small",
        "span_b_2",
    ],
)
def test_recorded_cases(name: str, backend: Backend) -> None:
    """Convolution of any stride, its transpose, pooling, dense; frames, both kinds of dropout."""
    (path,) = (path for path in CASES if path.stem == name)
    case = load_case(path)

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
