"""Brian2 gives what an independent dense implementation recorded, with every realisation."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from networks import Architecture, SynapsesKind
from tests.recorded_cases import CASES, RecordedCase, load_case
from training.methods import StepResult, TwoStageConfig, two_stage_gradients


def run(case: RecordedCase, synapses: SynapsesKind, couple: bool) -> StepResult:
    """Both stages of a recorded batch in double precision."""
    return two_stage_gradients(
        Architecture.parse(case.architecture, case.input_shape, case.classes),
        case.parameters,
        case.images,
        case.labels,
        TwoStageConfig(**case.config),
        dropout_masks=case.dropout_masks,
        synapses=synapses,
        couple=couple,
        dtype="float64",
    )


@pytest.mark.parametrize("couple", [False, True], ids=["ternary", "couple"])
@pytest.mark.parametrize("synapses", ["shared", "explicit"])
@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_reproduces_the_recorded_case(path: Path, synapses: SynapsesKind, couple: bool) -> None:
    case = load_case(path)
    result = run(case, synapses, couple)

    assert result.alpha.keys() == case.alpha.keys()
    assert result.beta.keys() == case.beta.keys()
    for layer in case.alpha:
        assert_array_equal(result.alpha[layer], case.alpha[layer], strict=True)
        assert_array_equal(result.beta[layer], case.beta[layer], strict=True)

    assert_allclose(result.logits, case.logits, rtol=1e-9, atol=1e-12)
    assert result.loss == pytest.approx(case.loss, rel=1e-12)
    assert_allclose(result.output_gradient, case.output_gradient, rtol=1e-9, atol=1e-15)
    assert result.gradients.keys() == case.gradients.keys()
    for name, gradient in case.gradients.items():
        scale = np.abs(gradient).max()
        assert_allclose(result.gradients[name], gradient, rtol=1e-9, atol=1e-12 * scale)

    assert_allclose(list(result.firing_rates_forward.values()), case.forward_rate, rtol=1e-12)
    assert_allclose(list(result.firing_rates_backward.values()), case.backward_rate, rtol=1e-12)


def test_every_case_fires_in_both_stages() -> None:
    """Equal rates would mean little if they were all zero."""
    for case in map(load_case, CASES):
        assert (case.forward_rate > 0).all() and (case.backward_rate > 0).all(), case.name
