"""Every method is counted, or says why its training is not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from networks import Architecture
from tests.networks.builders import random_parameters
from training.energy.columns import own_columns
from training.energy.measure import measure
from training.energy.report import DENSE
from training.energy.surrogate_step import surrogate_learning
from training.methods.build import build_method
from training.methods.parts.batch import Batch
from training.recipes import RECIPES
from training.recipes.methods import METHODS
from training.recipes.two_stage_config import TwoStageConfig

#: Who multiplies nothing between neurons on the way back: spikes are added, and direct feedback
#: passes no neuron.
SPIKES_BACK = {"spide", "feedback_alignment"}


@pytest.mark.parametrize("first", ["2C3", "P2"])
@pytest.mark.parametrize("name", METHODS)
def test_every_method_is_counted(name: str, first: str) -> None:
    notation = f"{first}-2C3-3" if name == "conversion" or first == "P2" else "2C3-2C3 (F2C3)"
    network = Architecture.parse(notation, (1, 8, 8), 10)
    recipe = replace(
        RECIPES["digits"], architecture=notation, method=name, batch_size=3, backward_steps=20
    )
    method = build_method(network, recipe, 3)
    parameters = random_parameters(network)
    method.set_parameters(parameters)
    images = np.random.default_rng(0).random((3, 1, 8, 8))
    report = measure(method, recipe, parameters, images, [1, 2, 3])
    for account in (*report.prediction, *report.training):
        for work in account.works:
            assert 0 <= work.accumulates + work.multiplies <= work.dense
    own = report.training[0].network
    assert report.not_counted == METHODS[name].not_counted
    assert own == ("surrogate" if report.not_counted else name)
    column = own_columns(report, network)
    assert column.network == (DENSE if report.not_counted else name)
    assert column.kept_per_neuron >= 1
    assert (column.multiplies_between_neurons == 0) == (name in SPIKES_BACK)


@pytest.mark.parametrize("images", [2, 3, 4, 8, 10])
def test_what_is_kept_of_an_image_depends_on_no_other(images: int) -> None:
    """Layers of 2, 4 and 8 channels and 10 classes: their parameters are as long as some batch."""
    network = Architecture.parse("2C3-4C3s-8C3 (F2C3u)", (1, 8, 8), 10)
    config = TwoStageConfig(forward_steps=3)

    def kept(count: int) -> float:
        pixels = np.random.default_rng(0).random((count, 1, 8, 8))
        batch = Batch.of(network, np.dtype("float64"), pixels, np.arange(count) % 10)
        return surrogate_learning(network, config, random_parameters(network), batch)[1]

    assert kept(images) == kept(7)


@pytest.mark.parametrize("frames", [False, True])
@pytest.mark.parametrize("notation", ["2C3-4C3s-8C3 (F2C3u)", "1C3-5", "8 (F8)"])
def test_two_numbers_of_a_neuron_and_step_are_kept(notation: str, frames: bool) -> None:
    """A potential and a spike, and not the image, even where layer 1 has its shape.

    Of the last layer without feedback, the readout needs the rate, and nobody the spikes.
    """
    network = Architecture.parse(notation, (1, 8, 8), 10)
    config = TwoStageConfig(forward_steps=3)
    pixels = np.random.default_rng(0).random((3, 7, 1, 8, 8) if frames else (7, 1, 8, 8))
    batch = Batch.of(network, np.dtype("float64"), pixels, np.arange(7))
    _, kept = surrogate_learning(network, config, random_parameters(network), batch)
    last = network.output.units
    spared = 0 if network.feedback else (3 - 1) * last
    assert kept == 2 * 3 * network.spiking_neurons - spared
