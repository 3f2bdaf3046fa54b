"""Numbers of one's own that cannot be trained on: the first one is named, and what to do."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import DTypeLike, NDArray

from training.data import find
from training.data.own_data.from_memory import gathered
from training.errors import DataError

LABELS = np.arange(10) % 2


@pytest.fixture(autouse=True)
def no_warnings() -> Iterator[None]:
    """NumPy's would be lines before the sentence."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def images(dtype: DTypeLike, *others: tuple[tuple[int, ...], float]) -> NDArray[Any]:
    """Images of 1 x 2 x 3 pixels that are 1, but for some."""
    made = np.ones((10, 1, 2, 3), dtype)
    for place, value in others:
        made[place] = value
    return made


def in_a_file(folder: Path, **arrays: NDArray[Any]) -> str:
    np.savez(folder / "own.npz", **arrays)  # type: ignore[arg-type]
    return str(folder / "own.npz")


def in_a_folder(folder: Path, **arrays: NDArray[Any]) -> str:
    for name, values in arrays.items():
        np.save(folder / f"{name}.npy", values)
    return str(folder)


@pytest.mark.parametrize("save", [in_a_file, in_a_folder])
@pytest.mark.parametrize("dtype", ["float16", "float32", ">f4", "float64"])
@pytest.mark.parametrize(
    ("value", "what"), [(np.nan, "NaN"), (np.inf, "an infinite"), (-np.inf, "an infinite")]
)
def test_the_first_one_of_a_part_is_named(
    save: Any, dtype: str, value: float, what: str, tmp_path: Path
) -> None:
    strange = images(dtype, ((7, 0, 0, 0), np.nan), ((4, 0, 1, 2), value))
    path = save(tmp_path, images=strange, labels=LABELS)
    said = rf"the images of .* hold {what}.* at index \(4, 0, 1, 2\): replace it by a finite number"
    with pytest.raises(DataError, match=said) as caught:
        find(path).load(Path("unused"))
    assert path in str(caught.value)
    with pytest.raises(DataError, match=said):
        gathered(strange, LABELS, None, None)


def test_the_test_part_is_looked_at_too(tmp_path: Path) -> None:
    arrays = {"images": images("f4"), "labels": LABELS, "test_labels": LABELS}
    path = in_a_folder(tmp_path, test_images=images("f4", ((9, 0, 0, 1), np.nan)), **arrays)
    with pytest.raises(DataError, match=r"the test_images of .* hold NaN at index \(9, 0, 0, 1\)"):
        find(path).load(Path("unused"))


@pytest.mark.parametrize("value", [1e200, -1e39])
def test_a_finite_number_that_float32_cannot_hold(value: float, tmp_path: Path) -> None:
    """Neither an infinite one nor NaN before it is taken for it."""
    large = images("f8", ((1, 0, 0, 0), np.nan), ((2, 0, 0, 0), np.inf), ((3, 0, 1, 0), value))
    with pytest.raises(DataError) as caught:
        find(in_a_file(tmp_path, images=large, labels=LABELS))
    assert str(caught.value) == (
        f"the images of {tmp_path / 'own.npz'} hold {value} at index (3, 0, 1, 0), which is too "
        "large for float32, as which images are used: scale them to mean 0 and standard deviation "
        "1 or so"
    )


def test_the_largest_numbers_of_float32_are_taken(tmp_path: Path) -> None:
    largest = float(np.finfo(np.float32).max)
    path = in_a_file(tmp_path, images=images("f8", ((0, 0, 0, 0), -largest)), labels=LABELS)
    pixels = [part.tensors[0] for part in vars(find(path).load(Path("unused"))).values()
              if hasattr(part, "tensors")]  # fmt: skip
    assert min(float(each.min()) for each in pixels) == -largest
