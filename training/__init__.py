"""Training: ways to learn, the loop around them, data, recipes and the command ``spide``.

``training.methods`` is what learns (one batch in, gradients out), ``training.runs.loop`` repeats
it, ``training.recipes`` says with which values. This package imports ``networks`` and
``equations``; neither imports it. The names below are loaded when they are first used, so that
``spide --help`` need not wait for Brian2 and torch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from training.methods.two_stage import TwoStageResult, TwoStageTrainer, two_stage_gradients
    from training.methods.two_stage_config import TwoStageConfig

__all__ = ["TwoStageConfig", "TwoStageResult", "TwoStageTrainer", "two_stage_gradients"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        from training.methods import two_stage

        return getattr(two_stage, name)
    raise AttributeError(f"module 'training' has no attribute '{name}'")
