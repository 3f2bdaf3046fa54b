"""The values that define a two-stage computation (sections 3.1, 4.2 and 4.3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal, TypeAlias

from equations import (
    NeuronModel,
    TernaryCouple,
    TracePair,
    integrate_and_fire,
    leaky_integrate_and_fire,
)
from networks.records.inherited_parameters import with_inherited_parameters
from networks.records.typed_fields import Interval, Positive, check_fields

BackwardNeuron = Literal["ternary", "trace"]

# Spikes are counted in float32, which is exact up to there.
Steps: TypeAlias = Annotated[int, Interval(least=1, most=2**24)]


@dataclass(frozen=True, kw_only=True)
class TwoStageValues:
    """Thresholds, steps and scales of the two stages, as numbers.

    Parameters
    ----------
    v_threshold : float
        Firing threshold V_th of stage 1.
    v_rest : float
        Resting potential u_rest of stage 1.
    v_threshold_backward : float
        Firing threshold V_th^b of the couples of stage 2.
    v_rest_backward : float
        Resting potential u_rest^b of the couples of stage 2.
    forward_steps : int
        Time steps T_F of stage 1.
    backward_steps : int
        Time steps T_B of stage 2.
    loss_scale : float
        Factor s_l of the loss, the mean cross-entropy (section 4.3).
    leak : float
        Factor of the membrane potential per step in both stages; 1 is the IF neuron, less is LIF.
    backward_neuron : {"ternary", "trace"}
        What stage 2 consists of: ternary neurons (eq. 6; couple says whether they are couples), or
        pairs of SpikeGrad's neurons, whose negative spikes need a trace of earlier positive ones.
    """

    v_threshold: float = 1.0
    v_rest: float = -1.0
    v_threshold_backward: float = 0.5
    v_rest_backward: float = -0.5
    forward_steps: Steps = 30
    backward_steps: Steps = 100
    loss_scale: Positive = 100.0
    leak: float = 1.0
    backward_neuron: BackwardNeuron = "ternary"


@with_inherited_parameters
@dataclass(frozen=True)
class TwoStageConfig(TwoStageValues):
    """What defines a two-stage computation: `TwoStageValues`, and perhaps a neuron.

    Parameters
    ----------
    own_neuron : NeuronModel, optional
        A neuron for stage 1 in place of the IF neuron; v_threshold, v_rest and leak are then its.

    Raises
    ------
    ValueError
        If a value cannot be simulated, or is another one than that of the neuron.
    """

    own_neuron: NeuronModel | None = None

    def __post_init__(self) -> None:
        if (own := self.own_neuron) is not None:
            if not isinstance(own, NeuronModel):
                raise ValueError(f"own_neuron must be a NeuronModel, not {own!r}")
            for name in ("v_threshold", "v_rest", "leak"):
                given, its = getattr(self, name), float(getattr(own, name))
                if given not in (its, getattr(TwoStageValues, name)):
                    raise ValueError(
                        f"{name} is {given}, and that of the neuron '{own.name}' is {its}: leave "
                        f"{name} out, or give it to the neuron"
                    )
                object.__setattr__(self, name, its)
        check_fields(self)
        _ = self.neuron, self.signed_neurons.neuron  # their own checks

    @property
    def neuron(self) -> NeuronModel:
        """The neuron of stage 1."""
        if self.own_neuron is not None:
            return self.own_neuron
        if self.leak == 1.0:
            return integrate_and_fire(self.v_threshold, self.v_rest)
        return leaky_integrate_and_fire(self.v_threshold, self.v_rest, self.leak)

    @property
    def signed_neurons(self) -> TernaryCouple | TracePair:
        """What stage 2 consists of."""
        kind = TracePair if self.backward_neuron == "trace" else TernaryCouple
        return kind(self.v_threshold_backward, self.v_rest_backward, self.leak)

    @property
    def rescale(self) -> float:
        """1/(V_th - u_rest), the factor on the transposed weights and on the gradients."""
        return 1.0 / (self.v_threshold - self.v_rest)
