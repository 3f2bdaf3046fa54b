"""spide: feedback spiking networks trained with spikes alone (SPIDE), in Brian2.

Everything that a notebook or a script needs, under one name::

    import spide

    network = spide.Architecture.parse("40 (F40)", input_shape=(64,), classes=10)
    result = spide.two_stage_gradients(
        network, parameters, images, labels, spide.TwoStageConfig()
    )

``python -m spide`` is the command ``spide``. Names are loaded when they are first used: Brian2 and
torch take seconds, and importing Brian2 changes how Ctrl+C works.
"""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from equations import (
        NeuronModel,
        TernaryCouple,
        integrate_and_fire,
        leaky_integrate_and_fire,
        ternary,
    )
    from networks import (
        Architecture,
        ArchitectureError,
        BackwardNetwork,
        BackwardRates,
        CompilerNotFoundError,
        DeviceError,
        ForwardNetwork,
        ForwardRates,
        NotFiniteError,
    )
    from training.methods import ImplicitResult, NotConvergedError, implicit_gradients
    from training.methods.two_stage import (
        InexactGradientWarning,
        Prediction,
        TwoStageConfig,
        TwoStageResult,
        TwoStageTrainer,
        two_stage_gradients,
    )

__all__ = [
    "Architecture",
    "ArchitectureError",
    "BackwardNetwork",
    "BackwardRates",
    "CompilerNotFoundError",
    "DeviceError",
    "ForwardNetwork",
    "ForwardRates",
    "ImplicitResult",
    "InexactGradientWarning",
    "NeuronModel",
    "NotConvergedError",
    "NotFiniteError",
    "Prediction",
    "TernaryCouple",
    "TwoStageConfig",
    "TwoStageResult",
    "TwoStageTrainer",
    "implicit_gradients",
    "integrate_and_fire",
    "leaky_integrate_and_fire",
    "ternary",
    "two_stage_gradients",
]

_ROOMS = ("equations", "networks", "training.methods", "training.methods.two_stage")
"""Where the names are, in the order in which they are looked for."""


def __getattr__(name: str) -> Any:
    if name in __all__:
        for room in _ROOMS:
            module = importlib.import_module(room)
            if name in module.__all__:
                return getattr(module, name)
    raise AttributeError(f"module 'spide' has no attribute '{name}'")


def __dir__() -> list[str]:
    return __all__


if __name__ == "__main__":
    from training.cli.command_line import main

    sys.exit(main())
