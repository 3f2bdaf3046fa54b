"""Data files that are not those of the data set: one sentence each, before anything is built.

Fashion-MNIST stands for MNIST, whose files have the same format.
"""

from __future__ import annotations

import gzip
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.training.data_files import TEST, TRAINING, idx, write_cifar, write_mnist
from training.cli.command_line import main
from training.data import DataSet, find
from training.data.from_torchvision.torchvision_import import datasets
from training.errors import DataError

IMAGES, LABELS = "train-images-idx3-ubyte", "train-labels-idx1-ubyte"
RANDOM = np.random.default_rng(1).integers(0, 256, (TRAINING, 28, 28), np.uint8)


def refusal(data_set: DataSet, root: Path) -> str:
    """Load a data set that must be refused, and return the one sentence."""
    with pytest.raises(DataError) as caught:
        data_set.load(root)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def rewrite(name: str, content: Callable[[bytes], bytes]) -> Callable[[Path], object]:
    """What replaces the content of a file in a folder."""
    return lambda raw: (raw / name).write_bytes(content((raw / name).read_bytes()))


def replace_folder(raw: Path) -> None:
    """Put a file in place of the folder of the data set's files."""
    shutil.rmtree(raw)
    raw.touch()


def replace_labels(make: Callable[[Path], object]) -> Callable[[Path], object]:
    """What puts something else in place of a file."""

    def damage(raw: Path) -> None:
        (raw / LABELS).unlink()
        make(raw / LABELS)

    return damage


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (rewrite(IMAGES, lambda old: old[:-100]), "is damaged (shape"),
        (rewrite(IMAGES, lambda old: old + b"x"), "is damaged (shape"),
        (rewrite(IMAGES, lambda old: old[:3]), "is damaged ("),
        (rewrite(IMAGES, lambda old: b""), "is damaged ("),
        (rewrite(IMAGES, lambda old: b"\1" + old[1:]), "is damaged ("),
        (rewrite(IMAGES, lambda old: old[:2] + b"\x0a" + old[3:]), "is damaged ("),
        (rewrite(IMAGES, lambda old: idx(RANDOM.astype(">f4"), 13)), "uint8 instead of"),
        (rewrite(IMAGES, lambda old: idx(RANDOM[:, 0])), "3 dimension"),
        (
            rewrite(IMAGES, lambda old: idx(RANDOM[:, :27])),
            "its training images are 1 x 27 x 28 of torch.uint8, not 1 x 28 x 28 bytes",
        ),
        (
            rewrite(IMAGES, lambda old: idx(RANDOM[:4])),
            "it holds 4 training images and 5 labels, not 5 of each",
        ),
        (rewrite(LABELS, lambda old: idx(np.zeros(6, np.uint8))), "5 training images and 6 labels"),
        (rewrite(LABELS, lambda old: idx(RANDOM)), "1 dimension"),
        (
            rewrite(LABELS, lambda old: idx(np.full(TRAINING, 10, np.uint8))),
            "its training labels run from 10 to 10, not from 0 to 9",
        ),
        (rewrite(IMAGES, lambda old: old[:-1] + bytes([old[-1] ^ 1])), "SHA-256 differs"),
        (rewrite(LABELS, lambda old: old[:-1] + b"\0"), "SHA-256 differs"),
        (lambda raw: (raw / LABELS).unlink(), "lacks 'FashionMNIST/raw/train-labels-idx1-ubyte'"),
        (lambda raw: [path.unlink() for path in raw.glob("t10k*")], "lacks 'FashionMNIST/raw/t10k"),
        (lambda raw: shutil.rmtree(raw), "is not in"),
        (replace_folder, "is not in"),
        (replace_labels(Path.mkdir), "is no file"),
        (replace_labels(os.mkfifo), "is no file"),
    ],
)
def test_files_of_mnist(damage: Callable[[Path], object], reason: str, tmp_path: Path) -> None:
    data_set, _ = write_mnist(tmp_path, "fashion-mnist")
    damage(tmp_path / "FashionMNIST" / "raw")
    assert reason in refusal(data_set, tmp_path)


def test_training_and_test_files_changed_places(tmp_path: Path) -> None:
    data_set, _ = write_mnist(tmp_path, "mnist")
    raw = tmp_path / "MNIST" / "raw"
    for kind in ("images-idx3-ubyte", "labels-idx1-ubyte"):
        (raw / f"train-{kind}").rename(raw / "other")
        (raw / f"t10k-{kind}").rename(raw / f"train-{kind}")
        (raw / "other").rename(raw / f"t10k-{kind}")
    assert f"it holds {TEST} training images" in refusal(data_set, tmp_path)


def test_packed_files_say_how_to_unpack_them(tmp_path: Path) -> None:
    data_set, _ = write_mnist(tmp_path, "mnist")
    for path in (tmp_path / "MNIST" / "raw").iterdir():
        path.with_name(f"{path.name}.gz").write_bytes(gzip.compress(path.read_bytes()))
        path.unlink()
    sentence = refusal(data_set, tmp_path)
    command = sentence.partition("is still packed: unpack it with: ")[2]
    assert command.startswith("gunzip --keep ")
    assert os.system(command) == 0
    data_set.load(tmp_path)


