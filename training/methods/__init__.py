"""Ways to get gradients: the spikes of stage 2, and exact implicit differentiation beside it.

The names are loaded when they are first used, so that ``spide --help`` need not wait for Brian2
and torch.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from training.methods.implicit import (
        ImplicitResult,
        NotConvergedError,
        Solver,
        implicit_gradients,
    )

__all__ = ["ImplicitResult", "NotConvergedError", "Solver", "implicit_gradients"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        return getattr(importlib.import_module("training.methods.implicit"), name)
    raise AttributeError(f"module 'training.methods' has no attribute '{name}'")
