"""Images that are held out: none is lost, none is trained on, and evaluations are made on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch.utils.data import TensorDataset

from training.data import Images
from training.data.validation import held_out
from training.errors import DataError, UserError
from training.recipes import RECIPES
from training.recipes.sizes import iterations
from training.runs.files.finished import nothing_left
from training.runs.run import Run
from training.runs.train import train


def images(labels: Sequence[int] = (0, 1) * 10, **options: object) -> Images:
    """Images of one pixel, which is their number."""
    training = TensorDataset(torch.arange(20.0)[:, None], torch.tensor(labels))
    others = TensorDataset(torch.arange(100.0, 107)[:, None], torch.arange(7) % 2)
    return Images(training, others, **options)  # type: ignore[arg-type]


def numbers(part: TensorDataset) -> list[int]:
    return [int(pixel) for pixel in part.tensors[0][:, 0]]


def test_every_image_is_in_one_of_the_two() -> None:
    parts = held_out(images(), 6)
    assert parts.evaluated == "validation"
    assert (len(parts.training), len(parts.test)) == (14, 6)
    assert sorted(numbers(parts.training) + numbers(parts.test)) == list(range(20))
    for part in (parts.training, parts.test):
        assert [number % 2 for number in numbers(part)] == part.tensors[1].tolist()
    assert numbers(held_out(images(), 6).test) == numbers(parts.test)


def test_none_are_held_out_by_default() -> None:
    whole = images()
    assert held_out(whole, 0) is whole
    assert whole.evaluated == "test"


def test_some_of_the_others_are_trained_on() -> None:
    """Fewer images are a part of more, and none of them is held out."""
    few, more = (numbers(held_out(images(), 6, used).training) for used in (5, 9))
    assert (len(few), len(more)) == (5, 9)
    assert set(few) < set(more)
    assert not set(more) & set(numbers(held_out(images(), 6).test))
    alone = held_out(images(), 0, 5)
    assert alone.evaluated == "test" and len(alone.training) == 5
    assert numbers(alone.test) == list(range(100, 107))
    with pytest.raises(DataError, match="15 of 14 images cannot be trained on"):
        held_out(images(), 6, 15)


def test_they_are_not_augmented() -> None:
    def shifted(pixels: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
        return pixels + 1000

    with pytest.raises(DataError, match="leave --validation out"):
        held_out(images(augmentation=shifted), 6)
    parts = held_out(images(augmentation=shifted, plain=lambda pixels: pixels / 2), 6)
    plain = held_out(images(), 6).test.tensors[0]
    assert torch.equal(parts.test.tensors[0], plain / 2)
    assert parts.training.tensors[0].max() < 20


def test_a_class_of_which_no_image_is_left_is_refused() -> None:
    """Eight images that are held out are seven and one more, here the only one of its class."""
    seven, eight = (numbers(held_out(images(), count).test) for count in (7, 8))
    (place,) = set(eight) - set(seven)
    labels = [int(number == place) for number in range(20)]
    left = held_out(images(labels), 7)
    assert left.training.tensors[1].sum() == 1
    with pytest.raises(DataError) as caught:
        held_out(images(labels, class_names=("cat", "dog")), 8)
    assert str(caught.value) == (
        "the 12 images that are left to train on hold none of class 'dog', which "
        "has 1: choose a smaller --validation"
    )
    with pytest.raises(DataError, match=r"none of class 1, which has 1: choose larger --train"):
        held_out(images(labels), 0, 7)
    assert held_out(images(labels), 0, 8).training.tensors[1].sum() == 1
    many = [*range(10), *range(10)]
    with pytest.raises(
        DataError, match=r"of class \d, which has 2, nor of 7 more classes: choose larger --"
    ) as e:
        held_out(images(many), 2, 2)
    assert str(e.value).endswith("choose larger --training-images or a smaller --validation")


def test_such_a_class_is_refused_before_anything_is_built(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("training.runs.prepare.build", None)
    with pytest.raises(DataError, match=r"the 5 images that are left .* larger --training-images"):
        train("digits", training_images=5, batch_size=5, out=tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_too_many_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="20 images cannot be held out of 20"):
        held_out(images(), 20)
    with pytest.raises(DataError, match="25 images cannot be held out of 20"):
        held_out(images(), 25)
    with pytest.raises(UserError, match="1,437 images cannot be held out of the 1,437"):
        train("digits", validation=1437, out=tmp_path / "run")
    with pytest.raises(UserError, match="a batch of 32 is larger than the 31 training images"):
        train("digits", validation=1406, out=tmp_path / "run")
    with pytest.raises(UserError, match="1,400 training images cannot be used of the 1,337"):
        train("digits", validation=100, training_images=1400, out=tmp_path / "run")
    with pytest.raises(UserError, match="a batch of 32 is larger than the 31 training images"):
        train("digits", training_images=31, out=tmp_path / "run")


def test_a_run_with_validation(tmp_path: Path) -> None:
    """Its evaluations are of the images held out, and test images are asked of it afterwards."""
    run = train(
        "digits", architecture="10", method="surrogate", threads=1, forward_steps=4,
        validation=37, batch_size=700, epochs=2, milestones=(1,), out=tmp_path / "run",
    )  # fmt: skip
    assert [r["kind"] for r in run.records] == ["training", "training", "validation"] * 2
    assert [r["epoch"] for r in run.records if r["kind"] == "validation"] == [1.0, 2.0]
    assert round(37 * run.records[-1]["accuracy"], 6) % 1 == 0
    again = Run(tmp_path / "run")
    assert again.recipe.validation == 37
    evaluation = again.evaluate()
    assert len(evaluation.labels) == 360
    assert again.checkpoint.progress.accuracy == run.records[-1]["accuracy"]
    told = nothing_left(again.recipe, again.checkpoint.progress, None)
    assert told is not None and "2 epochs (4 iterations)" in told


def test_iterations_of_a_recipe() -> None:
    """Of 1,437 digits: 1,400 make 44 batches of 32, 100 of them 4; an epoch of all has 45."""
    recipe = replace(RECIPES["digits"], batch_size=32, epochs=3, milestones=())
    assert iterations(recipe) == 135
    assert iterations(replace(recipe, validation=37)) == 132
    assert iterations(replace(recipe, validation=37, training_images=100)) == 12
