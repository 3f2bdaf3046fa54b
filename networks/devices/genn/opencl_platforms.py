"""What OpenCL finds on this machine, asked of its loader (libOpenCL) itself.

Only names and versions are asked for. GeNN uses the first platform, and of its devices the one with
the most memory.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import re
from dataclasses import dataclass
from typing import Any

_PLATFORM_VERSION, _PLATFORM_NAME, _DEVICE_NAME = 0x0901, 0x0902, 0x102B
_ALL_DEVICES = 0xFFFFFFFF

_POCL = re.compile(r"PoCL (\d+)\.")


@dataclass(frozen=True)
class Platform:
    """An implementation of OpenCL.

    Parameters
    ----------
    name, version : str
    devices : tuple of str
    """

    name: str
    version: str
    devices: tuple[str, ...]

    @property
    def environment(self) -> dict[str, str]:
        """What must be set for right results.

        PoCL 3 miscompiles GeNN's kernels (loops with barriers) by its default way to make one
        function of a work group; the older way is right.
        """
        pocl = _POCL.search(self.version)
        if pocl is not None and int(pocl[1]) <= 3:
            return {"POCL_WORK_GROUP_METHOD": "repl"}
        return {}

    def __str__(self) -> str:
        setting = "".join(f", with {name}={value}" for name, value in self.environment.items())
        return f"{', '.join(self.devices)} ({self.name}, {self.version}{setting})"


def platforms() -> tuple[Platform, ...]:
    """All platforms that have devices, in OpenCL's order; none without a loader."""
    library = ctypes.util.find_library("OpenCL")
    if library is None:
        return ()
    try:
        opencl = ctypes.CDLL(library)
    except OSError:
        return ()
    found = []
    for each in _identifiers(opencl.clGetPlatformIDs):
        platform = ctypes.c_void_p(each)
        devices = _identifiers(opencl.clGetDeviceIDs, platform, ctypes.c_uint64(_ALL_DEVICES))
        names = tuple(
            _text(opencl.clGetDeviceInfo, ctypes.c_void_p(device), _DEVICE_NAME)
            for device in devices
        )
        if names:
            name, version = (
                _text(opencl.clGetPlatformInfo, platform, what)
                for what in (_PLATFORM_NAME, _PLATFORM_VERSION)
            )
            found.append(Platform(name, version, names))
    return tuple(found)


def _identifiers(function: Any, *arguments: Any) -> list[int]:
    count = ctypes.c_uint32(0)
    if function(*arguments, 0, None, ctypes.byref(count)) != 0:
        return []
    values = (ctypes.c_void_p * count.value)()
    if function(*arguments, count, values, None) != 0:
        return []
    return [value for value in values if value is not None]


def _text(function: Any, owner: ctypes.c_void_p, what: int) -> str:
    size = ctypes.c_size_t(0)
    if function(owner, what, 0, None, ctypes.byref(size)) != 0:
        return "unknown"
    buffer = ctypes.create_string_buffer(size.value)
    if function(owner, what, size, buffer, None) != 0:
        return "unknown"
    return buffer.value.decode(errors="replace").strip()
