"""What a neuron is: a block of Brian2 equations, a threshold, a reset and its parameters.

The neurons of the project share a few state variables, so that one synapse fits them all:

==============  ====================================================================
``v``           membrane potential (the paper's ``u``)
``I``           input current of one step, constant during a run unless frames drive it
``spike_count`` sum of the output spikes, weighted by the leak; the rates are its average
``activity``    number of spikes, whatever their sign and age (Figure 2), of neurons whose
                `spike_count` is another number
``s``           the neuron's last output spike (ternary neurons: -1 or +1)
==============  ====================================================================

The parameters are `shared` variables of the group rather than numbers in the strings: they take
the group's precision, and every threshold runs the same compiled code.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

PARAMETERS = """
v_threshold : 1 (shared, constant)
v_rest : 1 (shared, constant)
leak : 1 (shared, constant)
"""


@dataclass(frozen=True)
class NeuronModel:
    """A neuron as Brian2 strings, with the values of its parameters.

    Parameters
    ----------
    model : str
        Brian2 equations of the state variables (without the parameters below).
    threshold : str
        Condition for a spike.
    reset : str
        Statements run for the neurons that spiked.
    v_threshold, v_rest : float
        Firing threshold and resting potential, dimensionless.
    leak : float
        Factor on the membrane potential from one step to the next; 1 is no leak.
    update : str
        Statements run for every neuron at the start of a step, for dynamics that are not
        written as a differential equation in `model`.

    Raises
    ------
    ValueError
        If the parameters are not finite, if ``v_threshold <= 0``, ``v_rest >= v_threshold``, or
        the leak lies outside (0, 1].
    """

    model: str
    threshold: str
    reset: str
    v_threshold: float
    v_rest: float
    leak: float = 1.0
    update: str = ""

    def __post_init__(self) -> None:
        if not (math.isfinite(self.v_threshold) and self.v_threshold > 0):
            raise ValueError(f"the threshold is {self.v_threshold}: it must be positive")
        if not (math.isfinite(self.v_rest) and self.v_rest < self.v_threshold):
            raise ValueError(
                f"the resting potential is {self.v_rest}: it must lie below the threshold "
                f"{self.v_threshold}"
            )
        if not 0 < self.leak <= 1:
            raise ValueError(f"the leak is {self.leak}: it must lie in (0, 1], 1 is no leak")

    @property
    def equations(self) -> str:
        """The complete Brian2 equations, parameters included."""
        return self.model + PARAMETERS

    @property
    def parameters(self) -> dict[str, float]:
        """Values of the parameters by name, as ``NeuronGroup.set_states`` takes them."""
        return {"v_threshold": self.v_threshold, "v_rest": self.v_rest, "leak": self.leak}


def average_rate_weight(leak: float, steps: int, dtype: str | np.dtype = "float64") -> float:
    """The total weight of `steps` steps in a rate: ``sum(leak**k for k in range(steps))``.

    A rate is `spike_count` divided by this: the plain average for ``leak = 1``, the
    leak-weighted average of section 3.2 otherwise. It is the count of a neuron that fires at every
    step, summed in the order and in the precision in which `spike_count` itself decays: the rate of
    that neuron is exactly 1. No other count is larger, since rounding keeps the order of numbers.

    Parameters
    ----------
    leak : float
    steps : int
    dtype : {"float32", "float64"}
        Precision of the counts.

    Returns
    -------
    float
        A number of that precision.
    """
    precision = np.dtype(dtype).type
    factor, weight, one = precision(leak), precision(0), precision(1)
    for _ in range(steps):
        weight = factor * weight + one
    return float(weight)
