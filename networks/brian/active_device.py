"""Brian2's device is of the whole process: what belongs to one must not get into another's.

Whatever makes objects or generates code asks Brian2 for its device. A user's own
``set_device("cpp_standalone")`` would make a stage a part of his program, and so would that of a
stage which another thread is building.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
from brian2.core.preferences import prefs
from brian2.devices.device import all_devices, get_device, runtime_device

from networks.turns import InTurn

_DEVICE = InTurn()

_PREFERENCES = {
    # Of what is computed before a loop; all else has the precision of its group.
    "core.default_float_dtype": np.float64,
    # A program of ours is one thread: there are as many programs as threads.
    "devices.cpp_standalone.openmp_threads": 0,
}
"""What a user may have changed for his own networks, and stages are made without."""


@contextmanager
def preferences(values: Mapping[str, Any]) -> Iterator[None]:
    """A context in which Brian2's preferences have these values."""
    saved = {name: prefs[name] for name in values}
    prefs.update(values)
    try:
        yield
    finally:
        prefs.update(saved)


@contextmanager
def own_device() -> Iterator[None]:
    """A context in which Brian2's device is ours to use or to change; other threads wait.

    Preferences that would change what is generated have Brian2's own values within.

    Raises
    ------
    ValueError
        If it is neither that of this process nor one that a stage is built for.
    """
    with _DEVICE.turn:
        device = get_device()
        if device is not runtime_device and not hasattr(device, "own_code_objects"):
            name = next((name for name, each in all_devices.items() if each is device), "another")
            raise ValueError(
                f"Brian2's device is '{name}', and a stage would become part of the program that "
                "you write for it: call set_device('runtime') first (a stage's device is its own "
                "option, device=)"
            )
        with preferences(_PREFERENCES):
            yield
