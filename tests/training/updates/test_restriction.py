"""The estimated Frobenius norm and its restriction (appendix D.2)."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from training.randomness import stream
from training.updates.restriction import PROBES, estimated_norm, restrict


def kernel(seed: int = 0, shape: tuple[int, ...] = (16, 8, 3, 3)) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(shape)


def test_estimate_is_what_the_probes_give() -> None:
    """One weight w: the estimate is |w| sqrt(mean e^2), with the same 64 numbers e."""
    probes = stream(0, "norm probes", 0).standard_normal((64, 1))
    estimate = estimated_norm(np.array([[-3.0]]), stream(0, "norm probes", 0))
    assert PROBES == 64
    assert_allclose(estimate, 3 * np.sqrt(np.mean(probes**2)), rtol=1e-14)


def test_estimate_of_the_square_is_unbiased() -> None:
    exact = np.linalg.norm(kernel()) ** 2
    estimates = [estimated_norm(kernel(), stream(0, "probes", i)) ** 2 for i in range(400)]
    standard_error = np.std(estimates) / np.sqrt(len(estimates))
    assert standard_error < 0.01 * exact
    assert abs(np.mean(estimates) - exact) < 4 * standard_error


@given(scale=st.floats(0.01, 100), seed=st.integers(0, 1000))
def test_norm_above_the_limit_becomes_the_limit(scale: float, seed: int) -> None:
    weights = scale * kernel(seed)
    original, exact = weights.copy(), np.linalg.norm(weights)
    norm = restrict(weights, 2.0, stream(seed, "probes", 0))
    assert norm == pytest.approx(exact, rel=0.25)  # 64 probes: 4 % standard deviation
    if norm <= 2.0:
        assert np.array_equal(weights, original)
    else:
        # alpha W / ||W|| with the estimate for ||W||, so exact up to the estimate's error.
        assert_allclose(weights, original * (2.0 / norm))
        assert np.linalg.norm(weights) == pytest.approx(2.0 * exact / norm)


def test_first_axis_is_probed() -> None:
    """For rows of zeros but one, the estimate sees one probe number per sample only."""
    weights = np.zeros((5, 2, 2))
    weights[3] = [[3.0, 0.0], [0.0, 4.0]]
    probes = stream(1, "probes", 0).standard_normal((64, 5))[:, 3]
    assert_allclose(
        estimated_norm(weights, stream(1, "probes", 0)), 5 * np.sqrt(np.mean(probes**2))
    )


def test_zero_kernel_and_single_precision() -> None:
    zero = np.zeros((4, 4), dtype=np.float32)
    assert restrict(zero, 2.0, stream(0, "probes", 0)) == 0
    single = np.full((4, 4), 10, dtype=np.float32)
    restrict(single, 2.0, stream(0, "probes", 0))
    assert single.dtype == np.float32 and np.linalg.norm(single) < 4
