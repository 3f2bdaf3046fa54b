"""Refusing to run without a C++ compiler.

Without one Brian2 falls back to interpreted NumPy code, silently and a hundred times slower, and
the shared synapses have no interpreted form.
"""

from __future__ import annotations

from functools import cache
from importlib.metadata import PackageNotFoundError, version

from brian2 import __version__ as brian2_version
from brian2.codegen.cpp_prefs import get_compiler_and_args
from brian2.codegen.runtime.cython_rt import extension_manager

from networks.brian.code_generation.errors import CompilationError, CompilerNotFoundError
from networks.brian.code_generation.modules import module_cache

_TRIVIAL = """
#cython: language_level=3
def main():
    return 1
"""


@cache
def _obstacle() -> str:
    """Why a trivial module cannot be compiled; empty if it can."""
    try:
        compiler, arguments = get_compiler_and_args()
        module = module_cache().create_extension(
            _TRIVIAL, compiler=compiler, extra_compile_args=arguments
        )
    except CompilationError:
        raise
    except Exception as error:  # distutils' own, which differ from one Python to the next
        reason = next(iter(str(error).splitlines()), "")
        return f"{type(error).__name__}: {reason}"
    return "" if module is not None and module.main() == 1 else "what it compiles is wrong"


def _installed_cython() -> str:
    try:
        return f"{version('Cython')} is installed"
    except PackageNotFoundError:
        return "none is installed"


def require_compiler() -> None:
    """Compile a trivial Cython module, until it has succeeded once in this process.

    Raises
    ------
    CompilerNotFoundError
        If that fails.
    CompilationError
        If the compiler is not to blame: Brian2 has no Cython that it can use, or the folder of
        compiled modules cannot be written.
    """
    if extension_manager.Cython is None:
        raise CompilationError(
            f"Brian2 {brian2_version} has no Cython that it can use ({_installed_cython()}): "
            "install the versions of pyproject.toml (make install; for GeNN, make install-genn)"
        )
    if reason := _obstacle():
        _obstacle.cache_clear()  # so that the remedy helps the same session
        raise CompilerNotFoundError(
            f"no working C++ compiler was found ({reason}): install g++ (Debian/Ubuntu: apt "
            "install g++; conda: conda install cxx-compiler) or set CC and CXX to one"
        )
