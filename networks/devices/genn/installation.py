"""Finding what the device ``genn`` needs: brian2genn, GeNN and, on a GPU, CUDA or OpenCL.

GeNN is no Python package. Its folder is looked for where brian2genn looks: the preference
``devices.genn.path``, the variable ``GENN_PATH``, ``genn-buildmodel.sh`` on the ``PATH``.
Everything here only looks; nothing is imported that the default installation lacks.
"""

from __future__ import annotations

import importlib.metadata
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from brian2.core.preferences import prefs
from packaging.version import InvalidVersion, Version

from networks.devices.errors import DeviceError
from networks.devices.facts import Backend
from networks.devices.genn.opencl_platforms import Platform, platforms

OLDEST_GENN, NEWEST_GENN, TOO_NEW_GENN = Version("4.2.1"), Version("4.9.0"), Version("5")
CUDA_13, TOO_NEW_CUDA = Version("13"), Version("14")

_GET_GENN = (
    f"get GeNN {NEWEST_GENN} (github.com/genn-team/genn, tag {NEWEST_GENN}) and set GENN_PATH to "
    "its folder"
)
_GET_CUDA = "install the CUDA toolkit 12 or 13 and set CUDA_PATH to its folder"
_GET_OPENCL = (
    "install OpenCL's loader and headers and set OPENCL_PATH to a folder whose folders 'include' "
    "and 'lib64' hold them (Debian/Ubuntu: apt install ocl-icd-opencl-dev opencl-headers, and "
    "OPENCL_PATH may stay unset)"
)
_GET_PLATFORM = (
    "install the GPU's OpenCL driver, or PoCL, which uses the CPU (Debian/Ubuntu: apt install "
    "pocl-opencl-icd)"
)

#: Where Debian and others put the headers and the loader; linkers look there by themselves.
_USUAL_OPENCL = Path("/usr")


class DeviceNotUsableError(DeviceError):
    """A device whose software is missing or unfit; the message says how to get it."""


@dataclass(frozen=True)
class Installation:
    """A version and the folder that holds it."""

    version: Version
    path: Path

    def __str__(self) -> str:
        return f"{self.version} in {self.path}"


@dataclass(frozen=True)
class Headers:
    """The folder that holds ``include`` and, where linkers do not look anyway, ``lib64``."""

    path: Path

    def __str__(self) -> str:
        return f"headers in {self.path}"


def find_brian2genn() -> Version:
    """The installed version of brian2genn.

    Raises
    ------
    DeviceNotUsableError
        If there is none.
    """
    try:
        return Version(importlib.metadata.version("brian2genn"))
    except importlib.metadata.PackageNotFoundError:
        raise DeviceNotUsableError(
            f"brian2genn is not installed and cannot be beside Brian2 "
            f"{importlib.metadata.version('brian2')}: make an environment of its own, with "
            "'make install-genn' or 'pip install -e .[genn]'"
        ) from None


def find_genn() -> Installation:
    """The GeNN that brian2genn will use.

    Raises
    ------
    DeviceNotUsableError
        If there is none, or one that brian2genn cannot use.
    """
    path, origin = _genn_path()
    version = _read_version(path / "version.txt")
    if version is None or not (path / "bin" / "genn-buildmodel.sh").is_file():
        raise DeviceNotUsableError(f"{origin} is '{path}', where there is no GeNN: {_GET_GENN}")
    if not OLDEST_GENN <= version < TOO_NEW_GENN:
        raise DeviceNotUsableError(
            f"{origin} is '{path}' with GeNN {version}, but brian2genn needs one from "
            f"{OLDEST_GENN} to below {TOO_NEW_GENN}: {_GET_GENN}"
        )
    return Installation(version, path)


