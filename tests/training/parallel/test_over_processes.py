"""Splitting a batch over processes, played by one process: parts, sums, votes, who prints."""

from __future__ import annotations

import signal
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from networks import Architecture
from tests.training.fakes import FakeTrainer, random_images, small_architecture
from training.cli.command_line import main
from training.errors import LostProcessError
from training.interruption import Interruption
from training.methods import TwoStageConfig
from training.parallel.distributed.interruption import SharedInterruption
from training.parallel.distributed.launch import Launch
from training.parallel.distributed.over_processes import OverProcesses
from training.parallel.distributed.processes import Processes
from training.parallel.over_cores import TwoStageTrainer
from training.recipes.recipe import Recipe
from training.runs.beginning import first_checkpoint
from training.runs.files.folder import RunFolder
from training.runs.loop import TrainingLoop
from training.runs.shown.display import Display

SAMPLES = 5
TORCHRUN = {
    "TORCHELASTIC_RUN_ID": "run",
    "RANK": "3",
    "WORLD_SIZE": "4",
    "LOCAL_WORLD_SIZE": "4",
    "MASTER_ADDR": "localhost",
    "MASTER_PORT": "1234",
}


class Ledger(Processes):
    """Processes that act one after the other: the last one finds the sums of all."""

    def __init__(self, rank: int, size: int, totals: list[NDArray[np.floating]]) -> None:
        super().__init__(Launch(rank, size, size))
        self._totals = totals

    def sum_(self, arrays: Sequence[NDArray[np.floating]]) -> None:
        if not self._totals:
            self._totals.extend(np.zeros_like(values) for values in arrays)
        for values, total in zip(arrays, self._totals, strict=True):
            total += values
            values[...] = total


@pytest.mark.parametrize("count", [0, 1, 2, 3, 7, 8, 128])
@pytest.mark.parametrize("size", [1, 2, 3, 8])
def test_parts_are_contiguous_and_nearly_equal(count: int, size: int) -> None:
    processes = [Processes(Launch(rank, size, size)) for rank in range(size)]
    parts = [each.part(count) for each in processes]
    assert [index for part in parts for index in range(count)[part]] == list(range(count))
    sizes = [part.stop - part.start for part in parts]
    assert max(sizes) - min(sizes) <= 1
    assert max(sizes) == processes[0].largest_part(count)


