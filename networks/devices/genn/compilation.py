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
from networks.devices.genn.installation import Installation
from networks.devices.programs.build_cache import cache_folder

MODEL = "magicnetwork_model"

_COMPLAINT = re.compile(
    r"error:|fatal|Assertion|No space left|Permission denied|\*\*\*", re.IGNORECASE
)


def compile_genn_project(folder: Path, backend: Backend, genn: Installation) -> Iterable[Path]:
    """Make the program ``main``; return the files that it needs to run.

    Parameters
    ----------
    folder : Path
        The project.
    backend : {"cuda", "cpu"}
    genn : Installation

    Raises
    ------
    DeviceError
        If it does not compile.
    """
    generate_genn_code(folder, backend, genn)
    if backend == "cpu":
        # GeNN itself would not optimise.
        flags = " ".join(["-c -fPIC -MMD -MP", *get_compiler_and_args()[1]])
        _call(folder, ["make", "-C", f"{MODEL}_CODE", f"CXXFLAGS={flags}"])
    _call(folder, ["make"])
    for rest in folder.rglob("*.o"):
        rest.unlink()
    return [
        folder / "main",
        folder / f"{MODEL}_CODE" / "librunner.so",
        *(folder / "static_arrays").iterdir(),
    ]


def generate_genn_code(
    folder: Path, backend: Backend, genn: Installation, environment: Mapping[str, str] | None = None
) -> None:
    """Let GeNN write its code into ``<folder>/magicnetwork_model_CODE``.

    Raises
    ------
    DeviceError
        If it fails.
    """
    script = str(genn.path / "bin" / "genn-buildmodel.sh")
    include = f"{folder}:{folder / 'brianlib' / 'randomkit'}"
    options = ["-c"] if backend == "cpu" else []
    cache_folder().mkdir(parents=True, exist_ok=True)
    # The first time GeNN builds its own libraries, in its own folder.
    with FileLock(f"{cache_folder() / 'genn'}.lock"):
        _call(folder, [script, *options, "-i", include, f"{MODEL}.cpp"], environment)


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