def find_cuda() -> Installation:
    """The CUDA toolkit that GeNN will use.

    Raises
    ------
    DeviceNotUsableError
        If there is none, or one that GeNN 4 is not known to compile with.
    """
    configured = prefs["devices.genn.cuda_backend.cuda_path"] if _has_preferences() else None
    configured = configured or os.environ.get("CUDA_PATH")
    if not configured:
        raise DeviceNotUsableError(f"CUDA_PATH is not set: {_GET_CUDA}")
    path = Path(configured)
    version = _nvcc_version(path / "bin" / "nvcc")
    if version is None:
        raise DeviceNotUsableError(f"CUDA_PATH is '{path}', where there is no nvcc: {_GET_CUDA}")
    if version >= TOO_NEW_CUDA:
        raise DeviceNotUsableError(
            f"CUDA_PATH is '{path}' with CUDA {version}, with which GeNN 4 was never compiled: "
            f"{_GET_CUDA}"
        )
    return Installation(version, path)


def find_opencl() -> Headers:
    """The headers of OpenCL that GeNN will use.

    Raises
    ------
    DeviceNotUsableError
        If there are none.
    """
    given = os.environ.get("OPENCL_PATH")
    path = Path(given) if given else _USUAL_OPENCL
    if not (path / "include" / "CL" / "opencl.h").is_file():
        where = (
            f"OPENCL_PATH is '{path}'" if given else f"OPENCL_PATH is not set, '{path}' is tried"
        )
        raise DeviceNotUsableError(f"{where}, and there are no OpenCL headers: {_GET_OPENCL}")
    return Headers(path)


def find_platform() -> Platform:
    """The OpenCL platform that GeNN will use: the first one.

    Raises
    ------
    DeviceNotUsableError
        If there is none with a device.
    """
    for each in platforms():
        return each
    raise DeviceNotUsableError(f"OpenCL finds no device: {_GET_PLATFORM}")


def find_gpu() -> str:
    """The name of the first NVIDIA GPU.

    Raises
    ------
    DeviceNotUsableError
        If the driver shows none.
    """
    listed = _output("nvidia-smi", "--query-gpu=name", "--format=csv,noheader")
    if not listed:
        raise DeviceNotUsableError(
            "no NVIDIA GPU was found (nvidia-smi shows none): use the backend 'opencl' or 'cpu', "
            "or install the GPU's driver"
        )
    return listed.splitlines()[0]


def require_genn(backend: Backend) -> tuple[Installation | Platform, ...]:
    """GeNN first, then what the backend is compiled for; everything else is looked for as well.

    Raises
    ------
    DeviceNotUsableError
        If something is missing or unfit.
    """
    find_brian2genn()
    genn = find_genn()
    if backend == "cpu":
        return (genn,)
    if backend == "opencl":
        find_opencl()
        return genn, find_platform()
    cuda = find_cuda()
    find_gpu()
    return genn, cuda


def _has_preferences() -> bool:
    """Whether brian2genn, which brings them, was imported."""
    return "devices.genn.path" in prefs


def _genn_path() -> tuple[Path, str]:
    """Return GeNN's folder and what names it."""
    if _has_preferences() and prefs["devices.genn.path"]:
        return Path(prefs["devices.genn.path"]), "the preference devices.genn.path"
    if os.environ.get("GENN_PATH"):
        return Path(os.environ["GENN_PATH"]), "GENN_PATH"
    script = shutil.which("genn-buildmodel.sh")
    if script is None:
        raise DeviceNotUsableError(f"GeNN was not found: {_GET_GENN}")
    return Path(script).resolve().parents[1], "the folder of genn-buildmodel.sh"


def _read_version(file: Path) -> Version | None:
    try:
        return Version(file.read_text().strip())
    except (OSError, UnicodeDecodeError, InvalidVersion):
        return None


def _nvcc_version(nvcc: Path) -> Version | None:
    release = re.search(r"release (\d+\.\d+)", _output(str(nvcc), "--version"))
    return Version(release[1]) if release else None


def _output(*command: str) -> str:
    """What a command prints; nothing if it fails, is missing or takes too long."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip()
