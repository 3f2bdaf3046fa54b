"""Ways to learn: the spikes of stage 2 (SPIDE), and what it is compared with.

The names are loaded when they are first used, so that ``spide --help`` need not wait for Brian2
and torch.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from training.methods.first_stage_method import InexactGradientWarning
    from training.methods.gradients import implicit_gradients, two_stage_gradients
    from training.methods.method import Method
    from training.methods.parts.linear_system import NotConvergedError
    from training.methods.results import Prediction, StepResult
    from training.recipes.two_stage_config import TwoStageConfig

__all__ = [
    "InexactGradientWarning",
    "Method",
    "NotConvergedError",
    "Prediction",
    "StepResult",
    "TwoStageConfig",
    "implicit_gradients",
    "two_stage_gradients",
]

_MODULES = {
    "methods.first_stage_method": ("InexactGradientWarning",),
    "methods.gradients": ("implicit_gradients", "two_stage_gradients"),
    "methods.parts.linear_system": ("NotConvergedError",),
    "methods.method": ("Method",),
    "methods.results": ("Prediction", "StepResult"),
    "recipes.two_stage_config": ("TwoStageConfig",),
}
"""Where each name is."""


def __getattr__(name: str) -> Any:
    for module, names in _MODULES.items():
        if name in names:
            return getattr(importlib.import_module(f"training.{module}"), name)
    raise AttributeError(f"module 'training.methods' has no attribute '{name}'")
