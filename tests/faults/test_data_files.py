"""Damaged data files: the right images or one sentence, whatever was done to them.

Every fault is drawn from a seed: bits flipped at every kind of position, files cut off, made
longer, emptied, deleted or exchanged. The small data sets are read by the code that reads the
official ones.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

import training.data
from tests.training.data_files import write_cifar, write_mnist
from training.cli.command_line import main
from training.data import DataSet, Images
from training.errors import DataError

pytestmark = pytest.mark.faults

Fault = Callable[[random.Random, list[Path]], None]

HEADER = 16
"""Bytes of an IDX file of images before the first pixel."""


def flip_in_header(rng: random.Random, files: list[Path]) -> None:
    _flip(rng, rng.choice(files), HEADER)


def flip_anywhere(rng: random.Random, files: list[Path]) -> None:
    _flip(rng, rng.choice(files))


def replace_byte(rng: random.Random, files: list[Path]) -> None:
    path = rng.choice(files)
    content = bytearray(path.read_bytes())
    content[rng.randrange(len(content))] = rng.randrange(256)
    path.write_bytes(content)


def cut_off(rng: random.Random, files: list[Path]) -> None:
    path = rng.choice(files)
    content = path.read_bytes()
    path.write_bytes(content[: rng.randrange(len(content))])


def cut_off_in_header(rng: random.Random, files: list[Path]) -> None:
    path = rng.choice(files)
    path.write_bytes(path.read_bytes()[: rng.randrange(HEADER)])


def make_longer(rng: random.Random, files: list[Path]) -> None:
    path = rng.choice(files)
    path.write_bytes(path.read_bytes() + rng.randbytes(rng.randint(1, 2000)))


def leave_out(rng: random.Random, files: list[Path]) -> None:
    path = rng.choice(files)
    content = path.read_bytes()
    first = rng.randrange(len(content))
    path.write_bytes(content[:first] + content[first + rng.randint(1, 100) :])


def delete(rng: random.Random, files: list[Path]) -> None:
    for path in rng.sample(files, rng.randint(1, len(files))):
        path.unlink()


def exchange(rng: random.Random, files: list[Path]) -> None:
    one, other = rng.sample(files, 2)
    first, second = one.read_bytes(), other.read_bytes()
    one.write_bytes(second)
    other.write_bytes(first)


def noise(rng: random.Random, files: list[Path]) -> None:
    path = rng.choice(files)
    path.write_bytes(rng.randbytes(len(path.read_bytes())))


def folder_for_file(rng: random.Random, files: list[Path]) -> None:
    path = rng.choice(files)
    path.unlink()
    path.mkdir()


FAULTS: tuple[Fault, ...] = (
    flip_in_header,
    flip_anywhere,
    replace_byte,
    cut_off,
    cut_off_in_header,
    make_longer,
    leave_out,
    delete,
    exchange,
    noise,
    folder_for_file,
)


def _flip(rng: random.Random, path: Path, first: int | None = None) -> None:
    """Flip a bit, among the first bytes if told so."""
    content = bytearray(path.read_bytes())
    content[rng.randrange(min(len(content), first or len(content)))] ^= 1 << rng.randrange(8)
    path.write_bytes(content)


def restore(content: dict[Path, bytes]) -> None:
    """Put files back as they were."""
    for path, original in content.items():
        if path.is_dir():
            path.rmdir()
        path.write_bytes(original)


def same(one: Images, other: Images) -> bool:
    """Whether all pixels and labels are equal."""
    tensors = zip(
        (*one.training.tensors, *one.test.tensors),
        (*other.training.tensors, *other.test.tensors),
        strict=True,
    )
    return all(torch.equal(first, second) for first, second in tensors)


def inject(data_set: DataSet, root: Path, seed: int, times: int) -> int:
    """Damage and read a data set, time after time; return how often it was refused."""
    files = sorted(path for path in root.rglob("*") if path.is_file())
    content = {path: path.read_bytes() for path in files}
    right = data_set.load(root)
    rng = random.Random(seed)
    refused = 0
    for number in range(times):
        fault = FAULTS[number % len(FAULTS)]
        fault(rng, files)
        try:
            assert same(data_set.load(root), right), f"fault {number}, {fault.__name__}"
        except DataError as error:
            assert "\n" not in str(error)
            refused += 1
        restore(content)
    return refused


@pytest.mark.parametrize("name", ["mnist", "fashion-mnist"])
def test_files_of_mnist(name: str, tmp_path: Path) -> None:
    data_set, _ = write_mnist(tmp_path, name)
    # Few faults change nothing, such as a byte that is replaced by itself.
    assert inject(data_set, tmp_path, seed=1, times=132) > 120


def test_every_byte_of_the_headers(tmp_path: Path) -> None:
    data_set, _ = write_mnist(tmp_path, "mnist")
    for path in sorted((tmp_path / "MNIST" / "raw").iterdir()):
        original = path.read_bytes()
        for position in range(HEADER if "images" in path.name else HEADER // 2):
            for bit in (0, 7):
                content = bytearray(original)
                content[position] ^= 1 << bit
                path.write_bytes(content)
                with pytest.raises(DataError) as caught:
                    data_set.load(tmp_path)
                assert "\n" not in str(caught.value)
        path.write_bytes(original)


def test_batches_of_cifar(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {"train": ["data_batch_1", "data_batch_2"], "test": ["test_batch"]}
    data_set, _ = write_cifar(tmp_path, monkeypatch, "CIFAR10", "labels", files)
    assert inject(data_set, tmp_path, seed=2, times=66) > 58


def test_the_command_says_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "data"
    data_set, _ = write_mnist(data, "mnist")
    monkeypatch.setattr(training.data, "DATA_SETS", (data_set,))
    files = sorted((data / "MNIST" / "raw").iterdir())
    content = {path: path.read_bytes() for path in files}
    rng = random.Random(3)
    out, options = tmp_path / "run", ("--batch-size", "2", "--data-dir", str(data))
    for fault in (flip_in_header, flip_anywhere, *FAULTS[3:]):  # those that always change something
        fault(rng, files)
        assert main(["train", "mnist-feedback", "--out", str(out), *options]) == 1, fault.__name__
        printed = capsys.readouterr()
        assert printed.err.startswith("spide: ") and printed.err.count("\n") == 1
        assert "building" not in printed.out and not out.exists()
        restore(content)
