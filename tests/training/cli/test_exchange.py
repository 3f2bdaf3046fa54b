"""``spide export`` and ``spide import``: a run leaves as a file and comes back as a run."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import spide
from networks.exchange import TrainedNetwork
from tests.training.cli.command import TINY, refusal
from training.cli.command_line import main
from training.runs.looking.exchange import read_network


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
