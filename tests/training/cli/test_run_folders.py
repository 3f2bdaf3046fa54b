"""What ``spide`` makes of a run folder: it trains, resumes and evaluates, or refuses it."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import spide
import training.data
import training.runs.prepare
import training.runs.ready
from tests.training.cli.command import TINY, refusal
from training.cli.command_line import main
from training.data import DataSet, Images
from training.data.digits import DIGITS
from training.runs.files.checkpoint_files import load_latest, save
from training.storage.sealed_json import seal

LAST_LINE = re.compile(r"test accuracy \d{1,3}\.\d\d %  (.+)")


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of two epochs of a tiny network."""
    path = tmp_path_factory.mktemp("trained") / "run"
    assert main(["train", "digits", "--out", str(path), *TINY]) == 0
    return path


@pytest.fixture
def copy(trained: Path, tmp_path: Path) -> Path:
    """A copy of a run, to be spoilt."""
    for path in trained.rglob("*"):
        if path.is_file():
            target = tmp_path / path.relative_to(trained)
            target.parent.mkdir(exist_ok=True)
            target.write_bytes(path.read_bytes())
    return tmp_path


def test_train_writes_a_complete_run_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "run"
    assert main(["train", "digits", "--out", str(out), *TINY, "--seed", "7"]) == 0
    printed = capsys.readouterr().out
    last = LAST_LINE.fullmatch(printed.splitlines()[-1])
    assert last is not None and last[1] == str(out)
    assert {path.name for path in out.iterdir()} == {
        "recipe.json",
        "metrics.jsonl",
        "writer.lock",
        "checkpoints",
        "pictures",
    }
    recipe = json.loads((out / "recipe.json").read_text())
    assert recipe["name"] == "digits"
    assert (recipe["recipe"]["seed"], recipe["recipe"]["forward_steps"]) == (7, 4)
    records = [json.loads(line) for line in (out / "metrics.jsonl").read_text().splitlines()]
    assert [record["kind"] for record in records] == [*["training"] * 3, "test"] * 2
    assert printed.splitlines()[-1].split()[2] == f"{100 * records[-1]['accuracy']:.2f}"


def test_evaluate_repeats_the_accuracy(trained: Path, capsys: pytest.CaptureFixture[str]) -> None:
    records = (trained / "metrics.jsonl").read_text().splitlines()
    accuracy = json.loads(records[-1])["accuracy"]
    assert main(["evaluate", str(trained)]) == 0
    expected = f"test accuracy {100 * accuracy:.2f} %  {trained}"
    assert capsys.readouterr().out.splitlines()[-1] == expected
    assert main(["evaluate", str(trained), "--checkpoint", "best"]) == 0
    best = max(json.loads(r)["accuracy"] for r in records if json.loads(r)["kind"] == "test")
    assert f"test accuracy {100 * best:.2f} %" in capsys.readouterr().out


def test_max_iterations_and_resume(tmp_path: Path, trained: Path) -> None:
    """Stopped after 4 of 6 iterations and resumed: the weights of the whole run."""
    out = str(tmp_path / "run")
    assert main(["train", "digits", "--out", out, *TINY, "--max-iterations", "4"]) == 0
    assert main(["train", "digits", "--resume", out]) == 0
    name = "checkpoints/iteration-00000006.safetensors"
    assert (tmp_path / "run" / name).read_bytes() == (trained / name).read_bytes()


def test_more_epochs_when_resuming(tmp_path: Path) -> None:
    out = tmp_path / "run"
    assert main(["train", "digits", "--out", str(out), *TINY, "--max-iterations", "1"]) == 0
    assert main(["train", "digits", "--resume", str(out), "--epochs", "1"]) == 0
    assert json.loads((out / "recipe.json").read_text())["recipe"]["epochs"] == 1
    assert [path.name for path in (out / "checkpoints").glob("*3.json")]


