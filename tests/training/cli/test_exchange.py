"""``spide export`` and ``spide import``: a run leaves as a file and comes back as a run."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import spide
from networks import Architecture
from networks.exchange import TrainedNetwork
from networks.input_scaling import InputScaling
from tests.training.cli.command import TINY, refusal
from training.cli.command_line import main
from training.data import find
from training.runs.looking.exchange import read_network, trained_network


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of two epochs of a tiny network."""
    path = tmp_path_factory.mktemp("exchange") / "run"
    assert main(["train", "digits", "--out", str(path), *TINY]) == 0
    return path


@pytest.mark.parametrize("to", ["nir", "torch"])
def test_a_run_goes_out_and_comes_back(
    trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], to: str
) -> None:
    file, again = tmp_path / f"network.{to}", tmp_path / "again"
    assert main(["export", str(trained), "--to", to, "--out", str(file)]) == 0
    assert f"{file.stat().st_size:,} bytes" in capsys.readouterr().out
    assert [each.name for each in tmp_path.iterdir()] == [file.name]
    run = spide.Run(trained)
    network = read_network(file)
    assert network.description() == run.network.description()
    for name, values in run.weights.items():
        np.testing.assert_array_equal(network.weights[name], values)

    assert main(["import", str(file), "--recipe", "digits", "--out", str(again)]) == 0
    assert "spide evaluate" in capsys.readouterr().out
    for path in (trained, again):
        assert main(["evaluate", str(path)]) == 0
    ours, theirs = (
        line.split("  ")[0]
        for line in capsys.readouterr().out.splitlines()
        if line.startswith("test accuracy")
    )
    assert ours == theirs
    assert main(["train", "digits", "--resume", str(again), "--max-iterations", "2"]) == 0
    moved = spide.Run(again)
    assert moved.checkpoint.progress.iteration == 2
    assert any(not np.array_equal(moved.weights[k], v) for k, v in run.weights.items())


@pytest.mark.parametrize("to", ["nir", "torch"])
def test_a_run_of_a_pipeline_comes_back_as_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], to: str
) -> None:
    """Two layers with feedback, whose logits differ between the ways in which spikes propagate."""
    path, file, again = tmp_path / "run", tmp_path / f"network.{to}", tmp_path / "again"
    options = ["--architecture", "4C3s-4C3 (F4C3)", "--propagation", "synchronous"]
    assert main(["train", "digits", "--out", str(path), *TINY, *options]) == 0
    run = spide.Run(path)
    assert run.export(file, to).propagation == "synchronous"  # type: ignore[arg-type]
    images = run.images.test.tensors[0][:20]
    logits = run.run_network(images.numpy()).logits
    with torch.no_grad():
        found = spide.TorchNetwork(read_network(file))(images)
    np.testing.assert_allclose(found.numpy(), logits, atol=1e-5)

    assert main(["import", str(file), "--recipe", "digits", "--out", str(again)]) == 0
    imported = spide.Run(again)
    np.testing.assert_array_equal(imported.run_network(images.numpy()).logits, logits)
    other = replace(read_network(file), propagation="sequential")
    with torch.no_grad():
        assert abs(spide.TorchNetwork(other)(images).numpy() - logits).max() > 1e-3
    # Without feedback there is no difference, and nothing is said of one.
    recipe = replace(run.recipe, architecture="4C3s")
    without = Architecture.parse("4C3s", (1, 8, 8), 10)
    weights = {name: np.zeros(shape) for name, shape in without.parameter_shapes().items()}
    assert trained_network(without, recipe, weights).propagation == "sequential"


def test_the_file_says_what_the_input_is(trained: Path, tmp_path: Path) -> None:
    network = spide.Run(trained).export(tmp_path / "network", "torch")
    assert network.scaling == find("digits").scaling and not network.frames
    content = json.loads(network.description())
    assert content["input"] == "constant" and content["scaling"]["pixels"] == "from 0 to 16"


