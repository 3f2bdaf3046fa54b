"""What the command can train with: data of one's own, another method, the paper's realisation."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from training.cli.command_line import main
from training.runs.run import Run
from training.runs.train import resume as resume_run

TINY = (
    *("--architecture", "4C3s (F4C3)", "--batch-size", "512", "--epochs", "1"),
    *("--forward-steps", "4", "--dtype", "float64"),
)
STAGE_2 = ("--backward-steps", "5")


def train(out: Path, *options: str) -> Run:
    stage_2 = () if "implicit" in options else STAGE_2
    assert main(["train", "digits", "--out", str(out), *TINY, *stage_2, *options]) == 0
    return Run(out)


def test_own_data_are_trained_evaluated_and_resumed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "own.npz"
    labels = np.arange(30) % 3
    images = np.random.default_rng(0).normal(size=(30, 5)) + labels[:, None]
    np.savez(file, images=images, labels=labels)
    options = ("--data", str(file), "--architecture", "6 (F6)", "--batch-size", "8")
    run = train(tmp_path / "run", *options)
    assert (run.architecture.input_shape, run.architecture.classes) == ((5,), 3)
    said = f"{file}: 24 training and 6 test images of 5 features, 3 classes\n"
    assert said in capsys.readouterr().out
    assert main(["evaluate", str(run.path)]) == 0
    accuracy = capsys.readouterr().out.splitlines()[-1].split()[2]
    assert accuracy == f"{100 * run.records[-1]['accuracy']:.2f}"
    assert main(["train", "digits", "--resume", str(run.path), "--epochs", "2"]) == 0
    np.savez(file, images=images + 1, labels=labels)
    assert main(["evaluate", str(run.path)]) == 1
    assert "are not those that the run" in capsys.readouterr().err


def test_own_data_by_a_relative_path_when_resuming(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("own.npz", "other.npz"):
        np.savez(name, images=np.arange(90.0).reshape(30, 3) / 45 - 1, labels=np.arange(30) % 3)
    own, network = ("--data-set", "./own.npz"), ("--architecture", "6", "--batch-size", "8")
    run = train(tmp_path / "run", *own, *network)
    assert run.recipe.data_set == str(tmp_path / "own.npz")
    more = ("train", "digits", "--resume", "run", "--epochs", "2")
    assert main([*more, *own]) == 0
    capsys.readouterr()
    assert main([*more, "--data-set", "digits"]) == 1
    assert "the data set cannot be digits when resuming: the run" in capsys.readouterr().err


def test_own_data_that_have_moved(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Their fingerprint tells whether they are the same, also of a run that is finished."""
    here, there, other = (tmp_path / name for name in ("own.npz", "there.npz", "other.npz"))
    images = np.arange(90.0).reshape(30, 3) / 45 - 1
    np.savez(here, images=images, labels=np.arange(30) % 3)
    np.savez(other, images=images + 1, labels=np.arange(30) % 3)
    path = str(tmp_path / "run")
    network = ("--architecture", "6", "--batch-size", "8", "--epochs", "1")
    train(tmp_path / "run", "--data", str(here), *network)
    here.rename(there)
    assert main(["evaluate", path]) == 1
    assert "told by 'spide train RECIPE --resume RUN --data PATH'" in capsys.readouterr().err
    resume = ("train", "digits", "--resume", path)
    for words in (("--data", str(other)), ("--data", str(other), "--epochs", "2")):
        assert main([*resume, *words]) == 1
        assert "are not those that the run in" in capsys.readouterr().err
        assert Run(path).recipe.data_set == str(here)
    assert main([*resume, "--data", str(there)]) == 0
    assert Run(path).recipe.data_set == str(there)
    assert main(["evaluate", path]) == 0
    there.rename(here)
    assert resume_run(path, epochs=2, data_set=here).recipe.data_set == str(here)
    assert Run(path).checkpoint.progress.epoch == 2


def test_own_data_that_are_missing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = str(tmp_path / "run")
    assert main(["train", "digits", "--data", str(tmp_path / "no.npz"), "--out", out, *TINY]) == 1
    assert "No such file" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


def test_the_papers_realisation_has_the_same_weights(tmp_path: Path) -> None:
    """Two iterations: gradients are added up in another order, spikes are the same."""
    fast = train(tmp_path / "fast", "--max-iterations", "2")
    shown = train(tmp_path / "shown", "--max-iterations", "2", "--realisation", "explicit-couples")
    assert (shown.recipe.simulation.synapses, shown.recipe.has_couples) == ("explicit", True)
    for name, values in fast.weights.items():
        np.testing.assert_allclose(shown.weights[name], values, rtol=1e-12, atol=1e-15)
    assert shown.trainer.backward.groups.keys() == {"layer1_positive", "layer1_negative"}


def test_the_realisation_in_words_that_contradict_each_other(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ("--realisation", "explicit-couples", "--synapses", "shared")
    assert main(["train", "digits", "--out", str(tmp_path / "run"), *options]) == 2
    assert "explicit-couples has explicit synapses" in capsys.readouterr().err


def test_implicit_differentiation_trains_and_resumes(tmp_path: Path) -> None:
    whole = train(tmp_path / "whole", "--method", "implicit")
    train(tmp_path / "parts", "--method", "implicit", "--max-iterations", "2")
    assert main(["train", "digits", "--resume", str(tmp_path / "parts")]) == 0
    resumed = Run(tmp_path / "parts")
    for name, values in whole.weights.items():
        np.testing.assert_array_equal(resumed.weights[name], values)
    assert whole.records[0]["firing_rates_backward"] == {}
    said = "the method implicit has no backward network: only forward"
    with pytest.raises(AttributeError, match=said):
        _ = whole.trainer.backward


def test_a_method_that_does_not_exist(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "digits", "--out", str(tmp_path / "run"), "--method", "magic"]) == 2
    assert "method must be one of spide, implicit" in capsys.readouterr().err
