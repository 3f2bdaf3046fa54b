"""Own data sets on disk: files, folders of arrays, folders of pictures."""

from __future__ import annotations

import os
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch.utils.data import TensorDataset

from training.data import Images, find, rows
from training.data.own_data.checked_arrays import checked_arrays
from training.data.own_data.held_out import split
from training.data.own_data.image_folder import mean_and_std
from training.data.validation import held_out
from training.errors import DataError

IMAGES = np.random.default_rng(0).normal(size=(10, 1, 2, 3)).astype(np.float32)
LABELS = np.arange(10) % 2

SAVED = [0, 2, 15, 16]
"""Of 20 images of three classes in turn, those that are held out."""


def test_arrays_in_a_folder_are_mapped(tmp_path: Path) -> None:
    for name, values in (("images", IMAGES), ("labels", LABELS), ("test_images", IMAGES[:4]),
                         ("test_labels", LABELS[:4])):  # fmt: skip
        np.save(tmp_path / f"{name}.npy", values)
    data_set = find(str(tmp_path))
    assert (data_set.input_shape, data_set.classes, data_set.sizes) == ((1, 2, 3), 2, (10, 4))
    images = data_set.load(Path("unused"))
    np.testing.assert_array_equal(images.training.tensors[0], IMAGES)
    np.testing.assert_array_equal(images.test.tensors[1], LABELS[:4])
    mapped = np.load(tmp_path / "images.npy", mmap_mode="c")
    arrays = checked_arrays({"images": mapped, "labels": LABELS}, "the folder")
    assert np.shares_memory(arrays["images"], mapped)


def test_a_fifth_of_every_class_is_held_out(tmp_path: Path) -> None:
    np.savez(tmp_path / "own.npz", images=IMAGES, labels=LABELS)
    images = find(str(tmp_path / "own.npz")).load(Path("unused"))
    assert images.test.tensors[1].tolist() == [0, 1] or images.test.tensors[1].tolist() == [1, 0]
    parts = [part.tensors[0].numpy() for part in (images.training, images.test)]
    together = np.concatenate(parts).reshape(10, -1)
    np.testing.assert_array_equal(
        np.sort(together, axis=0), np.sort(IMAGES.reshape(10, -1), axis=0)
    )


@pytest.mark.parametrize("test_part", [False, True])
def test_mapped_arrays_are_not_copied_into_memory(test_part: bool, tmp_path: Path) -> None:
    """With or without a test part; NumPy tells tracemalloc what it takes."""
    images = np.zeros((200, 1, 100, 100), np.float32)
    images[:, 0, 0, 0] = np.arange(200)
    for name in ("images", "test_images")[: 1 + test_part]:
        np.save(tmp_path / f"{name}.npy", images)
        np.save(tmp_path / f"{name.replace('images', 'labels')}.npy", np.arange(200) % 2)
    data_set = find(str(tmp_path))
    data_set.load(Path("unused"))  # which imports what it needs
    tracemalloc.start()
    loaded = data_set.load(Path("unused"))
    assert len(loaded.training) == data_set.sizes[0]
    training, labels = loaded.training[torch.arange(len(loaded.training))[-20:]]
    taken = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert taken < images.nbytes / 20
    assert training[:, 0, 0, 0].remainder(2).tolist() == labels.tolist()
    seen = torch.cat([part.tensors[0][:, 0, 0, 0] for part in (loaded.training, loaded.test)])
    expected = [*range(200)] * 2 if test_part else [*range(200)]
    assert sorted(seen.tolist()) == sorted(expected)


@pytest.mark.parametrize(
    ("types", "expected"),
    [(("f4", "f4"), (0, 0)), (("f4", "f8"), (0, 4)), (("f8",), (4, 4)), (("f4",), (0, 0))],
)
def test_what_stays_in_its_file_takes_no_memory(
    types: tuple[str, ...], expected: tuple[int, int], tmp_path: Path
) -> None:
    """Images of another type are converted, and so copied."""
    folder = tmp_path / "folder"
    folder.mkdir()
    for name, kind in zip(("images", "test_images"), types, strict=False):
        np.save(folder / f"{name}.npy", IMAGES.astype(kind))
        np.save(folder / f"{name.replace('images', 'labels')}.npy", LABELS)
    assert find(str(folder)).pixel_bytes == expected
    np.savez(tmp_path / "own.npz", images=IMAGES, labels=LABELS)
    assert find(str(tmp_path / "own.npz")).pixel_bytes == (4, 4)


def test_arrays_that_are_written_into_are_noticed(tmp_path: Path) -> None:
    """Another file in the place of a mapped one leaves what is mapped as it is."""
    for name, values in (("images", IMAGES), ("labels", LABELS)):
        np.save(tmp_path / f"{name}.npy", values)
    images = find(str(tmp_path)).load(Path("unused"))
    images.refuse_changed()
    np.save(tmp_path / "other", 2 * IMAGES)
    (tmp_path / "other.npy").replace(tmp_path / "images.npy")
    images.refuse_changed()
    np.testing.assert_array_equal(
        torch.cat([part.tensors[0] for part in (images.training, images.test)]).sum(),
        torch.from_numpy(IMAGES).sum(),
    )
    again = find(str(tmp_path)).load(Path("unused"))
    rewrite(tmp_path / "images.npy", 3 * IMAGES)
    with pytest.raises(DataError, match=r"images.npy' was written into while its images were be"):
        held_out(again, 1).refuse_changed()


