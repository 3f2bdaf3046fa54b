"""The recipes of the paper: networks of the size that its tables print, which learn."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from networks import Architecture
from tests.training.cli.command import refusal
from tests.training.data_files import write_cifar, write_mnist
from training.cli.command_line import main
from training.data import find
from training.parallel.over_cores import method_over_cores
from training.recipes import RECIPES, description
from training.recipes.architectures import read_architecture
from training.recipes.recipe import Recipe
from training.runs.files.records import read_records
from training.updates.initialisation import initial_parameters
from training.updates.optimiser import Optimiser

OF_FILES = [name for name, recipe in RECIPES.items() if find(recipe.data_set).fetch is not None]

#: Neurons and parameters as Tables 3 and 4 print them, and for the last three networks the tables
#: of Xiao et al., 2021, and what appendix F.4 makes of its notation.
PRINTED = {
    "mnist-feedback": ("20K", "275K"),
    "mnist-lenet": ("26K", "607K"),
    "fashion-feedback": ("20K", "275K"),
    "cifar10-alexnet-f": ("159K", "3.7M"),
    "cifar10-cifarnet-f": ("232K", "11.8M"),
    "cifar10-alexnet": ("595K", "21M"),
    "cifar10-cifarnet": ("726K", "45M"),
    "cifar100-alexnet-f": ("159K", "5.2M"),
    "cifar100-cifarnet-f": ("232K", "14.8M"),
    "cifar100-alexnet": ("595K", "21M"),
    "cifar100-cifarnet": ("726K", "45M"),
    "fashion-dense": ("1.2K", "478K"),
    "n-mnist": ("21K", "291K"),
    "cifar10-dvs": ("300K", "9.6M"),
}


def test_every_recipe_of_files_is_looked_at() -> None:
    assert set(PRINTED) == set(OF_FILES)


@pytest.mark.parametrize("name", OF_FILES)
def test_info_counts_what_the_tables_print(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["info", name]) == 0
    printed = capsys.readouterr().out
    for word, text in zip(("neurons", "parameters"), PRINTED[name], strict=True):
        (count,) = re.findall(rf"^{word} +([\d,]+)", printed, re.MULTILINE)
        digits = len(text.partition(".")[2][:-1])
        unit = {"K": 1e3, "M": 1e6}[text[-1]]
        assert f"{int(count.replace(',', '')) / unit:.{digits}f}{text[-1]}" == text
    assert re.search(r"^memory +[\d,]+ MiB", printed, re.MULTILINE)


@pytest.mark.parametrize(
    "name", ["mnist-lenet", "fashion-dense", "cifar10-alexnet-f", "n-mnist", "cifar10-dvs"]
)
def test_a_missing_data_set_is_told_before_anything_is_built(
    name: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def built(*_: object) -> None:
        raise AssertionError("a network was built")

    monkeypatch.setattr("training.runs.prepare.method_over_cores", built)
    where = ("--data-dir", str(tmp_path / "data"), "--out", str(tmp_path / "run"))
    sentence = refusal(capsys, "train", name, *where)
    assert re.search(r"is not in .*: choose another --data-dir, or get it with: python", sentence)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", OF_FILES)
def test_the_docstring_has_the_command(name: str) -> None:
    first, _, rest = description(name).partition("\n")
    assert len(first) <= 78 and f"\nCommand: spide train {name} --data-dir data\n" in rest


def test_values_differ_where_the_paper_says_so() -> None:
    """Appendices D.3 and F.4."""
    assert RECIPES["cifar10-cifarnet-f"].dropout == 0.25
    assert RECIPES["cifar10-alexnet-f"].dropout == 0.2
    assert {RECIPES[name].loss_scale for name in OF_FILES if "cifar100" in name} == {500.0}
    assert {RECIPES[name].loss_scale for name in OF_FILES if "cifar10-" in name} == {400.0}
    dvs = RECIPES["cifar10-dvs"]
    assert (dvs.epochs, dvs.milestones, dvs.dropout, dvs.feedback_norm) == (70, (50,), 0.0, 10.0)
    assert RECIPES["fashion-dense"].forward_steps == 5


def narrow(recipe: Recipe) -> Recipe:
    """The recipe with a sixteenth of its channels and neurons, and fewer steps of stage 2."""
    architecture = re.sub(
        r"(?<![CP\d])\d+", lambda found: str(max(4, int(found[0]) // 16)), recipe.architecture
    )
    # Twenty iterations of a warm-up of 400 would hardly move, nor would weights of norm 1 with so
    # few neurons before the readout.
    rate = 0.2 if recipe.initialisation == "uniform-normalised" else recipe.learning_rate
    return replace(
        recipe,
        architecture=architecture,
        backward_steps=60,
        warmup_iterations=0,
        learning_rate=rate,
    )


def losses(recipe: Recipe, images: int, iterations: int) -> list[float]:
    """The losses of a batch of random images, and of their frames, while it is learned."""
    recipe = replace(recipe, batch_size=images, threads=1)
    data_set, rng = find(recipe.data_set), np.random.default_rng(0)
    architecture: Architecture = read_architecture(recipe)
    if data_set.frames is None:
        pixels = rng.standard_normal((images, *data_set.input_shape)).astype("float32")
    else:  # events are rare
        shape = (data_set.frames, images, *data_set.input_shape)
        pixels = (rng.random(shape) < 0.1).astype("float32")
    labels = np.arange(images) % data_set.classes
    method = method_over_cores(architecture, recipe, images)
    parameters = initial_parameters(architecture, recipe)
    zeros = {name: np.zeros_like(values) for name, values in parameters.items()}
    optimiser = Optimiser(recipe, parameters, zeros, images, 0)
    measured, moved = [], set()
    for _ in range(iterations):
        method.set_parameters(optimiser.parameters_in_use)
        result = method.step(pixels, labels)
        measured.append(result.loss)
        assert result.gradients.keys() == parameters.keys()
        assert all(np.isfinite(each).all() for each in result.gradients.values())
        moved |= {name for name, gradient in result.gradients.items() if gradient.any()}
        optimiser.step(result.gradients)
    assert iterations == 1 or moved == parameters.keys()
    return measured


@pytest.mark.parametrize(
    "name",
    [
        *("mnist-feedback", "mnist-lenet", "fashion-feedback", "fashion-dense"),
        *("n-mnist", "cifar10-dvs", "cifar10-alexnet-f", "cifar10-cifarnet-f"),
        pytest.param("cifar10-alexnet", marks=pytest.mark.slow),
        pytest.param("cifar10-cifarnet", marks=pytest.mark.slow),
    ],
)
def test_the_loss_of_one_batch_falls(name: str) -> None:
    """Ten images of ten classes: below log 10 only who tells them apart, not who learns a bias."""
    recipe = narrow(RECIPES[name])
    if recipe.initialisation == "uniform-normalised":
        recipe = replace(recipe, learning_rate=0.5)
    measured = losses(recipe, images=10, iterations=21)
    assert measured[-1] < 0.97 * min(measured[0], np.log(10))


@pytest.mark.parametrize(
    "name",
    [
        "cifar100-alexnet-f",
        *(
            pytest.param(f"cifar100-{network}", marks=pytest.mark.full)
            for network in ("cifarnet-f", "alexnet", "cifarnet")
        ),
    ],
)
def test_the_loss_of_a_hundred_classes_falls(name: str) -> None:
    measured = losses(narrow(RECIPES[name]), images=10, iterations=21)
    assert measured[-1] < 0.8 * measured[0]


@pytest.mark.parametrize("name", ["mnist-lenet", "fashion-dense", "cifar10-alexnet-f"])
def test_from_files_to_an_evaluation(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """By the commands, through torchvision, augmentation, dropout and warm-up, as users do."""
    recipe, root = narrow(RECIPES[name]), tmp_path / "data"
    if recipe.data_set == "cifar10":
        files = {"train": ["data_batch_1", "data_batch_2"], "test": ["test_batch"]}
        data_set, _ = write_cifar(root, monkeypatch, "CIFAR10", "labels", files)
    else:
        # A class of one image would be lost where that image is held out.
        data_set, _ = write_mnist(root, recipe.data_set, classes=1)
    monkeypatch.setattr("training.data.DATA_SETS", (data_set,))
    where, run = ("--data-dir", str(root)), str(tmp_path / "run")
    network = ("--architecture", recipe.architecture, "--batch-size", "2", "--threads", "1")
    few = ("--backward-steps", "10", "--validation", "1", "--epochs", "1", "--milestones")
    assert main(["train", name, *network, *few, "--max-iterations", "2", "--out", run, *where]) == 0
    kinds = [record["kind"] for record in read_records(Path(run) / "metrics.jsonl")]
    assert kinds == ["training", "training", "validation"]
    assert main(["evaluate", run, *where]) == 0
    assert "test accuracy" in capsys.readouterr().out


#: Seconds each; with the others, of up to 45 million parameters, it takes minutes.
AT_ONCE = ("mnist-lenet", "fashion-dense", "n-mnist", "cifar10-alexnet-f")


@pytest.mark.parametrize(
    "name",
    [name if name in AT_ONCE else pytest.param(name, marks=pytest.mark.full) for name in OF_FILES],
)
def test_one_iteration_at_full_width(name: str) -> None:
    """Two images: with the paper's steps, channels and neurons."""
    (loss,) = losses(RECIPES[name], images=2, iterations=1)
    assert 0 < loss < 20