@pytest.mark.parametrize("frames", [False, True])
@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_the_sum_of_the_parts_is_the_batch(size: int, frames: bool) -> None:
    """Seven processes and five samples: two processes have none."""
    rng = np.random.default_rng(0)
    architecture = Architecture.parse("3C3-4C3s (F3C3u)", (1, 4, 4), 3)
    config = TwoStageConfig(forward_steps=8, backward_steps=20)
    images = rng.random((8, SAMPLES, 1, 4, 4) if frames else (SAMPLES, 1, 4, 4))
    labels = rng.integers(0, 3, SAMPLES)
    masks = {"layer2": (rng.random((SAMPLES, 4, 1, 1)) > 0.3) / 0.7}
    parameters = {
        name: 0.5 * rng.standard_normal(shape)
        for name, shape in architecture.parameter_shapes().items()
    }
    trainer = TwoStageTrainer(architecture, config, SAMPLES, dtype="float64", threads=1)
    trainer.set_parameters(parameters)
    whole, prediction = trainer.step(images, labels, masks), trainer.predict(images)

    gradient_totals: list[NDArray[np.floating]] = []
    prediction_totals: list[NDArray[np.floating]] = []
    for rank in range(size):
        interruption = SharedInterruption(tells=False)

        def split(totals: list[NDArray[np.floating]]) -> OverProcesses:
            processes = Ledger(rank, size, totals)  # noqa: B023
            return OverProcesses(trainer, SAMPLES, processes, interruption)  # noqa: B023

        result = split(gradient_totals).step(images, labels, masks)
        predicted = split(prediction_totals).predict(images)

    np.testing.assert_allclose(result.logits, whole.logits, rtol=1e-12)
    assert result.loss == pytest.approx(whole.loss, rel=1e-12)
    assert result.firing_rates_forward == pytest.approx(whole.firing_rates_forward, rel=1e-12)
    assert result.firing_rates_backward == pytest.approx(whole.firing_rates_backward, rel=1e-12)
    for name, gradient in whole.gradients.items():
        assert np.abs(gradient).max() > 0
        np.testing.assert_allclose(result.gradients[name], gradient, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(predicted.logits, prediction.logits, rtol=1e-12)
    assert predicted.firing_rates == pytest.approx(prediction.firing_rates, rel=1e-12)


def test_a_signal_is_a_vote_until_all_agree(capsys: pytest.CaptureFixture[str]) -> None:
    first, second = SharedInterruption(tells=True), SharedInterruption(tells=False)
    with second:
        signal.raise_signal(signal.SIGTERM)
        signal.raise_signal(signal.SIGTERM)  # nothing more
    assert not second.requested
    assert capsys.readouterr().err == ""
    with first:
        pass
    votes = first.votes + second.votes
    for interruption in (first, second):
        interruption.agree(votes)
        assert (interruption.requested, interruption.exit_status) == (True, 143)


def test_the_first_process_tells_of_its_signal(capsys: pytest.CaptureFixture[str]) -> None:
    with SharedInterruption(tells=True):
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
    assert capsys.readouterr().err == "\nstopping after this iteration\n"


def test_torchrun_tells_a_process_its_place() -> None:
    launch = Launch.of(TORCHRUN)
    assert (launch.rank, launch.size, launch.leads) == (3, 4, False)
    assert launch.command == ("torchrun", "--nproc-per-node", "4", "-m", "training")
    several = Launch.of({**TORCHRUN, "LOCAL_WORLD_SIZE": "2"})
    assert several.command[:3] == ("torchrun", "--nnodes", "2")
    again = Launch.of({**TORCHRUN, "TORCHELASTIC_RESTART_COUNT": "2"})
    assert (several.restarts, again.restarts) == (0, 2)
    alone = Launch.of({"RANK": "3", "WORLD_SIZE": "4"})  # some other launcher's
    assert (alone.leads, alone.command) == (True, ("spide",))


@pytest.mark.parametrize(
    ("words", "restarts", "said"),
    [
        (["sweep", "digits"], 0, "4 processes would each do the whole of 'spide sweep': start it"),
        (["simulate", "run"], 0, "4 processes would each do the whole of 'spide simulate'"),
        (
            ["train", "digits"],
            1,
            "torchrun has started the processes again (1), and a training without --resume would "
            "begin anew: resume the run of the first start",
        ),
    ],
)
def test_what_several_processes_do_not_do(
    words: list[str],
    restarts: int,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    launch = Launch(rank=0, size=4, local_size=4, restarts=restarts)
    monkeypatch.setattr(Launch, "of", lambda environment: launch)
    monkeypatch.setattr(Launch, "_is_first_to_report", lambda self: True)
    assert main(words) != 0
    assert capsys.readouterr().err.startswith(f"spide: {said}")


def test_only_the_first_process_prints(capsys: pytest.CaptureFixture[str]) -> None:
    for rank in range(3):
        with Launch(rank, 3, 3).printing_once():
            print(rank)
    assert capsys.readouterr().out == "0\n"


@pytest.mark.usefixtures("without_pictures")
@pytest.mark.parametrize("leads", [True, False])
def test_only_the_first_process_writes_and_it_saves_when_another_is_lost(
    leads: bool, tmp_path: Path
) -> None:
    def lose(call: int) -> None:
        if call == 3:
            raise LostProcessError("gone")

    recipe = Recipe(data_set="digits", architecture="2C3s-2C3 (F2C3)", batch_size=4, epochs=1)
    run = RunFolder(tmp_path / "run", "digits", recipe)
    run.create()
    before = sorted(run.path.rglob("*"))
    loop = TrainingLoop(
        run,
        small_architecture(),
        random_images(),
        FakeTrainer(small_architecture(), on_gradients=lose),
        first_checkpoint("digits", recipe, small_architecture()),
        Interruption(),
        Display(),
        leads=leads,
    )
    with pytest.raises(LostProcessError):
        loop.train()
    assert loop.progress.iteration == 2
    written = {path.name for path in set(run.path.rglob("*")) - set(before)}
    expected = {f"iteration-00000002.{suffix}" for suffix in ("json", "safetensors")}
    assert written == (expected | {"metrics.jsonl"} if leads else set())
