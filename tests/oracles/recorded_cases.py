"""Recorded runs of an independent dense implementation (PyTorch, float64), for exact comparison.

Weights, inputs and biases are dyadic rationals, so the potentials of stage 1 carry no rounding and
spike counts must agree exactly, whatever the order of summation; in stage 2 they agree exactly in
float64. The leaky case, whose leak of 0.9 is not dyadic, agrees exactly as well. Images and rates
are NCHW, kernels as PyTorch stores them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from networks import Architecture
from training.methods import StepResult, TwoStageConfig, two_stage_gradients

Array = npt.NDArray[np.float64]

CASES = sorted((Path(__file__).parents[1] / "cases").glob("*.npz"))


@dataclass(frozen=True)
class RecordedCase:
    """One recorded batch: the network and its settings, its input, and everything it gave.

    `images` is (B, *input_shape), or (T_F, B, *input_shape) with a frame for each step. Rates are
    keyed ``layer1``, ...; `gradients` are those of ``loss_scale * loss``, keyed as `parameters`.
    `forward_rate` and `backward_rate` are spikes of either sign per neuron and step, by layer.
    """

    name: str
    architecture: str
    input_shape: tuple[int, ...]
    classes: int
    v_threshold: float
    v_rest: float
    v_threshold_backward: float
    v_rest_backward: float
    forward_steps: int
    backward_steps: int
    loss_scale: float
    leak: float
    parameters: dict[str, Array]
    images: Array
    labels: npt.NDArray[np.int64]
    dropout_masks: dict[str, Array] | None
    logits: Array
    loss: float
    alpha: dict[str, Array]
    output_gradient: Array
    beta: dict[str, Array]
    gradients: dict[str, Array]
    forward_rate: Array
    backward_rate: Array

    @property
    def config(self) -> dict[str, Any]:
        """The settings of both stages as keyword arguments."""
        return {
            "v_threshold": self.v_threshold,
            "v_rest": self.v_rest,
            "v_threshold_backward": self.v_threshold_backward,
            "v_rest_backward": self.v_rest_backward,
            "forward_steps": self.forward_steps,
            "backward_steps": self.backward_steps,
            "loss_scale": self.loss_scale,
            "leak": self.leak,
        }


def load_case(path: Path) -> RecordedCase:
    """Read one ``.npz`` file of `CASES`, or another one of the same format."""
    with np.load(path) as file:
        arrays: dict[str, npt.NDArray[Any]] = dict(file)
    meta = json.loads(str(arrays["meta"]))

    def group(prefix: str) -> dict[str, Array]:
        return {k.removeprefix(prefix): a for k, a in arrays.items() if k.startswith(prefix)}

    return RecordedCase(
        name=path.stem,
        architecture=meta["architecture"],
        input_shape=tuple(meta["input_shape"]),
        classes=meta["classes"],
        v_threshold=meta["v_threshold"],
        v_rest=meta["v_rest"],
        v_threshold_backward=meta["v_threshold_backward"],
        v_rest_backward=meta["v_rest_backward"],
        forward_steps=meta["forward_steps"],
        backward_steps=meta["backward_steps"],
        loss_scale=meta["loss_scale"],
        leak=meta["leak"],
        parameters=group("param/"),
        images=arrays["x"],
        labels=arrays["y"],
        dropout_masks=group("dropout/") or None,
        logits=arrays["logits"],
        loss=float(arrays["loss"]),
        alpha=group("alpha/"),
        output_gradient=arrays["output_gradient"],
        beta=group("beta/"),
        gradients=group("grad/"),
        forward_rate=arrays["rate/forward"],
        backward_rate=arrays["rate/backward"],
    )


def run_case(case: RecordedCase, **options: Any) -> StepResult:
    """Both stages of a recorded batch, in double precision unless the options say otherwise."""
    return two_stage_gradients(
        Architecture.parse(case.architecture, case.input_shape, case.classes),
        case.parameters,
        case.images,
        case.labels,
        TwoStageConfig(**case.config),
        dropout_masks=case.dropout_masks,
        **options,
    )


def assert_reproduced(result: StepResult, case: RecordedCase) -> None:
    """The same spike counts to the last one; sums to their rounding."""
    assert result.alpha.keys() == case.alpha.keys()
    assert result.beta.keys() == case.beta.keys()
    for layer in case.alpha:
        assert_array_equal(result.alpha[layer], case.alpha[layer], strict=True)
        assert_array_equal(result.beta[layer], case.beta[layer], strict=True)
    assert_allclose(result.logits, case.logits, rtol=1e-9, atol=1e-12)
    assert result.loss == pytest.approx(case.loss, rel=1e-12)
    assert_allclose(result.output_gradient, case.output_gradient, rtol=1e-9, atol=1e-15)
    assert_same_gradients(result.gradients, case.gradients)
    assert_allclose(list(result.firing_rates_forward.values()), case.forward_rate, rtol=1e-12)
    assert_allclose(list(result.firing_rates_backward.values()), case.backward_rate, rtol=1e-12)


def assert_same_gradients(
    found: Mapping[str, npt.NDArray[np.floating]], expected: Mapping[str, npt.NDArray[np.floating]]
) -> None:
    """Gradients to the rounding of their sums, relative to the largest one of a parameter."""
    assert found.keys() == expected.keys()
    for name, gradient in expected.items():
        atol = 1e-12 * np.abs(gradient).max()
        assert_allclose(found[name], gradient, rtol=1e-9, atol=atol, err_msg=name)
