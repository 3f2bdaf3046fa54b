"""What one does in a notebook, in cells of ten lines at most.

Every cell is run as it stands, in one namespace per test, as a notebook runs it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

OWN_DATA = """
import numpy as np, spide
rng = np.random.default_rng(0)
labels = rng.integers(0, 3, 120)
images = rng.normal(size=(120, 6)) + 2 * np.eye(3)[labels].repeat(2, axis=1)
run = spide.train(images=images, labels=labels, architecture="12 (F12)", epochs=8,
                  milestones=(), batch_size=16, learning_rate=0.1, dropout=0.0)
accuracy = run.evaluate().accuracy
"""

CONFUSION = """
counts = run.confusion()
guessed = run.predict(images[:10])
"""

CONTINUED = """
longer = spide.resume(run, epochs=9)
again = spide.Run(longer.path).evaluate().accuracy
"""

OWN_NEURON = """
import numpy as np, spide
adaptive = spide.NeuronModel(
    "dv/dt = I/dt : 1; I : 1 (constant); theta : 1; spike_count : 1".replace("; ", "\\n"),
    threshold="v >= v_threshold + theta", v_threshold=1.0, v_rest=-1.0, name="adaptive",
    reset="v -= 2.0; theta += 0.5; spike_count += 1".replace("; ", "\\n"))
network = spide.Architecture.parse("1", input_shape=(1,), classes=2)
stage = spide.ForwardNetwork(network, adaptive, batch_size=2, dtype="float64")
stage.set_parameters({n: np.ones(s) for n, s in network.parameter_shapes().items()})
rates = stage.run([[0.0], [0.25]], steps=8)
"""

MONITORS = """
from brian2 import SpikeMonitor
trainer = run.trainer
spikes = SpikeMonitor(trainer.backward["layer1"], name="errors")
trainer.backward.network.add(spikes)
with spide.watch(trainer.forward["layer1"], "v", sample=1) as trace:
    trainer.step(images[:4], labels[:4])
trainer.backward.network.remove(spikes)
"""


def lines(cell: str) -> int:
    return len(cell.strip().splitlines())


def execute(cell: str, names: dict[str, Any]) -> None:
    assert lines(cell) <= 10
    exec(compile(cell, "cell", "exec"), names)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """The names after training on own data."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("notebook"))
        names: dict[str, Any] = {}
        execute(OWN_DATA, names)
        names["run"].folder.path.resolve()
        yield names


def test_own_data(trained: dict[str, Any]) -> None:
    assert trained["accuracy"] > 0.8
    assert trained["run"].recipe.architecture == "12 (F12)"


def test_a_confusion_matrix(trained: dict[str, Any]) -> None:
    names = dict(trained)
    execute(CONFUSION, names)
    counts = names["counts"]
    assert counts.shape == (3, 3) and counts.sum() == 24
    assert counts.trace() / counts.sum() == trained["accuracy"]
    assert (names["guessed"] == names["labels"][:10]).mean() > 0.5


def test_monitors_on_both_stages_while_training(trained: dict[str, Any]) -> None:
    names = dict(trained)
    execute(MONITORS, names)
    trace, recipe = names["trace"], trained["run"].recipe
    assert trace.values.shape == (recipe.forward_steps, 12)
    assert list(trace.steps) == list(range(recipe.forward_steps))
    assert names["spikes"].num_spikes > 0


def test_continuing_a_run(trained: dict[str, Any]) -> None:
    names = dict(trained)
    execute(CONTINUED, names)
    assert names["longer"].records[-1]["epoch"] == 9.0
    assert names["again"] == names["longer"].records[-1]["accuracy"]


def test_an_own_neuron_through_stage_1() -> None:
    names: dict[str, Any] = {}
    execute(OWN_NEURON, names)
    # Currents of 1 and 1.25, step by step in plain arithmetic.
    spikes = []
    for current in (1.0, 1.25):
        v, theta, count = 0.0, 0.0, 0
        for _ in range(8):
            v += current
            if v >= 1 + theta:
                v, theta, count = v - 2, theta + 0.5, count + 1
        spikes.append(count)
    np.testing.assert_array_equal(names["rates"].alpha["layer1"][:, 0] * 8, spikes)


def test_what_was_watched_is_what_the_neurons_do(tmp_path: Path) -> None:
    import spide

    network = spide.Architecture.parse("1", input_shape=(1,), classes=2)
    stage = spide.ForwardNetwork(network, spide.integrate_and_fire(), 2, dtype="float64")
    ones = {name: np.ones(shape) for name, shape in network.parameter_shapes().items()}
    stage.set_parameters({**ones, "layer1.bias": [0.0]})
    with spide.watch(stage["layer1"], "v", sample=1) as trace:
        stage.run([[0.0], [0.75]], 5)
    # 0.75, 1.5 fires: -0.5, 0.25, 1.0 fires: -1.0, -0.25
    np.testing.assert_array_equal(trace.values[:, 0], [0.75, -0.5, 0.25, -1.0, -0.25])
    stage.run([[0.0], [0.75]], 5)
    assert len(trace.values) == 5


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("w",), "there is no variable 'w' to watch: use "),
        (("v", 2), "there is no sample 2: the network has 2, from 0 on"),
        (("v", -1), "sample must be at least 0, not -1"),
    ],
)
def test_what_cannot_be_watched(arguments: tuple[Any, ...], said: str) -> None:
    import spide

    network = spide.Architecture.parse("1", input_shape=(1,), classes=2)
    stage = spide.ForwardNetwork(network, spide.integrate_and_fire(), 2)
    with pytest.raises(ValueError, match=said), spide.watch(stage["layer1"], *arguments):
        pass
