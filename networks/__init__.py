"""Brian2 networks made from the equations: architectures, connections and the two stages.

The names below are loaded when they are first used, so that an architecture can be read without
waiting for Brian2 and torch.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from networks.architecture import Architecture, Layer
    from networks.brian.code_generation import (
        CompilationError,
        CompilerNotFoundError,
        require_compiler,
    )
    from networks.devices import (
        Backend,
        DeviceError,
        DeviceName,
        LearningRule,
        PropagationChoice,
        SynapsesChoice,
        SynapsesKind,
    )
    from networks.notation import ArchitectureError
    from networks.populations.potentials import NotFiniteError
    from networks.stages.backward import BackwardNetwork, BackwardRates
    from networks.stages.forward import ForwardNetwork, ForwardRates

__all__ = [
    "Architecture",
    "ArchitectureError",
    "Backend",
    "BackwardNetwork",
    "BackwardRates",
    "CompilationError",
    "CompilerNotFoundError",
    "DeviceError",
    "DeviceName",
    "ForwardNetwork",
    "ForwardRates",
    "Layer",
    "LearningRule",
    "NotFiniteError",
    "PropagationChoice",
    "SynapsesChoice",
    "SynapsesKind",
    "require_compiler",
]

_MODULES = {
    "architecture": ("Architecture", "Layer"),
    "stages.backward": ("BackwardNetwork", "BackwardRates"),
    "brian.code_generation": ("CompilationError", "CompilerNotFoundError", "require_compiler"),
    "devices.errors": ("DeviceError",),
    "devices.facts": (
        "Backend",
        "DeviceName",
        "LearningRule",
        "PropagationChoice",
        "SynapsesChoice",
        "SynapsesKind",
    ),
    "notation": ("ArchitectureError",),
    "stages.forward": ("ForwardNetwork", "ForwardRates"),
    "populations.potentials": ("NotFiniteError",),
}
"""Where each name is."""


def __getattr__(name: str) -> Any:
    for module, names in _MODULES.items():
        if name in names:
            return getattr(importlib.import_module(f"networks.{module}"), name)
    raise AttributeError(f"module 'networks' has no attribute '{name}'")
