"""Records whose fields say what they can hold: a type, and the range of a number beside it.

A record of settings comes from keywords, files and words of a command line. Each value is made a
plain one, which JSON can hold and hashes agree on, or refused by the name of its field.
"""

from __future__ import annotations

import math
from collections.abc import Hashable
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Literal, TypeAlias, cast, get_args, get_origin, get_type_hints

from networks.arrays import real_number, truth_value, whole_number


@dataclass(frozen=True)
class Interval:
    """The finite numbers that a field can have.

    Parameters
    ----------
    least, most : float
        They are numbers of the range themselves.
    above, below : float
        These are not.
    hint : str
        What is said besides to those who gave another number.
    """

    least: float = -math.inf
    most: float = math.inf
    above: float = -math.inf
    below: float = math.inf
    hint: str = ""

    def check(self, name: str, number: float) -> None:
        """Refuse a number outside.

        Raises
        ------
        ValueError
            If it is.
        """
        inside = self.least <= number <= self.most and self.above < number < self.below
        if not (inside and math.isfinite(number)):
            hint = f": {self.hint}" if self.hint else ""
            raise ValueError(f"{name} must be {self._in_words(number)}, not {number}{hint}")

    def _in_words(self, number: float) -> str:
        least, most = f"{self.least:,}", f"{self.most:,}"
        if self.above == 0:
            return "positive"
        if self.below < math.inf:
            return f"in [{least}, {self.below:,})"
        if math.isfinite(self.most) and isinstance(number, float):
            return f"from {least} to {most}"
        if not math.isfinite(number):
            return "a finite number"
        return f"at most {most}" if number > self.most else f"at least {least}"


Count: TypeAlias = Annotated[int, Interval(least=1)]
"""A whole number of things of which there is one at least."""

CountOrZero: TypeAlias = Annotated[int, Interval(least=0)]
"""A whole number of things of which there may be none."""

Positive: TypeAlias = Annotated[float, Interval(above=0)]


def field_types(record: type[Any]) -> dict[str, Any]:
    """The types of a dataclass's fields by name, without their ranges."""
    return _types(cast(Hashable, record))


@cache
def _types(record: Hashable) -> dict[str, Any]:
    return get_type_hints(record)


@cache
def _ranges(record: Hashable) -> dict[str, Interval]:
    """By name of the field, where it has one."""
    return {
        name: note
        for name, hint in get_type_hints(record, include_extras=True).items()
        for note in getattr(hint, "__metadata__", ())
        if isinstance(note, Interval)
    }


def check_fields(record: Any, *names: str) -> None:
    """Make the values of a frozen dataclass plain ones of their types; refuse what they cannot be.

    Parameters
    ----------
    record : dataclass
    *names : str
        Of these fields only; of all without any. Those of other types than whole and real numbers,
        truth values, texts, listed texts and tuples of counts are left alone.

    Raises
    ------
    ValueError
        For a value of another type, out of its range, or that is not listed.
    """
    types, ranges = field_types(type(record)), _ranges(cast(Hashable, type(record)))
    for name in names or types:
        value = _plain(types[name], name, getattr(record, name))
        if name in ranges:
            ranges[name].check(name, value)
        object.__setattr__(record, name, value)


def _plain(hint: Any, name: str, value: Any) -> Any:
    """A value as a plain one of its field's type."""
    if hint is int:
        return whole_number(value, name, least=-math.inf)
    if hint is float:
        return real_number(value, name)
    if hint is bool:
        return truth_value(value, name)
    if hint == tuple[int, ...]:
        if not isinstance(value, list | tuple):
            raise ValueError(f"{name} must be whole numbers, such as (30, 60), not {value!r}")
        return tuple(whole_number(each, name) for each in value)
    if hint is str or get_origin(hint) is Literal:
        if not isinstance(value, str):
            raise ValueError(f"{name} must be a text, not {value!r}")
        value = str(value)  # NumPy has texts of its own
        if hint is not str and value not in get_args(hint):
            listed = ", ".join(get_args(hint))
            raise ValueError(f"{name} must be one of {listed}, not {value!r}")
    return value
