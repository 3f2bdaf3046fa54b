"""The devices on which a network runs: the same Brian2 objects on all of them.

The names below are loaded when they are first used: what a device can do (`networks.devices.facts`)
is known without waiting for Brian2.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from networks.devices.base import Simulator
    from networks.devices.choice import simulator_class
    from networks.devices.errors import DeviceError
    from networks.devices.facts import (
        Backend,
        DeviceName,
        LearningRule,
        PropagationChoice,
        SynapsesChoice,
        SynapsesKind,
    )

__all__ = [
    "Backend",
    "DeviceError",
    "DeviceName",
    "LearningRule",
    "PropagationChoice",
    "Simulator",
    "SynapsesChoice",
    "SynapsesKind",
    "simulator_class",
]

_MODULES = {
    "base": ("Simulator",),
    "choice": ("simulator_class",),
    "errors": ("DeviceError",),
    "facts": (
        "Backend",
        "DeviceName",
        "LearningRule",
        "PropagationChoice",
        "SynapsesChoice",
        "SynapsesKind",
    ),
}
"""Where each name is."""


def __getattr__(name: str) -> Any:
    for module, names in _MODULES.items():
        if name in names:
            return getattr(importlib.import_module(f"networks.devices.{module}"), name)
    raise AttributeError(f"module 'networks.devices' has no attribute '{name}'")
