"""Whether GeNN is here: its tests run wherever it is, and say why where they do not."""

from __future__ import annotations

import pytest

from networks import Backend
from networks.devices.genn.installation import (
    DeviceNotUsableError,
    find_brian2genn,
    require_genn,
)


def obstacle(backend: Backend) -> str:
    """What stands in the way of a backend; empty if nothing does."""
    try:
        require_genn(backend)
    except DeviceNotUsableError as error:
        return str(error)
    return ""


def brian2genn_obstacle() -> str:
    """What stands in the way of generating a project, without compiling it."""
    try:
        find_brian2genn()
    except DeviceNotUsableError as error:
        return str(error)
    return ""


needs_genn = pytest.mark.skipif(bool(obstacle("cpu")), reason=obstacle("cpu"))
needs_opencl = pytest.mark.skipif(bool(obstacle("opencl")), reason=obstacle("opencl"))
needs_cuda = pytest.mark.skipif(bool(obstacle("cuda")), reason=obstacle("cuda"))
needs_brian2genn = pytest.mark.skipif(bool(brian2genn_obstacle()), reason=brian2genn_obstacle())
