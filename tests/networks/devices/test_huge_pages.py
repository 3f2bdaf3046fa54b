"""Arrays that move keep their values, and the networks that use them their results."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from brian2.core.variables import ArrayVariable

import networks.devices.huge_pages as huge_pages
from equations import integrate_and_fire
from networks import Architecture, ForwardNetwork
from networks.devices.huge_pages import CACHE_LINE, HUGE_PAGE


def build() -> ForwardNetwork:
    architecture = Architecture.parse("4C3s-4C3 (F4C3)", (1, 8, 8), 3)
    network = ForwardNetwork(architecture, integrate_and_fire(), batch_size=3, dtype="float64")
    rng = np.random.default_rng(0)
    network.set_parameters(
        {
            name: 0.3 * rng.standard_normal(shape)
            for name, shape in architecture.parameter_shapes().items()
        }
    )
    return network


def arrays(network: ForwardNetwork) -> dict[str, np.ndarray]:
    objects = [
        *network.groups.values(),
        *(each for some in network.synapses.values() for each in some),
    ]
    return {
        f"{each.name}.{name}": variable.get_value()
        for each in objects
        for name, variable in each.variables.items()
        if isinstance(variable, ArrayVariable) and variable.owner.name == each.name
    }


def test_moved_arrays_keep_values_and_results(monkeypatch: pytest.MonkeyPatch) -> None:
    images = np.random.default_rng(1).random((3, 1, 8, 8))
    stayed = build()
    monkeypatch.setattr(huge_pages, "WORTHWHILE", 0)
    moved = build()
    before, after = arrays(stayed), arrays(moved)
    assert before.keys() == after.keys() and len(after) > 10
    lowest = min(array.ctypes.data for array in after.values())
    assert lowest % HUGE_PAGE == 0
    for name, array in after.items():
        assert array.ctypes.data % CACHE_LINE == 0, name
        assert np.array_equal(array, before[name]), name
    expected, rates = stayed.run(images, steps=9), moved.run(images, steps=9)
    for layer, alpha in expected.alpha.items():
        assert alpha.any()
        assert np.array_equal(rates.alpha[layer], alpha)


def test_arrays_do_not_overlap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(huge_pages, "WORTHWHILE", 0)
    network = build()
    spans = sorted(
        (array.ctypes.data, array.ctypes.data + array.nbytes) for array in arrays(network).values()
    )
    for (_, end), (start, _) in itertools.pairwise(spans):
        assert end <= start
