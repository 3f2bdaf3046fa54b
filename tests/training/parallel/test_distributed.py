"""Several processes under torchrun, for real: the weights of one process, losses, signals."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from training.cli.command_line import main
from training.cli.commands.training_commands import resume, setting_of, train_anew
from training.errors import CheckpointError, UserError
from training.parallel.distributed.launch import Launch
from training.parallel.distributed.processes import Processes
from training.recipes import RECIPES
from training.recipes.architectures import read_architecture
from training.runs.beginning import first_checkpoint
from training.runs.files.checkpoint_files import load_latest, save
from training.runs.files.folder import RunFolder, open_run

pytestmark = pytest.mark.usefixtures("without_pictures")

ROOT = Path(__file__).parents[3]
TINY = (
    *("--architecture", "4C3s-4C3 (F4C3)", "--dtype", "float64", "--dropout", "0.2"),
    *("--forward-steps", "10", "--backward-steps", "30"),
)
LONGER = (*TINY, "--batch-size", "256", "--epochs", "8")

Arrays = Mapping[str, NDArray[np.floating]]


class Torchrun:
    """``torchrun ... -m training ARGUMENTS``, whose processes leave traces in `records`.

    One of them receives a signal after an iteration, if `signals` says so: its rank, the number of
    the iteration, the signal.
    """

    def __init__(
        self,
        processes: int,
        records: Path,
        *arguments: str,
        module: str = "tests.training.recording_worker",
        signals: tuple[int, int, signal.Signals] | None = None,
    ) -> None:
        records.mkdir(exist_ok=True)
        environment = {**os.environ, "RECORDS": str(records)}
        if signals is not None:
            environment["SIGNAL"] = " ".join(str(int(each)) for each in signals)
        torchrun = [sys.executable, "-m", "torch.distributed.run", "--standalone"]  # any free port
        torchrun += ["--nproc-per-node", str(processes)]
        self.process = subprocess.Popen(
            [*torchrun, "-m", module, *arguments],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def finish(self) -> tuple[int, list[str], list[str]]:
        """Wait; return torchrun's status, the lines of the output, and what spide complained."""
        try:
            output, complaint = self.process.communicate(timeout=120)
        finally:
            self.process.terminate()  # which torchrun hands on; nothing if it has ended
        print(output, complaint, sep="\n")  # shown where a test fails
        told = [line for line in complaint.splitlines() if line.startswith("spide: ")]
        return self.process.returncode, output.splitlines(), told


def final(run: Path) -> Arrays:
    return load_latest(run / "checkpoints").parameters


def assert_close(ours: Arrays, theirs: Arrays) -> None:
    for name, values in ours.items():
        np.testing.assert_allclose(values, theirs[name], rtol=1e-9, atol=1e-12, err_msg=name)


def metrics(run: Path) -> list[dict[str, float]]:
    """The numbers of the records by name, but for those that depend on the clock."""
    return [numbers(record) for record in open_run(run).records()]


def numbers(record: Mapping[str, Any]) -> dict[str, float]:
    found: dict[str, float] = {}
    for name, value in record.items():
        if isinstance(value, dict):
            found |= {f"{name}/{layer}": each for layer, each in numbers(value).items()}
        elif name not in ("kind", "images_per_second", "cpu_seconds"):
            found[name] = value
    return found


@pytest.fixture(scope="module")
def longer(tmp_path_factory: pytest.TempPathFactory) -> Arrays:
    """The final weights of one process without interruption."""
    path = tmp_path_factory.mktemp("whole") / "run"
    assert main(["train", "digits", "--out", str(path), *LONGER]) == 0
    return final(path)


