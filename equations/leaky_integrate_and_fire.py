"""The leaky integrate-and-fire neuron: eq. 1 with a leak after the reset.

    u[t + 1] = leak * (u[t + 0.5] - (V_th - u_rest) s[t + 1])

Its equilibrium is one of leak-weighted average rates (section 3.2), so `spike_count` decays with
the same factor: a spike k steps before the end counts ``leak**k``.
"""

from __future__ import annotations

from equations.integrate_and_fire import RESET as RESET_WITHOUT_LEAK
from equations.integrate_and_fire import THRESHOLD
from equations.neuron_model import NeuronModel

MODEL = """
v : 1
I : 1 (constant)
spike_count : 1
activity : 1
"""

RESET = RESET_WITHOUT_LEAK + "activity += 1\n"

# A statement instead of a differential equation: Euler would give v - (1 - leak)*v + I, which is
# not leak*v + I in floating point.
UPDATE = """
v = leak * v + I
spike_count = leak * spike_count
"""


def leaky_integrate_and_fire(
    v_threshold: float = 1.0, v_rest: float = -1.0, leak: float = 0.9
) -> NeuronModel:
    """The leaky IF neuron.

    Parameters
    ----------
    v_threshold, v_rest : float
        V_th and u_rest.
    leak : float
        Factor on the membrane potential from one step to the next, in (0, 1].
    """
    return NeuronModel(MODEL, THRESHOLD, RESET, v_threshold, v_rest, leak, UPDATE)
