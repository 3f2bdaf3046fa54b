"""Parameters that a network has: to read, whole, and the same in every copy."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable

import numpy as np
import pytest
import torch
from numpy.testing import assert_array_equal

from equations import integrate_and_fire
from networks import ForwardNetwork
from networks.weights import Weights
from tests.networks.builders import architecture, random_images, random_parameters

NETWORK = architecture("6-4 (F6)", (5,))
IMAGES = random_images(NETWORK, 2)
LESION = {name: 0 * values for name, values in random_parameters(NETWORK).items()}


def pickled(weights: Weights) -> Weights:
    found: Weights = pickle.loads(pickle.dumps(weights))
    return found


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, pickled])
def test_a_copy_is_as_the_original(copied: Callable[[Weights], Weights]) -> None:
    """It cannot be written: biases would follow, and kernels would not."""
    original = Weights(NETWORK, random_parameters(NETWORK), "float32")
    found = copied(original)
    assert found.dtype == original.dtype and found.architecture == NETWORK
    for name, values in original.items():
        assert_array_equal(found[name], values)
        assert np.shares_memory(found[name], found.tensors[name].numpy())
        with pytest.raises(ValueError, match="read-only"):
            found[name][:] = 0


def test_an_interruption_while_they_are_written_leaves_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stage = ForwardNetwork(NETWORK, integrate_and_fire(), 2)
    stage.set_parameters(random_parameters(NETWORK))
    (last,) = stage.synapses["feedback"]

    def interrupted(kernel: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(last, "set_weight", interrupted)
        with pytest.raises(KeyboardInterrupt):
            stage.set_parameters(LESION)
    with pytest.raises(ValueError, match="call set_parameters"):
        stage.run(IMAGES, 3)
    stage.set_parameters(LESION)
    assert not stage.run(IMAGES, 3).alpha["layer2"].any()


def test_torchs_default_device_is_the_cpu() -> None:
    torch.set_default_device("meta")
    try:
        with pytest.raises(ValueError, match=r"device is 'meta', .*set_default_device\('cpu'\)"):
            Weights(NETWORK, random_parameters(NETWORK), "float32")
    finally:
        torch.set_default_device("cpu")
