"""Arrays that functions of a code object read, such as the values of a `TimedArray`.

A module has them as globals, which whoever uses it sets. Code objects share modules by their text,
in which the arrays have names and no values: with others they must have a module of their own.
"""

from __future__ import annotations

import hashlib
import re
import threading
from functools import cache
from typing import Any
from weakref import WeakValueDictionary

import numpy as np

_GLOBAL = re.compile(r"^\s*global _namespace(?!_num)(\w+)", re.MULTILINE)
"""How Brian2 declares one in the code that takes it over."""


class FunctionArrays:
    """Which arrays the modules of this process were made for.

    Arrays with the same values are one and the same from then on: it stays alive as long as any
    code object that runs with it.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: WeakValueDictionary[str, np.ndarray] = WeakValueDictionary()
        self._known: dict[str, list[str]] = {}

    def comment(self, code: str, namespace: dict[str, Any]) -> str:
        """What to add to a code, so that its module belongs to these arrays alone.

        Parameters
        ----------
        code : str
        namespace : dict
            Of the code object; arrays in it are exchanged for equal ones that others have.

        Returns
        -------
        str
            Nothing for the first arrays, which find the module that other processes have compiled.
        """
        names = sorted({name for name in _GLOBAL.findall(code) if name in namespace})
        if not names:
            return ""
        with self._lock:
            sums = [self._exchange(namespace, name) for name in names]
            known = self._known.setdefault(code, [])
            together = " ".join(sums)
            if together not in known:
                known.append(together)
            number = known.index(together)
        return f"\n# other arrays: {number}" if number else ""

    def _exchange(self, namespace: dict[str, Any], name: str) -> str:
        """Put the array in use in the place of one; return the sum of its values."""
        values = np.ascontiguousarray(namespace[name])
        digest = hashlib.sha256(f"{values.dtype} {values.shape}\n".encode())
        digest.update(values.data)
        found = digest.hexdigest()
        namespace[name] = self._kept.setdefault(found, values)
        return found


@cache
def function_arrays() -> FunctionArrays:
    """Those of this process."""
    return FunctionArrays()