def test_a_fingerprint_is_that_of_copies_whatever_is_read_at_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Runs that were trained on copies know their images again."""
    np.savez(tmp_path / "own.npz", images=IMAGES, labels=LABELS)
    images = find(str(tmp_path / "own.npz")).load(Path("unused"))
    copied = Images(TensorDataset(*images.training.tensors), TensorDataset(*images.test.tensors))
    for size in (1, 50, 2**26):  # an image has 24 bytes
        monkeypatch.setattr(rows, "_BLOCK", size)
        assert images.fingerprint() == copied.fingerprint()
    fewer = held_out(images, 2)
    again = Images(TensorDataset(*fewer.training.tensors), TensorDataset(*fewer.test.tensors))
    assert fewer.fingerprint() == again.fingerprint() != images.fingerprint()


@pytest.mark.parametrize(
    ("labels", "count"),
    [
        ([0, 1, 2, 0, 1, 2, 0, 1, 2], 2),  # fewer than classes
        ([0, 0, 1, 1, 2, 2, 3, 3], 2),
        ([0, 1, 1, 1, 1, 1, 1], 1),  # a class of one image
        ([*range(20), *[20] * 6], 5),  # of which all but one are held out
        ([0, 1, 2, 3, 4, 4], 1),
        ([0, 0, 0, 0, 0, 1], 1),  # a draw without regard to classes takes the last
        ([0, 1, 2, 3] * 2, 2),  # and here both images of a class
    ],
)
def test_few_images_are_divided_too(labels: list[int], count: int) -> None:
    kept, test = split(np.array(labels), "the data")
    assert len(test) == count
    assert sorted([*kept, *test]) == list(range(len(labels)))
    assert {labels[number] for number in kept} == set(labels)


def test_the_only_image_of_a_class_is_trained_on_and_the_others_stay_in_proportion() -> None:
    """A fifth of 81 are 16: 8 and 8 of the 40 and 40."""
    labels = np.repeat([0, 1, 2], [40, 1, 40])
    kept, test = split(labels, "the data")
    assert np.bincount(labels[test], minlength=3).tolist() == [8, 0, 8]
    assert np.bincount(labels[kept]).tolist() == [32, 1, 32]


def test_a_split_by_class_is_the_one_that_saved_runs_know() -> None:
    labels = np.arange(20) % 3
    kept, test = split(labels, "the data")
    assert test.tolist() == SAVED
    assert kept.tolist() == [number for number in range(20) if number not in SAVED]


def test_classes_of_one_image_each_cannot_be_divided(tmp_path: Path) -> None:
    np.savez(tmp_path / "own.npz", images=IMAGES, labels=np.minimum(np.arange(10), 8))
    with pytest.raises(DataError) as caught:
        find(str(tmp_path / "own.npz"))
    assert str(caught.value) == (
        f"{tmp_path / 'own.npz'} has 10 images of 9 classes, of which a fifth (2) cannot be held "
        "out without the only image of a class: give test images too, or more images of every class"
    )
    for number in range(5):
        path = tmp_path / "pictures" / str(number) / "0.png"
        path.parent.mkdir(parents=True)
        Image.new("L", (3, 2)).save(path)
    with pytest.raises(DataError, match=r"pictures' has 5 images of 5 classes, of which a fifth"):
        find(str(tmp_path / "pictures"))


def save_pictures(folder: Path, mode: str = "L", size: tuple[int, int] = (3, 2)) -> None:
    for number in range(10):
        path = folder / ("ab"[number % 2]) / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new(mode, size, number * 20 if mode == "L" else (number * 20, 0, 255)).save(path)


def test_pictures_by_class(tmp_path: Path) -> None:
    save_pictures(tmp_path)
    data_set = find(str(tmp_path))
    assert (data_set.input_shape, data_set.classes, data_set.sizes) == ((1, 2, 3), 2, (8, 2))
    training = data_set.load(Path("unused")).training.tensors[0]
    assert float(training.mean()) == pytest.approx(0, abs=1e-6)
    assert float(training.std(unbiased=False)) == pytest.approx(1, rel=1e-6)


def test_colour_pictures_with_a_test_folder(tmp_path: Path) -> None:
    save_pictures(tmp_path / "train", "RGB")
    save_pictures(tmp_path / "test", "RGB")
    data_set = find(str(tmp_path))
    assert (data_set.input_shape, data_set.sizes) == ((3, 2, 3), (10, 10))
    images = data_set.load(Path("unused"))
    np.testing.assert_array_equal(images.training.tensors[0], images.test.tensors[0])
    assert float(images.test.tensors[0][:, 1:].abs().max()) == 0  # constant channels


def test_a_channel_that_is_constant_in_training_is_not_divided(tmp_path: Path) -> None:
    """100 / 255 is no number of float32: rounded sums would give it a deviation of 1e-8 or so."""
    for part, count in (("train", 300), ("test", 1)):
        for number in range(2 * count):
            path = tmp_path / part / "ab"[number % 2] / f"{number}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            constant = 100 if part == "train" else 101
            Image.new("RGB", (3, 2), (number % 256, constant, 7)).save(path)
    images = find(str(tmp_path)).load(Path("unused"))
    assert not images.training.tensors[0][:, 1:].any()
    one_level = images.test.tensors[0][:, 1].numpy()
    np.testing.assert_allclose(one_level, 1 / 255, rtol=1e-5)


def test_sums_over_pictures_do_not_drift() -> None:
    """Added up in float32, the mean of these would be 0.2002."""
    images = np.full((200_000, 3, 2, 2), 0.1, np.float32)
    images[::2] = 0.3
    mean, std = mean_and_std(images)
    assert mean.dtype == std.dtype == np.float32
    assert mean.shape == std.shape == (1, 3, 1, 1)
    np.testing.assert_allclose(mean, 0.2, rtol=1e-6)
    np.testing.assert_allclose(std, 0.1, rtol=1e-6)


def test_pictures_that_differ(tmp_path: Path) -> None:
    save_pictures(tmp_path)
    Image.new("L", (5, 5)).save(tmp_path / "b" / "other.png")
    with pytest.raises(DataError, match="bring all pictures"):
        find(str(tmp_path)).load(Path("unused"))


def test_what_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="No such file"):
        find(str(tmp_path / "own.npz"))
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="is no folder of pictures"):
        find(str(tmp_path / "empty"))


def rewrite(file: Path, values: np.ndarray) -> None:
    """Write an array in place, so that its folder stays as it is."""
    before = file.parent.stat().st_mtime_ns
    np.save(file, values)
    os.utime(file.parent, ns=(before, before))


def test_arrays_written_anew_are_looked_at_anew(tmp_path: Path) -> None:
    """The time of a folder does not change when a file in it is written in place."""
    np.save(tmp_path / "images.npy", IMAGES)
    np.save(tmp_path / "labels.npy", LABELS)
    assert find(str(tmp_path)).classes == 2
    before = tmp_path.stat().st_mtime_ns
    rewrite(tmp_path / "labels.npy", np.arange(10) % 3)
    assert tmp_path.stat().st_mtime_ns == before
    assert find(str(tmp_path)).classes == 3
    rewrite(tmp_path / "images.npy", IMAGES[:, :, :, :2])
    assert find(str(tmp_path)).input_shape == (1, 2, 2)
    np.savez(tmp_path / "own.npz", images=IMAGES, labels=LABELS)
    assert find(str(tmp_path / "own.npz")).sizes == (8, 2)
    np.savez(tmp_path / "own.npz", images=IMAGES[:5], labels=LABELS[:5])
    assert find(str(tmp_path / "own.npz")).sizes == (4, 1)


def test_pictures_written_anew_are_looked_at_anew(tmp_path: Path) -> None:
    save_pictures(tmp_path)
    known = find(str(tmp_path))
    assert find(str(tmp_path)) is known
    save_pictures(tmp_path, "RGB", (4, 4))  # of the same names
    assert find(str(tmp_path)).input_shape == (3, 4, 4)
    Image.new("RGB", (4, 4)).save(tmp_path / "b" / "more.png")
    assert find(str(tmp_path)).sizes == (9, 2)
    (tmp_path / "c").mkdir()
    Image.new("RGB", (4, 4)).save(tmp_path / "c" / "0.png")
    assert find(str(tmp_path)).classes == 3
    Image.new("RGB", (4, 4)).save(tmp_path / "c" / "1.png")
    assert sum(find(str(tmp_path)).sizes) == 13
    with pytest.raises(DataError, match=r"was filled anew while it was being read: start again"):
        known.load(Path("unused"))


def test_arrays_written_anew_since_they_were_looked_at(tmp_path: Path) -> None:
    np.savez(tmp_path / "own.npz", images=IMAGES, labels=LABELS)
    known = find(str(tmp_path / "own.npz"))
    np.savez(tmp_path / "own.npz", images=IMAGES, labels=np.arange(10) % 3)
    with pytest.raises(DataError, match=r"was written anew while it was being read: start again"):
        known.load(Path("unused"))


def test_training_and_test_pictures_that_differ(tmp_path: Path) -> None:
    save_pictures(tmp_path / "train")
    save_pictures(tmp_path / "test", size=(5, 5))
    with pytest.raises(DataError, match=r"for training and .* for testing: bring all"):
        find(str(tmp_path)).load(Path("unused"))


def test_a_path_means_another_place_in_another_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number, classes in ((2, 2), (3, 3)):
        (tmp_path / str(number) / "data").mkdir(parents=True)
        monkeypatch.chdir(tmp_path / str(number))
        np.savez("data/own.npz", images=IMAGES, labels=np.arange(10) % classes)
        assert find("data/own.npz").classes == classes
