"""``spide doctor``: what this machine has, which devices it can use, how to get what is missing."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass

from networks import CompilationError, require_compiler
from networks.devices.genn.installation import (
    DeviceNotUsableError,
    find_brian2genn,
    find_cuda,
    find_genn,
    find_gpu,
    find_opencl,
    find_platform,
)

_ROW = "{:<29}{}"

#: Packages whose versions decide what works together.
_PACKAGES = {"Brian2": "brian2", "NumPy": "numpy", "Cython": "cython", "PyTorch": "torch"}


#: What each device needs, by the names of `software`.
_NEEDS = {
    "device runtime": ("compiler",),
    "device cpp_standalone": ("compiler",),
    "device genn, backend cpu": ("compiler", "brian2genn", "GeNN"),
    "device genn, backend opencl": ("compiler", "brian2genn", "GeNN", "OpenCL", "OpenCL device"),
    "device genn, backend cuda": ("compiler", "brian2genn", "GeNN", "CUDA", "GPU"),
}


@dataclass(frozen=True)
class Finding:
    """A program that was looked for: its version, or why it cannot be used and the remedy."""

    text: str
    usable: bool


def print_diagnosis() -> int:
    """Print what is found and what is missing.

    Returns
    -------
    int
        Exit status: 0 if at least the default device is usable, 1 otherwise.
    """
    found = software()
    for name, finding in found.items():
        print(_ROW.format(name, finding.text))
    print()
    for device, needs in _NEEDS.items():
        missing = [name for name in needs if not found[name].usable]
        print(_ROW.format(device, f"needs {', '.join(missing)}" if missing else "usable"))
    return 0 if found["compiler"].usable else 1


def software() -> dict[str, Finding]:
    """Everything that matters, by name."""
    found = {"Python": Finding(platform.python_version(), True), "compiler": _compiler()}
    for name, package in _PACKAGES.items():
        found[name] = Finding(importlib.metadata.version(package), True)
    finders: dict[str, Callable[[], object]] = {
        "brian2genn": find_brian2genn, "GeNN": find_genn,
        "OpenCL": find_opencl, "OpenCL device": find_platform,
        "CUDA": find_cuda, "GPU": find_gpu,
    }  # fmt: skip
    for name, find in finders.items():
        try:
            found[name] = Finding(str(find()), True)
        except DeviceNotUsableError as error:
            found[name] = Finding(str(error), False)
    return found


def combination() -> str:
    """The versions that decide what is tested, in one line."""
    versions = [f"{each} {importlib.metadata.version(name)}" for each, name in _PACKAGES.items()]
    for name, find in (("brian2genn", find_brian2genn), ("GeNN", find_genn)):
        try:
            version = getattr(found := find(), "version", found)
        except DeviceNotUsableError:
            version = "none"
        versions.append(f"{name} {version}")
    return ", ".join([f"Python {platform.python_version()}", *versions, compiler_name()])


def compiler_name() -> str:
    """The line in which the C++ compiler introduces itself; ``no compiler`` without one."""
    for candidate in (os.environ.get("CXX", "").partition(" ")[0], "g++", "c++", "clang++"):
        if not candidate or shutil.which(candidate) is None:
            continue
        try:
            done = subprocess.run(
                [candidate, "--version"], capture_output=True, text=True, timeout=10, check=True
            )
        except (OSError, subprocess.SubprocessError):
            continue
        return done.stdout.partition("\n")[0]
    return "no compiler"


def _compiler() -> Finding:
    try:
        require_compiler()
    except CompilationError as error:
        return Finding(str(error), False)
    return Finding(compiler_name(), True)
