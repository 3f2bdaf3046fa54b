"""The science of SPIDE as Brian2 strings: neurons, the ternary couple and what a spike does.

Nothing here runs and nothing here imports the rest of the project. Each file holds one block of
equations with its parameters; `networks` turns them into Brian2 objects.
"""

from equations.integrate_and_fire import integrate_and_fire
from equations.leaky_integrate_and_fire import leaky_integrate_and_fire
from equations.neuron_model import NeuronModel, average_rate_weight
from equations.propagation import BACKWARD, FORWARD, SynapseModel
from equations.sigma import has_sigma_rates
from equations.ternary import ternary
from equations.ternary_couple import CROSS_RESET, TernaryCouple
from equations.trace_pair import TracePair, with_trace
from equations.window import in_window

__all__ = [
    "BACKWARD",
    "CROSS_RESET",
    "FORWARD",
    "NeuronModel",
    "SynapseModel",
    "TernaryCouple",
    "TracePair",
    "average_rate_weight",
    "has_sigma_rates",
    "in_window",
    "integrate_and_fire",
    "leaky_integrate_and_fire",
    "ternary",
    "with_trace",
]
