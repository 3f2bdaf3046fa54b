"""What a refusal says about recordings that are wrong is what makes tonic get them again.

tonic's own code runs, on archives that lie beside the recordings; the network is shut.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.training.data.event_files import write_aedat4, write_cifar10_dvs, write_n_mnist
from training.data import DataSet, find
from training.errors import DataError

tonic = pytest.importorskip("tonic", reason="tonic is missing: pip install -e '.[dev]'")

ENOUGH = 10
"""Recordings that tonic takes for all: 10,000 and 1,000 of the official ones."""


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """tonic with few recordings and no network."""
    base = tonic.dataset.Dataset
    count = base._folder_contains_at_least_n_files_of_type

    def few(self: object, _: int, kind: str) -> bool:
        found: bool = count(self, ENOUGH, kind)
        return found

    def shut(*_: object, **__: object) -> None:
        raise ConnectionError("the network is shut")

    monkeypatch.setattr(base, "_folder_contains_at_least_n_files_of_type", few)
    monkeypatch.setattr("urllib.request.urlopen", shut)


def packed(path: Path, folder: Path, *names: str) -> str:
    """Write an archive of files and folders, as the authors offer it; return its MD5 sum."""
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            inside = folder / name
            files = [inside] if inside.is_file() else sorted(inside.rglob("*.*"))
            for file in files:
                archive.write(file, file.relative_to(folder))
    return hashlib.md5(path.read_bytes()).hexdigest()


def n_mnist(root: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[DataSet, Path]:
    data_set, folder = write_n_mnist(root), root / "NMNIST"
    for part in ("train", "test"):
        md5 = packed(folder / f"{part}.zip", folder, part.capitalize())
        monkeypatch.setattr(tonic.datasets.NMNIST, f"{part}_md5", md5)
    return data_set, folder / "Train" / "3" / "00001.bin"


def cifar10_dvs(root: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[DataSet, Path]:
    data_set, folder = write_cifar10_dvs(root, write_aedat4, ".aedat4"), root / "CIFAR10DVS"
    archives = tonic.datasets.CIFAR10DVS.data_filename
    for name in archives:
        packed(folder / name, folder, Path(name).stem)
    md5 = packed(folder / "CIFAR10DVS.zip", folder, *archives)
    monkeypatch.setattr(tonic.datasets.CIFAR10DVS, "file_md5", md5)
    return data_set, folder / "dog" / "cifar10_dog_3.aedat4"


@pytest.mark.parametrize("make", [n_mnist, cifar10_dvs])
@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda path: path.write_bytes(b"1234567"), "is damaged"),
        (lambda path: path.unlink(), "recordings, not"),
        (lambda path: shutil.copy(path, path.with_stem("cifar10_dog_-5")), "recordings, not"),
        (lambda path: shutil.rmtree(path.parent), "lacks the folder"),
    ],
    ids=["damaged", "missing", "too many", "a folder missing"],
)
def test_what_is_to_be_deleted(
    make: Callable[[Path, pytest.MonkeyPatch], tuple[DataSet, Path]],
    damage: Callable[[Path], object],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    data_set, path = make(tmp_path, monkeypatch)
    damage(path)
    data_set.download(tmp_path)  # which does nothing: tonic believes that all is there
    with pytest.raises(DataError, match=said) as caught:
        data_set.load(tmp_path)
    told = re.search(r": delete (.*) in '([^']*)' and get it with: python -c", str(caught.value))
    assert told is not None
    for name in re.findall(r"'([^']*)'", told[1]):
        shutil.rmtree(Path(told[2]) / name)
    data_set.download(tmp_path)
    images = data_set.load(tmp_path)
    assert (len(images.training), len(images.test)) == data_set.sizes


@pytest.mark.parametrize(("name", "folder"), [("n-mnist", "NMNIST"), ("cifar10-dvs", "CIFAR10DVS")])
def test_where_nothing_is_there_nothing_is_to_be_deleted(
    name: str, folder: str, tmp_path: Path
) -> None:
    (tmp_path / folder).mkdir()
    with pytest.raises(
        DataError, match=r"is not in .*: choose another --data-dir, or get"
    ) as caught:
        find(name).load(tmp_path)
    assert "delete" not in str(caught.value)
