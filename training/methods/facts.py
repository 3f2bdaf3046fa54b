"""What a way to learn is, known without waiting for Brian2 and torch: what it reads of a recipe."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

SECOND_STAGE = (
    *("realisation", "couple", "backward_steps", "backward_neuron"),
    *("v_threshold_backward", "v_rest_backward"),
)
"""Fields of a recipe that stage 2 alone reads."""

BRIAN2 = ("device", "backend", "synapses", "propagation")
"""Fields that only networks of Brian2 read."""


@dataclass(frozen=True)
class MethodFacts:
    """What a way to learn is.

    Parameters
    ----------
    name : str
    where : str
        Its module and class.
    stage_2 : bool
        Whether it simulates stage 2.
    in_torch : bool
        Whether all of it runs in torch, nothing in Brian2.
    """

    name: str
    where: str
    stage_2: bool = False
    in_torch: bool = False

    @property
    def unread(self) -> Mapping[str, str]:
        """The fields of a recipe that change nothing, and why."""
        found: dict[str, str] = {}
        if not self.stage_2:
            reason = f"the method {self.name} has no stage 2"
            found |= dict.fromkeys(SECOND_STAGE, reason)
        if self.in_torch:
            found |= dict.fromkeys(BRIAN2, f"the method {self.name} runs in torch")
        return found
