"""What is of another kind is refused by its name, with what to give in its place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from brian2 import Equations, volt

from equations import TernaryCouple, integrate_and_fire, ternary
from networks import Architecture, BackwardNetwork, ForwardNetwork
from networks.exchange import TrainedNetwork
from networks.exchange.torch_network import TorchNetwork
from networks.input_scaling import InputScaling
from networks.stages.weight_update import WeightUpdate
from training.methods import implicit_gradients, two_stage_gradients
from training.parallel.over_cores import TwoStageTrainer
from training.recipes import RECIPES

NETWORK = Architecture.parse("3-2 (F3)", (4,), 2)
WRONG: Any = "3-2 (F3)"
RECIPE: Any = RECIPES["digits"]
BATCH: Any = ({}, np.zeros((1, 4)), [0], RECIPE)


VOLTS: Any = 0.5 * volt
ANY: dict[Any, Any] = {each: each for each in ("no", None, "3-2")}
"""What is of no type that would do."""


def trained() -> TrainedNetwork:
    """A network whose weights are tensors that learn."""
    shapes = NETWORK.parameter_shapes()
    weights: Any = {name: torch.ones(shape, requires_grad=True) for name, shape in shapes.items()}
    return TrainedNetwork(architecture=NETWORK, weights=weights, steps=3)


def test_tensors_that_learn_are_weights() -> None:
    assert all((values == 1).all() for values in trained().weights.values())


def test_exact_gradients_where_torch_keeps_none() -> None:
    rng = np.random.default_rng(0)
    weights = {name: rng.normal(size=s) for name, s in NETWORK.parameter_shapes().items()}
    given = weights, rng.random((2, 4)), [0, 1], RECIPE.two_stage
    outside = implicit_gradients(NETWORK, *given)
    with torch.no_grad():
        inside = implicit_gradients(NETWORK, *given)
    for name, values in outside.gradients.items():
        np.testing.assert_array_equal(inside.gradients[name], values)


def test_operations_of_negative_dropout_are_counted() -> None:
    """A spike that takes away where it used to add is an operation, too."""
    stage = BackwardNetwork(NETWORK, TernaryCouple(), 1)
    stage.set_parameters({name: np.ones(s) for name, s in NETWORK.parameter_shapes().items()})
    masks = {layer.name: np.ones((1, *layer.shape), bool) for layer in NETWORK.layers}
    dropout = {"layer2": np.ones((1, 2))}
    counted = [
        stage.run(
            np.full((1, 2), 0.3), masks, 6, dropout_masks={"layer2": sign * dropout["layer2"]},
            rescale=0.5, count=True,
        ).operations["layer2"]
        for sign in (1, -1)
    ]  # fmt: skip
    assert counted[0] == counted[1] > 0


def test_images_are_left_as_they_are_by_a_connection_that_is_a_view(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stage = ForwardNetwork(NETWORK, integrate_and_fire(), 1)
    stage.set_parameters({name: np.ones(s) for name, s in NETWORK.parameter_shapes().items()})
    kind = type(NETWORK.layers[0].connection)
    monkeypatch.setattr(kind, "apply", lambda self, weight, source: source[:, :3])
    images = np.full((1, 4), 0.25, np.float32)
    first = stage.run(images, 8).alpha["layer1"]
    np.testing.assert_array_equal(stage.run(images, 8).alpha["layer1"], first)
    np.testing.assert_array_equal(images, np.float32(0.25))


@pytest.mark.parametrize(
    ("build", "said"),
    [
        (lambda: ForwardNetwork(WRONG, integrate_and_fire(), 2), "the architecture must be of"),
        (lambda: BackwardNetwork(WRONG, TernaryCouple(), 2), "the architecture must be of the"),
        (lambda: TwoStageTrainer(WRONG, RECIPE.two_stage, 2), r"not str: Architecture\.parse"),
        (lambda: implicit_gradients(WRONG, *BATCH), "the architecture must be of the type Arch"),
        (
            lambda: ForwardNetwork(NETWORK, integrate_and_fire(), 2, WRONG),
            "the simulation is of the type str: give a spide.Simulation, or its fields by name",
        ),
        (
            lambda: Architecture.parse(None, (4,), 2),  # type: ignore[arg-type]
            "the architecture is of the type NoneType: give its notation",
        ),
        (
            lambda: replace(integrate_and_fire(), model=Equations("v : 1")),
            "model of a neuron is of the type Equations: give it as a string",
        ),
        (
            lambda: replace(integrate_and_fire(), reset=None),  # type: ignore[arg-type]
            "reset of a neuron is of the type NoneType: give it as a string",
        ),
        (
            lambda: replace(integrate_and_fire(), namespace=None),  # type: ignore[arg-type]
            "namespace of neuron 'neuron' is of the type NoneType: give a dict",
        ),
        (
            lambda: BackwardNetwork(NETWORK, TernaryCouple(VOLTS, -VOLTS), 2),
            "v_threshold of the neurons of stage 2 must be a number, not",
        ),
        (
            lambda: InputScaling("from 0 to 1", 0.5, 0.5),  # type: ignore[arg-type]
            "mean is 0.5: give a number per channel, in a tuple",
        ),
        (
            lambda: TorchNetwork(trained())(np.zeros((1, 4))),
            "the input is of the type ndarray: give a tensor",
        ),
        (
            lambda: replace(trained(), class_names=ANY["no"]),
            "class_names is 'no': give a list with a n",
        ),
        (
            lambda: replace(trained(), weights=ANY[None]),
            "the weights must be arrays by name, not of",
        ),
        (
            lambda: replace(trained(), architecture=ANY["3-2"]),
            "the architecture must be of the type Architecture, not str",
        ),
        (
            lambda: WeightUpdate({"a.b": np.ones(1), "a_b": np.ones(1)}),
            "there are parameters a.b, a_b, of which two differ in '.' and '_' alone: rename one",
        ),
        (lambda: ForwardNetwork(NETWORK, WRONG, 2), "the neuron must be of the type NeuronModel"),
        (
            lambda: BackwardNetwork(NETWORK, ternary(), 2),  # type: ignore[arg-type]
            "stage 2 must be of the type TernaryCouple or TracePair, not NeuronModel: such as Tern",
        ),
        (lambda: TwoStageTrainer(NETWORK, RECIPE, 2), r"not Recipe: .* it is recipe\.two_stage"),
        (lambda: two_stage_gradients(NETWORK, *BATCH), "config must be of the type TwoStageConf"),
    ],
)
def test_other_kinds(build: Callable[[], object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        build()
