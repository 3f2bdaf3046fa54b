"""Precisions are compared neuron by neuron."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.measuring.differences import (
    CountDifferences,
    count_differences,
    gradient_differences,
)
from benchmarks.rounding import Options, compare
from training.methods import StepResult, TwoStageConfig


def result(counts: list[int], gradient: list[float]) -> StepResult:
    rates = {
        "alpha": {"layer1": np.array([counts]) / 10},
        "beta": {"layer1": np.array([counts[::-1]]) / 20},
    }
    return StepResult(
        logits=np.zeros((1, 2)),
        loss=0.0,
        gradients={"layer1.weight": np.array(gradient)},
        rates=rates,
        firing_rates={},
        output_gradient=np.zeros((1, 2)),
    )


def test_what_differs_is_counted() -> None:
    first = result([0, 3, 10, 7], [3.0, 4.0])
    others = [result([0, 3, 8, 7], [3.0, 4.0]), result([1, 3, 10, 6], [3.0, 3.0])]
    config = TwoStageConfig(forward_steps=10, backward_steps=20)
    for stage, counts in zip(
        ("forward", "backward"), count_differences(first, others, config), strict=True
    ):
        assert counts == CountDifferences(stage, neurons=4, differ=1.5, largest=2)
    assert gradient_differences(first, others[0]) == {"layer1.weight": 0}
    assert gradient_differences(first, others[1])["layer1.weight"] == pytest.approx(0.2)


def test_single_precision_of_a_small_training() -> None:
    counts, gradients = compare(Options("digits", warmup_iterations=1))
    assert counts.texts("stage") == ["forward", "backward"]
    neurons, differ = counts.numbers("neurons"), counts.numbers("differ")
    assert all(few < 1e-3 * all_ for few, all_ in zip(differ, neurons, strict=True))
    assert "layer1.weight" in gradients.texts("parameter")
    assert all(value > 0 for value in gradients.numbers("relative difference"))
