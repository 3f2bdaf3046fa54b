"""Tables of taps that no loop over them could follow are refused."""

from __future__ import annotations

import numpy as np
import pytest

from networks.connections.taps import Taps

ROWS = np.arange(3, dtype=np.int32)
NONE = np.zeros(3, np.int32)


@pytest.mark.parametrize(
    ("tap", "source", "target", "said"),
    [
        (NONE, NONE, ROWS, "tap 0 joins source 0 3 times: give each of these rows a tap of its"),
        (NONE, ROWS, NONE, "tap 0 joins target 0 3 times: give each of these rows a tap of its"),
        (NONE, ROWS, ROWS + 1, "a row of taps has target 3: there are 3, from 0 on"),
        (NONE, ROWS - 1, ROWS, "a row of taps has source -1: there are 3, from 0 on"),
        (ROWS, ROWS, ROWS, "a row of taps has tap 1: there are 1, from 0 on"),
        (NONE, ROWS[:2], ROWS, r"the rows of taps have tap \(3,\), source \(2,\), target \(3,\)"),
    ],
)
def test_rows_that_cannot_be(
    tap: np.ndarray, source: np.ndarray, target: np.ndarray, said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        Taps(1, 3, 3, tap, source, target)
    assert len(Taps(3, 3, 3, ROWS, NONE, NONE).transposed.by_source()[1]) == 3
