"""float32 is what training uses: exact on dyadic numbers, close to float64 on others."""

from __future__ import annotations

import numpy as np
from numpy.testing import assert_allclose, assert_array_equal

from equations import TernaryCouple, integrate_and_fire
from networks import BackwardNetwork, ForwardNetwork
from networks.simulation import FloatingPoint
from tests.networks.builders import (
    Array,
    architecture,
    random_gradient,
    random_images,
    random_masks,
    random_parameters,
)

SAMPLES = 4
STEPS = 20
NETWORK = architecture("5C3s-P2-6C3 (F5C3u)", (2, 12, 8))


def both_stages(
    parameters: dict[str, Array], images: Array, g: Array, dtype: FloatingPoint
) -> dict[str, dict[str, Array]]:
    """Rates of both stages in one precision."""
    forward = ForwardNetwork(NETWORK, integrate_and_fire(), SAMPLES, dtype=dtype)
    backward = BackwardNetwork(NETWORK, TernaryCouple(), SAMPLES, dtype=dtype)
    forward.set_parameters(parameters)
    backward.set_parameters(parameters)
    alpha = forward.run(images, STEPS).alpha
    beta = backward.run(g, random_masks(NETWORK, SAMPLES), STEPS, rescale=0.5).beta
    return {"alpha": alpha, "beta": beta}


def test_dyadic_numbers_are_exact_in_both_precisions() -> None:
    values = (
        random_parameters(NETWORK),
        random_images(NETWORK, SAMPLES),
        random_gradient(NETWORK, SAMPLES),
    )
    single, double = (both_stages(*values, dtype) for dtype in ("float32", "float64"))
    for stage, rates in single.items():
        for layer, rate in rates.items():
            assert rate.dtype == np.float32 and rate.any()
            assert_array_equal(rate, double[stage][layer].astype(np.float32))


def test_rounding_moves_few_spikes() -> None:
    """A rounding error can move a spike that was on the verge, by a step; hardly any is."""
    rng = np.random.default_rng(1)
    parameters: dict[str, Array] = {
        name: rng.normal(0.1, 0.3, shape) for name, shape in NETWORK.parameter_shapes().items()
    }
    images = rng.normal(0.5, 1.0, (SAMPLES, *NETWORK.input_shape))
    g = rng.normal(0.0, 0.5, (SAMPLES, *NETWORK.output.shape))
    single, double = (both_stages(parameters, images, g, t) for t in ("float32", "float64"))
    for stage, rates in single.items():
        for layer, rate in rates.items():
            assert 0.01 < np.abs(rate).mean() < 0.99
            assert_allclose(rate, double[stage][layer], atol=2.1 / STEPS)
            assert np.mean(rate != double[stage][layer].astype(np.float32)) < 0.01
