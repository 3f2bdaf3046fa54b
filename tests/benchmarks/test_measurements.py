"""Clocks and children measure what they say."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.child import Finished, peak_bytes
from benchmarks.chosen import Chosen
from benchmarks.measuring.stopwatches import compiled_times, time_inside
from benchmarks.measuring.timing import Spread, rounds
from benchmarks.sections.peers import headline
from benchmarks.sections.sweeps import Point, growth
from benchmarks.subject import train
from equations import integrate_and_fire
from networks import Architecture, ForwardNetwork
from training.recipes import RECIPES


def test_rounds_alternate_and_the_first_does_not_count() -> None:
    calls: list[tuple[str, int]] = []
    times = rounds([lambda n: calls.append(("a", n)), lambda n: calls.append(("b", n))], 2)
    assert calls == [("a", 0), ("b", 0), ("a", 1), ("b", 1), ("a", 2), ("b", 2)]
    assert len(times) == 2 and all(len(each) == 2 for each in times)


def test_headline() -> None:
    ratio = Spread.of([9.84, 10.4, 11.01])
    assert headline("mnist-feedback", ratio, 2) == "mnist-feedback: 10.4x dense (9.8-11.0), 2 cores"


def test_growth_is_the_exponent() -> None:
    points = [Point(value, 3 * value**0.7, 0, 0) for value in (1, 2, 4, 8)]
    assert growth(points) == pytest.approx(0.7)


def test_compiled_times_of_every_object_and_no_trace_left() -> None:
    architecture = Architecture.parse("4C3s-4C3s (F4C3u)", (1, 8, 8), 3)
    network = ForwardNetwork(architecture, integrate_and_fire(), 2)
    generator = np.random.default_rng(0)
    network.set_parameters(
        {name: generator.random(shape) for name, shape in architecture.parameter_shapes().items()}
    )
    network.prepare()
    images = generator.random((2, 1, 8, 8))
    before = network.run(images, 5)
    with compiled_times(network.network) as times:
        during = network.run(images, 5)
        assert {"layer2_synapses_pre", "feedback_synapses_pre"} <= set(times.seconds)
        assert len(times.seconds) == 2 * 4  # update, threshold, reset and synapses of two layers
        assert times.compiled > 0 and times.between > 0
        measured = dict(times.seconds)
    network.run(images, 5)
    assert times.seconds == measured
    for layer in architecture.layers:
        np.testing.assert_array_equal(before.alpha[layer.name], during.alpha[layer.name])


def test_time_inside_functions_and_no_trace_left() -> None:
    before = time.sleep
    with time_inside((time, "sleep")) as seconds:
        time.sleep(0.01)
        time.sleep(0.02)
    assert time.sleep is before
    assert len(seconds) == 2 and 0.01 <= seconds[0] < seconds[1]


def test_peak_memory_grows_with_what_is_used() -> None:
    before = peak_bytes()
    held = np.ones(60_000_000, np.uint8)
    assert Finished.now({}).peak_gb * 1e9 >= before
    assert peak_bytes() > held.nbytes


def test_a_subject_is_trained_for_more_than_an_epoch(tmp_path: Path) -> None:
    """Of 1,437 images in batches of 1,000 there are two: the next ones are of other epochs."""
    recipe = replace(
        RECIPES["digits"], architecture="4 (F4)", batch_size=1000, forward_steps=2,
        backward_steps=2, warmup_iterations=0, milestones=(),
    )  # fmt: skip
    subject = train(recipe, tmp_path, iterations=3, spare=3)
    assert [len(batch.labels) for batch in subject.batches] == [437, 1000, 437]
    first, _, third = (batch.images for batch in subject.batches)
    assert not np.array_equal(first, third)


def test_a_recipe_that_does_not_exist_is_told_before_anything_is_loaded() -> None:
    with pytest.raises(ValueError, match="there is no recipe 'digts'"):
        Chosen("digts")
