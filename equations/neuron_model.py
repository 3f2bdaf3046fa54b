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

A neuron of one's own may have more of them, parameters and a namespace; one step is 1 ms, and
differential equations are integrated by Euler's method. Its potential may have a unit: current,
weights, biases, threshold and resting potential then have the same one (in SI units where they are
plain numbers), and rates, which have none, do not change.

Parameters are `shared` variables of the group rather than numbers in the strings: they take the
group's precision, and every threshold runs the same compiled code.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from brian2.units.fundamentalunits import Dimension, Quantity

    Value: TypeAlias = float | Quantity


@dataclass(frozen=True)
class NeuronModel:
    """A neuron as Brian2 strings, with the values of its parameters.

    Parameters
    ----------
    model : str
        Brian2 equations of the state variables (without the parameters below).
    threshold : str
        Condition for a spike; comments and line breaks in it are left out.
    reset : str
        Statements run for the neurons that spiked.
    v_threshold, v_rest : float or Quantity
        Firing threshold and resting potential, in the unit of ``v``.
    leak : float
        Factor on the membrane potential from one step to the next; 1 is no leak. `spike_count`
        decays with it.
    update : str
        Statements run for every neuron at the start of a step, before the differential equations
        and the spikes of the step, for dynamics that are not written as an equation in `model`.
    name : str
        For messages.
    parameters : dict of float or Quantity
        Further parameters, as the strings name them.
    initial : dict of float or Quantity
        State variables at the beginning of every run; those that are not named begin at 0.
    namespace : dict
        What else the strings name: constants such as ``tau = 10*ms``, functions.

    Raises
    ------
    ValueError
        If the parameters are no finite numbers, if the threshold does not lie above the initial and
        the resting potential, or the leak lies outside (0, 1].
    """

    model: str
    threshold: str
    reset: str
    v_threshold: Value
    v_rest: Value
    leak: float = 1.0
    update: str = ""
    name: str = "neuron"
    parameters: Mapping[str, Value] = field(default_factory=dict, hash=False)
    initial: Mapping[str, Value] = field(default_factory=dict, hash=False)
    namespace: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        for text in ("model", "threshold", "reset", "update", "name"):
            if not isinstance(getattr(self, text), str):
                kind = type(getattr(self, text)).__name__
                raise ValueError(f"{text} of a neuron is of the type {kind}: give it as a string")
        for own in ("parameters", "initial", "namespace"):
            if not isinstance(getattr(self, own), Mapping):
                kind = type(getattr(self, own)).__name__
                raise ValueError(
                    f"{own} of neuron '{self.name}' is of the type {kind}: give a dict"
                )
            object.__setattr__(self, own, dict(getattr(self, own)))
        object.__setattr__(self, "threshold", _in_one_line(self.threshold))
        for name, value in {**self.constants, **self.initial}.items():
            try:
                if isinstance(value, str | bool | np.bool_):
                    raise TypeError
                float(value)
            except (TypeError, ValueError):
                raise ValueError(
                    f"{name} of neuron '{self.name}' is {value!r}: it must be a number"
                ) from None
        for name, value in {**self.parameters, **self.initial}.items():
            if not math.isfinite(float(value)):
                raise ValueError(f"{name} of neuron '{self.name}' is {value}: it must be finite")
        start, threshold, rest = (
            float(each) for each in (self.initial.get("v", 0.0), self.v_threshold, self.v_rest)
        )
        if not (math.isfinite(threshold) and threshold > start):
            must = f"lie above the initial potential {start}"
            if "v" not in self.initial:
                must = "be positive, or initial={'v': ...} begin below it, as v begins at 0 else"
            raise ValueError(f"the threshold is {self.v_threshold}: it must {must}")
        if not (math.isfinite(rest) and rest < threshold):
            raise ValueError(
                f"the resting potential is {self.v_rest}: it must lie below the threshold "
                f"{self.v_threshold}"
            )
        if not 0 < float(self.leak) <= 1:
            raise ValueError(f"the leak is {self.leak}: it must lie in (0, 1], 1 is no leak")

    @property
    def constants(self) -> dict[str, Value]:
        """All parameters by name: threshold, resting potential, leak and its own."""
        common = {"v_threshold": self.v_threshold, "v_rest": self.v_rest, "leak": self.leak}
        return {**common, **self.parameters}

    @property
    def equations(self) -> str:
        """The complete Brian2 equations, parameters included."""
        declared = (
            f"{name} : {unit_name(getattr(value, 'dim', None))} (shared, constant)"
            for name, value in self.constants.items()
        )
        return "\n".join([self.model.rstrip(), *declared, ""])


def _in_one_line(condition: str) -> str:
    """A condition as Brian2 takes it."""
    code = " ".join(line.partition("#")[0] for line in condition.split("\n"))
    return " ".join(code.split())


def unit_name(dimensions: Dimension | None) -> str:
    """A unit as Brian2's equations write it, such as ``volt``; ``1`` without dimensions."""
    if dimensions is None or dimensions.is_dimensionless:
        return "1"
    # Brian2 has been imported by whoever made a quantity.
    from brian2.units.fundamentalunits import get_unit

    return repr(get_unit(dimensions)).replace(" ", "")


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