def test_own_frames_and_own_pixels_are_said(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    run = spide.train(
        images=rng.random((40, 4, 1, 6, 6)).astype(np.float32),
        labels=np.arange(40) % 2,
        architecture="2C3s",
        batch_size=8,
        epochs=1,
        milestones=(),
        forward_steps=4,
        backward_steps=4,
        out=tmp_path / "run",
    )
    network = run.export(tmp_path / "network.nir", "nir")
    assert network.frames and str(network.scaling) == "own data, as given"
    frames = run.images.test.tensors[0]
    with torch.no_grad():
        found = spide.TorchNetwork(read_network(tmp_path / "network.nir"))(frames.swapaxes(0, 1))
    logits = run.run_network(frames.numpy()).logits
    np.testing.assert_allclose(found.numpy(), logits, atol=1e-5)


def test_a_matrix_that_nir_cannot_reshape_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run, file = tmp_path / "run", tmp_path / "network.nir"
    network = ["--architecture", "2C3s-2C3s (F2C3u)", "--max-iterations", "1"]
    steps = ["--forward-steps", "2", "--backward-steps", "2"]
    assert main(["train", "digits", "--out", str(run), *network, *steps]) == 0
    capsys.readouterr()
    assert main(["export", str(run), "--to", "nir", "--out", str(file)]) == 0
    assert "no node for 'feedback', so it is a matrix of 32 x 8" in capsys.readouterr().out


def test_what_cannot_be_done_is_said(
    trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "new" / "folder" / "network.safetensors"  # which is made
    spide.Run(trained).export(file, "torch")
    out = ["--out", str(tmp_path / "out")]
    assert "cannot be 'onnx'" in refusal(capsys, "export", str(trained), "--to", "onnx", *out)
    assert "holds no run" in refusal(capsys, "export", str(tmp_path), "--to", "nir", *out)
    message = refusal(capsys, "import", str(file), "--recipe", "mnist-feedback", *out)
    assert "(1, 8, 8)" in message and "(1, 28, 28)" in message
    file.write_bytes(file.read_bytes()[:-5])
    assert "no whole safetensors file" in refusal(
        capsys, "import", str(file), "--recipe", "digits", *out
    )
    assert "unknown recipe 'digit'" in refusal(
        capsys, "import", str(file), "--recipe", "digit", *out
    )
    assert not (tmp_path / "out").exists()
    assert isinstance(spide.Run(trained).network, TrainedNetwork)


@pytest.mark.parametrize("to", ["nir", "torch"])
def test_what_a_network_was_trained_on_is_compared(
    trained: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    to: Any,
) -> None:
    """Frames are refused; another scaling and other classes are said, and the run is made."""
    network, file = spide.Run(trained).network, tmp_path / f"network.{to}"
    spide.write_network(replace(network, frames=True), file, to)
    words = ("import", str(file), "--recipe", "digits", "--out")
    said = "takes a frame per step, the data set of the recipe 'digits' has constant images"
    assert said in refusal(capsys, *words, str(tmp_path / "refused"))
    assert not (tmp_path / "refused").exists()

    scaling = InputScaling("from 0 to 1", (0.5,), (0.25,))
    spide.write_network(replace(network, scaling=scaling), file, to)
    assert main([*words, str(tmp_path / "other")]) == 0
    assert [record.getMessage() for record in caplog.records] == [
        f"spide: the network in '{file}' was trained on {scaling}; the data set of the recipe "
        f"'digits' has {find('digits').scaling}"
    ]
    caplog.clear()

    for same in (network, replace(network, scaling=None)):
        spide.write_network(same, file, to)
        out = tmp_path / f"same_{same.scaling is None}"
        assert main([*words, str(out)]) == 0
    assert not caplog.records


@pytest.mark.parametrize(
    ("folder", "recipe", "parameters"),
    [
        ("mnist_lenet_60_epochs", "mnist-lenet", 606_740),
        ("mnist_feedback_100_epochs", "mnist-feedback", 274_826),
    ],
)
def test_the_weights_of_the_documented_runs_are_of_their_recipes(
    folder: str, recipe: str, parameters: int, tmp_path: Path
) -> None:
    """Their pages say how they are imported."""
    file = Path(__file__).parents[3] / "benchmarks" / folder / "best.safetensors"
    out = tmp_path / "run"
    assert main(["import", str(file), "--recipe", recipe, "--out", str(out)]) == 0
    assert sum(values.size for values in spide.Run(out).weights.values()) == parameters
