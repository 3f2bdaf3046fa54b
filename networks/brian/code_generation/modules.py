"""Brian2's cache of compiled Cython modules, of which none is loaded that is not whole.

Brian2 loads whatever file is in its place. One that was cut short, because the disk was full or the
machine lost power, ends the process with a bus error, at every start anew. Here each module has its
SHA-256 beside it, is built elsewhere and renamed when it is complete, and is built again if it is
not what was built.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from brian2.codegen.runtime.cython_rt.extension_manager import (
    CythonExtensionManager,
    get_cython_cache_dir,
)

from networks.brian.build_folders import build_folder, what_prevents
from networks.brian.code_generation.errors import CompilationError

#: Brian2's `clear_cache` refuses a folder with files of endings that are not its own, as .lock is.
_SEAL = ".sha256.lock"


class ModuleCache(CythonExtensionManager):
    """Compiles modules, or finds them on disk, and loads them."""

    def create_extension(self, *args: Any, **kwds: Any) -> Any:
        """Load the module of a source, compiled if need be; see Brian2 for the parameters.

        Raises
        ------
        CompilationError
            If the folder of the compiled modules, or the temporary folder, cannot be written.
        """
        folder = cache_folder()
        try:
            tempfile.gettempdir()
        except OSError as error:
            raise CompilationError(
                f"cannot compile without a temporary folder ({error.strerror}): make room in one "
                "of these, or set TMPDIR to a folder that can be written"
            ) from None
        try:
            folder.mkdir(parents=True, exist_ok=True)
            return super().create_extension(*args, **kwds)
        except OSError as error:
            raise CompilationError(_cannot_keep(folder, error)) from None

    def _load_module(self, module_path: str, **options: Any) -> Any:
        """Load a module that is whole, or build it; Brian2 holds the lock of its place."""
        place = Path(module_path)
        parts = [place, *(place.with_name(Path(s).stem + self.so_ext) for s in options["sources"])]
        if all(map(_is_whole, parts)):
            return super()._load_module(module_path, **options)
        with build_folder(place) as folder:
            # Asked before, too: Cython prints a traceback of its own.
            _raise_cause(folder)
            built = folder / place.name
            try:
                with _temporary_files_in(folder):
                    module = super()._load_module(str(built), **{**options, "lib_dir": str(folder)})
            except Exception:
                _raise_cause(folder)
                raise
            if module is None:
                _raise_cause(folder)
            else:
                for part in parts:
                    _keep(folder / part.name, part)
                module.__file__ = module_path
        return module


@cache
def module_cache() -> ModuleCache:
    """The one cache of this process, which loads each module once."""
    return ModuleCache()


def cache_folder() -> Path:
    """The folder of compiled modules, Brian2's own."""
    return Path(get_cython_cache_dir()).expanduser()


def _cannot_keep(folder: Path, error: OSError) -> str:
    return (
        f"cannot keep compiled code in '{folder}' ({error.strerror or error}): make it writable, "
        "with room for some megabytes, or set CYTHON_CACHE_DIR to another folder"
    )


def _raise_cause(folder: Path) -> None:
    """Raise what the system has against a build in this folder, if anything."""
    cause = what_prevents(folder)
    if cause is not None:
        raise cause from None


@contextmanager
def _temporary_files_in(folder: Path) -> Iterator[None]:
    """A context in which compilers put their temporary files into the folder of the build."""
    before = os.environ.get("TMPDIR")
    os.environ["TMPDIR"] = str(folder)
    try:
        yield
    finally:
        if before is None:
            del os.environ["TMPDIR"]
        else:
            os.environ["TMPDIR"] = before


def _keep(built: Path, place: Path) -> None:
    """Move what was built to its place; until the module itself is there, it is not whole."""
    content = built.read_bytes()
    seal = built.with_name(built.name + _SEAL)
    seal.write_text(hashlib.sha256(content).hexdigest())
    with built.open("rb") as file:
        os.fsync(file.fileno())
    seal.replace(_seal_of(place))
    built.replace(place)


def _is_whole(place: Path) -> bool:
    try:
        known = _seal_of(place).read_text()
        return known == hashlib.sha256(place.read_bytes()).hexdigest()
    except (FileNotFoundError, UnicodeDecodeError):
        return False


def _seal_of(place: Path) -> Path:
    return place.with_name(place.name + _SEAL)
