"""Brian2 networks made from the equations: architectures, connections and the two stages."""

from networks.architecture import Architecture, ArchitectureError, Layer
from networks.backward import BackwardNetwork, BackwardRates
from networks.code_generation import CompilerNotFoundError, require_compiler
from networks.devices import (
    Backend,
    DeviceError,
    DeviceName,
    PropagationChoice,
    SynapsesChoice,
    SynapsesKind,
)
from networks.forward import ForwardNetwork, ForwardRates
from networks.potentials import NotFiniteError

__all__ = [
    "Architecture",
    "ArchitectureError",
    "Backend",
    "BackwardNetwork",
    "BackwardRates",
    "CompilerNotFoundError",
    "DeviceError",
    "DeviceName",
    "ForwardNetwork",
    "ForwardRates",
    "Layer",
    "NotFiniteError",
    "PropagationChoice",
    "SynapsesChoice",
    "SynapsesKind",
    "require_compiler",
]
