"""Brian2 networks made from the equations: architectures, connections and the two stages."""

from networks.architecture import Architecture, ArchitectureError, Layer
from networks.backward import BackwardNetwork, BackwardRates
from networks.code_generation import CompilerNotFoundError, require_compiler
from networks.forward import ForwardNetwork, ForwardRates
from networks.stage import SynapsesKind

__all__ = [
    "Architecture",
    "ArchitectureError",
    "BackwardNetwork",
    "BackwardRates",
    "CompilerNotFoundError",
    "ForwardNetwork",
    "ForwardRates",
    "Layer",
    "SynapsesKind",
    "require_compiler",
]
