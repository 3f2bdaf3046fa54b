"""N-MNIST and CIFAR10-DVS, from small files in their original formats, through tonic's readers."""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch.utils.data import TensorDataset

from tests.training.data.event_files import (
    Write,
    random_events,
    recording,
    write_aedat2,
    write_aedat4,
    write_bin,
    write_cifar10_dvs,
    write_n_mnist,
)
from training.cli.command_line import main
from training.data.batches import evaluation_batches, training_batches
from training.data.events import kept_sum, recordings
from training.data.events.frames import by_number
from training.data.validation import held_out
from training.errors import DataError
from training.storage.arrays import write_array
from training.storage.sealed_json import seal

pytest.importorskip("tonic", reason="tonic is missing: pip install -e '.[dev]'")


def test_n_mnist_in_its_original_format(tmp_path: Path) -> None:
    """Spikes of 3 ms, of events whose movement is taken out: by tonic's code, and by ours."""
    from tonic.datasets.nmnist import NMNIST, stabilize

    images = write_n_mnist(tmp_path).load(tmp_path)
    for part, first in ((images.training, 0), (images.test, 1000)):
        assert part.tensors[1].tolist() == [label for label in range(10) for _ in range(2)]
        assert part.tensors[0].shape == (20, 30, 2, 34, 34)
        for position in (0, 7, 19):
            events = recording(first + 10 * (position // 2) + position % 2)
            columns = (events.x, events.y, events.t, events.polarity)
            plain = np.array(list(zip(*columns, strict=True)), NMNIST.dtype)
            stable = stabilize(plain)
            expected = np.zeros((30, 2, 34, 34))
            for x, y, t, p in stable:
                expected[t // 3000, p, y, x] = 1
            np.testing.assert_array_equal(part.tensors[0][position].numpy(), expected)


def test_the_network_sees_numbers(tmp_path: Path) -> None:
    """They are kept as bytes, mapped into memory, and given as float32 with the steps first."""
    images = write_n_mnist(tmp_path).load(tmp_path)
    assert images.training.tensors[0].dtype == torch.uint8
    for batches in (training_batches(images, 8, 0, 0), evaluation_batches(images, 8)):
        pixels, labels = next(iter(batches))
        assert pixels.dtype == torch.float32 and pixels.shape == (30, 8, 2, 34, 34)
        assert labels.shape == (8,)


@pytest.mark.parametrize(("write", "ending"), [(write_aedat4, ".aedat4"), (write_aedat2, ".aedat")])
def test_cifar10_dvs_in_its_original_formats(write: Write, ending: str, tmp_path: Path) -> None:
    """Frames of equally many events; the mean of a frame outlives its resizing."""
    images = write_cifar10_dvs(tmp_path, write, ending).load(tmp_path)
    assert images.class_names[3] == "cat"
    pixels, labels = images.training.tensors
    assert pixels.shape == (100, 30, 2, 48, 48) and pixels.dtype == torch.float32
    assert labels.tolist() == [label for label in range(10) for _ in range(10)]
    # 10 comes after 9, not after 1: it is the one that is left for testing.
    for frames, seed in ((pixels[0], 0), (pixels[12], 102), (images.test.tensors[0][4], 410)):
        counts = by_number(random_events(seed, 900, 128, 10**6), 30, (128, 128))
        expected = np.stack([smaller(frame) for frame in counts.reshape(-1, 128, 128)])
        np.testing.assert_allclose(frames.reshape(-1, 48, 48), expected, atol=2e-6)


def smaller(image: np.ndarray) -> np.ndarray:
    """128 x 128 to 48 x 48: a triangle as wide as a pixel of the result, as PIL has it."""
    scale = 128 / 48
    centres = (np.arange(48) + 0.5) * scale - 0.5
    weights = np.clip(1 - abs(np.arange(128) - centres[:, None]) / scale, 0, None)
    weights /= weights.sum(axis=1, keepdims=True)
    result: np.ndarray = weights @ image @ weights.T
    return result


def test_one_crop_for_all_frames(tmp_path: Path) -> None:
    images = write_cifar10_dvs(tmp_path, write_aedat4, ".aedat4").load(tmp_path)
    assert images.augmentation is not None
    frames = images.training.tensors[0][3]
    padded = torch.nn.functional.pad(frames, (4, 4, 4, 4))
    seen = set()
    for seed in range(20):
        cropped = images.augmentation(frames, torch.Generator().manual_seed(seed))
        places = [
            (y, x)
            for y in range(9)
            for x in range(9)
            if torch.equal(cropped, padded[..., y : y + 48, x : x + 48])
        ]
        assert len(places) == 1
        seen.add(places[0])
    assert len(seen) > 12  # of 81 places


def test_frames_are_made_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The second time they are read; other recordings are others, and have frames of their own."""
    data_set = write_n_mnist(tmp_path, 1)
    with caplog.at_level(logging.WARNING):
        first = data_set.load(tmp_path).fingerprint()
        assert data_set.load(tmp_path).fingerprint() == first
        assert len(caplog.records) == 1
        assert "making frames of 20 recordings of N-MNIST, once" in caplog.text
        write_bin(tmp_path / "NMNIST" / "Train" / "0" / "00000.bin", random_events(5, 90, 34, 9000))
        assert data_set.load(tmp_path).fingerprint() != first
        assert len(caplog.records) == 2
    assert len(list((tmp_path / "NMNIST").glob("frames-*"))) == 2
    assert not list((tmp_path / "NMNIST").glob(".*"))


def test_a_recording_of_the_same_length_is_another_one(tmp_path: Path) -> None:
    """Also where its date is that of the one it replaces."""
    data_set = write_n_mnist(tmp_path, 1)
    first = data_set.load(tmp_path)
    path = tmp_path / "NMNIST" / "Train" / "3" / "00000.bin"
    before, content = path.stat(), path.read_bytes()
    write_bin(path, recording(777))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert path.stat().st_size == before.st_size
    second = data_set.load(tmp_path)
    differ = [
        number
        for number, (one, other) in enumerate(
            zip(first.training.tensors[0], second.training.tensors[0], strict=True)
        )
        if not torch.equal(one, other)
    ]
    assert differ == [3] and second.fingerprint() != first.fingerprint()
    path.write_bytes(content)  # the old frames are those of the old recording again
    assert data_set.load(tmp_path).fingerprint() == first.fingerprint()
    assert len(list((tmp_path / "NMNIST").glob("frames-*"))) == 2


def test_recordings_are_read_again_only_where_one_has_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data_set = write_n_mnist(tmp_path, 1)
    first = data_set.load(tmp_path).fingerprint()
    read: list[str] = []
    open_file = Path.open

    def counted(path: Path, *arguments: Any, **keywords: Any) -> Any:
        read.extend([path.name] if path.suffix == ".bin" else [])
        return open_file(path, *arguments, **keywords)

    monkeypatch.setattr(Path, "open", counted)
    assert data_set.load(tmp_path).fingerprint() == first and read == []
    os.utime(tmp_path / "NMNIST" / "Test" / "0" / "00000.bin")
    assert data_set.load(tmp_path).fingerprint() == first and len(read) == 20
    assert data_set.load(tmp_path).fingerprint() == first and len(read) == 20
    assert len(list((tmp_path / "NMNIST").glob("frames-*"))) == 1


def test_a_recording_that_changes_while_frames_are_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data_set, save = write_n_mnist(tmp_path, 1), write_array

    def meanwhile(*arguments: Any, **keywords: Any) -> None:
        write_bin(tmp_path / "NMNIST" / "Train" / "3" / "00000.bin", recording(777))
        save(*arguments, **keywords)

    monkeypatch.setattr(recordings, "write_array", meanwhile)
    with pytest.raises(DataError, match=r"written anew while they were being read: start again"):
        data_set.load(tmp_path)
    assert not list((tmp_path / "NMNIST").glob("*frames*"))


def test_frames_that_several_processes_make_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one that is last finds them made, and uses those."""
    data_set, rename = write_n_mnist(tmp_path, 1), Path.rename
    others: list[Path] = []

    def meanwhile(self: Path, target: Path) -> Path:
        if not others:
            others.append(shutil.copytree(self, target))
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", meanwhile)
    found = data_set.load(tmp_path).fingerprint()
    assert len(others) == 1
    assert data_set.load(tmp_path).fingerprint() == found
    assert not list((tmp_path / "NMNIST").glob(".*"))


def bytes_read(path: Path) -> int:
    """How much of a mapped file this process has looked at, as the system counts it."""
    found, here = 0, False
    for line in Path("/proc/self/smaps").read_text().splitlines():
        words = line.split()
        if "-" in words[0] and not words[0].endswith(":"):
            here = words[-1] == str(path)
        elif here and words[0] == "Rss:":
            found += 1024 * int(words[1])
    return found


@pytest.mark.skipif(not Path("/proc/self/smaps").exists(), reason="Linux counts it")
@pytest.mark.parametrize("name", ["n-mnist", "cifar10-dvs"])
def test_a_second_start_reads_no_frame(name: str, tmp_path: Path) -> None:
    """Neither for the fingerprint, nor to see that pixels are finite, nor to hold some out."""
    if name == "n-mnist":
        data_set = write_n_mnist(tmp_path)
    else:
        data_set = write_cifar10_dvs(tmp_path, write_aedat4, ".aedat4")
    first = data_set.load(tmp_path)
    (made,) = tmp_path.glob("*/frames-*")
    files = [made / f"{part}_images.npy" for part in ("training", "test")]
    for file in files:
        assert bytes_read(file) >= file.stat().st_size // 2
    plain = replace(
        first,
        training=TensorDataset(*first.training.tensors),
        test=TensorDataset(*first.test.tensors),
    )
    expected = plain.fingerprint()
    del first, plain
    second = data_set.load(tmp_path)
    assert second.fingerprint() == expected
    few = len(second.training) - 2
    assert len(held_out(second, 0, used=few).training) == few
    assert [bytes_read(file) for file in files] == [0, 0]
    assert held_out(second, 2).fingerprint() != expected


@pytest.mark.parametrize("array", ["training_images", "training_labels", "test_images"])
def test_changed_frames_are_noticed(array: str, tmp_path: Path) -> None:
    """Also where the date of the file is what it was: a run then says that it knows others."""
    data_set = write_n_mnist(tmp_path, 1)
    first = data_set.load(tmp_path).fingerprint()
    (made,) = (tmp_path / "NMNIST").glob("frames-*")
    path = made / f"{array}.npy"
    before = path.stat()
    content = bytearray(path.read_bytes())
    content[-8] ^= 1
    path.write_bytes(content)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    changed = data_set.load(tmp_path).fingerprint()
    assert changed != first and data_set.load(tmp_path).fingerprint() == changed


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.unlink(),
        lambda path: path.write_bytes(path.read_bytes()[:-9]),
        lambda path: path.write_text(
            path.read_text().replace('"fingerprint": "', '"fingerprint": "0')
        ),
        lambda path: path.write_bytes(seal({"format": 99, "fingerprint": "?", "files": []})),
    ],
)
def test_a_damaged_sum_is_made_again(damage: Callable[[Path], object], tmp_path: Path) -> None:
    data_set = write_n_mnist(tmp_path, 1)
    first = data_set.load(tmp_path).fingerprint()
    (path,) = (tmp_path / "NMNIST").glob("frames-*/fingerprint.json")
    whole = path.read_bytes()
    damage(path)
    assert data_set.load(tmp_path).fingerprint() == first
    assert path.read_bytes() == whole


def test_where_the_sum_cannot_be_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Data that many share are often not writable: nothing fails, and a line says what it costs."""

    def refuse(*_: object) -> None:
        raise OSError(30, "Read-only file system")

    data_set = write_n_mnist(tmp_path, 1)
    first = data_set.load(tmp_path).fingerprint()
    (path,) = (tmp_path / "NMNIST").glob("frames-*/fingerprint.json")
    path.unlink()
    monkeypatch.setattr(kept_sum, "write_atomically", refuse)
    caplog.clear()
    with caplog.at_level(logging.WARNING):
        assert data_set.load(tmp_path).fingerprint() == first
    assert f"'{path}' cannot be written (Read-only file system)" in caplog.text


@pytest.mark.parametrize("name", ["n-mnist", "cifar10-dvs"])
def test_some_can_be_held_out_without_being_copied(name: str, tmp_path: Path) -> None:
    if name == "n-mnist":
        data_set = write_n_mnist(tmp_path, 4)
    else:
        data_set = write_cifar10_dvs(tmp_path, write_aedat4, ".aedat4")
    images = data_set.load(tmp_path)
    parts = held_out(images, 6)
    assert (len(parts.training), len(parts.test)) == (data_set.sizes[0] - 6, 6)
    seen = torch.cat([labels for _, labels in training_batches(parts, 4, 0, 0)])
    assert len(seen) == data_set.sizes[0] - 6
    (pixels, labels), *_ = evaluation_batches(parts, 6)
    whole, every = images.training.tensors
    for image, label in zip(pixels.transpose(0, 1), labels, strict=True):
        same = [k for k in range(len(every)) if torch.equal(whole[k].float(), image)]
        assert len(same) == 1 and every[same[0]] == label


@pytest.mark.parametrize("name", ["n-mnist", "cifar10-dvs"])
def test_a_recipe_is_trained_and_evaluated_on_them(
    name: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """From files to an evaluation by the commands, with images held out."""
    if name == "n-mnist":
        data_set = write_n_mnist(tmp_path / "data", 4)
    else:
        data_set = write_cifar10_dvs(tmp_path / "data", write_aedat4, ".aedat4")
    monkeypatch.setattr("training.data.DATA_SETS", (data_set,))
    where, run = ("--data-dir", str(tmp_path / "data")), str(tmp_path / "run")
    network = ("--architecture", "4C5s (F4C3)", "--batch-size", "4", "--backward-steps", "10")
    options = ("--validation", "4", "--epochs", "1", "--max-iterations", "2", "--out", run)
    assert main(["train", name, *network, *options, *where]) == 0
    records = (Path(run) / "metrics.jsonl").read_text()
    assert '"validation"' in records and '"training"' in records
    assert main(["evaluate", run, *where]) == 0
    assert "test accuracy" in capsys.readouterr().out
    trace = str(tmp_path / "trace.nc")
    assert main(["simulate", run, *where, "--record", "layer1.spikes", "--out", trace]) == 0
