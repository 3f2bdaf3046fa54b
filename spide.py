"""spide: feedback spiking networks trained with spikes alone (SPIDE), in Brian2.

Everything that a notebook or a script needs, under one name::

    import spide

    run = spide.train("digits", epochs=3)
    run.evaluate().accuracy

    with spide.watch(run.trainer.forward["layer1"], "v", sample=0) as trace:
        run.predict(images)

``python -m spide`` is the command ``spide``. Names are loaded when they are first used: Brian2 and
torch take seconds, and importing Brian2 changes how Ctrl+C works.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
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
    from networks.simulation import Simulation
    from networks.watch import watch
    from training.methods import (
        InexactGradientWarning,
        Method,
        NotConvergedError,
        Prediction,
        StepResult,
        TwoStageConfig,
        implicit_gradients,
        two_stage_gradients,
    )
    from training.parallel.over_cores import TwoStageTrainer
    from training.programs.writing import compile
    from training.recipes import RECIPES
    from training.recipes.recipe import Recipe
    from training.runs.run import Run
    from training.runs.train import resume, train
    from training.sweeps.planning.draws import Range
    from training.sweeps.running.clusters import one_point_per_core
    from training.sweeps.sweep import sweep

__all__ = [
    "RECIPES",
    "Architecture",
    "ArchitectureError",
    "BackwardNetwork",
    "BackwardRates",
    "CompilerNotFoundError",
    "DeviceError",
    "ForwardNetwork",
    "ForwardRates",
    "InexactGradientWarning",
    "Method",
    "NeuronModel",
    "NotConvergedError",
    "NotFiniteError",
    "Prediction",
    "Range",
    "Recipe",
    "Run",
    "Simulation",
    "StepResult",
    "TernaryCouple",
    "TwoStageConfig",
    "TwoStageTrainer",
    "compile",
    "implicit_gradients",
    "integrate_and_fire",
    "leaky_integrate_and_fire",
    "one_point_per_core",
    "resume",
    "sweep",
    "ternary",
    "train",
    "two_stage_gradients",
    "watch",
]

_ROOMS = ("equations", "networks", "training.methods")
"""Packages that have most of the names; each says what it has."""

_MODULES = {
    "RECIPES": "training.recipes",
    "Range": "training.sweeps.planning.draws",
    "Recipe": "training.recipes.recipe",
    "Run": "training.runs.run",
    "Simulation": "networks.simulation",
    "TwoStageTrainer": "training.parallel.over_cores",
    "compile": "training.programs.writing",
    "one_point_per_core": "training.sweeps.running.clusters",
    "resume": "training.runs.train",
    "sweep": "training.sweeps.sweep",
    "train": "training.runs.train",
    "watch": "networks.watch",
}
"""Where the others are."""


_PACKAGES = ("equations", "networks", "training")
"""Ours. Others may have packages of these names, in the folder where a script is started."""


def _own_packages() -> None:
    """Import our packages from beside this file, whatever lies before them on the path.

    Raises
    ------
    ImportError
        If others of these names are loaded already.
    """
    here = Path(__file__).resolve().parent
    sys.path.insert(0, str(here))
    try:
        for name in _PACKAGES:
            package = importlib.import_module(name)
            if Path(getattr(package, "__file__", None) or "/").resolve().parent.parent != here:
                raise ImportError(
                    f"another package '{name}' is loaded ({package}): import spide before "
                    "it, or rename it"
                )
    finally:
        sys.path.remove(str(here))


def __getattr__(name: str) -> Any:
    if name in __all__:
        _own_packages()
    if name in _MODULES:
        return getattr(importlib.import_module(_MODULES[name]), name)
    if name in __all__:
        for room in _ROOMS:
            module = importlib.import_module(room)
            if name in module.__all__:
                return getattr(module, name)
    raise AttributeError(f"module 'spide' has no attribute '{name}'")


def __dir__() -> list[str]:
    return __all__


if __name__ == "__main__":
    _own_packages()
    from training.cli.command_line import main

    sys.exit(main())
