"""Architectures in the paper's notation (appendix D.3), such as ``64C5s-64C5s-64C5 (F64C3u)``.

==========  ==================================================================
``64C5``    convolution, 64 channels, kernel size 5, padding 2
``64C5s``   the same with stride 2 (halves height and width)
``64C3u``   transposed convolution (doubles height and width)
``P2``      average pooling over 2 x 2, a layer of spiking neurons
``300``     dense layer of 300 neurons
``(F...)``  feedback from the last layer to the first, any of the above but pooling
==========  ==================================================================

A network without feedback is the paper's "degraded feed-forward" network.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from networks.arrays import Shaped, whole_number
from networks.connections import Connection, Shape, units
from networks.notation import ArchitectureError, read_connection

_NOTATION = re.compile(r"(?P<layers>[^()]*?)\s*(?:\(\s*F(?P<feedback>[^()]*)\))?\s*")


@dataclass(frozen=True)
class Layer:
    """One layer of neurons and the connection into it.

    Parameters
    ----------
    name : str
        ``layer1``, ``layer2``, ...
    notation : str
        Its part of the architecture string.
    connection : Connection
        From the previous layer, or from the input.
    """

    name: str
    notation: str
    connection: Connection

    @property
    def shape(self) -> Shape:
        """(channels, height, width) or (units,)."""
        return self.connection.target_shape

    @property
    def units(self) -> int:
        """Number of neurons of one sample."""
        return units(self.shape)


@dataclass(frozen=True)
class Architecture:
    """A feedback (or feed-forward) spiking network: layers, feedback and a linear readout.

    Parameters
    ----------
    notation : str
        The paper's notation.
    input_shape : tuple of int
        (channels, height, width) or (features,) of one sample.
    classes : int
        Outputs of the readout.
    layers : tuple of Layer
        Layers 1 to N.
    feedback : Connection or None
        From layer N to layer 1.
    """

    notation: str
    input_shape: Shape
    classes: int
    layers: tuple[Layer, ...]
    feedback: Connection | None

    @classmethod
    def parse(cls, notation: str, input_shape: tuple[int, ...], classes: int) -> Architecture:
        """Build an architecture from the paper's notation.

        Raises
        ------
        ArchitectureError
            If the notation cannot be read or its layers do not fit each other or the input; the
            message quotes the part at fault.
        """
        shape = _input_shape(input_shape)
        if not isinstance(notation, str):
            raise ArchitectureError(
                f"the architecture is of the type {type(notation).__name__}: give its notation, "
                "such as '64C5s-64C5s-64C5 (F64C3u)'"
            )
        try:
            classes = whole_number(classes, "the number of classes", least=2)
        except ValueError as error:
            raise ArchitectureError(str(error)) from None
        match = _NOTATION.fullmatch(notation.strip())
        if match is None:
            raise ArchitectureError(
                f"cannot read the architecture '{notation}': expected layers joined by '-' and at "
                "most one feedback in parentheses, as in '64C5s-64C5s-64C5 (F64C3u)'"
            )
        layers: list[Layer] = []
        current: Shape = shape
        for number, part in enumerate(match["layers"].split("-"), start=1):
            where = f"layer {number}, '{part}', of '{notation}'"
            connection = read_connection(part.strip(), current, where)
            layers.append(Layer(f"layer{number}", part.strip(), connection))
            current = connection.target_shape
        feedback = None
        if match["feedback"] is not None:
            feedback = _feedback(match["feedback"].strip(), layers, notation)
        return cls(notation, shape, classes, tuple(layers), feedback)

    @property
    def output(self) -> Layer:
        """The last layer, which the readout sees."""
        return self.layers[-1]

    def parameter_shapes(self) -> dict[str, tuple[int, ...]]:
        """Shapes of all parameters by name, in PyTorch's layouts.

        Returns
        -------
        dict
            ``layer1.weight``, ``layer1.bias``, ..., ``feedback.weight`` (no bias),
            ``readout.weight``, ``readout.bias``. Pooling layers have none.
        """
        shapes: dict[str, tuple[int, ...]] = {}
        for layer in self.layers:
            if layer.connection.has_parameters:
                shapes[f"{layer.name}.weight"] = layer.connection.weight_shape
                shapes[f"{layer.name}.bias"] = (layer.shape[0],)
        if self.feedback is not None:
            shapes["feedback.weight"] = self.feedback.weight_shape
        shapes["readout.weight"] = (self.classes, self.output.units)
        shapes["readout.bias"] = (self.classes,)
        return shapes

    def has_frames(self, images: Shaped) -> bool:
        """Whether images have an axis of steps before that of samples."""
        return images.ndim == len(self.input_shape) + 2

    def check_parameters(self, parameters: Mapping[str, NDArray[np.floating]]) -> None:
        """Refuse parameters that do not belong to this architecture.

        Raises
        ------
        ValueError
            If one is missing, superfluous, of another shape, or not finite.
        """
        shapes = self.parameter_shapes()
        for name in parameters.keys() - shapes.keys():
            raise ValueError(f"'{name}' is no parameter of '{self.notation}'")
        for name, shape in shapes.items():
            if name not in parameters:
                raise ValueError(f"the parameter '{name}' of '{self.notation}' is missing")
            if tuple(parameters[name].shape) != shape:
                raise ValueError(
                    f"'{name}' has shape {tuple(parameters[name].shape)}: '{self.notation}' "
                    f"needs {shape}"
                )
            if not np.isfinite(parameters[name]).all():
                raise ValueError(f"'{name}' holds NaN or infinite values")

    @property
    def neurons(self) -> int:
        """Number of neurons of one sample, input units included, as in the paper's tables."""
        return units(self.input_shape) + self.spiking_neurons

    @property
    def spiking_neurons(self) -> int:
        """Number of neurons of all layers in one sample, the input apart."""
        return sum(layer.units for layer in self.layers)

    @property
    def parameters(self) -> int:
        """Number of learned parameters."""
        return sum(units(shape) for shape in self.parameter_shapes().values())

    @property
    def synapses(self) -> int:
        """Number of synapses of one sample between neurons; the input is a current."""
        total = sum(layer.connection.synapses for layer in self.layers[1:])
        return total + (self.feedback.synapses if self.feedback is not None else 0)


def _input_shape(given: Any) -> Shape:
    try:
        shape = tuple(whole_number(size, "a size") for size in given)
    except (TypeError, ValueError):
        shape = ()
    if len(shape) not in (1, 3):
        raise ArchitectureError(
            f"the input shape is {given}: it must be (channels, height, width) or (features,), "
            "all positive whole numbers"
        )
    return shape


def _feedback(part: str, layers: list[Layer], notation: str) -> Connection:
    where = f"the feedback, '(F{part})', of '{notation}'"
    connection = read_connection(part, layers[-1].shape, where)
    if not connection.has_parameters:
        raise ArchitectureError(f"{where}: a feedback cannot be a pooling layer")
    if connection.target_shape != layers[0].shape:
        raise ArchitectureError(
            f"{where}: it gives {connection.target_shape}, but layer 1, '{layers[0].notation}', "
            f"is {layers[0].shape}"
        )
    return connection