@pytest.mark.slow
def test_the_weights_are_those_of_one_process_and_the_same_bits_in_all(tmp_path: Path) -> None:
    """Batches of 718, 718 and 1: the last one leaves a process without an image."""
    options = (*TINY, "--batch-size", "718", "--epochs", "2")
    one, two = tmp_path / "one", tmp_path / "two"
    torchrun = Torchrun(2, tmp_path / "records", "train", "digits", "--out", str(two), *options)
    assert main(["train", "digits", "--out", str(one), *options]) == 0
    status, output, told = torchrun.finish()
    assert (status, told) == (0, [])
    assert len([line for line in output if line.startswith("test accuracy")]) == 1
    assert output[-1].endswith(f" %  {two}")

    assert_close(final(one), final(two))
    for rank in range(2):
        recorded = np.load(tmp_path / "records" / f"{rank}.npz")
        for name, values in final(two).items():
            assert np.array_equal(values, recorded[name])
    for ours, theirs in zip(metrics(one), metrics(two), strict=True):
        assert ours == pytest.approx(theirs, rel=1e-9)


@pytest.mark.slow
def test_a_lost_process_and_a_signal_leave_what_several_processes_or_one_can_resume(
    longer: Arrays, tmp_path: Path
) -> None:
    out = tmp_path / "run"
    train = ("train", "digits", "--out", str(out), *LONGER)
    torchrun = Torchrun(2, tmp_path / "lost", *train, signals=(1, 4, signal.SIGKILL))
    status, _, (told,) = torchrun.finish()
    assert status != 0
    assert "another process of this training has ended or cannot be reached" in told
    done = load_latest(out / "checkpoints").progress.iteration
    assert done == 4  # not the checkpoint of iteration 0: the first one saved
    arguments = shlex.split(told.split("resume with: torchrun --nproc-per-node 2 -m training ")[1])

    signals = (1, done + 3, signal.SIGTERM)  # in the second epoch
    torchrun = Torchrun(2, tmp_path / "signalled", *arguments, signals=signals)
    status, _, (told,) = torchrun.finish()
    assert status != 0
    progress = load_latest(out / "checkpoints").progress
    assert progress.iteration == done + 4  # the votes are counted with the next batch
    assert f"interrupted after iteration {progress.iteration}; resume with: torchrun" in told
    ranks = [np.load(tmp_path / "signalled" / f"{rank}.npz") for rank in range(2)]
    for name, values in final(out).items():
        assert all(np.array_equal(values, rank[name]) for rank in ranks)

    assert main(arguments) == 0
    assert_close(longer, final(out))


@pytest.mark.slow
def test_without_the_first_process_the_others_end_and_its_last_checkpoint_remains(
    longer: Arrays, tmp_path: Path
) -> None:
    out = tmp_path / "run"
    train = ("train", "digits", "--out", str(out), *LONGER)
    torchrun = Torchrun(2, tmp_path / "records", *train, signals=(0, 4, signal.SIGKILL))
    status, _, (told,) = torchrun.finish()
    assert status != 0
    arguments = shlex.split(told.split("resume with: torchrun --nproc-per-node 2 -m training ")[1])
    assert main(arguments) == 0
    assert_close(longer, final(out))


def test_a_mistake_is_told_once(tmp_path: Path) -> None:
    torchrun = Torchrun(2, tmp_path, "train", "mnits", module="training")
    status, output, (told,) = torchrun.finish()
    assert (status, output) == (1, [])  # torchrun's own status
    assert told.startswith(
        "spide: unknown recipe 'mnits' (did you mean 'n-mnist'?): choose one of "
    )


def test_more_processes_than_images_in_a_batch(tmp_path: Path) -> None:
    out, processes = tmp_path / "run", Processes(Launch(0, 2, 2))
    recipe = replace(RECIPES["digits"], batch_size=1)
    with pytest.raises(UserError, match="a batch of 1 cannot be split over 2 processes: start"):
        train_anew("digits", recipe, out, None, setting_of(tmp_path, processes, False))
    assert not out.exists()


def test_machines_that_do_not_share_the_run_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, processes = tmp_path / "run", Processes(Launch(1, 2, 1))
    monkeypatch.setattr(processes, "text_of_first", lambda text: "another")
    run = RunFolder(out, "digits", RECIPES["digits"])
    run.create()
    save(run.checkpoints, first_checkpoint("digits", run.recipe, read_architecture(run.recipe)))
    with pytest.raises(CheckpointError, match="all machines must share the run folder"):
        resume(run, run.recipe, None, setting_of(tmp_path, processes, False))
