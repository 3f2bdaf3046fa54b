"""What is varied: axes, each with its choices; a choice sets one field of the recipe or several.

Proposition 1 compares resting potentials "for fixed V_th - u_rest": so a threshold follows the
resting potential that is varied, and both keep the distance that they have in the recipe. Who
varies the threshold itself decides about both.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any

from networks.records.typed_fields import field_types
from training.recipes.recipe import Recipe
from training.suggestions import did_you_mean
from training.sweeps.planning.cases import CASE, case_fields

Label = int | float | str
"""What a choice is called on its axis: a coordinate of the results."""

THRESHOLD_OF = {"v_rest": "v_threshold", "v_rest_backward": "v_threshold_backward"}
"""By resting potential: the threshold that keeps its distance."""

_TYPES = field_types(Recipe)
_ELSEWHERE = {"seed": "--seeds says how many there are, --seed the first one"}
"""Fields that are not varied, and what to do instead."""


@dataclass(frozen=True)
class Choice:
    """One value of an axis.

    Parameters
    ----------
    label : int, float or str
    values : tuple of (str, value)
        The fields of the recipe that it sets.
    """

    label: Label
    values: tuple[tuple[str, Any], ...]

    @property
    def fields(self) -> dict[str, Any]:
        """The fields that it sets, by name."""
        return dict(self.values)


@dataclass(frozen=True)
class Axis:
    """A field of the recipe, or the named cases, and what it is varied over.

    Parameters
    ----------
    name : str
    choices : tuple of Choice
    """

    name: str
    choices: tuple[Choice, ...]

    @property
    def fields(self) -> list[str]:
        """The fields that its choices set."""
        return list({name: None for choice in self.choices for name in choice.fields})


def make_axis(
    name: str,
    values: Iterable[Any],
    recipe: Recipe,
    varied: Iterable[str],
    cases: Mapping[str, Mapping[str, Any]],
) -> Axis:
    """Make the axis of a field or of the cases.

    Parameters
    ----------
    name : str
        A field of `Recipe`, or ``case``.
    values : iterable
        Its values; names of cases.
    recipe : Recipe
        What is varied.
    varied : iterable of str
        The names of all axes: a threshold among them follows nothing.
    cases : mapping
        Cases of the user's own: by name, the fields that each sets.

    Raises
    ------
    ValueError
        For names that do not exist, and for no values.
    """
    values = [_plain(value) for value in values]
    if not values:
        raise ValueError(f"'{name}' has no values to vary over: give at least one")
    if name == CASE:
        return Axis(name, tuple(_case(str(each), recipe, cases) for each in values))
    check_field(name)
    threshold = THRESHOLD_OF.get(name)
    if threshold is None or threshold in varied:
        return Axis(name, tuple(Choice(label_of(each), ((name, each),)) for each in values))
    distance = getattr(recipe, threshold) - getattr(recipe, name)
    return Axis(
        name,
        tuple(
            Choice(label_of(each), ((name, each), (threshold, _number(name, each) + distance)))
            for each in values
        ),
    )


def check_field(name: str) -> None:
    """Refuse what is no field of a recipe, or is varied in another way.

    Raises
    ------
    ValueError
    """
    if name in _ELSEWHERE:
        raise ValueError(f"'{name}' is not varied like other fields: {_ELSEWHERE[name]}")
    if name not in _TYPES:
        raise ValueError(
            f"a recipe has no field '{name}'{did_you_mean(name, [*_TYPES, CASE])} to vary: "
            "'spide train RECIPE --help' lists them"
        )


def read_value(name: str, text: str) -> Any:
    """Read the value of a field from a word of the command line.

    Raises
    ------
    ValueError
        If it is not of the field's type.
    """
    kind = _TYPES.get(name, str)
    try:
        if kind in (int, float):
            return kind(text)
        if kind == tuple[int, ...]:
            return tuple(int(word) for word in text.split())
    except ValueError:
        what = {int: "a whole number", float: "a number"}.get(kind, "whole numbers")
        raise ValueError(f"{name} cannot be '{text}': it is {what}") from None
    if kind is bool:
        if text.lower() not in ("true", "false"):
            raise ValueError(f"{name} cannot be '{text}': it is true or false")
        return text.lower() == "true"
    return text


def is_whole(name: str) -> bool:
    """Whether the values of a field are whole numbers."""
    return _TYPES.get(name) is int


def _case(name: str, recipe: Recipe, cases: Mapping[str, Mapping[str, Any]]) -> Choice:
    found = case_fields(name, recipe, cases)
    return Choice(name, tuple((field, _plain(value)) for field, value in found.items()))


def _plain(value: Any) -> Any:
    """What NumPy, torch or xarray hold as Python's own numbers, which the results can hold."""
    if getattr(value, "shape", None) == ():
        value = value.item()
    elif hasattr(value, "shape") and hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, list):
        return tuple(value)
    if isinstance(value, bool):
        return value
    if isinstance(value, Integral):
        return int(value)
    return float(value) if isinstance(value, Real) else value


def label_of(value: Any) -> Label:
    """What a value is called in the results: itself where a coordinate can hold it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        return " ".join(map(str, value))
    return value if isinstance(value, int | float) else str(value)


def _number(name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{name} must be a number, not {value!r}")
    return float(value)
