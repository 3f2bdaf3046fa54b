"""Networks that are dropped are gone: a sweep in one process builds hundreds."""

from __future__ import annotations

import brian2
import pytest
from packaging.version import Version

from tests.growth import assert_flat, measure

SCRIPT = """
from equations import TernaryCouple, integrate_and_fire
from networks import BackwardNetwork, ForwardNetwork
from tests.networks.builders import (
    architecture, random_gradient, random_images, random_masks, random_parameters,
)

SAMPLES, STEPS = 2, 3
network = architecture("3 (F3)", (2,))
synapses, first, last = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
for number in range(1, last + 1):
    forward = ForwardNetwork(network, integrate_and_fire(), SAMPLES, synapses=synapses)
    backward = BackwardNetwork(network, TernaryCouple(), SAMPLES, synapses=synapses)
    for stage in (forward, backward):
        stage.set_parameters(random_parameters(network))
    forward.run(random_images(network, SAMPLES), STEPS)
    backward.run(
        random_gradient(network, SAMPLES), random_masks(network, SAMPLES), STEPS, rescale=0.5
    )
    del forward, backward, stage
    if number in (first, (first + last) // 2, last):
        say()
"""


KEPT_BY_BRIAN2 = 600
"""From 2.10 on a queue of spikes is part of the key under which Brian2 keeps what it has parsed:
so many objects of every network with explicit synapses are never found again and never dropped."""


@pytest.mark.parametrize("synapses", ["shared", "explicit"])
@pytest.mark.parametrize(
    ("first", "last"),
    [(18, 24), pytest.param(80, 200, marks=pytest.mark.full)],  # a cache of Brian2 fills up to 16
)
def test_networks_one_after_another(first: int, last: int, synapses: str) -> None:
    """Both networks are built and run; what is held after the first and the last ones is equal."""
    held = measure(SCRIPT, synapses, first, last)
    assert len(held) == 3
    explicit = synapses == "explicit" and Version(brian2.__version__) >= Version("2.10")
    assert_flat(held, KEPT_BY_BRIAN2 * (last - first) if explicit else 0)
    assert all(each.frozen == 0 for each in held)
