"""Refusing to run without a C++ compiler.

Without one Brian2 falls back to interpreted NumPy code, silently and a hundred times slower, and
the shared synapses have no interpreted form.
"""

from __future__ import annotations

from functools import cache

from brian2.codegen.runtime.cython_rt import CythonCodeObject


class CompilerNotFoundError(RuntimeError):
    """No working C++ compiler was found."""


@cache
def _compiler_works() -> bool:
    return bool(CythonCodeObject.is_available())


def require_compiler() -> None:
    """Compile a trivial Cython module, once per process.

    Raises
    ------
    CompilerNotFoundError
        If that fails.
    """
    if not _compiler_works():
        raise CompilerNotFoundError(
            "no working C++ compiler was found: install g++ (Debian/Ubuntu: apt install g++; "
            "conda: conda install cxx-compiler) or set CC and CXX to one"
        )
