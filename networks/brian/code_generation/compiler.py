"""Refusing to run without a C++ compiler.

Without one Brian2 falls back to interpreted NumPy code, silently and a hundred times slower, and
the shared synapses have no interpreted form.
"""

from __future__ import annotations

from functools import cache

from brian2.codegen.cpp_prefs import get_compiler_and_args

from networks.brian.code_generation.errors import CompilationError, CompilerNotFoundError
from networks.brian.code_generation.modules import module_cache

_TRIVIAL = """
#cython: language_level=3
def main():
    return 1
"""


@cache
def _compiler_works() -> bool:
    compiler, arguments = get_compiler_and_args()
    try:
        module = module_cache().create_extension(
            _TRIVIAL, compiler=compiler, extra_compile_args=arguments
        )
    except CompilationError:
        raise
    except Exception:  # distutils' own, which differ from one Python to the next
        return False
    return module is not None and module.main() == 1


def require_compiler() -> None:
    """Compile a trivial Cython module, once per process.

    Raises
    ------
    CompilerNotFoundError
        If that fails.
    CompilationError
        If the compiler is not to blame: the folder of compiled modules cannot be written.
    """
    if not _compiler_works():
        raise CompilerNotFoundError(
            "no working C++ compiler was found: install g++ (Debian/Ubuntu: apt install g++; "
            "conda: conda install cxx-compiler) or set CC and CXX to one"
        )
