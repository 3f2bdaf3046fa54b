"""Values that parse and that no network can have: one sentence, and nothing is left behind."""

from __future__ import annotations

from pathlib import Path

import pytest
from brian2 import Clock, ms

import spide
import training.runs.ready
from equations import integrate_and_fire
from networks.populations.neurons import neuron_group
from networks.schedule import make_schedule
from tests.training.cli.command import TINY, refusal
from training.cli.command_line import main
from training.cli.refusals import refusals
from training.failures import missing_memory
from training.storage.files import write_atomically

SINGLE = ("--normalisation", "weight", "--architecture", "1C1-4C3s")
SAME = ("--v-rest", "0.99999999")


def huge(notation: str) -> tuple[str, str]:
    return "--architecture", notation


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (SINGLE, "layer1, '1C1', have a single input"),
        (SAME, "v_rest 0.99999999 and v_threshold 1.0 are the same number in float32"),
        (huge("99999999999"), "it has 99,999,999,999 neurons: choose at most 2,147,483,647"),
        (huge("1C99999999999"), "it has 9,999,999,999,800,000,000,001 weights: choose at most"),
        (huge("4-99999999999C3"), "layer 2, '99999999999C3'"),
        (huge("4 (F99999999999)"), "the feedback, '(F99999999999)'"),
        (huge("9" * 5000), "layer 1"),
        (("--threads", "1025"), "threads must be at most 1,024, not 1025"),
    ],
)
@pytest.mark.parametrize("command", ["train", "compile"])
def test_a_sentence_in_place_of_a_traceback(
    command: str,
    options: tuple[str, ...],
    said: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if command == "compile" and options == SINGLE:
        said = "normalisation is 'weight': a compiled training has 'none' only"
    words = [*TINY, *options, "--out", str(tmp_path / "run")]
    assert said in refusal(capsys, command, "digits", *words)
    assert not list(tmp_path.iterdir())


def test_info_of_a_network_that_is_too_large(capsys: pytest.CaptureFixture[str]) -> None:
    assert "99,999,999,999 neurons" in refusal(capsys, "info", "digits", *huge("99999999999"))


@pytest.mark.parametrize("what", ["numpy", "torch"])
def test_memory_that_is_not_there(
    what: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """On a machine that has the memory for this network, allocating it fails all the same."""
    errors = {
        "numpy": MemoryError("Unable to allocate 9.00 TiB"),
        "torch": RuntimeError("[enforce fail]\nDefaultCPUAllocator: can't allocate memory"),
    }

    def fail(*arguments: object) -> None:
        raise errors[what]

    monkeypatch.setattr(training.runs.ready, "first_checkpoint", fail)
    said = refusal(capsys, "train", "digits", "--out", str(tmp_path / "run"), *TINY)
    assert said.startswith("spide: there is not enough memory (")
    assert "choose a smaller architecture or batch size" in said
    assert not (tmp_path / "run").exists()


def test_other_failures_keep_their_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    assert missing_memory(RuntimeError("a mistake of ours")) is None
    with pytest.raises(ZeroDivisionError), refusals():
        raise ZeroDivisionError
    monkeypatch.setattr(training.runs.ready, "first_checkpoint", lambda *given: given[99])
    with pytest.raises(IndexError):
        main(["train", "digits", *TINY])


def test_more_threads_than_images_of_a_batch(capsys: pytest.CaptureFixture[str]) -> None:
    for command in ("train", "info"):
        said = refusal(capsys, command, "digits", "--threads", "33")
        assert "threads is 33, more than the 32 images of a batch that they share" in said


def test_the_readouts_parameters_need_memory_too() -> None:
    """4e15 of them, which NumPy refuses: torch would raise an error without a type of its own."""
    from training.recipes.recipe import Recipe
    from training.updates.initialisation import initial_parameters

    network = spide.Architecture.parse("4", (4,), 10**15)
    recipe = Recipe(data_set="digits", architecture="4")
    with pytest.raises(MemoryError):
        initial_parameters(network, recipe)


def test_neurons_of_a_batch_are_numbered_with_32_bits() -> None:
    schedule = make_schedule("sequential", ["layer1"])
    with pytest.raises(ValueError, match=r"2,147,483,648 neurons in 'layer1'.* smaller batch size"):
        neuron_group(
            integrate_and_fire(1.0, -1.0), (2**20,), 2**11, variables="", name="layer1",
            slots=schedule.layers["layer1"], clock=Clock(1 * ms), dtype="float32",
        )  # fmt: skip


@pytest.mark.parametrize("name", ["", "/"])
def test_a_file_without_a_name(name: str) -> None:
    with pytest.raises(OSError, match="Is a directory"):
        write_atomically(Path(name), b"")


@pytest.mark.parametrize("command", ["simulate", "export"])
def test_a_temporary_name_is_not_told(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = tmp_path / "run"
    assert main(["train", "digits", "--out", str(run), *TINY, "--max-iterations", "1"]) == 0
    out = {"simulate": "/dev/null/x.nc", "export": "/dev/null/x"}[command]
    options = ["--to", "torch"] if command == "export" else []
    said = refusal(capsys, command, str(run), "--out", out, *options)
    reason = {"simulate": "the results cannot be written to ", "export": ""}[command]
    assert f"spide: {reason}'{out}' " in said and ".tmp" not in said
