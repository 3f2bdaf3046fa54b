"""Results are read by name; what a notebook shows of them is one line."""

from __future__ import annotations

import numpy as np

from training.methods.results import Prediction, StepResult


def test_results_are_shown_in_one_line() -> None:
    logits, rates = np.zeros((3, 2)), {"layer1": np.zeros((3, 400))}
    assert repr(Prediction(logits, rates, {"layer1": 0.0})) == "<Prediction of 3 samples>"
    result = StepResult(
        logits=logits,
        loss=0.693147,
        gradients={"layer1.weight": np.zeros((400, 64))},
        rates={"alpha": rates, "beta": rates},
        firing_rates={"forward": {"layer1": 0.0}},
        output_gradient=rates["layer1"],
    )
    assert repr(result) == "<StepResult of 3 samples, loss 0.6931, rates alpha, beta>"
