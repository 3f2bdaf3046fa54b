"""Compiling a project that brian2genn wrote: GeNN generates its own part, then make."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from brian2.codegen.cpp_prefs import get_compiler_and_args
from brian2.utils.filelock import FileLock

from networks.devices.errors import DeviceError
from networks.devices.facts import Backend
from networks.devices.genn.installation import CUDA_13, find_cuda, find_genn, find_opencl
from networks.devices.programs.build_cache import cache_folder
from networks.devices.programs.standalone import HEADER

MODEL = "magicnetwork_model"

#: How GeNN's script is told what to generate for.
_OPTIONS: Mapping[Backend, Sequence[str]] = {"cuda": (), "opencl": ("-l",), "cpu": ("-c",)}

#: What GeNN's sources need to be compiled with CUDA 13.
CUDA_13_HEADER = HEADER.parent / "cuda_13.h"

_COMPLAINT = re.compile(
    r"error:|fatal|Assertion|No space left|Permission denied|\*\*\*", re.IGNORECASE
)


def compile_genn_project(folder: Path, backend: Backend) -> Iterable[Path]:
    """Make the program ``main``; return the files that it needs to run.

    Parameters
    ----------
    folder : Path
        The project.
    backend : {"cuda", "opencl", "cpu"}

    Raises
    ------
    DeviceError
        If it does not compile.
    """
    generate_genn_code(folder, backend)
    if backend == "cpu":
        # GeNN itself would not optimise.
        flags = " ".join(["-c -fPIC -MMD -MP", *get_compiler_and_args()[1]])
        _call(folder, ["make", "-C", f"{MODEL}_CODE", f"CXXFLAGS={flags}"])
    _call(folder, ["make"], _environment(backend))
    for rest in folder.rglob("*.o"):
        rest.unlink()
    return [
        folder / "main",
        folder / f"{MODEL}_CODE" / "librunner.so",
        *(folder / "static_arrays").iterdir(),
    ]


def generate_genn_code(folder: Path, backend: Backend) -> None:
    """Let GeNN write its code into ``<folder>/magicnetwork_model_CODE``.

    Raises
    ------
    DeviceError
        If it fails.
    """
    script = str(find_genn().path / "bin" / "genn-buildmodel.sh")
    include = f"{folder}:{folder / 'brianlib' / 'randomkit'}"
    cache_folder().mkdir(parents=True, exist_ok=True)
    # The first time GeNN builds its own libraries, in its own folder.
    with FileLock(f"{cache_folder() / 'genn'}.lock"):
        _call(
            folder,
            [script, *_OPTIONS[backend], "-i", include, f"{MODEL}.cpp"],
            _environment(backend),
        )


def _environment(backend: Backend) -> dict[str, str]:
    """Variables that GeNN's makefiles need for a backend."""
    flags = os.environ.get("CXXFLAGS", "")
    if backend == "cuda":
        cuda = find_cuda()
        if cuda.version >= CUDA_13:
            flags += f" -I{cuda.path / 'include'} -include {CUDA_13_HEADER}"
        return {"CUDA_PATH": str(cuda.path), "CXXFLAGS": flags}
    if backend == "cpu":
        return {}
    # GeNN says so to the compiler of its own library, and forgets it in what it generates.
    version = "-DCL_HPP_TARGET_OPENCL_VERSION=120 -DCL_HPP_MINIMUM_OPENCL_VERSION=120"
    return {"OPENCL_PATH": str(find_opencl().path), "CXXFLAGS": f"{flags} {version}"}


def _call(
    folder: Path, command: Sequence[str], environment: Mapping[str, str] | None = None
) -> None:
    try:
        result = subprocess.run(
            command,
            cwd=folder,
            capture_output=True,
            text=True,
            errors="replace",
            env={**os.environ, **(environment or {})},
        )
    except OSError as error:
        raise DeviceError(
            f"a network cannot be compiled for GeNN ({error}): 'spide doctor' says what is missing"
        ) from None
    if result.returncode:
        lines = (result.stderr + result.stdout).splitlines()
        complaints = [line for line in lines if _COMPLAINT.search(line)] or lines[-1:]
        raise DeviceError(
            f"a network does not compile for GeNN ('{' '.join(command[:2])}' failed): "
            f"{''.join(complaints[:1]).strip()}"
        )
