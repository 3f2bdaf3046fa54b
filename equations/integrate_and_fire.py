"""The integrate-and-fire neuron, eq. 1 (section 3.1).

    u[t + 0.5] = u[t] + sum_j w_j s_j[t] + b
    s[t + 1]   = H(u[t + 0.5] - V_th)
    u[t + 1]   = u[t + 0.5] - (V_th - u_rest) s[t + 1]

The constant part of the input (``F x + b``) is the current ``I``; Euler integration over one step
of length dt adds exactly ``I``. Spikes of other neurons are added to ``v`` by synapses. The reset
subtracts, so what exceeds the threshold is kept for the next step.
"""

from __future__ import annotations

from equations.neuron_model import NeuronModel

MODEL = """
dv/dt = I/dt : 1
I : 1 (constant)
spike_count : 1
"""

THRESHOLD = "v >= v_threshold"

RESET = """
v -= v_threshold - v_rest
spike_count += 1
"""


def integrate_and_fire(v_threshold: float = 1.0, v_rest: float = -1.0) -> NeuronModel:
    """The IF neuron of eq. 1.

    Parameters
    ----------
    v_threshold, v_rest : float
        V_th and u_rest; section 4.3 takes ``u_rest = -V_th``.
    """
    return NeuronModel(MODEL, THRESHOLD, RESET, v_threshold, v_rest)
