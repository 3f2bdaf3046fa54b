"""Names of arrays of one's own: a misspelled test part is not replaced by training images."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from training.data import find
from training.errors import DataError

IMAGES: NDArray[Any] = np.zeros((10, 3), np.float32)
LABELS: NDArray[Any] = np.arange(10) % 2
BOTH = {"images": IMAGES, "labels": LABELS}


def save_folder(folder: Path, **arrays: NDArray[Any]) -> str:
    for name, values in arrays.items():
        np.save(folder / f"{name}.npy", values)
    return str(folder)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("test_image", " (did you mean 'test_images'?)"),
        ("images_test", " (did you mean 'test_images'?)"),
        ("labels_test", " (did you mean 'test_labels'?)"),
        ("test_imgs", " (did you mean 'test_images'?)"),
        ("Test_Images", " (did you mean 'test_images'?)"),
        ("weights", ""),
    ],
)
def test_an_array_that_nothing_would_read(name: str, meant: str, tmp_path: Path) -> None:
    path = tmp_path / "own.npz"
    others: dict[str, Any] = {name: IMAGES}
    np.savez(path, images=IMAGES, labels=LABELS, **others)
    said = (
        f" holds an array '{name}'{meant}, which nothing would read: the arrays are 'images' and "
        "'labels', and perhaps 'test_images' and 'test_labels'; rename it or leave it out"
    )
    with pytest.raises(DataError) as caught:
        find(str(path))
    assert str(caught.value) == f"{path}{said}"
    (tmp_path / "folder").mkdir()
    folder = save_folder(tmp_path / "folder", **BOTH, **others)
    with pytest.raises(DataError) as caught:
        find(folder)
    assert str(caught.value) == f"{folder}{said}"


def test_what_is_there_already_was_not_meant(tmp_path: Path) -> None:
    np.savez(tmp_path / "own.npz", image=IMAGES, labels=LABELS)
    with pytest.raises(DataError, match=r"'image' \(did you mean 'images'\?\)"):
        find(str(tmp_path / "own.npz"))
    np.savez(tmp_path / "own.npz", image=IMAGES, images=IMAGES, labels=LABELS)
    with pytest.raises(DataError, match=r"'image' \(did you mean 'test_images'\?\)"):
        find(str(tmp_path / "own.npz"))


def test_a_folder_of_arrays_of_other_names_is_no_folder_of_pictures(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"an array 'image' \(did you mean 'images'\?\)"):
        find(save_folder(tmp_path, image=IMAGES, label=LABELS))


def test_hidden_files_and_others_are_no_arrays(tmp_path: Path) -> None:
    folder = save_folder(tmp_path, **BOTH)
    for name in ("._images.npy", "notes.txt"):
        (tmp_path / name).write_bytes(b"what a Mac has beside a file")
    assert find(folder).sizes == (8, 2)


def test_an_array_that_comes_later_is_seen(tmp_path: Path) -> None:
    assert find(save_folder(tmp_path, **BOTH)).classes == 2
    with pytest.raises(DataError, match="holds an array 'test_image'"):
        find(save_folder(tmp_path, test_image=IMAGES))
