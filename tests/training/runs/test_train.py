"""Training from Python: what it leaves behind, and what it leaves alone."""

from __future__ import annotations

import gc
import shutil
import signal
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch.utils.data import TensorDataset

import training.runs.ready
from training.data.own_data.from_memory import gathered
from training.errors import DataError, RunFolderError, UserError
from training.methods.spide import Spide
from training.recipes import RECIPES
from training.runs.files.lock import only_writer
from training.runs.loop import TrainingLoop
from training.runs.run import Run
from training.runs.train import resume, train

RNG = np.random.default_rng(0)
LABELS = np.arange(40) % 2
IMAGES = (RNG.normal(size=(40, 4)) + 2 * LABELS[:, None]).astype(np.float32)
OWN: dict[str, Any] = {
    "images": IMAGES, "labels": LABELS, "architecture": "6 (F6)", "batch_size": 8, "epochs": 2,
    "milestones": (), "forward_steps": 8, "backward_steps": 10, "dtype": "float64",
}  # fmt: skip


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return train(out=tmp_path_factory.mktemp("runs") / "run", **OWN)


def test_a_resumed_run_is_the_uninterrupted_one(run: Run, tmp_path: Path) -> None:
    short = train(out=tmp_path / "run", max_iterations=5, **OWN)
    assert short.checkpoint.progress.iteration == 5
    longer = resume(short.path)
    assert longer.checkpoint.progress == run.checkpoint.progress
    for name, values in run.weights.items():
        np.testing.assert_array_equal(longer.weights[name], values)


