"""What ``spide info`` says of a recipe's network, and of what it takes on a GPU."""

from __future__ import annotations

import pytest

from training.cli.command_line import main


def test_info(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["info", "mnist-feedback", "--batch-size", "2"]) == 0
    printed = capsys.readouterr().out
    for part in ("64 x 14 x 14", "19,600", "274,826", "4,194,304", "9,277,440", "MiB libraries"):
        assert part in printed
    assert main(["info", "mnist-lenet", "--synapses", "explicit"]) == 0
    assert "606,740" in capsys.readouterr().out


def test_info_of_a_gpu(capsys: pytest.CaptureFixture[str]) -> None:
    """From the sizes alone: neither GeNN nor a GPU is needed. Other devices have no such lines."""
    alexnet = ["--data-set", "cifar10"]
    alexnet += ["--architecture", "96C3s-256C3-384C3s-384C3-256C3 (F96C3u)"]
    assert main(["info", "mnist-feedback", "--device", "genn", *alexnet]) == 0
    printed = capsys.readouterr().out
    for part in (
        "13.46 GB for a batch of 128: 11.54 GB for synapses, 14.94 MB for each image",
        "a card of 16 GB holds batches of up to 298\n",
        "a card of 80 GB holds batches of up to 1,023, the most that GeNN runs",
    ):
        assert part in printed
    for size, said in ((1023, False), (1024, True)):
        assert main(["info", "digits", "--device", "genn", "--batch-size", str(size)]) == 0
        assert ("GeNN cannot run such a batch at once: use" in capsys.readouterr().out) is said
    for options in (["--device", "genn", "--backend", "cpu"], []):
        assert main(["info", "mnist-feedback", *options]) == 0
        assert "on the GPU" not in capsys.readouterr().out


def test_gains_are_parameters(capsys: pytest.CaptureFixture[str]) -> None:
    """One for each of the 16, 32 and 32 channels of the layers."""
    assert main(["info", "digits", "--normalisation", "weight"]) == 0
    assert f"parameters  {23_786 + 80:,}, gains included" in capsys.readouterr().out
