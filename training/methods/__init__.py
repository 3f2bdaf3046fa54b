"""Ways to get gradients other than the spikes of stage 2, for comparison with it."""

from training.methods.implicit import (
    ImplicitResult,
    NotConvergedError,
    Solver,
    implicit_gradients,
)

__all__ = ["ImplicitResult", "NotConvergedError", "Solver", "implicit_gradients"]
