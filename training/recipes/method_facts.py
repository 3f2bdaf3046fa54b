"""What a way to learn is, known without waiting for Brian2 and torch.

What it reads of a recipe, and which networks it cannot learn.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from networks.simulation import Simulation

if TYPE_CHECKING:
    from networks import Architecture
    from networks.devices import LearningRule

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
    stages : tuple of str
        The stages whose firing rates it tells: ``forward``, and ``backward`` if it simulates
        stage 2.
    learning : tuple of {"rates", "spikes"}
        Where its gradients can come from; the first is its default.
    in_torch : bool
        Whether all of it runs in torch, nothing in Brian2.
    feedback : bool
        Whether it can learn networks with feedback.
    direct_feedback : bool
        Whether stage 2 gets the loss in every layer at once, not in the last.
    not_counted : str
        Why the operations of a step cannot be counted; empty if they can.
    """

    name: str
    where: str
    stages: tuple[str, ...] = ("forward",)
    learning: tuple[LearningRule, ...] = ("rates",)
    in_torch: bool = False
    feedback: bool = True
    direct_feedback: bool = False
    not_counted: str = ""

    @property
    def stage_2(self) -> bool:
        """Whether it simulates stage 2."""
        return "backward" in self.stages

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

    def check_network(self, architecture: Architecture) -> None:
        """Refuse a network that the method cannot learn.

        Raises
        ------
        ValueError
            For a network with feedback, if the method knows none.
        """
        if architecture.feedback is not None and not self.feedback:
            forward_only = architecture.notation.partition("(")[0].strip()
            raise ValueError(
                f"the method {self.name} is for networks without feedback, and '"
                f"{architecture.notation}' has one: choose --architecture '{forward_only}'"
            )

    def check_simulation(self, simulation: Simulation) -> None:
        """Refuse a simulation that shall learn as the method does not.

        Raises
        ------
        ValueError
            If it shall.
        """
        if simulation.learning not in self.learning:
            raise ValueError(
                f"the method {self.name} does not learn from {simulation.learning}: use "
                f"learning '{self.learning[0]}', or the method spide"
            )
