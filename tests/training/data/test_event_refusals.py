"""Recordings and frames that cannot be read: what is damaged, and what is not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.training.data.event_files import (
    write_aedat4,
    write_cifar10_dvs,
    write_n_mnist,
)
from training.data.events import recordings
from training.errors import DataError

pytest.importorskip("tonic", reason="tonic is missing: pip install -e '.[dev]'")


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda path: path.write_bytes(b"1234567"), "its 7 bytes are no events of 5"),
        (lambda path: path.write_bytes(b""), "is damaged"),
        (lambda path: path.write_bytes(bytes([0, 99, 0, 0, 1])), "is damaged"),
        (lambda path: path.unlink(), "holds 19 training recordings, not 20"),
    ],
)
def test_damaged_recordings_are_named(
    damage: Callable[[Path], object], words: str, tmp_path: Path
) -> None:
    data_set = write_n_mnist(tmp_path)
    damage(tmp_path / "NMNIST" / "Train" / "3" / "00001.bin")
    with pytest.raises(DataError, match=words) as caught:
        data_set.load(tmp_path)
    assert "\n" not in str(caught.value) and "from tonic.datasets import NMNIST" in str(
        caught.value
    )
    assert not list((tmp_path / "NMNIST").glob("*frames*"))


def test_a_recording_that_is_no_aedat4(tmp_path: Path) -> None:
    data_set = write_cifar10_dvs(tmp_path, write_aedat4, ".aedat4")
    path = tmp_path / "CIFAR10DVS" / "dog" / "cifar10_dog_3.aedat4"
    path.write_bytes(path.read_bytes()[:-50])
    with pytest.raises(
        DataError, match=r"cifar10_dog_3.aedat4' is damaged \(.*\): delete 'airplane', "
    ):
        data_set.load(tmp_path)


def test_damaged_frames_are_refused(tmp_path: Path) -> None:
    data_set = write_n_mnist(tmp_path, 1)
    data_set.load(tmp_path)
    (made,) = (tmp_path / "NMNIST").glob("frames-*")
    path = made / "test_images.npy"
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(DataError, match=r"test frames of N-MNIST are damaged.*delete the folder"):
        data_set.load(tmp_path)


def test_a_folder_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    data_set = write_n_mnist(tmp_path, 1)
    monkeypatch.setattr(recordings, "write_array", full)
    with pytest.raises(DataError, match=r"cannot be written into .*No space left.*--data-dir"):
        data_set.load(tmp_path)
    assert not list((tmp_path / "NMNIST").glob("*frames*"))


def test_without_tonic(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data_set = write_n_mnist(tmp_path, 1)
    monkeypatch.setitem(__import__("sys").modules, "tonic", None)
    monkeypatch.setitem(__import__("sys").modules, "tonic.datasets.nmnist", None)
    with pytest.raises(DataError, match=r"checkout, pip install -e '\.\[events\]'"):
        data_set.load(tmp_path)


def test_without_what_tonic_imports_only_to_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody should delete a recording because aedat is missing."""
    data_set = write_cifar10_dvs(tmp_path, write_aedat4, ".aedat4")
    monkeypatch.setitem(__import__("sys").modules, "aedat", None)
    with pytest.raises(
        DataError, match=r"aedat.* in spide's checkout, pip install -e '\.\[ev"
    ) as e:
        data_set.load(tmp_path)
    assert "delete" not in str(e.value)


def test_what_the_system_refuses_is_no_damage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Permissions mean nothing to the superuser, so the system's answer is put in its mouth."""
    data_set = write_n_mnist(tmp_path, 1)
    open_file, answer = Path.open, PermissionError(13, "Permission denied")

    def refuse(path: Path, *arguments: Any, **keywords: Any) -> Any:
        if path.suffix == ".bin":
            raise answer
        return open_file(path, *arguments, **keywords)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "open", refuse)
        with pytest.raises(DataError) as caught:
            data_set.load(tmp_path)
    assert str(caught.value) == (
        f"'{tmp_path / 'NMNIST' / 'Train' / '0' / '00000.bin'}' cannot be read (Permission "
        "denied): get the permission, or choose another place"
    )

    def refuse_reading(*_: object) -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patched:
        patched.setattr("tonic.io.read_mnist_file", refuse_reading)
        with pytest.raises(
            DataError, match=r"00000\.bin' cannot be read \(Input/output error\): ch"
        ):
            data_set.load(tmp_path)
    data_set.load(tmp_path)

    def refuse_frames(*_: object, **__: object) -> None:
        raise answer

    monkeypatch.setattr(np, "load", refuse_frames)
    with pytest.raises(DataError, match=r"cannot be read \(Permission denied\): get the") as caught:
        data_set.load(tmp_path)
    assert "delete" not in str(caught.value)


def test_want_of_memory_is_no_damage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def exhausted(*_: object) -> None:
        raise MemoryError

    data_set = write_n_mnist(tmp_path, 1)
    monkeypatch.setattr("tonic.io.read_mnist_file", exhausted)
    with pytest.raises(MemoryError):
        data_set.load(tmp_path)
