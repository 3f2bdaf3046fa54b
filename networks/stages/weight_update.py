"""The weights as units of a Brian2 network that takes one step per batch.

Every learned number is a unit of a group, with its gradient ``dw`` and its momentum; one step of
the network is one step of stochastic gradient descent (`equations.plasticity.UPDATE`). Nothing is
exchanged between the units but the norm of the feedback's kernel (appendix D.2), which whoever
trains measures between two slots of the step.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np
from brian2.core.operations import NetworkOperation
from brian2.groups.neurongroup import NeuronGroup
from numpy.typing import ArrayLike, NDArray

from equations import plasticity
from networks.arrays import as_array, by_name, numbers, real_number
from networks.brian.code_generation import code_object_class
from networks.brian.network import BrianNetwork
from networks.populations.neurons import UncheckedGroup
from networks.wiring import FEEDBACK

Array = NDArray[np.floating]
Norm = Callable[[Array], float]

RESTRICTED = f"{FEEDBACK}.weight"


class WeightUpdate:
    """Stochastic gradient descent with momentum and weight decay, as a Brian2 network.

    Parameters
    ----------
    parameters : dict of array
        Where the weights begin, by name, of float32 or float64; they are copied.
    momentum : float
        In [0, 1).
    weight_decay : float
        Not negative.
    norm : callable, optional
        The norm of the feedback's kernel, given that kernel; without it nothing is restricted.
    norm_limit : float, optional
        c, the largest norm that the kernel may keep; needed with `norm`. The paper has 2.

    Raises
    ------
    ValueError
        For numbers out of these ranges, parameters that are no finite floating-point numbers or
        have names that Brian2 does not take, one of `norm` and `norm_limit` without the other, and
        both without a ``feedback.weight`` that they would restrict.

    Attributes
    ----------
    network : BrianNetwork
        Takes one step per batch; monitors may be added.
    groups : dict of NeuronGroup
        The units of each parameter: ``w``, ``dw`` and ``velocity``.
    """

    def __init__(
        self,
        parameters: Mapping[str, Array],
        *,
        momentum: float = 0.0,
        weight_decay: float = 0.0,
        norm: Norm | None = None,
        norm_limit: float | None = None,
    ) -> None:
        if (norm is None) != (norm_limit is None):
            raise ValueError(
                f"norm is {norm} and norm_limit {norm_limit}: give both, or none of them"
            )
        parameters = {
            name: _floats(values, name)
            for name, values in by_name(parameters, "the weights").items()
        }
        if len({name.replace(".", "_") for name in parameters}) < len(parameters):
            raise ValueError(
                f"there are parameters {', '.join(parameters)}, of which two differ in '.' and '_' "
                "alone: rename one"
            )
        if norm is not None and RESTRICTED not in parameters:
            raise ValueError(
                f"norm restricts '{RESTRICTED}', and there are {', '.join(parameters) or 'none'}: "
                "leave norm and norm_limit out"
            )
        clock = BrianNetwork.step_clock("update_clock")
        self.network = BrianNetwork(("start", "groups", "resets", "end"), clock)
        self._shapes = {name: values.shape for name, values in parameters.items()}
        self.groups: dict[str, NeuronGroup] = {}
        shared = {
            "momentum": _within(momentum, "momentum", 0, below=1),
            "weight_decay": _within(weight_decay, "weight_decay", 0),
            "norm": 1.0,
            "norm_limit": 1.0 if norm_limit is None else _within(norm_limit, "norm_limit", 0),
        }
        if shared["norm_limit"] == 0:
            raise ValueError("norm_limit is 0, which no kernel but one of zeros has: choose more")
        for name, values in parameters.items():
            group = self.groups[name] = UncheckedGroup(
                values.size,
                plasticity.WEIGHT,
                dtype=values.dtype,
                clock=clock,
                name=name.replace(".", "_"),
                codeobj_class=code_object_class(),
            )
            group.variables["w"].set_value(values.ravel())
            for variable, value in shared.items():
                group.variables[variable].set_value(value)
            group.run_regularly(plasticity.UPDATE, when="groups", name=f"{group.name}_update")
            self.network.put(group)
        if norm is not None:
            self._restrict(self.groups[RESTRICTED], norm)

    @property
    def parameters(self) -> dict[str, Array]:
        """The weights by name, as views of what the units hold."""
        return self._views("w")

    @property
    def velocity(self) -> dict[str, Array]:
        """The momentum of every weight, likewise."""
        return self._views("velocity")

    def step(self, gradients: Mapping[str, ArrayLike], learning_rate: float) -> None:
        """Hand every unit its gradient and let the network take one step.

        Parameters
        ----------
        gradients : dict of array
            By parameter name.
        learning_rate : float
            Of the scaled loss: divided by s_l.

        Raises
        ------
        ValueError
            If a gradient is missing, of another shape or not finite, the learning rate is, or the
            norm of what it makes of the feedback's kernel.
        """
        learning_rate = _within(learning_rate, "learning_rate", 0)
        given = {
            name: numbers(each, self.parameters[name].dtype, f"the gradient of '{name}'")
            for name, each in by_name(gradients, "the gradients").items()
            if name in self._shapes
        }
        for name, shape in self._shapes.items():
            if name not in given or given[name].shape != shape:
                found = given[name].shape if name in given else "none"
                raise ValueError(f"the gradient of '{name}' must have shape {shape}, not {found}")
            if not np.isfinite(given[name]).all():
                raise ValueError(f"the gradient of '{name}' holds NaN or infinite values")
        for name, group in self.groups.items():
            group.variables["dw"].set_value(given[name].ravel())
            group.variables["learning_rate"].set_value(learning_rate)
        self.network.run_steps(1)

    def _restrict(self, group: NeuronGroup, norm: Norm) -> None:
        """Measure the norm after the update, and let every weight shrink by it."""

        def measure() -> None:
            kernel = self._views("w")[RESTRICTED]
            group.variables["norm"].set_value(_within(norm(kernel), "the norm of the feedback", 0))

        self.network.add(
            NetworkOperation(
                measure, clock=group.clock, when="after_groups", name="norm_of_the_feedback"
            )
        )
        group.run_regularly(plasticity.RESTRICT, when="resets", name=f"{group.name}_restriction")

    def _views(self, variable: str) -> dict[str, Array]:
        return {
            name: group.variables[variable].get_value().reshape(self._shapes[name])
            for name, group in self.groups.items()
        }


def _floats(values: ArrayLike, name: str) -> Array:
    """The numbers of a parameter, as Brian2 can hold them."""
    if not name.replace(".", "_").isidentifier() or not name.isascii():
        raise ValueError(
            f"there is a parameter '{name}': a name consists of letters, digits, '_' and '.', and "
            "begins with a letter"
        )
    given: Array = as_array(values, f"the weights '{name}'")
    if given.dtype not in (np.float32, np.float64):
        raise ValueError(
            f"the weights '{name}' are of type {given.dtype}: give them in float32 or float64"
        )
    if given.size == 0 or not np.isfinite(given).all():
        found = f"have shape {given.shape}" if given.size == 0 else "hold NaN or infinite values"
        raise ValueError(f"the weights '{name}' {found}: give finite numbers")
    return given


def _within(value: float, name: str, least: float, below: float = math.inf) -> float:
    """A number of this range."""
    number = real_number(value, name)
    if not least <= number < below:
        upper = "finite" if below == math.inf else f"below {below:g}"
        raise ValueError(f"{name} is {number}: it must be at least {least:g}, and {upper}")
    return number
