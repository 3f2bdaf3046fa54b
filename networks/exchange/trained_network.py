"""A trained network by itself: what stage 1 is made of (Algorithm 1), without what trained it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Unpack

import numpy as np
from numpy.typing import NDArray

from equations import NeuronModel, integrate_and_fire, leaky_integrate_and_fire
from networks.architecture import Architecture
from networks.arrays import real_number, whole_number
from networks.simulation import SimulationOptions

if TYPE_CHECKING:
    from networks.stages.forward import ForwardNetwork

FORMAT = 1
"""Version of the description; a reader refuses later ones."""

_NUMBERS = ("v_threshold", "v_rest", "leak")


class ExchangeError(ValueError):
    """A network that a format cannot hold, or a file that holds none; one sentence says why."""


@dataclass(frozen=True, kw_only=True)
class TrainedNetwork:
    """Architecture, weights and neurons of stage 1.

    Parameters
    ----------
    architecture : Architecture
    weights : dict of array
        As stage 1 uses them, named and shaped as `Architecture.parameter_shapes` says.
    v_threshold, v_rest, leak : float
        V_th and u_rest of eq. 1, and the leak after the reset; 1 is the IF neuron.
    steps : int
        T_F, the steps over which the rates were averaged in the training.

    Raises
    ------
    ValueError
        If the weights do not fit the architecture or have several types, or the numbers make no
        neuron.
    """

    architecture: Architecture
    weights: Mapping[str, NDArray[np.floating]]
    v_threshold: float = 1.0
    v_rest: float = -1.0
    leak: float = 1.0
    steps: int = 30

    def __repr__(self) -> str:
        return (
            f"<TrainedNetwork '{self.architecture.notation}', {self.architecture.parameters:,} "
            f"parameters, V_th {self.v_threshold:g}, u_rest {self.v_rest:g}, T_F {self.steps}>"
        )

    def __post_init__(self) -> None:
        object.__setattr__(self, "weights", {k: np.array(v) for k, v in self.weights.items()})
        self.architecture.check_parameters(self.weights)
        types = {str(values.dtype) for values in self.weights.values()}
        if len(types) > 1 or not types <= {"float32", "float64"}:
            raise ValueError(
                f"the weights are of type {', '.join(sorted(types))}: they must all be float32, "
                "or all float64"
            )
        for name in _NUMBERS:
            object.__setattr__(self, name, real_number(getattr(self, name), name))
        object.__setattr__(self, "steps", whole_number(self.steps, "the number of steps"))
        _ = self.neuron  # its own checks

    @property
    def dtype(self) -> np.dtype[np.floating]:
        """Type of the weights."""
        return self.weights["readout.weight"].dtype

    @cached_property
    def neuron(self) -> NeuronModel:
        """The neuron of every layer."""
        if self.leak == 1.0:
            return integrate_and_fire(self.v_threshold, self.v_rest)
        return leaky_integrate_and_fire(self.v_threshold, self.v_rest, self.leak)

    def forward_network(
        self, batch_size: int, **options: Unpack[SimulationOptions]
    ) -> ForwardNetwork:
        """Stage 1 in Brian2, with the weights written into it.

        Parameters
        ----------
        batch_size : int
            Number of samples simulated side by side.
        **options
            Fields of `Simulation`, such as ``device="cpp_standalone"``; the dtype is that of the
            weights if none is given.
        """
        from networks.stages.forward import ForwardNetwork

        if "dtype" not in options:
            options["dtype"] = "float64" if self.dtype == np.float64 else "float32"
        network = ForwardNetwork(self.architecture, self.neuron, batch_size, **options)
        network.set_parameters(self.weights)
        return network

    def description(self) -> str:
        """All but the weights, as JSON for the metadata of a file."""
        numbers = {name: getattr(self, name) for name in (*_NUMBERS, "steps")}
        return json.dumps(
            {
                "format": FORMAT,
                "architecture": self.architecture.notation,
                "input_shape": self.architecture.input_shape,
                "classes": self.architecture.classes,
                **numbers,
            }
        )


@dataclass(frozen=True)
class Description:
    """What `TrainedNetwork.description` says: the architecture, and the numbers as keywords."""

    architecture: Architecture
    numbers: Mapping[str, Any]

    @classmethod
    def read(cls, text: str) -> Description:
        """Read it back.

        Raises
        ------
        ExchangeError
            If it is none, or of a later version.
        """
        try:
            content = json.loads(text)
            version = content.pop("format")
            if version != FORMAT:
                raise ExchangeError(
                    f"the network is described in version {version}, this spide reads version "
                    f"{FORMAT}: take a newer spide"
                )
            shape = tuple(content.pop("input_shape"))
            architecture = Architecture.parse(
                content.pop("architecture"), shape, content.pop("classes")
            )
            if set(content) != {*_NUMBERS, "steps"}:
                raise ValueError(f"it names {', '.join(content)}")
        except ExchangeError:
            raise
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise ExchangeError(
                f"the description of the network cannot be read ({error}): export it again"
            ) from None
        return cls(architecture, content)

    def with_weights(self, weights: Mapping[str, NDArray[np.floating]]) -> TrainedNetwork:
        """The network.

        Raises
        ------
        ExchangeError
            If the weights are not those of the architecture.
        """
        try:
            return TrainedNetwork(architecture=self.architecture, weights=weights, **self.numbers)
        except (TypeError, ValueError) as error:
            raise ExchangeError(f"the network cannot be read: {error}") from None
