"""Brian2's device is of the whole process: what belongs to a stage must not get into another's.

With ``set_device("cpp_standalone")``, all objects that are made and all code that runs become part
of the program that the user writes.
"""

from __future__ import annotations

from brian2.devices.device import all_devices, get_device, runtime_device


def require_own_device() -> None:
    """Refuse to make or to run anything while the user writes a program with Brian2.

    Raises
    ------
    ValueError
        If Brian2's device is neither that of this process nor one that a stage is built for.
    """
    device = get_device()
    if device is runtime_device or hasattr(device, "own_code_objects"):
        return
    name = next((name for name, each in all_devices.items() if each is device), "another")
    raise ValueError(
        f"Brian2's device is '{name}', and a stage would become part of the program that you write "
        "for it: call set_device('runtime') first (a stage's device is its own option, device=)"
    )
