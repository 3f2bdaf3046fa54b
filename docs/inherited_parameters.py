"""The page of a dataclass lists the parameters that it inherits as well.

A docstring describes a class's own fields, and its bases describe theirs; who constructs one needs
all of them. Parameters of bases come after its own.
"""

from __future__ import annotations

import inspect
from dataclasses import is_dataclass
from typing import Any

from numpydoc.docscrape import NumpyDocString


def add_inherited(app: Any, what: str, name: str, obj: Any, options: Any, lines: list[str]) -> None:
    """Complete the docstring of a dataclass, given as its lines."""
    bases = [base for base in getattr(obj, "__mro__", ())[1:] if is_dataclass(base)]
    if what != "class" or not is_dataclass(obj) or not bases:
        return
    text = NumpyDocString("\n".join(lines))
    for base in bases:
        described = {each.name for each in text["Parameters"]}
        inherited = NumpyDocString(inspect.getdoc(base) or "")["Parameters"]
        text["Parameters"] += [each for each in inherited if each.name not in described]
    lines[:] = str(text).splitlines()


def setup(app: Any) -> dict[str, bool]:
    """Register with Sphinx, before numpydoc reads the docstrings."""
    app.connect("autodoc-process-docstring", add_inherited, priority=-1)
    return {"parallel_read_safe": True}
