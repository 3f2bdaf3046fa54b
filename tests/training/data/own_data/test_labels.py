"""Labels of one's own: every class up to the largest has a training image."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from training.data import find
from training.data.own_data.checked_arrays import checked_arrays
from training.errors import DataError


def checked(labels: object, test_labels: object = None) -> dict[str, np.ndarray]:
    """What is made of labels, with as many images as there are labels."""
    arrays = {}
    for part, given in (("", labels), ("test_", test_labels)):
        if given is not None:
            values = np.asarray(given)
            arrays[f"{part}images"] = np.zeros((len(values), 3), np.float32)
            arrays[f"{part}labels"] = values
    return checked_arrays(arrays, "the file")


@pytest.mark.parametrize(
    ("labels", "most", "missing"),
    [
        ([1, 2, 3, 1, 2, 3], 3, "0"),
        ([0, 1, 3, 0, 1, 3], 3, "2"),
        ([0, 2, 4, 6, 8, 0], 8, "1, 3, 5 and 1 more"),
        ([0, 1, 2, 3, 4, 255], 255, "5, 6, 7 and 247 more"),
        ([0, 1, 2, 3, 10**9, 0], 10**9, "4, 5, 6 and 999,999,993 more"),
        ([7, 7, 7, 7, 7, 7], 7, "0, 1, 2 and 4 more"),
    ],
)
def test_classes_without_images(labels: list[int], most: int, missing: str) -> None:
    """The whole list of a billion classes would not fit into memory."""
    with pytest.raises(DataError) as caught:
        checked(labels)
    assert str(caught.value) == (
        f"the labels of the file reach {most}, but no training image has {missing}: number the "
        "classes 0, 1, ... without gaps"
    )


def test_a_test_image_does_not_fill_a_gap() -> None:
    with pytest.raises(DataError, match="but no training image has 1:"):
        checked([0, 2, 0, 2], [0, 1, 2])


def test_a_test_part_may_lack_classes() -> None:
    found = checked([2, 1, 0, 0], [2, 2])
    assert found["labels"].tolist() == [2, 1, 0, 0] and found["test_labels"].tolist() == [2, 2]


def test_the_largest_number_without_a_sign_is_below_0() -> None:
    """It becomes -1 as a number with a sign, and would have passed for the class before 0."""
    labels = np.array([0, 1, 0, 1, 2**64 - 1], np.uint64)
    with pytest.raises(DataError, match="hold 18446744073709551615: they must count from 0"):
        checked(labels)


def test_a_file_with_gaps(tmp_path: Path) -> None:
    path = tmp_path / "own.npz"
    np.savez(path, images=np.zeros((6, 3)), labels=[1, 2, 3, 1, 2, 3])
    with pytest.raises(DataError, match=r"own\.npz reach 3, but no training image has 0:"):
        find(str(path))
