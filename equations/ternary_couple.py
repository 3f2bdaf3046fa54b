"""The ternary couple (section 4.1, Figure 1): negative spikes from common neurons.

Two populations of integrate-and-fire neurons receive opposite inputs. The first one's spikes are
the output +1, the second one's the output -1, so the couple's count is the difference of the two
counts. They share their reset through a pair of synapses of weight ``V_th - u_rest``: when neuron 1
fires at V_th it resets itself to u_rest, and its spike lifts neuron 2 from -V_th to -u_rest. Their
potentials are therefore opposite at all times and the couple is a ternary neuron (eq. 6) made of
parts that neuromorphic hardware has.
"""

from __future__ import annotations

from dataclasses import dataclass

from equations.integrate_and_fire import integrate_and_fire
from equations.leaky_integrate_and_fire import leaky_integrate_and_fire
from equations.neuron_model import NeuronModel

#: What a spike does to the partner's potential; the weight is `TernaryCouple.span`, rounded as in
#: a reset.
CROSS_RESET = "v_post += w"

#: With a leak the difference of two decaying counts is not rounded like one count of both signs,
#: so the negative side's spikes are counted on the positive one.
OUTPUT = "spike_count_post -= w"


@dataclass(frozen=True)
class TernaryCouple:
    """A couple of IF neurons that acts as one ternary neuron.

    Parameters
    ----------
    v_threshold, v_rest : float
        V_th^b and u_rest^b of both neurons.
    leak : float
        Factor on both membrane potentials from one step to the next, in (0, 1].
    """

    v_threshold: float = 0.5
    v_rest: float = -0.5
    leak: float = 1.0

    @property
    def neuron(self) -> NeuronModel:
        """The common neuron that both populations are made of."""
        if self.leak == 1.0:
            return integrate_and_fire(self.v_threshold, self.v_rest)
        return leaky_integrate_and_fire(self.v_threshold, self.v_rest, self.leak)

    @property
    def span(self) -> float:
        """``V_th^b - u_rest^b``: what a spike takes from the potential, and what it stands for.

        It is the weight of the synapses between the two, and the factor on the output (section
        4.2).
        """
        return self.v_threshold - self.v_rest
