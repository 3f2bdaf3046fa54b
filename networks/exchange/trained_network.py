"""A trained network by itself: what stage 1 is made of (Algorithm 1), without what trained it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Unpack, get_args

import numpy as np
from numpy.typing import NDArray

from equations import NeuronModel, integrate_and_fire, leaky_integrate_and_fire
from networks.architecture import Architecture
from networks.arrays import as_array, by_name, real_number, truth_value, whole_number
from networks.checks import check_architecture
from networks.input_scaling import InputScaling
from networks.schedule import Propagation
from networks.simulation import SimulationOptions

if TYPE_CHECKING:
    from networks.stages.forward import ForwardNetwork

FORMAT = 2
"""Version of the description; a reader refuses later ones."""

_NUMBERS = ("v_threshold", "v_rest", "leak")

_INPUTS = {False: "constant", True: "one frame per step"}
"""What the input is called, by whether it has frames."""

_SINCE_2: dict[str, Any] = {
    "propagation": "sequential", "input": _INPUTS[False], "scaling": None, "class_names": [],
}  # fmt: skip
"""What version 1 did not say, and what its files were taken for."""


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
    propagation : {"sequential", "synchronous"}
        How spikes passed through the layers in the training, see `networks.schedule`: the feedback
        takes one step, or as many as there are layers.
    frames : bool
        Whether the input was one frame per step; it was constant otherwise.
    scaling : InputScaling, optional
        How pixels became the input, if that is known.
    class_names : tuple of str
        What the classes are called, in the order of their numbers; empty if they are not.

    Raises
    ------
    ValueError
        If the weights do not fit the architecture or have several types, the numbers make no
        neuron, or scaling or class names are not those of its channels or classes.
    """

    architecture: Architecture
    weights: Mapping[str, NDArray[np.floating]]
    v_threshold: float = 1.0
    v_rest: float = -1.0
    leak: float = 1.0
    steps: int = 30
    propagation: Propagation = "sequential"
    frames: bool = False
    scaling: InputScaling | None = None
    class_names: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return (
            f"<TrainedNetwork '{self.architecture.notation}', {self.architecture.parameters:,} "
            f"parameters, V_th {self.v_threshold:g}, u_rest {self.v_rest:g}, T_F {self.steps}>"
        )

    def __post_init__(self) -> None:
        check_architecture(self.architecture)
        weights = {
            name: np.array(as_array(values, f"the weights '{name}'"))
            for name, values in by_name(self.weights, "the weights").items()
        }
        object.__setattr__(self, "weights", weights)
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
        object.__setattr__(self, "frames", truth_value(self.frames, "frames"))
        names: object = self.class_names
        if isinstance(names, str):
            raise ValueError(f"class_names is '{names}': give a list with a name for each class")
        object.__setattr__(self, "class_names", tuple(map(str, self.class_names)))
        _ = self.neuron  # its own checks
        self._check_what_is_said()

    def _check_what_is_said(self) -> None:
        """Refuse facts about a network that cannot be those of this one."""
        if self.propagation not in get_args(Propagation):
            raise ValueError(
                f"propagation is '{self.propagation}': it must be one of "
                f"{', '.join(get_args(Propagation))}"
            )
        channels = self.architecture.input_shape[0]
        if self.scaling is not None and len(self.scaling.mean) not in (0, channels):
            raise ValueError(
                f"the scaling has {len(self.scaling.mean)} means, and the input {channels} "
                "channels: give one per channel"
            )
        names, classes = len(self.class_names), self.architecture.classes
        if names not in (0, classes):
            raise ValueError(
                f"there are {names} class names for {classes} classes: give one per class, or none"
            )

    @property
    def dtype(self) -> np.dtype[np.floating]:
        """Type of the weights."""
        return self.weights["readout.weight"].dtype

    @property
    def feedback_steps(self) -> int:
        """Steps that the feedback takes from the last layer to the first."""
        return 1 if self.propagation == "sequential" else len(self.architecture.layers)

    @property
    def input_in_words(self) -> str:
        """``constant`` or ``one frame per step``."""
        return _INPUTS[self.frames]

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
            Fields of `Simulation`, such as ``device="cpp_standalone"``. If they are not given, the
            dtype is that of the weights, and propagation is synchronous where it was.
        """
        from networks.stages.forward import ForwardNetwork

        if "dtype" not in options:
            options["dtype"] = "float64" if self.dtype == np.float64 else "float32"
        if self.propagation == "synchronous":  # the other is the default where a device has it
            options.setdefault("propagation", self.propagation)
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
                "propagation": self.propagation,
                "input": self.input_in_words,
                "scaling": None if self.scaling is None else self.scaling.as_json(),
                "class_names": self.class_names,
            }
        )


@dataclass(frozen=True)
class Description:
    """What `TrainedNetwork.description` says: the architecture, and all else as keywords."""

    architecture: Architecture
    facts: Mapping[str, Any]

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
            if version not in (1, FORMAT):
                raise ExchangeError(
                    f"the network is described in version {version}, this spide reads versions 1 "
                    f"to {FORMAT}: take a newer spide"
                )
            if version == 1:
                content = {**_SINCE_2, **content}
            shape = tuple(content.pop("input_shape"))
            architecture = Architecture.parse(
                content.pop("architecture"), shape, content.pop("classes")
            )
            if set(content) != {*_NUMBERS, "steps", *_SINCE_2}:
                raise ValueError(f"it names {', '.join(content)}")
            frames = {name: has for has, name in _INPUTS.items()}
            content["frames"] = frames[content.pop("input")]
            if content["scaling"] is not None:
                content["scaling"] = InputScaling.from_json(content["scaling"])
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
            return TrainedNetwork(architecture=self.architecture, weights=weights, **self.facts)
        except (TypeError, ValueError) as error:
            raise ExchangeError(f"the network cannot be read: {error}") from None