def test_a_packed_archive_says_how_to_unpack_it(tmp_path: Path) -> None:
    (tmp_path / "cifar-10-python.tar.gz").touch()
    sentence = refusal(find("cifar10"), tmp_path)
    assert f"unpack it with: tar -xzf {tmp_path / 'cifar-10-python.tar.gz'} -C" in sentence


def test_a_file_in_place_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert "is a file, not the folder" in refusal(find("mnist"), tmp_path / "file")


def test_files_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Permissions mean nothing to the superuser, so the system's answer is put in its mouth."""
    data_set, _ = write_mnist(tmp_path, "mnist")
    stat = Path.stat

    def refuse(path: Path, **keywords: Any) -> os.stat_result:
        if path.name == IMAGES:
            raise PermissionError(13, "Permission denied", str(path))
        return stat(path, **keywords)

    assert "cannot be read (File name too long)" in refusal(data_set, Path("n" * 1000))
    monkeypatch.setattr(Path, "stat", refuse)
    assert "cannot be read (Permission denied)" in refusal(data_set, tmp_path)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (
            PermissionError(13, "Permission denied", "/there/file"),
            "'/there/file' cannot be read (Permission denied): get the permission, or choose "
            "another place",
        ),
        (
            OSError(24, "Too many open files"),
            "'{root}' cannot be read (Too many open files): allow more open files (ulimit -n)",
        ),
        (
            ModuleNotFoundError("No module named 'PIL'"),
            "MNIST is read by torchvision, of which something cannot be imported (No module named "
            "'PIL'): in spide's checkout, pip install -e .",
        ),
    ],
)
def test_what_is_no_damage_is_not_told_as_such(
    answer: Exception, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Deleting the files would mend nothing."""
    data_set, _ = write_mnist(tmp_path, "mnist")

    def refuse(_: str) -> None:
        raise answer

    monkeypatch.setattr(datasets.mnist, "read_image_file", refuse)
    assert refusal(data_set, tmp_path) == said.format(root=tmp_path)


def test_want_of_memory_is_no_damage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data_set, _ = write_mnist(tmp_path, "mnist")

    def exhausted(_: str) -> None:
        raise MemoryError

    monkeypatch.setattr(datasets.mnist, "read_image_file", exhausted)
    with pytest.raises(MemoryError):
        data_set.load(tmp_path)


def test_the_official_sizes_and_sums_are_asked_for(tmp_path: Path) -> None:
    write_mnist(tmp_path, "mnist")
    assert "not 60,000 of each" in refusal(find("mnist"), tmp_path)
    small = replace(find("mnist"), sizes=(TRAINING, TEST))
    assert "is not the official file of MNIST" in refusal(small, tmp_path)


FILES = {"train": ["data_batch_1", "data_batch_2"], "test": ["test_batch"]}


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        ({"labels": [0, 1, 2, 10]}, "its training labels run from 0 to 10, not from 0 to 9"),
        ({"labels": [0, 1, 2, -1]}, "run from -1 to 2"),
        ({"labels": [0, 1, 2]}, "it holds 8 training images and 6 labels, not 8 of each"),
        ({"labels": [0.0, 1.0, 2.0, 3.0]}, "are torch.float32, not integers"),
        ({"labels": ["a", "b", "c", "d"]}, "is damaged ("),
        ({"data": np.zeros((4, 3000), np.uint8)}, "is damaged (cannot reshape"),
        ({"data": np.zeros((4, 3072), np.float32)}, "32 of torch.float32, not 3 x 32 x 32 bytes"),
        ({"data": np.zeros((5, 3072), np.uint8)}, "it holds 10 training images and 8 labels"),
        ({"data": "text"}, "is damaged ("),
        ({"data": None}, "is damaged ("),
    ],
)
def test_batches_of_cifar(
    damage: dict[str, Any], reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data_set, _ = write_cifar(tmp_path, monkeypatch, "CIFAR10", "labels", FILES, damage)
    assert reason in refusal(data_set, tmp_path)


def test_a_damaged_and_a_missing_batch_of_cifar(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data_set, _ = write_cifar(tmp_path, monkeypatch, "CIFAR10", "labels", FILES)
    batch = tmp_path / "cifar-10-batches-py" / "data_batch_2"
    batch.write_bytes(batch.read_bytes()[:-1])
    assert "is damaged (" in refusal(data_set, tmp_path)
    batch.unlink()
    assert "lacks 'cifar-10-batches-py/data_batch_2'" in refusal(data_set, tmp_path)


def test_the_command_refuses_before_it_builds_or_writes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_mnist(tmp_path / "data", "mnist")
    out, data = str(tmp_path / "run"), str(tmp_path / "data")
    assert main(["train", "mnist-feedback", "--out", out, "--data-dir", data]) == 1
    printed = capsys.readouterr()
    assert printed.err.startswith("spide: MNIST in '") and printed.err.count("\n") == 1
    assert "building" not in printed.out and not Path(out).exists()


def test_the_fingerprint_is_that_of_pixels_labels_and_shapes(tmp_path: Path) -> None:
    data_set, _ = write_mnist(tmp_path, "mnist")
    images = data_set.load(tmp_path)
    assert images.fingerprint() == data_set.load(tmp_path).fingerprint()
    for part in (images.training, images.test):
        for tensor in part.tensors:
            before = images.fingerprint()
            tensor.view(-1)[-1] += 1
            assert images.fingerprint() != before
