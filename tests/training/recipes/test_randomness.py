"""Random streams: a function of their key, independent of each other."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from training.randomness import integer_seed, stream

KEYS = st.tuples(
    st.integers(0, 2**40), st.sampled_from(["dropout", "shuffle"]), st.integers(0, 2**31 - 1)
)


@given(KEYS)
def test_equal_keys_give_equal_numbers(key: tuple[int, str, int]) -> None:
    assert np.array_equal(stream(*key).random(4), stream(*key).random(4))
    assert integer_seed(*key) == integer_seed(*key)


@given(KEYS, KEYS)
def test_different_keys_give_different_numbers(
    one: tuple[int, str, int], other: tuple[int, str, int]
) -> None:
    if one != other:
        assert not np.array_equal(stream(*one).random(4), stream(*other).random(4))


def test_streams_of_consecutive_iterations_are_uncorrelated() -> None:
    draws = np.array([stream(0, "dropout", iteration).random(1000) for iteration in range(20)])
    correlations = np.corrcoef(draws) - np.eye(20)
    assert np.abs(correlations).max() < 4.5 / np.sqrt(1000)
