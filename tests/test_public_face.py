"""``import spide``: every name is there, and nothing is loaded before it is used."""

from __future__ import annotations

import importlib.metadata
import os
import subprocess
import sys
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
from numpy.testing import assert_array_equal

import spide


@pytest.mark.parametrize("name", spide.__all__)
def test_every_name_is_there_and_explains_itself(name: str) -> None:
    assert (getattr(spide, name).__doc__ or "").strip()
    assert name in dir(spide)


def test_it_has_a_version() -> None:
    assert spide.__version__ == importlib.metadata.version("spide")
    assert "__version__" in dir(spide)


def test_help_on_watch_says_what_it_gives() -> None:
    told = spide.watch.__doc__ or ""
    _, _, given = told.partition("Yields")
    assert "``values``, shape (steps, channels, height, width)" in given and "``steps``" in given


@pytest.mark.parametrize("to", ["nir", "torch"])
def test_weights_that_no_run_has_are_written(to: Literal["nir", "torch"], tmp_path: Path) -> None:
    network = spide.Architecture.parse("6 (F6)", input_shape=(4,), classes=2)
    weights = {n: np.full(s, 0.25) for n, s in network.parameter_shapes().items()}
    trained = spide.TrainedNetwork(architecture=network, weights=weights, steps=20)
    spide.write_network(trained, str(tmp_path / "new" / "network"), to)
    again = spide.read_network(tmp_path / "new" / "network")
    assert again.description() == trained.description()
    assert_array_equal(again.weights["feedback.weight"], weights["feedback.weight"])


def test_other_names_are_not() -> None:
    with pytest.raises(AttributeError, match="module 'spide' has no attribute 'trian'"):
        _ = spide.trian


def test_importing_it_loads_neither_brian2_nor_torch() -> None:
    code = "import spide, sys; sys.exit(bool({'brian2', 'torch', 'numpy'} & sys.modules.keys()))"
    assert subprocess.run([sys.executable, "-c", code], timeout=60).returncode == 0


def test_brian2_that_is_not_imported_yet_is_no_puzzle_in_a_thread() -> None:
    code = """
import threading, spide

def use():
    try:
        spide.train("digits")
    except RuntimeError as error:
        print(error)

thread = threading.Thread(target=use)
thread.start()
thread.join()
spide.ForwardNetwork
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert "'spide.train' imports Brian2" in done.stdout and "before the thread" in done.stdout


def test_it_is_the_command() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "spide", "--help"], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0 and "spide train RECIPE" in done.stdout


def test_both_ways_to_a_gradient() -> None:
    network = spide.Architecture.parse("6 (F6)", input_shape=(4,), classes=2)
    rng = np.random.default_rng(0)
    parameters = {n: 0.3 * rng.standard_normal(s) for n, s in network.parameter_shapes().items()}
    images, labels = rng.random((3, 4)), [0, 1, 1]
    config = spide.TwoStageConfig(loss_scale=1.0, backward_steps=3000)
    spikes = spide.two_stage_gradients(network, parameters, images, labels, config)
    exact = spide.implicit_gradients(network, parameters, images, labels, config)
    assert_array_equal(spikes.logits, exact.logits)
    for name, gradient in exact.gradients.items():
        assert np.abs(spikes.gradients[name] - gradient).max() < 2e-3


def start_in(folder: Path, code: str) -> subprocess.CompletedProcess[str]:
    """Run code in a folder that has packages of our names, with ours installed behind them."""
    for name in ("networks", "training", "equations"):
        (folder / name).mkdir()
        (folder / name / "__init__.py").write_text("raise RuntimeError('of somebody else')\n")
    root = Path(spide.__file__).parent
    environment = {**os.environ, "PYTHONPATH": str(root), "PYTHONSAFEPATH": ""}
    return subprocess.run(
        [sys.executable, "-c", code], cwd=folder, env=environment, capture_output=True, text=True,
        timeout=60,
    )  # fmt: skip


def test_a_folder_with_packages_of_the_same_names(tmp_path: Path) -> None:
    code = "import spide; print(spide.Architecture.parse('3', (2,), 2).notation)"
    done = start_in(tmp_path, code)
    assert (done.returncode, done.stdout, done.stderr) == (0, "3\n", "")


def test_a_package_of_the_same_name_that_is_loaded_already(tmp_path: Path) -> None:
    code = "import sys, types; sys.modules['networks'] = types.ModuleType('networks')\n"
    done = start_in(tmp_path, f"{code}import spide; spide.Architecture")
    assert "ImportError: another package 'networks'" in done.stderr
