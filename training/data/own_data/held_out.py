"""A test part for data that come without one: a fifth of every class is held out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

HELD_OUT = 0.2
SPLIT_SEED = 0
"""The split is a property of the data set, the same for every seed of a run."""


def split(labels: NDArray[np.integer]) -> tuple[NDArray[np.integer], NDArray[np.integer]]:
    """Numbers of the images that are trained on, and of a fifth of every class that is not."""
    from sklearn.model_selection import train_test_split

    few = np.bincount(labels).min(initial=2, where=np.bincount(labels) > 0) < 2
    kept, held_out = train_test_split(
        np.arange(len(labels)),
        test_size=round(HELD_OUT * len(labels)),
        stratify=None if few else labels,
        random_state=SPLIT_SEED,
    )
    return np.sort(kept), np.sort(held_out)
