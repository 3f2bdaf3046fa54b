"""Docstrings of classes with the parameters that they inherit.

Who constructs one needs all of them, in ``help`` as well as on its page.
"""

from __future__ import annotations

import inspect
from typing import TypeVar

Class = TypeVar("Class", bound=type)

_TITLE = ["Parameters", "----------"]


def with_inherited_parameters(kind: Class) -> Class:
    """A class decorator: the parameters of bases follow the class's own in its docstring."""
    inherited = [line for base in kind.__mro__[1:] for line in _parameters(_lines(base))]
    if not inherited:  # by python -OO there are no docstrings
        return kind
    lines = _lines(kind)
    own = _parameters(lines)
    # Without a section of its own, before the next one.
    titles = [n for n in range(len(lines) - 1) if lines[n + 1].startswith("---")]
    at = _first(lines) if own else min(titles, default=len(lines))
    before, after = lines[:at], lines[at + len(own) :]
    section = [*own, *inherited] if own else [*_TITLE, *inherited, ""]
    kind.__doc__ = "\n".join([*before, *section, *after])
    return kind


def _lines(kind: type) -> list[str]:
    return inspect.cleandoc(kind.__doc__ or "").splitlines()


def _first(lines: list[str]) -> int:
    """The first line below the title of the parameters; the end if they have none."""
    found = (n + 2 for n in range(len(lines)) if lines[n : n + 2] == _TITLE)
    return next(found, len(lines))


def _parameters(lines: list[str]) -> list[str]:
    """The descriptions of the parameters in a docstring."""
    first = _first(lines)
    end = next((n for n in range(first, len(lines)) if not lines[n].strip()), len(lines))
    return lines[first:end]
