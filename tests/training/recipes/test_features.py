"""A recipe of convolutions and data without maps: the message says what to change."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from training.errors import UserError
from training.recipes.architectures import read_architecture
from training.recipes.recipe import Recipe


def test_features_ask_for_dense_layers(tmp_path: Path) -> None:
    path = tmp_path / "features.npz"
    np.savez(path, images=np.zeros((40, 6)), labels=np.arange(40) % 2)
    with pytest.raises(UserError, match=r"not \(6,\): features need an --architecture of dense"):
        read_architecture(Recipe(str(path), "4C3", batch_size=8))
    assert read_architecture(Recipe(str(path), "4 (F4)", batch_size=8)).input_shape == (6,)
    with pytest.raises(UserError, match=r"but layer 1, '4', is \(4,\)$"):
        read_architecture(Recipe(str(path), "4 (F5)", batch_size=8))
