"""Files of one's own that are not what is read: one sentence says what they are and what is."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import numpy as np
import pytest

from training.data import find
from training.errors import DataError

READ = (
    ": give a .npz file with arrays 'images' and 'labels' (numpy.savez writes it), a folder with "
    "images.npy and labels.npy, or one with a folder of pictures per class"
)


def refusal(path: Path) -> str:
    with pytest.raises(DataError) as caught:
        find(str(path))
    sentence = str(caught.value)
    assert "\n" not in sentence and "pickle" not in sentence
    assert sentence.startswith(f"'{path}' ")
    return sentence.removeprefix(f"'{path}' ")


@pytest.mark.parametrize("name", ["plain.npy", "plain.npz"])
def test_one_array(name: str, tmp_path: Path) -> None:
    with (tmp_path / name).open("wb") as file:
        np.save(file, np.zeros((5, 3)))
    assert refusal(tmp_path / name) == f"is one array (.npy), not images with labels{READ}"


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2\n", b"\x89PNG\r\n\x1a\n", b"\x80\x04]q"])
@pytest.mark.parametrize("name", ["own.npz", "table.csv"])
def test_any_other_file(name: str, content: bytes, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    assert refusal(tmp_path / name) == f"is no .npz file{READ}"


def test_a_damaged_file(tmp_path: Path) -> None:
    path = tmp_path / "own.npz"
    np.savez(path, images=np.zeros((50, 30)), labels=np.arange(50) % 2)
    whole = path.read_bytes()
    path.write_bytes(whole[:3000])
    assert refusal(path) == "is damaged (File is not a zip file): write it anew"
    path.write_bytes(whole[:3000] + b"x" + whole[3001:])
    with pytest.raises(DataError, match=r"the array 'images' in '.*' is damaged \(Bad CRC-32"):
        find(str(path))


def test_an_archive_of_other_files(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "pictures.zip", "w") as archive:
        archive.writestr("cats/0.png", b"no array")
    assert refusal(tmp_path / "pictures.zip") == f"holds 'cats/0.png', which is no array{READ}"


def test_objects_are_not_unpickled(tmp_path: Path) -> None:
    objects = np.array([{}], object)
    np.savez(tmp_path / "own.npz", labels=np.array([0]), images=objects)
    said = "the array 'images' in '.*' holds Python objects, which are not read: write arrays of n"
    with pytest.raises(DataError, match=said):
        find(str(tmp_path / "own.npz"))
    np.save(tmp_path / "images.npy", objects)
    with pytest.raises(DataError, match=r"images\.npy' holds Python objects, which are not read:"):
        find(str(tmp_path))


@pytest.mark.parametrize("content", [b"", b"1, 2, 3\n", b"PK\x03\x04", b"\x80\x04]q"])
def test_a_file_in_a_folder_that_is_no_array(content: bytes, tmp_path: Path) -> None:
    np.save(tmp_path / "images.npy", np.zeros((5, 3)))
    (tmp_path / "labels.npy").write_bytes(content)
    with pytest.raises(DataError) as caught:
        find(str(tmp_path))
    file = tmp_path / "labels.npy"
    assert str(caught.value) == f"'{file}' holds no array: write it with numpy.save, or remove it"


def test_an_array_that_is_cut_off(tmp_path: Path) -> None:
    file = tmp_path / "images.npy"
    np.save(file, np.zeros((50, 30)))
    for length in (3000, 7):
        file.write_bytes(file.read_bytes()[:length])
        with pytest.raises(DataError, match=r"images\.npy' is damaged \(.*\): write it anew"):
            find(str(tmp_path))


def test_what_is_no_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "own.npz")
    assert refusal(tmp_path / "own.npz") == f"is neither a file nor a folder{READ}"
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "folder" / "images.npy")
    with pytest.raises(DataError, match=r"images\.npy' holds no array: write it"):
        find(str(tmp_path / "folder"))
