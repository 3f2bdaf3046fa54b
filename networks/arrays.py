"""The gate for everything numeric that a caller hands in: one form, or a refusal by name.

Lists, tensors, arrays of any number type, byte order, stride and memory order mean the same
everywhere. What is not what it seems is refused: truth values as labels would select instead of
name a class, a number that a precision cannot hold would become infinite, and 20 mV would be 0.02.
"""

from __future__ import annotations

import operator
from collections.abc import Mapping
from numbers import Real
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from networks.one_line import in_one_line

#: Kinds of numbers that become floating-point numbers: truth values, integers, floats.
_NUMBERS = "buif"
_LISTS = (list, tuple)


class Shaped(Protocol):
    """An array of NumPy or a tensor of torch."""

    @property
    def ndim(self) -> int:
        """Number of axes."""
        ...

    @property
    def shape(self) -> tuple[int, ...]:
        """Their lengths."""
        ...


def as_array(values: ArrayLike, name: str) -> NDArray[Any]:
    """Anything that is an array, of whatever type.

    Parameters
    ----------
    values : array-like or tensor
        Tensors may be on any device and have a gradient; what NumPy has no type for is widened.
    name : str
        What it is, for messages.

    Raises
    ------
    ValueError
        If it is no array, has a unit, or some of it is masked.
    """
    unit = _unit(values)
    if unit is not None:
        raise ValueError(
            f"{name} have the unit {unit}: divide them by the unit that is meant, which leaves "
            "plain numbers"
        )
    if isinstance(values, np.ma.MaskedArray):
        raise ValueError(f"{name} are a masked array: fill what is masked, or leave it out")
    if isinstance(values, _LISTS):
        # NumPy would drop the masks of masked arrays, and fails at tensors with a gradient.
        values = [
            as_array(each, name) if hasattr(each, "__array__") or isinstance(each, _LISTS) else each
            for each in values
        ]
    try:
        return _of_tensor(values) if hasattr(values, "detach") else np.asarray(values)
    except (ValueError, TypeError, RuntimeError) as error:
        raise ValueError(
            f"{name} are no array ({in_one_line(error)}): give an array or a tensor of numbers"
        ) from None


def numbers(values: ArrayLike, dtype: DTypeLike, name: str) -> NDArray[Any]:
    """Any array of real numbers as one of this floating-point type.

    Parameters
    ----------
    values : array-like or tensor
        Left as it is if it is such an array already.
    dtype : dtype
    name : str
        What it is, for messages.

    Raises
    ------
    ValueError
        If these are not real numbers, they have a unit, some are masked, or one is too large for
        the type.
    """
    given = as_array(values, name)
    if given.dtype.kind not in _NUMBERS:
        raise ValueError(f"{name} are of type {given.dtype}: give an array of real numbers")
    with np.errstate(over="ignore", under="ignore"):
        converted = given.astype(dtype, copy=False)
    if converted is not given and given.dtype.kind == "f":
        lost = ~np.isfinite(converted) & np.isfinite(given)
        if lost.any():
            largest = given[lost].flat[0]
            raise ValueError(f"{name} hold {largest}, which is too large for {np.dtype(dtype)}")
    return converted


def truth_or_numbers(values: ArrayLike, dtype: DTypeLike, name: str) -> NDArray[Any]:
    """Truth values as they are; other real numbers as one floating-point type.

    Raises
    ------
    ValueError
        As for `numbers`.
    """
    given = as_array(values, name)
    return given if given.dtype == bool else numbers(given, dtype, name)


def by_name(values: Any, name: str) -> Mapping[str, ArrayLike]:
    """Arrays by name, as they are.

    Raises
    ------
    ValueError
        If this is no mapping.
    """
    if not isinstance(values, Mapping):
        raise ValueError(f"{name} must be arrays by name, not of type {type(values).__name__}")
    return values


def for_torch(values: NDArray[Any]) -> NDArray[Any]:
    """The array itself if torch can take it, a copy if it is flipped or read-only."""
    if values.flags.writeable and min(values.strides, default=0) >= 0:
        return values
    return values.copy()


def class_labels(values: ArrayLike, samples: int, classes: int) -> NDArray[np.int64]:
    """Labels as class numbers, one per sample.

    Raises
    ------
    ValueError
        If they are not integers, not one per sample, or not those of classes.
    """
    given = as_array(values, "labels")
    if given.ndim == 2 and len(given) == samples:
        raise ValueError(
            f"labels have shape {given.shape}: give the number of each image's class, such as "
            "one_hot.argmax(axis=1)"
        )
    if given.size and given.dtype.kind not in "ui":
        raise ValueError(f"labels are of type {given.dtype}: give class numbers as integers")
    if given.shape != (samples,):
        count = len(given) if given.ndim else 1
        raise ValueError(f"there are {count} labels for {samples} images")
    if given.size and not 0 <= given.min() <= given.max() < classes:
        raise ValueError(
            f"the labels run from {given.min()} to {given.max()}: they must lie between 0 and "
            f"{classes - 1}"
        )
    return np.ascontiguousarray(given, np.int64)


def whole_number(value: Any, name: str, least: float = 1) -> int:
    """A count as a plain integer.

    Raises
    ------
    ValueError
        If it is no integer (2.0 and True are none), or below `least`.
    """
    try:
        number = None if isinstance(value, (bool, np.bool_)) else operator.index(value)
    except TypeError:
        number = None
    if number is None:
        raise ValueError(f"{name} must be a whole number, not {value!r}")
    if number < least:
        raise ValueError(f"{name} must be at least {least}, not {number}")
    return number


def real_number(value: Any, name: str) -> float:
    """One number as a plain float, which may be infinite or NaN.

    Raises
    ------
    ValueError
        If it is no real number (True, texts, arrays and quantities with units are none).
    """
    if isinstance(value, bool) or not isinstance(value, Real):
        raise ValueError(f"{name} must be a number, not {value!r}")
    return float(value)


def truth_value(value: Any, name: str) -> bool:
    """True or False.

    Raises
    ------
    ValueError
        If it is neither: a text such as "no" would count as True.
    """
    if not isinstance(value, (bool, np.bool_)):
        raise ValueError(f"{name} must be True or False, not {value!r}")
    return bool(value)


def _unit(values: Any) -> str | None:
    """The unit of one of Brian2's quantities, which NumPy would drop; None without dimensions."""
    dimensions = getattr(values, "dim", None)  # of a tensor a method
    if getattr(dimensions, "is_dimensionless", True):
        return None
    best = getattr(values, "get_best_unit", None)  # variables of a group have none
    return str(dimensions if best is None else best())


def _of_tensor(values: Any) -> NDArray[Any]:
    """A tensor on whatever device, with or without a gradient."""
    if values.is_floating_point() and values.element_size() < 4:
        values = values.float()  # NumPy has no bfloat16
    array: NDArray[Any] = values.numpy(force=True)
    return array
