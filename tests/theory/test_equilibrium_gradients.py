"""With many steps, the two stages give the gradients of the loss at the equilibrium (section 3.2).

The equilibrium of a feedback network is alpha_1 = phi((F_1 x + b_1 + W alpha_N)/(V_th - u_rest))
and alpha_l = phi((F_l alpha_(l-1) + b_l)/(V_th - u_rest)), where phi clips to [0, 1]. Iterating it
and differentiating through the iteration uses neither spikes nor eq. 5.
"""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn.functional import cross_entropy

from networks import Architecture
from tests.oracles.reference_wiring import Array, Indices
from training.methods import TwoStageConfig, two_stage_gradients

SAMPLES = 6
STEPS = 4000
CONFIG = TwoStageConfig(forward_steps=STEPS, backward_steps=STEPS, loss_scale=12.0)


def random_problem(network: Architecture) -> tuple[dict[str, Array], Array, Indices]:
    """Parameters with a contracting feedback, images and labels."""
    rng = np.random.default_rng(1)
    parameters: dict[str, Array] = {
        name: rng.normal(0.1, 1.0, shape) / np.sqrt(np.prod(shape[1:]) or 1)
        for name, shape in network.parameter_shapes().items()
    }
    parameters["feedback.weight"] /= 2
    images = rng.uniform(0, 2, (SAMPLES, *network.input_shape))
    return parameters, images, rng.integers(0, network.classes, SAMPLES)


def loss_at_equilibrium(
    network: Architecture, parameters: dict[str, torch.Tensor], images: Array, labels: Indices
) -> torch.Tensor:
    """The scaled loss of the fixed point, differentiable."""
    first, *later = network.layers
    span = CONFIG.v_threshold - CONFIG.v_rest
    assert network.feedback is not None

    def bias(name: str, dimensions: int) -> torch.Tensor:
        return parameters[f"{name}.bias"].reshape(-1, *(1,) * (dimensions - 1))

    x = first.connection.apply(parameters["layer1.weight"], torch.tensor(images))
    x = x + bias("layer1", len(first.shape))
    last = torch.zeros(len(images), *network.output.shape, dtype=torch.float64)
    for _ in range(200):
        rate = x + network.feedback.apply(parameters["feedback.weight"], last)
        rate = torch.clamp(rate / span, 0, 1)
        for layer in later:
            received = layer.connection.apply(parameters.get(f"{layer.name}.weight"), rate)
            if layer.connection.has_parameters:
                received = received + bias(layer.name, len(layer.shape))
            rate = torch.clamp(received / span, 0, 1)
        last = rate
    logits = last.flatten(1) @ parameters["readout.weight"].T + parameters["readout.bias"]
    return CONFIG.loss_scale * cross_entropy(logits, torch.tensor(labels))


@pytest.mark.parametrize(
    ("notation", "input_shape"),
    [("12 (F12)", (8,)), ("3C3s-4C3 (F3C3)", (1, 8, 8)), ("3C3s-P2-4C3 (F3C3u)", (2, 8, 8))],
)
def test_gradients_are_those_of_the_equilibrium(
    notation: str, input_shape: tuple[int, ...]
) -> None:
    network = Architecture.parse(notation, input_shape, 3)
    parameters, images, labels = random_problem(network)
    tensors = {name: torch.tensor(value, requires_grad=True) for name, value in parameters.items()}
    loss = loss_at_equilibrium(network, tensors, images, labels)
    exact = torch.autograd.grad(loss, list(tensors.values()))

    result = two_stage_gradients(network, parameters, images, labels, CONFIG)
    assert CONFIG.loss_scale * result.loss == pytest.approx(float(loss.detach()), rel=1e-3)
    for (name, value), derivative in zip(tensors.items(), exact, strict=True):
        error = result.gradients[name] - derivative.numpy()
        assert value.shape == error.shape
        assert np.linalg.norm(error) < 0.015 * float(torch.linalg.vector_norm(derivative)), name
