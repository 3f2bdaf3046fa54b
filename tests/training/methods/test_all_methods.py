"""What holds for every way to learn: it is chosen by its name, and it learns."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace

import numpy as np
import pytest
import torch

from networks import Architecture
from training.parallel.over_cores import method_over_cores
from training.recipes.methods import METHODS
from training.recipes.recipe import Recipe
from training.updates.initialisation import initial_parameters
from training.updates.optimiser import Optimiser

RECIPE = Recipe(
    data_set="digits", architecture="30 (F30)", batch_size=24, threads=1, dropout=0.0,
    forward_steps=10, backward_steps=30, learning_rate=0.1,
)  # fmt: skip


@pytest.mark.parametrize("method", METHODS)
def test_the_loss_of_one_batch_falls(method: str) -> None:
    recipe = replace(RECIPE, method=method)
    if method == "conversion":
        recipe = replace(recipe, architecture="30")
    rng = np.random.default_rng(0)
    architecture = Architecture.parse(recipe.architecture, (12,), 4)
    images = rng.random((24, 12)).astype("float32")
    labels = images[:, :4].argmax(axis=1)
    trainer = method_over_cores(architecture, recipe, 24)
    parameters = initial_parameters(architecture, recipe)
    zeros = {name: np.zeros_like(values) for name, values in parameters.items()}
    optimiser = Optimiser(recipe, parameters, zeros, 100, 0)
    losses = []
    for _ in range(21):
        trainer.set_parameters(optimiser.parameters_in_use)
        result = trainer.step(images, labels)
        assert result.gradients.keys() == parameters.keys()
        assert result.gradients["layer1.weight"].dtype == np.float32
        losses.append(result.loss)
        optimiser.step(result.gradients)
    assert losses[-1] < 0.85 * losses[0]
    assert trainer.predict(images).logits.shape == (24, 4)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("around", [torch.no_grad, torch.inference_mode])
def test_it_learns_the_same_where_torch_does_not_differentiate(
    method: str, around: Callable[[], AbstractContextManager[None]]
) -> None:
    recipe = replace(RECIPE, method=method, normalisation="weight")
    if method == "conversion":
        recipe = replace(recipe, architecture="30")
    architecture = Architecture.parse(recipe.architecture, (12,), 4)
    images = np.random.default_rng(0).random((24, 12)).astype("float32")
    learned = []
    for context in (nullcontext, around):
        with context():
            trainer = method_over_cores(architecture, recipe, 24)
            parameters = initial_parameters(architecture, recipe)
            zeros = {name: np.zeros_like(values) for name, values in parameters.items()}
            optimiser = Optimiser(recipe, parameters, zeros, 100, 0)
            trainer.set_parameters(optimiser.parameters_in_use)
            optimiser.step(trainer.step(images, np.arange(24) % 4).gradients)
            learned.append(optimiser.parameters)
    for name, values in learned[0].items():
        np.testing.assert_array_equal(learned[1][name], values)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"device": "cpp_standalone"}, "has no device 'cpp_standalone': leave --device out"),
        ({"synapses": "explicit"}, "has no synapses 'explicit': leave --synapses out"),
        ({"couple": True}, "no couples: leave --couple and --realisation out"),
        ({"realisation": "explicit-couples"}, "no couples: leave --couple and --realisation out"),
    ],
)
def test_what_torch_does_not_have_is_refused(options: dict[str, object], words: str) -> None:
    recipe = replace(RECIPE, method="surrogate", **options)  # type: ignore[arg-type]
    architecture = Architecture.parse(recipe.architecture, (12,), 4)
    with pytest.raises(ValueError, match=words):
        method_over_cores(architecture, recipe, 24)
