"""spide: feedback spiking networks trained with spikes alone (SPIDE), in Brian2.

Everything that a notebook or a script needs, under one name::

    import spide

    run = spide.train("digits", epochs=3)
    run.evaluate().accuracy

    with spide.watch(run.trainer.forward["layer1"], "v", sample=0) as trace:
        run.predict(images)

``python -m spide`` is the command ``spide``. Names are loaded when they are first used: Brian2 and
torch take seconds, and importing Brian2 changes how Ctrl+C works, which only the main thread can.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from equations import (
        NeuronModel,
        TernaryCouple,
        TracePair,
        has_sigma_rates,
        integrate_and_fire,
        leaky_integrate_and_fire,
        ternary,
    )
    from networks import (
        Architecture,
        ArchitectureError,
        BackwardNetwork,
        BackwardRates,
        CompilationError,
        CompilerNotFoundError,
        DeviceError,
        ForwardNetwork,
        ForwardRates,
        NotFiniteError,
    )
    from networks.exchange import TrainedNetwork
    from networks.exchange.torch_network import TorchNetwork
    from networks.simulation import Simulation
    from networks.stages.learning import Stage1Rates
    from networks.stages.weight_update import WeightUpdate
    from networks.watch import Trace, watch
    from training import plots
    from training.errors import (
        CheckpointError,
        DataError,
        DivergenceError,
        RunFolderError,
        UserError,
    )
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
    from training.runs.looking.evaluation import Evaluation
    from training.runs.looking.exchange import read_network, write_network
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
    "CheckpointError",
    "CompilationError",
    "CompilerNotFoundError",
    "DataError",
    "DeviceError",
    "DivergenceError",
    "Evaluation",
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
    "RunFolderError",
    "Simulation",
    "Stage1Rates",
    "StepResult",
    "TernaryCouple",
    "TorchNetwork",
    "Trace",
    "TracePair",
    "TrainedNetwork",
    "TwoStageConfig",
    "TwoStageTrainer",
    "UserError",
    "WeightUpdate",
    "compile",
    "has_sigma_rates",
    "implicit_gradients",
    "integrate_and_fire",
    "leaky_integrate_and_fire",
    "one_point_per_core",
    "plots",
    "read_network",
    "resume",
    "sweep",
    "ternary",
    "train",
    "two_stage_gradients",
    "watch",
    "write_network",
]

_ROOMS = ("equations", "networks", "training.methods")
"""Packages that have most of the names; each says what it has."""

_MODULES = {
    "CheckpointError": "training.errors",
    "DataError": "training.errors",
    "DivergenceError": "training.errors",
    "Evaluation": "training.runs.looking.evaluation",
    "RECIPES": "training.recipes",
    "Range": "training.sweeps.planning.draws",
    "Recipe": "training.recipes.recipe",
    "Run": "training.runs.run",
    "RunFolderError": "training.errors",
    "Simulation": "networks.simulation",
    "Stage1Rates": "networks.stages.learning",
    "TorchNetwork": "networks.exchange.torch_network",
    "Trace": "networks.watch",
    "TrainedNetwork": "networks.exchange",
    "TwoStageTrainer": "training.parallel.over_cores",
    "UserError": "training.errors",
    "WeightUpdate": "networks.stages.weight_update",
    "compile": "training.programs.writing",
    "one_point_per_core": "training.sweeps.running.clusters",
    "read_network": "training.runs.looking.exchange",
    "resume": "training.runs.train",
    "sweep": "training.sweeps.sweep",
    "train": "training.runs.train",
    "watch": "networks.watch",
    "write_network": "training.runs.looking.exchange",
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
    try:
        return _loaded(name)
    except ValueError as error:  # of signal.signal, at the end of Brian2's import
        if threading.current_thread() is threading.main_thread() or "signal" not in str(error):
            raise
        raise RuntimeError(
            f"'spide.{name}' imports Brian2, which only the main thread can: import brian2 there, "
            "before the thread starts"
        ) from error


def _loaded(name: str) -> Any:
    if name == "__version__":
        return importlib.metadata.version("spide")
    if name in __all__:
        _own_packages()
    if name == "plots":  # a package of its own
        return importlib.import_module("training.plots")
    if name in _MODULES:
        return getattr(importlib.import_module(_MODULES[name]), name)
    if name in __all__:
        for room in _ROOMS:
            module = importlib.import_module(room)
            if name in module.__all__:
                return getattr(module, name)
    raise AttributeError(f"module 'spide' has no attribute '{name}'")


def __dir__() -> list[str]:
    return [*__all__, "__version__"]


if __name__ == "__main__":
    _own_packages()
    from training.cli.command_line import main

    sys.exit(main())