def test_a_finished_run_builds_nothing(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "run"
    shutil.copytree(run.path, path)
    (path / "pictures" / "curves.png").unlink()

    def refuse(*arguments: object, **keywords: object) -> None:
        raise AssertionError("nothing is to be built or loaded")

    monkeypatch.setattr(training.runs.ready, "prepare", refuse)
    monkeypatch.setattr(training.runs.ready, "load_images", refuse)
    again = resume(path)
    assert again.records == run.records
    assert (path / "pictures" / "curves.png").exists()


def test_a_run_cannot_be_resumed_with_fewer_epochs_than_it_has(tmp_path: Path) -> None:
    """Its recipe would say that it was trained for fewer. An epoch has 4 iterations."""
    short = train(out=tmp_path / "run", max_iterations=5, **OWN)
    before = (short.path / "recipe.json").read_bytes()
    with pytest.raises(UserError, match=r"epochs cannot be 1: .* 5 iterations, .* at least 2"):
        resume(short, epochs=1)
    assert (short.path / "recipe.json").read_bytes() == before
    assert resume(short, epochs=2).checkpoint.progress.iteration == 8
    with pytest.raises(UserError, match=r"epochs cannot be 1: .* 8 iterations, .* at least 2"):
        resume(short.path, epochs=1)
    assert resume(short.path, epochs=2).recipe.epochs == 2


def test_arrays_tensors_and_data_sets_are_the_same_data(run: Run, tmp_path: Path) -> None:
    images, labels = torch.from_numpy(IMAGES), torch.from_numpy(LABELS)
    others: tuple[dict[str, Any], ...] = (
        {"images": images, "labels": labels},
        {"images": TensorDataset(images, labels), "labels": None},
        {"images": IMAGES[::-1][::-1].astype(">f8"), "labels": LABELS.tolist()},
    )
    for number, given in enumerate(others):
        other = train(out=tmp_path / str(number), **{**OWN, **given})
        for name, values in run.weights.items():
            np.testing.assert_array_equal(other.weights[name], values)


def test_the_network_takes_any_number_of_images(run: Run) -> None:
    """Forty of them where a batch has eight: logits, rates and firing rates of all, in order."""
    whole = run.run_network(IMAGES[:39])
    parts = [run.trainer.predict(IMAGES[first : min(first + 8, 39)]) for first in range(0, 39, 8)]
    np.testing.assert_array_equal(whole.logits, np.concatenate([each.logits for each in parts]))
    np.testing.assert_array_equal(whole.logits.argmax(axis=1), run.predict(IMAGES[:39]))
    rates = np.concatenate([each.alpha["layer1"] for each in parts])
    np.testing.assert_array_equal(whole.alpha["layer1"], rates)
    assert whole.firing_rates["layer1"] == pytest.approx(rates.mean(), rel=1e-12)
    assert 0 < rates.mean() < 1
    one = run.run_network(IMAGES[:1])
    np.testing.assert_array_equal(one.alpha["layer1"], rates[:1])
    with pytest.raises(ValueError, match="there are no images"):
        run.run_network(IMAGES[:0])
    with pytest.raises(ValueError, match="the images have shape"):
        run.run_network(IMAGES[0])


def test_a_prediction_takes_whatever_is_an_array(run: Run) -> None:
    """Halves and brain floats hold these exactly."""
    images = np.round(4 * IMAGES) / 4
    expected = run.predict(images)
    assert set(expected) == {0, 1}
    for given in (
        torch.tensor(images, requires_grad=True), torch.tensor(images).bfloat16(),
        torch.tensor(images).half(), images.tolist(), list(torch.tensor(images)),
    ):  # fmt: skip
        np.testing.assert_array_equal(run.predict(given), expected)
    assert run.predict(images[:0]).shape == (0,)


@pytest.mark.parametrize(
    ("images", "said"),
    [
        (np.ma.masked_less(IMAGES, 0), "the images are a masked array: fill what is masked"),
        (
            3.5,
            r"the images have shape \(\): the network takes \(images, 4\), or .* \(images, 8, 4\)",
        ),
        (torch.tensor(3.5), r"the images have shape \(\)"),
        (IMAGES[0], r"shape \(4,\): the"),
        (np.zeros((0, 3)), r"shape \(0, 3\): the"),
        (None, r"shape \(\)"),
        (IMAGES * np.nan, "NaN or infinite"),
        (IMAGES.astype(object), "of type object"),
        ((9 * IMAGES).astype(np.uint8), "of type uint8: the network was trained on floating-point"),
        ((9 * IMAGES).astype(int).tolist(), "of type int64: .* so scale these as"),
        (IMAGES > 0, "of type bool: the network"),
        (torch.tensor(IMAGES).to_sparse(), r"are no array \(.*: give an array or a tensor"),
    ],
)
def test_what_cannot_be_predicted(run: Run, images: Any, said: str) -> None:
    for look in (run.predict, run.run_network):
        with pytest.raises(ValueError, match=said), np.errstate(invalid="ignore"):
            look(images)


def test_a_recipe_gives_the_values_that_are_not_named(tmp_path: Path) -> None:
    """As on the command line: of 60 images 48 are trained on, in the recipe's batches of 32."""
    given: dict[str, Any] = {"images": RNG.normal(size=(60, 4)), "labels": np.arange(60) % 2}
    few: dict[str, Any] = {"architecture": "6 (F6)", "forward_steps": 2, "backward_steps": 2}
    run = train("digits", out=tmp_path / "run", max_iterations=2, **given, **few)
    assert replace(run.recipe, data_set="digits") == replace(RECIPES["digits"], **few)
    assert run.checkpoint.progress.epoch == 1  # after batches of 32 and of 16
    with pytest.raises(UserError, match="a batch of 128 is larger than the 48 training images"):
        train(out=tmp_path / "own", **given, **few)


def test_the_callers_arrays_are_his_own(tmp_path: Path) -> None:
    images = IMAGES.copy()
    run = train(out=tmp_path / "run", **{**OWN, "images": images})
    images[:] = np.nan
    assert Run(run.path).evaluate().accuracy == run.evaluate().accuracy


def test_a_file_of_ones_own(run: Run, tmp_path: Path) -> None:
    np.savez(tmp_path / "data.npz", images=IMAGES, labels=LABELS)
    fields = {name: value for name, value in OWN.items() if name not in ("images", "labels")}
    other = train(RECIPES["digits"], out=tmp_path / "run", data_set=str(tmp_path / "data.npz"),
                  **{**fields, "architecture": "6 (F6)"})  # fmt: skip
    assert other.evaluate().labels.tolist() == run.evaluate().labels.tolist()


def test_an_evaluation_with_another_number_of_steps(run: Run) -> None:
    """As a network that was built with that T_F predicts."""
    recipe = replace(run.recipe, forward_steps=3)
    other = Spide.build(run.architecture, recipe, len(IMAGES))
    other.set_parameters(run.weights)
    evaluation = run.evaluate(forward_steps=3)
    images = run.images.test.tensors[0].numpy()
    expected = np.concatenate(
        [other.predict(images[k : k + 8]).logits.argmax(axis=1) for k in range(0, len(images), 8)]
    )
    np.testing.assert_array_equal(evaluation.predicted, expected)
    assert evaluation.losses.tolist() != run.evaluate().losses.tolist()
    own = run.evaluate(forward_steps=run.recipe.forward_steps)
    assert own.losses.tolist() == run.evaluate().losses.tolist()
    with pytest.raises(ValueError, match="forward_steps must be at least 1, not 0"):
        run.evaluate(forward_steps=0)


def test_frames_one_per_step(tmp_path: Path) -> None:
    frames = RNG.normal(size=(20, 8, 1, 4, 4)).astype(np.float32)
    given = {**OWN, "images": frames, "labels": LABELS[:20], "architecture": "2C3 (F2C3)"}
    run = train(out=tmp_path / "run", test_images=frames, test_labels=LABELS[:20], **given)
    assert run.run_network(frames).alpha["layer1"].shape == (20, 2, 4, 4)
    np.testing.assert_array_equal(run.evaluate().predicted, run.predict(frames))
    few = slice(4, 12)  # as many as there are frames
    np.testing.assert_array_equal(run.predict(frames[few]), run.predict(frames)[few])
    own = run.trainer.predict(frames[few].swapaxes(0, 1)).logits
    np.testing.assert_array_equal(run.run_network(frames[few]).logits, own)
    assert run.predict(frames[:0]).shape == (0,)
    for look in (run.predict, run.run_network):
        with pytest.raises(
            ValueError,
            match=r"\(8, 20, 1, 4, 4\): .* \(images, 1, 4, 4\), .* \(images, 8, 1, 4, 4\)",
        ):
            look(frames.swapaxes(0, 1))
    with pytest.raises(UserError, match="8 frames"):
        run.evaluate(forward_steps=9)
    with pytest.raises(UserError, match="have 8 frames, stage 1 takes 9 steps"):
        train(out=tmp_path / "other", **{**given, "forward_steps": 9})


def test_it_touches_nothing_of_the_process(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    frozen, threads = gc.get_freeze_count(), torch.get_num_threads()
    train(out=tmp_path / "run", **OWN)
    assert capfd.readouterr() == ("", "")
    assert before == {number: signal.getsignal(number) for number in before}
    assert gc.get_freeze_count() <= frozen  # what others froze may end
    assert torch.get_num_threads() == threads


def test_two_at_once_in_threads(run: Run, tmp_path: Path) -> None:
    found: dict[int, Run] = {}

    def work(number: int) -> None:
        found[number] = train(out=tmp_path / str(number), **OWN)

    workers = [threading.Thread(target=work, args=(number,)) for number in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(found) == 2
    for other in found.values():
        for name, values in run.weights.items():
            np.testing.assert_array_equal(other.weights[name], values)


@pytest.mark.parametrize(
    ("changed", "kind", "said"),
    [
        ({"images": (9 * IMAGES).astype(np.uint8)}, DataError, "of type uint8: scale them"),
        (
            {"images": IMAGES * np.nan},
            DataError,
            r"of the data hold NaN at index \(0, 0\): replace",
        ),
        ({"images": IMAGES[:, :, None]}, DataError, r"shape \(40, 4, 1\).*give images\[:, None\]$"),
        ({"images": IMAGES.astype(object)}, DataError, "of type object"),
        ({"images": np.ma.masked_less(IMAGES, 0)}, DataError, "are a masked array: fill what is"),
        ({"labels": np.ma.masked_less(LABELS, 1)}, DataError, "labels are a masked array"),
        ({"labels": LABELS[:9]}, DataError, "must be 40 whole numbers"),
        ({"labels": LABELS > 0}, DataError, "of type bool"),
        ({"labels": LABELS - 1}, DataError, "must count from 0"),
        ({"labels": None}, DataError, "no array 'labels'"),
        ({"test_images": IMAGES}, DataError, "without the other"),
        ({"test_images": IMAGES[:, :2], "test_labels": LABELS}, DataError, "must be alike"),
        ({"test_images": IMAGES, "test_labels": LABELS + 1}, DataError, "reach 2"),
        ({"batch_size": 99}, UserError, "a batch of 99 is larger than the 32 training images"),
        ({"architecture": "6C3"}, UserError, "6C3"),
        ({"epoch": 3}, ValueError, "no field 'epoch' \\(did you mean 'epochs'"),
        ({"images": {"train": IMAGES}, "labels": None}, DataError, "the images are arrays by name"),
        (
            {"images": [{"image": IMAGES[0], "label": 0}] * 2, "labels": None},
            DataError,
            r"does not give \(image, label\) \(an item is a dict of image, label\): give arrays",
        ),
        ({"recipe": 3}, ValueError, "the recipe is of the type int: give the name of one, such as"),
        ({"recipe": Path("digits")}, ValueError, "the recipe is of the type PosixPath: give the n"),
        ({"data_set": "mnist"}, ValueError, "images and data_set='mnist' exclude each other: give"),
        ({"T_F": 3}, ValueError, "no field 'T_F' \\(did you mean 'forward_steps'"),
        (
            {"own_neuron": 3},
            ValueError,
            "no 'own_neuron': train with a neuron of your own by spide.T",
        ),
        ({"device": "gpu"}, ValueError, "device must be one of"),
        ({"architecture": None}, ValueError, "architecture"),
        ({"evaluate_every": 4}, ValueError, "evaluate_every is 4, which would change nothing"),
    ],
)
def test_what_is_refused_leaves_nothing(
    changed: dict[str, Any], kind: type[Exception], said: str, tmp_path: Path
) -> None:
    with pytest.raises(kind, match=said), np.errstate(invalid="ignore"):
        train(out=tmp_path / "not" / "yet" / "run", **{**OWN, **changed})
    assert list(tmp_path.iterdir()) == []


def test_an_empty_folder_is_left_there(tmp_path: Path) -> None:
    """It may have permissions that somebody has thought about."""
    (tmp_path / "run").mkdir()
    with pytest.raises(UserError, match="a batch of 99"):
        train(out=tmp_path / "run", **{**OWN, "batch_size": 99})
    assert [*tmp_path.rglob("*")] == [tmp_path / "run"]


def test_without_a_standard_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As under pythonw, or in a service."""
    monkeypatch.setattr("sys.stderr", None)
    assert (
        train(out=tmp_path / "run", progress=True, **OWN).checkpoint.progress.accuracy is not None
    )


def test_images_that_are_written_into_end_a_training(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No checkpoint has learned from them."""
    folder = tmp_path / "own"
    folder.mkdir()
    for name, values in (("images", IMAGES), ("labels", LABELS)):
        np.save(folder / f"{name}.npy", values)
    fields = {key: value for key, value in OWN.items() if key not in ("images", "labels")}
    evaluated = TrainingLoop._evaluate

    def evaluate(loop: TrainingLoop) -> bool:
        np.save(folder / "images.npy", 2 * IMAGES)
        return evaluated(loop)

    monkeypatch.setattr(TrainingLoop, "_evaluate", evaluate)
    with pytest.raises(DataError, match="was written into while its images were"):
        train("digits", out=tmp_path / "run", data_set=str(folder), **fields)
    assert Run(tmp_path / "run").checkpoint.progress.iteration == 0


def test_a_folder_that_is_taken(run: Run, tmp_path: Path) -> None:
    with pytest.raises(RunFolderError, match="already holds a run"):
        train(out=run.path, **OWN)
    assert Run(run.path).evaluate().accuracy == run.evaluate().accuracy
    with only_writer(run.path), pytest.raises(RunFolderError, match="is being written by"):
        resume(run)


def test_a_folder_that_is_taken_while_the_images_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another training has come and gone meanwhile: its images are not written over."""
    path = tmp_path / "run"
    first: list[Any] = []

    def slowly(*given: Any) -> dict[str, Any]:
        if not first:
            first.append(None)
            first[0] = train(out=path, **OWN)
        return gathered(*given)

    monkeypatch.setattr("training.runs.train.gathered", slowly)
    with pytest.raises(RunFolderError, match="already holds a run: continue it"):
        train(out=path, **{**OWN, "images": IMAGES + 1})
    assert len(first) == 1
    np.testing.assert_array_equal(np.load(path / "data" / "images.npy"), IMAGES)
    assert Run(path).evaluate().losses.tolist() == first[0].evaluate().losses.tolist()


def test_names_and_words() -> None:
    with pytest.raises(ValueError, match="did you mean 'digits'"):
        train("digts")
    with pytest.raises(ValueError, match="give the name of a recipe, or images"):
        train(epochs=3)
    with pytest.raises(ValueError, match="must be 'last' or 'best'"):
        Run("nowhere", checkpoint="newest")  # type: ignore[arg-type]
    with pytest.raises(RunFolderError, match="holds no run"):
        Run("nowhere")
