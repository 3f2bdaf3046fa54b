"""The ternary neuron, eq. 6 (section 4.1): a spike of either sign.

    s[t + 1] = T(u[t + 0.5], V_th) = +1, 0 or -1
    u[t + 1] = u[t + 0.5] - (V_th - u_rest) s[t + 1]

It fires when ``|u| >= V_th`` (eq. 6 prints ``>``, the authors' code has ``>=``): with the resting
potential ``-V_th``, a neuron left exactly on the threshold fires in every step, with either sign in
turn. This is the fast form of the ternary couple (`ternary_couple`):
one population instead of two, equal to it spike for spike. The reset sets `s`, so monitors of it
belong after the resets. `activity` counts spikes of both signs, for the firing rates of Figure 2.
"""

from __future__ import annotations

from equations.neuron_model import NeuronModel

MODEL = """
dv/dt = I/dt : 1
I : 1 (constant)
s : 1
spike_count : 1
activity : 1
"""

LEAKY_MODEL = """
v : 1
I : 1 (constant)
s : 1
spike_count : 1
activity : 1
"""

LEAKY_UPDATE = """
v = leak * v + I
spike_count = leak * spike_count
"""

THRESHOLD = "abs(v) >= v_threshold"

RESET = """
s = sign(v)
v -= s * (v_threshold - v_rest)
spike_count += s
activity += 1
"""


def ternary(v_threshold: float = 0.5, v_rest: float = -0.5, leak: float = 1.0) -> NeuronModel:
    """The ternary neuron of eq. 6, leaky if ``leak < 1``.

    Parameters
    ----------
    v_threshold, v_rest : float
        V_th^b and u_rest^b; Theorems 1 and 2 take ``V_th^b - u_rest^b = 1``, Proposition 1
        ``u_rest^b = -V_th^b``.
    leak : float
        Factor on the membrane potential from one step to the next, in (0, 1].
    """
    if leak == 1.0:
        return NeuronModel(MODEL, THRESHOLD, RESET, v_threshold, v_rest)
    return NeuronModel(LEAKY_MODEL, THRESHOLD, RESET, v_threshold, v_rest, leak, LEAKY_UPDATE)
