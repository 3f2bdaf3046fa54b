"""Docstrings of dataclasses with the parameters that they inherit.

Who constructs one needs all of them, in ``help`` as well as on its page.
"""

from __future__ import annotations

import inspect
from dataclasses import is_dataclass
from typing import TypeVar

Class = TypeVar("Class", bound=type)

_TITLE = ["Parameters", "----------"]


def with_inherited_parameters(record: Class) -> Class:
    """A class decorator: the parameters of bases follow the class's own in its docstring."""
    if record.__doc__ is None:  # without docstrings, by python -OO
        return record
    lines = inspect.cleandoc(record.__doc__).splitlines()
    _, end = _section(lines)
    for base in record.__mro__[1:]:
        if is_dataclass(base) and base.__doc__:
            theirs = inspect.cleandoc(base.__doc__).splitlines()
            inherited = theirs[slice(*_section(theirs))]
            lines[end:end] = inherited
            end += len(inherited)
    record.__doc__ = "\n".join(lines)
    return record


def _section(lines: list[str]) -> tuple[int, int]:
    """Where the descriptions of the parameters begin and end in a docstring."""
    first = next(n for n in range(len(lines)) if lines[n : n + 2] == _TITLE) + 2
    after = (n for n in range(first, len(lines)) if not lines[n].strip())
    return first, next(after, len(lines))
