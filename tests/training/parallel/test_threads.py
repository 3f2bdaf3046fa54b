"""How many threads torch has beside trainings, whatever goes on at the same time."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch

from training.parallel.over_cores import TwoStageTrainer
from training.parallel.threads import one_torch_thread, torch_threads
from training.recipes import RECIPES
from training.recipes.architectures import read_architecture
from training.updates.initialisation import initial_parameters


@pytest.fixture
def three() -> Iterator[None]:
    """A process whose torch has three threads."""
    before = torch.get_num_threads()
    torch.set_num_threads(3)
    yield
    torch.set_num_threads(before)


def in_a_new_thread() -> int:
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(torch.get_num_threads).result()


@pytest.mark.usefixtures("three")
def test_trainings_that_overlap_leave_what_was_before() -> None:
    """The one that begins first ends first."""
    begun, ended = threading.Event(), threading.Event()
    found: list[int] = []

    def second() -> None:
        with one_torch_thread():
            begun.set()
            ended.wait()
            found.append(torch_threads())
        found.append(torch.get_num_threads())

    other = threading.Thread(target=second)
    with one_torch_thread():
        other.start()
        begun.wait()
        assert torch.get_num_threads() == 1 and torch_threads() == 3
        recipe = RECIPES["digits"]
        trainer = TwoStageTrainer(read_architecture(recipe), recipe.two_stage, recipe.batch_size)
        assert trainer.division.threads == 3  # as without another training
    assert torch.get_num_threads() == 3
    ended.set()
    other.join()
    assert found == [3, 3]
    assert torch.get_num_threads() == in_a_new_thread() == torch_threads() == 3


@pytest.mark.usefixtures("three")
def test_a_prediction_leaves_the_threads_of_others_alone() -> None:
    """Its workers have one of torch's each, which new threads would begin with."""
    recipe = RECIPES["digits"]
    architecture = read_architecture(recipe)
    trainer = TwoStageTrainer(architecture, recipe.two_stage, recipe.batch_size, threads=2)
    trainer.set_parameters(initial_parameters(architecture, recipe))
    trainer.predict(np.zeros((recipe.batch_size, *architecture.input_shape)))
    assert in_a_new_thread() == torch.get_num_threads() == 3


@pytest.mark.usefixtures("three")
def test_one_within_another() -> None:
    with one_torch_thread():
        with one_torch_thread():
            pass
        assert torch.get_num_threads() == 1 and torch_threads() == 3
    assert torch.get_num_threads() == 3
