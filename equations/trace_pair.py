"""SpikeGrad's ternary neuron with a trace (Thiele, Bichler & Dupret 2019, arXiv 1906.00851).

    s = +1 if V >= Theta,  -1 if V <= -Theta and x > 0,  else 0
    V <- V - Theta s
    x <- x + eta s

The trace x is what the neuron has sent so far. A negative spike may only take back what positive
ones have sent, so the total never falls below zero: the neuron is a rectifier, made for
activations. (Section 4.1 calls it one "that requires consideration of accumulated spikes".) Only
the sign of x is asked, so ``eta = 1`` here: x is `spike_count`, and exact.

An error has both signs. Here two such neurons with opposite inputs stand for one, as in a couple,
but with traces in place of the mutual reset: the first one's total is the positive part of the
error, the second one's the negative part, and the output is the difference. While every step brings
less than a spike stands for, that is the ternary neuron of eq. 6 spike for spike: one side is
always shut by its trace. Theta is V_th^b, and ``V_th^b - u_rest^b`` is subtracted; that is
Theta, as in SpikeGrad, for ``u_rest^b = 0``.
"""

from __future__ import annotations

from dataclasses import dataclass

from equations.neuron_model import NeuronModel
from equations.ternary import MODEL, RESET

THRESHOLD = "v >= v_threshold or (v <= -v_threshold and spike_count > 0)"


def with_trace(v_threshold: float = 0.5, v_rest: float = -0.5) -> NeuronModel:
    """SpikeGrad's ternary neuron.

    Parameters
    ----------
    v_threshold, v_rest : float
        Theta, and what is left of it after a spike: 0 in SpikeGrad.
    """
    return NeuronModel(MODEL, THRESHOLD, RESET, v_threshold, v_rest, name="with_trace")


@dataclass(frozen=True)
class TracePair:
    """Two neurons with traces and opposite inputs, which send errors of both signs.

    Parameters
    ----------
    v_threshold, v_rest : float
        V_th^b and u_rest^b of both neurons.
    leak : float
        1: a trace that fades would forget what has been sent.

    Raises
    ------
    ValueError
        For another leak.
    """

    v_threshold: float = 0.5
    v_rest: float = -0.5
    leak: float = 1.0

    def __post_init__(self) -> None:
        if self.leak != 1:
            raise ValueError(
                f"the leak is {self.leak}, and a trace that fades forgets what was sent: neurons "
                "with traces need leak 1, ternary ones take any"
            )

    @property
    def neuron(self) -> NeuronModel:
        """The neuron that both populations are made of."""
        return with_trace(self.v_threshold, self.v_rest)

    @property
    def span(self) -> float:
        """``V_th^b - u_rest^b``: what a spike takes from the potential, and what it stands for."""
        return self.v_threshold - self.v_rest
