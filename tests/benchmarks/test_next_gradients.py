"""Gradients of the batch that a run would learn from next, against exact ones."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.next_gradients import compare, main, next_batches
from training.experiments.gradient_error import distance
from training.methods import TwoStageConfig, implicit_gradients, two_stage_gradients
from training.methods.method import Method
from training.recipes import RECIPES
from training.runs.run import Run
from training.runs.train import resume, train

RECIPE = replace(
    RECIPES["digits"],
    architecture="8 (F8)",
    training_images=100,
    batch_size=16,
    epochs=2,
    milestones=(),
    backward_steps=20,
    dtype="float64",
    threads=1,
)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Stopped in its second epoch, of 7 iterations like the first."""
    return train(RECIPE, out=tmp_path_factory.mktemp("runs") / "run", max_iterations=9)


def test_the_batches_are_those_that_the_run_learns_from_next(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The five up to the end of the run, of which the last has the 4 images that are left."""
    batches = list(next_batches(run, 5))
    seen: list[tuple[Any, ...]] = []
    learn = Method.step

    def step(self: Method, *given: Any, **options: Any) -> Any:
        seen.append(given)
        return learn(self, *given, **options)

    monkeypatch.setattr(Method, "step", step)
    shutil.copytree(run.path, tmp_path / "copy")
    resume(tmp_path / "copy")
    assert len(seen) == len(batches) == 5
    for batch, (images, labels, masks) in zip(batches, seen, strict=True):
        assert np.array_equal(batch.images, images)
        assert np.array_equal(batch.labels, labels)
        assert masks.keys() == batch.masks.keys()
        assert all(np.array_equal(mask, batch.masks[name]) for name, mask in masks.items())


@pytest.mark.parametrize("count", [1, 5])
def test_errors_are_those_of_the_public_functions(run: Run, count: int) -> None:
    """Of the gradients of all batches, added up."""
    batches = list(next_batches(run, count))
    options: dict[str, Any] = {"dtype": "float64"}

    def added_up(function: Any, config: TwoStageConfig) -> dict[str, Any]:
        sums: dict[str, Any] = {}
        for batch in batches:
            given = (run.architecture, run.weights, batch.images, batch.labels, config)
            found = function(*given, dropout_masks=batch.masks, **options).gradients
            sums = {name: sums.get(name, 0) + values for name, values in found.items()}
        return sums

    found = compare(run, (4.0, 100.0), (10, 500), count)
    assert found.texts("s_l") == ["4", "100"]
    for row in found.rows:
        config = replace(RECIPE.two_stage, loss_scale=float(str(row[0])))
        exact = added_up(implicit_gradients, config)
        for steps, cell in zip((10, 500), row[1:], strict=True):
            spiking = added_up(two_stage_gradients, replace(config, backward_steps=steps))
            angle, relative = distance(spiking, exact)
            assert cell == f"{angle:.2f}, {relative:.3f}"


def test_a_run_that_learns_from_spikes(run: Run, tmp_path: Path) -> None:
    """Its gradients are the same, and exact ones are those of rates."""
    spikes = replace(RECIPE, learning="spikes")
    other = train(spikes, out=tmp_path / run.path.name, max_iterations=9)
    assert compare(other, (4.0,), (10, 50)) == compare(run, (4.0,), (10, 50))


def test_without_a_run_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    refused: list[tuple[list[str], str]] = [([], "give the folder"), ([str(tmp_path)], "no run")]
    for words, said in refused:
        monkeypatch.setattr("sys.argv", ["next_gradients", *words])
        with pytest.raises(SystemExit, match=said):
            main()


def test_more_steps_come_nearer_where_no_neuron_would_have_to_fire_twice_a_step(run: Run) -> None:
    """The output gradient is s_l / B at most: 1/4 and 6 of a threshold a step."""
    small, large = (
        [float(str(cell).split(", ")[1]) for cell in row[1:]]
        for row in compare(run, (4.0, 100.0), (10, 1000)).rows
    )
    assert small[1] < small[0] / 5
    assert large[1] > large[0] / 2