def test_an_accuracy_to_stop_at_when_resuming(
    trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Stopped after the first of two epochs, and told to go on: the weights of the whole run."""
    out = str(tmp_path / "run")
    assert main(["train", "digits", "--out", out, *TINY, "--stop-at-accuracy", "0.001"]) == 0
    names = [path.name for path in (tmp_path / "run" / "checkpoints").glob("*.json")]
    assert "iteration-00000003.json" in names and "iteration-00000006.json" not in names
    capsys.readouterr()
    resumed = ("train", "digits", "--resume", out)
    assert main([*resumed]) == 0
    assert "the accuracy of 0.001 at which it was to stop: for more" in capsys.readouterr().out
    before = (tmp_path / "run" / "recipe.json").read_bytes()
    line = refusal(capsys, *resumed, "--stop-at-accuracy", "0.002")
    assert "stop_at_accuracy cannot be 0.002: the run already had" in line
    assert (tmp_path / "run" / "recipe.json").read_bytes() == before
    assert spide.resume(out, stop_at_accuracy=0).recipe.stop_at_accuracy == 0
    name = "checkpoints/iteration-00000006.safetensors"
    assert (tmp_path / "run" / name).read_bytes() == (trained / name).read_bytes()


def test_a_finished_run_says_so_at_once(
    copy: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*arguments: object, **keywords: object) -> None:
        raise AssertionError("nothing is to be built or loaded")

    monkeypatch.setattr(training.runs.ready, "prepare", refuse)
    monkeypatch.setattr(training.runs.ready, "load_images", refuse)
    kept = [*copy.glob("checkpoints/*"), copy / "metrics.jsonl", copy / "recipe.json"]
    before = [path.read_bytes() for path in kept]
    (copy / "pictures" / "curves.png").unlink()
    command = ["train", "digits", "--resume", str(copy)]
    for options in ([], ["--epochs", "2"], ["--max-iterations", "6"]):
        assert main([*command, *options]) == 0
        said, _, last = capsys.readouterr().out.splitlines()
        assert said.startswith("the run is finished, with 2 epochs (6 iterations): for more, give ")
        assert LAST_LINE.fullmatch(last)
    assert (copy / "pictures" / "curves.png").exists()
    line = refusal(capsys, *command, "--max-iterations", "5")
    assert "--max-iterations 5 lies below the 6 iterations that the run already has" in line
    line = refusal(capsys, *command, "--epochs", "1")
    assert "epochs cannot be 1: the run already has 6 iterations, and an epoch has 3; give" in line
    assert [path.read_bytes() for path in kept] == before
    more = ["--epochs", "9", "--max-iterations", "6"]
    assert main([*command, *more]) == 0
    assert capsys.readouterr().out.startswith("the run already has 6 iterations: for more, give -")


@pytest.mark.parametrize("command", [["evaluate"], ["train", "digits", "--resume"]])
def test_other_images_than_those_of_the_run(
    command: list[str],
    copy: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One pixel differs: neither an accuracy nor weights come of it."""

    def other(data_set: DataSet, data_dir: Path) -> Images:
        images = DIGITS.read(data_set, data_dir)
        images.test.tensors[0][7, 0, 3, 3] += 1
        return images

    monkeypatch.setattr(training.data, "DATA_SETS", (replace(DIGITS, read=other),))
    monkeypatch.setattr(training.runs.prepare, "method_over_cores", None)
    before = (copy / "recipe.json").read_bytes()
    options = ["--epochs", "3"] if "train" in command else []
    line = refusal(capsys, *command, str(copy), *options, "--data-dir", "elsewhere")
    assert "the images of digits in 'elsewhere' are not those that the run in" in line
    assert (copy / "recipe.json").read_bytes() == before


def test_occupied_and_unwritable_folders(
    trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = {path: path.stat().st_mtime_ns for path in trained.rglob("*")}
    line = refusal(capsys, "train", "digits", "--out", str(trained), *TINY)
    assert f"already holds a run: continue it with 'spide train RECIPE --resume {trained}'" in line
    assert {path: path.stat().st_mtime_ns for path in trained.rglob("*")} == before
    (tmp_path / "file").touch()
    line = refusal(capsys, "train", "digits", "--out", str(tmp_path / "file" / "run"), *TINY)
    assert "cannot write the run folder" in line


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="this system has no /proc")
def test_where_permissions_say_yes_and_the_file_system_no(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Told before anything is loaded: to the superuser all folders seem to be writable."""
    line = refusal(capsys, "train", "digits", "--out", "/proc/run", *TINY)
    assert "cannot write the run folder '/proc/run' ('/proc' cannot be written to" in line


def test_resume_refuses_other_options_and_recipes(
    trained: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (trained / "recipe.json").read_text()
    line = refusal(capsys, "train", "digits", "--resume", str(trained), "--batch-size", "64")
    assert "--batch-size cannot be 64 when resuming" in line and "has 512" in line
    line = refusal(capsys, "train", "mnist-lenet", "--resume", str(trained))
    assert "holds a run of the recipe 'digits', not 'mnist-lenet'" in line
    assert (trained / "recipe.json").read_text() == before


def test_a_run_from_python_is_resumed_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "run"
    images, labels = np.zeros((8, 3)), np.arange(8) % 2
    spide.train(images=images, labels=labels, out=out, architecture="4", epochs=1, batch_size=4)
    line = refusal(capsys, "train", "digits", "--resume", str(out))
    assert f"'{out}' holds a run of no recipe, which was begun in Python: resume it" in line
    assert f"spide.resume('{out}')" in line


@pytest.mark.parametrize("command", [["evaluate"], ["train", "digits", "--resume"]])
def test_damaged_and_foreign_checkpoints(
    command: list[str], copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tensors = copy / "checkpoints" / "iteration-00000006.safetensors"
    state = copy / "checkpoints" / "iteration-00000006.json"
    whole, content = tensors.read_bytes(), json.loads(state.read_text())

    tensors.write_bytes(whole[:1000])
    assert "is damaged or truncated" in refusal(capsys, *command, str(copy))

    tensors.write_bytes(whole)
    state.write_text(state.read_text()[:-20])
    assert "is damaged" in refusal(capsys, *command, str(copy))

    content = {key: content[key] for key in ("name", "recipe", "progress", "sha256")}
    for field, value in (("architecture", "4C3s"), ("learning_rate", 0.07), ("seed", 3)):
        other = {**content, "recipe": {**content["recipe"], field: value}}
        state.write_bytes(seal(other))
        assert f"is of the {field} '{value}'" in refusal(capsys, *command, str(copy))

    state.unlink()
    for path in (copy / "checkpoints").glob("*.json"):
        path.unlink()
    assert "there is no checkpoint" in refusal(capsys, *command, str(copy))


def test_weights_that_are_not_numbers(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spoilt = load_latest(copy / "checkpoints")
    spoilt.parameters["layer1.weight"][0] = np.nan
    save(copy / "checkpoints", spoilt)
    assert "'layer1.weight' holds NaN" in refusal(capsys, "evaluate", str(copy))
