"""Brian2's device is of the whole process: what belongs to one must not get into another's.

Whatever makes objects or generates code asks Brian2 for its device. A user's own
``set_device("cpp_standalone")`` would make a stage a part of his program, and so would that of a
stage which another thread is building.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from brian2.devices.device import all_devices, get_device, runtime_device

from networks.turns import InTurn

_DEVICE = InTurn()


@contextmanager
def own_device() -> Iterator[None]:
    """A context in which Brian2's device is ours to use or to change; other threads wait.

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
        yield
