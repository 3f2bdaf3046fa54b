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

#: How many threads PoCL may use; the first name is that of PoCL 3.
_POCL_THREADS = ("POCL_MAX_PTHREAD_COUNT", "POCL_CPU_MAX_CU_COUNT")


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

        PoCL with several threads begins a kernel before the last work groups of the one before it
        have ended: in about one run in fifty the last sample of a batch had other spikes (seen with
        3.1). With one thread that was never so. PoCL 3 also miscompiles GeNN's kernels (loops with
        barriers) by its default way to make one function of a work group; the older way is right.
        """
        pocl = _POCL.search(self.version)
        if pocl is None:
            return {}
        one_thread = {name: "1" for name in _POCL_THREADS}
        return one_thread | ({"POCL_WORK_GROUP_METHOD": "repl"} if int(pocl[1]) <= 3 else {})

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
