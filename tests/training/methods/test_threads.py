"""A method that several threads use at once serves one after the other."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from networks import Architecture
from tests.forks import in_forked_child
from tests.training.fakes import FakeTrainer, small_architecture
from training.parallel.over_cores import TwoStageTrainer
from training.recipes import RECIPES
from training.recipes.two_stage_config import TwoStageConfig
from training.updates.initialisation import initial_parameters

NETWORK = small_architecture()
IMAGES, LABELS = np.random.default_rng(0).random((4, 1, 4, 4)), [0, 1, 2, 0]
PARAMETERS = {name: np.ones(shape) for name, shape in NETWORK.parameter_shapes().items()}


def test_one_call_after_the_other() -> None:
    busy = threading.Lock()

    def alone(call: int) -> None:
        assert busy.acquire(blocking=False), "two threads at once"
        time.sleep(2e-3)
        busy.release()

    class Careful(FakeTrainer):
        def set_weights(self, weights) -> None:  # type: ignore[no-untyped-def]
            alone(0)
            super().set_weights(weights)

    trainer = Careful(NETWORK, on_gradients=alone, on_predict=alone)
    trainer.set_parameters(PARAMETERS)
    calls = [
        lambda: trainer.predict(IMAGES),
        lambda: trainer.step(IMAGES, LABELS),
        lambda: trainer.set_parameters(PARAMETERS),
    ]
    with ThreadPoolExecutor(6) as threads:
        for call in [threads.submit(call) for call in 4 * calls]:
            call.result()


@pytest.mark.parametrize("workers", [1, 2])
def test_steps_of_one_trainer_in_several_threads(workers: int) -> None:
    network = Architecture.parse("20-10 (F20)", (16,), 4)
    config = TwoStageConfig(forward_steps=6, backward_steps=8)
    trainer = TwoStageTrainer(network, config, 8, threads=workers)
    trainer.set_parameters(initial_parameters(network, RECIPES["digits"]))
    rng = np.random.default_rng(0)
    images, labels = rng.random((6, 8, 16), np.float32), rng.integers(0, 4, 8)
    expected = [trainer.step(each, labels).gradients["layer1.weight"] for each in images]
    with ThreadPoolExecutor(3) as threads:
        for found, wanted in zip(
            threads.map(lambda each: trainer.step(each, labels).gradients, images),
            expected,
            strict=True,
        ):
            np.testing.assert_array_equal(found["layer1.weight"], wanted)


def test_a_child_that_was_forked_in_the_middle_of_a_call_does_not_wait_for_it() -> None:
    begun, end = threading.Event(), threading.Event()

    def hold(call: int) -> None:
        if call == 1:
            begun.set()
            end.wait(10)

    trainer = FakeTrainer(NETWORK, on_predict=hold)
    trainer.set_parameters(PARAMETERS)
    other = threading.Thread(target=trainer.predict, args=(IMAGES,))
    other.start()
    begun.wait(10)
    try:
        in_forked_child(lambda: trainer.predict(IMAGES), seconds=5)
    finally:
        end.set()
        other.join()
