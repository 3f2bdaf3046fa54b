"""The dense statement of Algorithms 1 and 2 against recorded runs, hand traces and PyTorch."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal

from tests.oracles.recorded_cases import CASES, load_case
from tests.oracles.reference import two_stage
from tests.oracles.reference_wiring import Shape, wire

#: Thresholds, rests and steps of the traces computed by hand.
HAND: dict[str, Any] = {
    "v_threshold": 1.0,
    "v_rest": -1.0,
    "v_threshold_backward": 0.5,
    "v_rest_backward": -0.5,
    "forward_steps": 4,
    "backward_steps": 4,
}


def one_neuron(balance: float, **parameters: list[list[float]]) -> dict[str, np.ndarray]:
    """A neuron with input weight 1; both logits, +-(alpha - balance), are 0 at that rate."""
    return {
        "layer1.weight": np.array([[1.0]]),
        "layer1.bias": np.array([0.0]),
        "readout.weight": np.array([[1.0], [-1.0]]),
        "readout.bias": np.array([-balance, balance]),
        **{name.replace("_", "."): np.array(value) for name, value in parameters.items()},
    }


def test_there_are_recorded_cases() -> None:
    assert len(CASES) >= 4


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_reproduces_the_recorded_case(path: Path) -> None:
    case = load_case(path)
    result = two_stage(
        case.architecture,
        case.input_shape,
        case.classes,
        case.parameters,
        case.images,
        case.labels,
        dropout_masks=case.dropout_masks,
        **case.config,
    )
    assert result.alpha.keys() == case.alpha.keys()
    assert result.beta.keys() == case.beta.keys()
    assert result.gradients.keys() == case.gradients.keys()
    for layer in case.alpha:
        assert_array_equal(result.alpha[layer], case.alpha[layer], strict=True)
        assert_array_equal(result.beta[layer], case.beta[layer], strict=True)
    assert_allclose(result.logits, case.logits, rtol=1e-9, atol=1e-12)
    assert_allclose(result.loss, case.loss, rtol=1e-12)
    assert_allclose(result.output_gradient, case.output_gradient, rtol=1e-9, atol=1e-15)
    for name, gradient in case.gradients.items():
        scale = np.abs(gradient).max()
        assert_allclose(result.gradients[name], gradient, rtol=1e-9, atol=1e-12 * scale)


def test_one_neuron_with_feedback_by_hand() -> None:
    """Input 0.75 a step, feedback weight 0.5, V_th 1, u_rest -1: a spike subtracts 2.

    ====  ==========================  =====  =====
    t     u before the spike          spike  after
    ====  ==========================  =====  =====
    1     0.75                        0       0.75
    2     0.75 + 0.75 = 1.5           1      -0.5
    3     -0.5 + 0.75 + 0.5 = 0.75    0       0.75
    4     0.75 + 0.75 = 1.5           1      -0.5
    ====  ==========================  =====  =====

    alpha = 2/4, so both logits are 0 and the softmax is 1/2. With s_l = 0.375 and label 0,
    dL/do = 0.375 (-1/2, 1/2) and g = -0.375. Stage 2: V_th 0.5, a spike subtracts 1, the feedback
    carries 0.5 / (1 + 1) = 0.25 of a spike.

    ====  ==========================  =====  =====
    t     u before the spike          spike  after
    ====  ==========================  =====  =====
    1     -0.375                       0     -0.375
    2     -0.375 - 0.375 = -0.75      -1      0.25
    3     0.25 - 0.375 - 0.25          0     -0.375
    4     -0.375 - 0.375 = -0.75      -1      0.25
    ====  ==========================  =====  =====

    beta = -2/4; the weight gradients are 1/2 beta = -0.25 times 0.75 (input), 1 (bias) and
    alpha = 0.5 (feedback).
    """
    result = two_stage(
        "1 (F1)",
        (1,),
        2,
        one_neuron(0.5, feedback_weight=[[0.5]]),
        np.array([[0.75]]),
        np.array([0]),
        loss_scale=0.375,
        **HAND,
    )
    assert result.alpha["layer1"] == 0.5
    assert_array_equal(result.logits, [[0.0, 0.0]])
    assert result.loss == pytest.approx(math.log(2.0), rel=1e-15)
    assert result.output_gradient == pytest.approx(-0.375, rel=1e-15)
    assert result.beta["layer1"] == -0.5
    assert result.gradients["layer1.weight"] == -0.1875
    assert result.gradients["layer1.bias"] == -0.25
    assert result.gradients["feedback.weight"] == -0.125
    assert_allclose(result.gradients["readout.weight"], [[-0.09375], [0.09375]], rtol=1e-15)
    assert_allclose(result.gradients["readout.bias"], [-0.1875, 0.1875], rtol=1e-15)


def test_one_leaky_neuron_by_hand() -> None:
    """Leak 0.5 after the reset, input 0.75 a step, no feedback.

    Stage 1: u before the spike is 0.75, 0.375 + 0.75 = 1.125 (spike, -0.875 left, -0.4375 after
    the leak), 0.3125, 0.90625. The spike came two steps before the end and counts 0.25 of
    0.125 + 0.25 + 0.5 + 1: alpha = 2/15.

    Stage 2 with s_l = 0.5, label 0: g = -0.5. u before the spike is -0.5 (the threshold itself
    fires; 0.5 left, 0.25 after the leak), -0.25, -0.625 (spike, 0.375 left, 0.1875 after the
    leak), -0.3125. The spikes count 0.125 and 0.5: beta = -0.625 / 1.875 = -1/3.
    """
    result = two_stage(
        "1",
        (1,),
        2,
        one_neuron(2 / 15),
        np.array([[0.75]]),
        np.array([0]),
        loss_scale=0.5,
        leak=0.5,
        **HAND,
    )
    assert result.alpha["layer1"] == pytest.approx(2 / 15, rel=1e-15)
    assert result.beta["layer1"] == pytest.approx(-1 / 3, rel=1e-15)


@pytest.mark.parametrize("leak", [1.0, 0.75])
def test_equal_frames_are_a_constant_input(leak: float) -> None:
    rng = np.random.default_rng(1)
    parameters = {
        "layer1.weight": rng.integers(-8, 9, (3, 4)) / 8,
        "layer1.bias": rng.integers(-8, 9, 3) / 16,
        "feedback.weight": rng.integers(-8, 9, (3, 3)) / 16,
        "readout.weight": rng.normal(size=(2, 3)),
        "readout.bias": rng.normal(size=2),
    }
    constant = rng.integers(0, 9, (5, 4)) / 8
    labels = rng.integers(0, 2, 5)
    settings: dict[str, Any] = {**HAND, "loss_scale": 4.0, "leak": leak}
    one = two_stage("3 (F3)", (4,), 2, parameters, constant, labels, **settings)
    many = two_stage("3 (F3)", (4,), 2, parameters, np.stack([constant] * 4), labels, **settings)
    assert one.alpha["layer1"].any() and one.beta["layer1"].any()
    assert_array_equal(one.alpha["layer1"], many.alpha["layer1"])
    for name, gradient in one.gradients.items():
        assert_allclose(many.gradients[name], gradient, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize(
    ("symbol", "source_shape", "weight_shape"),
    [
        ("3C5", (2, 6, 7), (3, 2, 5, 5)),
        ("3C5s", (2, 6, 7), (3, 2, 5, 5)),
        ("3C3s", (2, 8, 8), (3, 2, 3, 3)),
        ("3C3u", (2, 3, 4), (2, 3, 3, 3)),
        ("3C5u", (2, 4, 3), (2, 3, 5, 5)),
        ("P2", (3, 6, 5), None),
        ("4", (2, 3, 3), (4, 18)),
    ],
)
def test_wiring_is_what_torch_computes(
    symbol: str, source_shape: Shape, weight_shape: Shape | None
) -> None:
    rng = np.random.default_rng(2)
    x = torch.from_numpy(rng.normal(size=(2, *source_shape)))
    weight = None if weight_shape is None else torch.from_numpy(rng.normal(size=weight_shape))
    if weight is not None:
        weight.requires_grad_()
    F = torch.nn.functional
    if weight is None:
        expected = F.avg_pool2d(x, 2)
    elif weight.ndim == 2:
        expected = F.linear(x.flatten(1), weight)
    elif symbol.endswith("u"):
        padding = (weight.shape[-1] - 1) // 2
        expected = F.conv_transpose2d(x, weight, stride=2, padding=padding, output_padding=1)
    else:
        stride, padding = 1 + symbol.endswith("s"), (weight.shape[-1] - 1) // 2
        expected = F.conv2d(x, weight, stride=stride, padding=padding)

    wiring = wire(symbol, source_shape)
    assert wiring.target_shape == expected.shape[1:]
    values = None if weight is None else weight.detach().numpy()
    computed = x.flatten(1).numpy() @ wiring.matrix(values).T
    assert_allclose(computed, expected.detach().flatten(1).numpy(), rtol=1e-12, atol=1e-12)

    if weight is not None and values is not None:
        delta = torch.from_numpy(rng.normal(size=expected.shape))
        (kernel_gradient,) = torch.autograd.grad(expected, weight, delta)
        by_synapses = wiring.gradient(delta.flatten(1).numpy(), x.flatten(1).numpy(), values)
        assert_allclose(by_synapses, kernel_gradient.numpy(), rtol=1e-12, atol=1e-12)
