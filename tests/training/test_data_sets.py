"""Data sets: the digits, and small files in the original formats of the others."""

from __future__ import annotations

import hashlib
import pickle  # what CIFAR's files are made of: torchvision reads them, the project writes none
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from training.data import DATA_SETS, find
from training.data.torchvision_import import datasets
from training.errors import DataError

NORMALISATION = {"mnist": (0.1307, 0.3081), "fashion-mnist": (0.2860, 0.3530)}
FOLDERS = {"mnist": "MNIST", "fashion-mnist": "FashionMNIST"}


def write_idx(path: Path, values: np.ndarray) -> None:
    """Write bytes as LeCun's IDX format: magic number with type and rank, sizes, values."""
    header = bytes([0, 0, 8, values.ndim]) + b"".join(
        size.to_bytes(4, "big") for size in values.shape
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(header + values.astype(np.uint8).tobytes())


def write_mnist(root: Path, name: str) -> dict[str, np.ndarray]:
    """Write 5 training and 3 test images of random bytes; return them by prefix."""
    rng = np.random.default_rng(0)
    images = {}
    for prefix, count in (("train", 5), ("t10k", 3)):
        images[prefix] = rng.integers(0, 256, (count, 28, 28))
        raw = root / FOLDERS[name] / "raw"
        write_idx(raw / f"{prefix}-images-idx3-ubyte", images[prefix])
        write_idx(raw / f"{prefix}-labels-idx1-ubyte", np.arange(count))
    return images


@pytest.mark.parametrize("name", ["mnist", "fashion-mnist"])
def test_mnist_is_normalised_once(name: str, tmp_path: Path) -> None:
    original = write_mnist(tmp_path, name)
    images = find(name).load(tmp_path)
    mean, std = NORMALISATION[name]
    for part, prefix in ((images.training, "train"), (images.test, "t10k")):
        pixels, labels = part.tensors
        assert pixels.shape[1:] == find(name).input_shape
        expected = (original[prefix][:, None] / 255 - mean) / std
        np.testing.assert_allclose(pixels.numpy(), expected, rtol=1e-5, atol=1e-6)
        assert labels.tolist() == list(range(len(labels)))
    assert images.augmentation is None


@pytest.mark.parametrize("name", ["mnist", "fashion-mnist", "cifar10", "cifar100"])
def test_missing_data_say_how_to_get_them(name: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"is not in .*get it with: python -c .*download=True") as e:
        find(name).load(tmp_path / "nowhere")
    assert "\n" not in str(e.value)
    assert not (tmp_path / "nowhere").exists()


def test_truncated_mnist_is_refused(tmp_path: Path) -> None:
    write_mnist(tmp_path, "mnist")
    path = tmp_path / "MNIST" / "raw" / "train-images-idx3-ubyte"
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(DataError, match="MNIST"):
        find("mnist").load(tmp_path)


def test_digits_are_split_by_class() -> None:
    images = find("digits").load(Path("unused"))
    assert (len(images.training), len(images.test)) == (1437, 360)
    pixels, labels = images.training.tensors
    assert pixels.shape[1:] == find("digits").input_shape and pixels.dtype == torch.float32
    assert abs(float(pixels.mean())) < 1e-3 and abs(float(pixels.std()) - 1) < 1e-3
    shares = torch.bincount(images.test.tensors[1]) / torch.bincount(labels)
    assert shares.min() > 0.23 and shares.max() < 0.27  # a fifth of the whole, in every class
    again = find("digits").load(Path("unused"))
    assert torch.equal(again.test.tensors[0], images.test.tensors[0])


def write_cifar(
    root: Path, monkeypatch: pytest.MonkeyPatch, name: str, label: str, files: dict[str, list[str]]
) -> dict[str, np.ndarray]:
    """Write pickled batches of 4 random images each as the authors of CIFAR did."""
    kind, rng = getattr(datasets, name), np.random.default_rng(0)
    folder = root / kind.base_folder
    folder.mkdir(parents=True)
    rows: dict[str, list[np.ndarray]] = {"train": [], "test": []}
    sums: dict[str, list[list[str]]] = {"train": [], "test": []}

    def write(file: str, content: dict[str, Any]) -> list[str]:
        (folder / file).write_bytes(pickle.dumps(content))
        return [file, hashlib.md5((folder / file).read_bytes()).hexdigest()]

    for part, names in files.items():
        for file in names:
            data = rng.integers(0, 256, (4, 3072), dtype=np.uint8)
            rows[part].append(data)
            sums[part].append(write(file, {"data": data, label: [0, 1, 2, 3]}))
    meta = write(kind.meta["filename"], {kind.meta["key"]: ["a", "b", "c", "d"]})
    # The checksums are those of these files; all else is torchvision's.
    monkeypatch.setattr(kind, "train_list", sums["train"])
    monkeypatch.setattr(kind, "test_list", sums["test"])
    monkeypatch.setattr(kind, "meta", {**kind.meta, "md5": meta[1]})
    return {part: np.concatenate(data).reshape(-1, 3, 32, 32) for part, data in rows.items()}


@pytest.mark.parametrize(
    ("name", "kind", "label", "files", "mean", "std"),
    [
        (
            "cifar10",
            "CIFAR10",
            "labels",
            {"train": ["data_batch_1", "data_batch_2"], "test": ["test_batch"]},
            (0.4914, 0.4822, 0.4465),
            (0.2470, 0.2435, 0.2616),
        ),
        (
            "cifar100",
            "CIFAR100",
            "fine_labels",
            {"train": ["train"], "test": ["test"]},
            (0.5071, 0.4865, 0.4409),
            (0.2673, 0.2564, 0.2762),
        ),
    ],
)
def test_cifar_in_its_original_format(
    name: str,
    kind: str,
    label: str,
    files: dict[str, list[str]],
    mean: tuple[float, ...],
    std: tuple[float, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    original = write_cifar(tmp_path, monkeypatch, kind, label, files)
    images = find(name).load(tmp_path)
    channels = [np.reshape(values, (3, 1, 1)) for values in (mean, std)]
    expected = (original["test"] / 255 - channels[0]) / channels[1]
    np.testing.assert_allclose(images.test.tensors[0].numpy(), expected, rtol=1e-4, atol=1e-5)
    assert images.test.tensors[1].tolist() == [0, 1, 2, 3]
    pixels, labels = images.training.tensors
    assert np.array_equal(pixels.numpy(), original["train"])
    assert labels.tolist() == [0, 1, 2, 3] * len(files["train"])


def test_cifar_augmentation_is_a_crop_of_the_padded_image_perhaps_flipped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {"train": ["train"], "test": ["test"]}
    original = write_cifar(tmp_path, monkeypatch, "CIFAR100", "fine_labels", files)["train"][0]
    augmentation = find("cifar100").load(tmp_path).augmentation
    assert augmentation is not None
    mean, std = (
        np.reshape(values, (3, 1, 1))
        for values in ((0.5071, 0.4865, 0.4409), (0.2673, 0.2564, 0.2762))
    )
    padded = (np.pad(original, ((0, 0), (4, 4), (4, 4))) / 255 - mean) / std
    seen = set()
    for seed in range(40):
        torch.manual_seed(seed)
        image = augmentation(torch.from_numpy(original.copy())).numpy()
        places = [
            (flipped, y, x)
            for flipped in (False, True)
            for y in range(9)
            for x in range(9)
            if np.allclose(
                image[:, :, ::-1] if flipped else image,
                padded[:, y : y + 32, x : x + 32],
                atol=1e-4,
            )
        ]
        assert len(places) == 1
        seen.add(places[0])
    assert {flipped for flipped, _, _ in seen} == {False, True}
    assert len(seen) > 25  # of 162 places


def test_unknown_data_set_lists_those_there_are() -> None:
    with pytest.raises(DataError, match="no data set 'imagenet': choose one of digits, mnist, "):
        find("imagenet")


def test_names_are_unique() -> None:
    assert len({data_set.name for data_set in DATA_SETS}) == len(DATA_SETS)
