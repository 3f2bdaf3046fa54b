"""Small data sets in the original formats of MNIST and CIFAR, written by tests.

They are read by the loading code that reads the official files; only how many images there are
and the sums of the files are other ones.
"""

from __future__ import annotations

import hashlib
import pickle  # what CIFAR's files are made of: torchvision reads them, the project writes none
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from training.data import DataSet, find
from training.data.from_torchvision.torchvision_import import datasets

FOLDERS = {"mnist": "MNIST", "fashion-mnist": "FashionMNIST"}
TRAINING, TEST = 5, 3


def idx(values: np.ndarray, kind: int = 8) -> bytes:
    """LeCun's IDX format: magic number with type and rank, sizes, values."""
    sizes = b"".join(size.to_bytes(4, "big") for size in values.shape)
    return bytes([0, 0, kind, values.ndim]) + sizes + values.tobytes()


def write_mnist(
    root: Path, name: str, classes: int = TRAINING
) -> tuple[DataSet, dict[str, np.ndarray]]:
    """Write 5 training and 3 test images of random bytes, of so many classes in turn.

    Returns
    -------
    data_set : DataSet
        What reads them.
    images : dict of array
        The bytes by prefix of the file names.
    """
    rng = np.random.default_rng(0)
    images = {}
    raw = root / FOLDERS[name] / "raw"
    raw.mkdir(parents=True)
    for prefix, count in (("train", TRAINING), ("t10k", TEST)):
        images[prefix] = rng.integers(0, 256, (count, 28, 28), np.uint8)
        (raw / f"{prefix}-images-idx3-ubyte").write_bytes(idx(images[prefix]))
        labels = np.arange(count, dtype=np.uint8) % np.uint8(classes)
        (raw / f"{prefix}-labels-idx1-ubyte").write_bytes(idx(labels))
    sums = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in raw.iterdir()}
    return replace(find(name), sizes=(TRAINING, TEST), checksums=sums), images


def write_cifar(
    root: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    label: str,
    files: Mapping[str, list[str]],
    damage: Mapping[str, Any] | None = None,
) -> tuple[DataSet, dict[str, np.ndarray]]:
    """Write pickled batches of 4 random images each as the authors of CIFAR did.

    Parameters
    ----------
    root : Path
    monkeypatch : MonkeyPatch
    name : str
        Name of the class in ``torchvision.datasets``.
    label : str
        Key of the labels.
    files : mapping of list
        Names of the batches of ``train`` and ``test``.
    damage : mapping, optional
        Entries of every batch that are other ones than usual.
    """
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
            batch = {"data": data, label: [0, 1, 2, 3], **(damage or {})}
            sums[part].append(write(file, batch))
    meta = write(kind.meta["filename"], {kind.meta["key"]: ["a", "b", "c", "d"]})
    # The checksums are those of these files; all else is torchvision's.
    monkeypatch.setattr(kind, "train_list", sums["train"])
    monkeypatch.setattr(kind, "test_list", sums["test"])
    monkeypatch.setattr(kind, "meta", {**kind.meta, "md5": meta[1]})
    sizes = (4 * len(files["train"]), 4 * len(files["test"]))
    images = {part: np.concatenate(data).reshape(-1, 3, 32, 32) for part, data in rows.items()}
    return replace(find(name.lower()), sizes=sizes), images
