"""What is of another kind is refused by its name, with what to give in its place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from equations import TernaryCouple, integrate_and_fire, ternary
from networks import Architecture, BackwardNetwork, ForwardNetwork
from training.methods import implicit_gradients, two_stage_gradients
from training.parallel.over_cores import TwoStageTrainer
from training.recipes import RECIPES

NETWORK = Architecture.parse("3-2 (F3)", (4,), 2)
WRONG: Any = "3-2 (F3)"
RECIPE: Any = RECIPES["digits"]
BATCH: Any = ({}, np.zeros((1, 4)), [0], RECIPE)


@pytest.mark.parametrize(
    ("build", "said"),
    [
        (lambda: ForwardNetwork(WRONG, integrate_and_fire(), 2), "the architecture must be of"),
        (lambda: BackwardNetwork(WRONG, TernaryCouple(), 2), "the architecture must be of the"),
        (lambda: TwoStageTrainer(WRONG, RECIPE.two_stage, 2), r"not str: Architecture\.parse"),
        (lambda: implicit_gradients(WRONG, *BATCH), "the architecture must be of the type Arch"),
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
