"""What the networks of both stages refuse, in one sentence each, before anything is simulated."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from networks.architecture import Architecture
from networks.arrays import Shaped, by_name, numbers, truth_or_numbers
from networks.weights import Weights
from networks.wiring import FEEDBACK, Masks

Array = NDArray[np.floating]


def check_kind(value: object, kinds: tuple[type, ...], name: str, remedy: str) -> None:
    """Refuse what is of another kind, and would fail later at an attribute that it lacks.

    Raises
    ------
    ValueError
        If it is.
    """
    if not isinstance(value, kinds):
        listed = " or ".join(kind.__name__ for kind in kinds)
        raise ValueError(
            f"{name} must be of the type {listed}, not {type(value).__name__}: {remedy}"
        )


def check_architecture(architecture: object) -> None:
    """Refuse what is no architecture, such as its notation.

    Raises
    ------
    ValueError
        If it is none.
    """
    remedy = "Architecture.parse('8-4 (F8)', input_shape, classes) makes one"
    check_kind(architecture, (Architecture,), "the architecture", remedy)


def written(weights: Weights | None) -> Weights:
    """Return the weights; raise `ValueError` if there are none."""
    if weights is None:
        raise ValueError("the network has no weights yet: call set_parameters first")
    return weights


def typed_dropout(masks: Masks | None, dtype: np.dtype) -> dict[str, Array]:
    """Return dropout masks as arrays of the network's precision, see `networks.arrays`."""
    return {
        name: numbers(mask, dtype, f"the values of the dropout mask of '{name}'")
        for name, mask in by_name({} if masks is None else masks, "the dropout masks").items()
    }


def typed_masks(
    masks: Mapping[str, ArrayLike], dtype: np.dtype
) -> dict[str, Array | NDArray[np.bool_]]:
    """Return masks m as they are if they are truth values, otherwise in the network's precision."""
    return {
        name: truth_or_numbers(mask, dtype, f"the values of the mask of '{name}'")
        for name, mask in by_name(masks, "the masks").items()
    }


def check_image_shape(architecture: Architecture, images: Shaped) -> None:
    """Raise `ValueError` unless these are samples of the architecture's input, or their frames."""
    expected, shape = architecture.input_shape, tuple(images.shape)
    frames = architecture.has_frames(images)
    if shape[-len(expected) :] != expected or images.ndim - frames != len(expected) + 1:
        raise ValueError(
            f"the images have shape {shape}: the architecture needs (samples, "
            f"{', '.join(map(str, expected))}) or one such array per step"
        )


def check_frames(architecture: Architecture, images: Shaped, steps: int) -> None:
    """Raise `ValueError` if images, of the right shape, have frames for another number of steps."""
    if architecture.has_frames(images) and images.shape[0] != steps:
        raise ValueError(f"there are {images.shape[0]} frames for {steps} steps: they must agree")


def check_images(architecture: Architecture, images: Array, steps: int, batch_size: int) -> int:
    """Return the number of samples of images that a network can take.

    Raises
    ------
    ValueError
        If the images do not fit the architecture, the steps or the batch, or are not finite.
    """
    check_image_shape(architecture, images)
    check_frames(architecture, images, steps)
    samples = images.shape[-len(architecture.input_shape) - 1]
    _check_samples(samples, batch_size)
    if not np.isfinite(images).all():
        raise ValueError("the images hold NaN or infinite values")
    return samples


def check_output_gradient(architecture: Architecture, gradient: Array, batch_size: int) -> int:
    """Return the number of samples of an output gradient that a network can take.

    Raises
    ------
    ValueError
        If the gradient does not fit the last layer or the batch, or is not finite.
    """
    expected = architecture.output.shape
    if gradient.shape[1:] != expected:
        raise ValueError(
            f"the output gradient has shape {gradient.shape}: the last layer needs "
            f"(samples, {', '.join(map(str, expected))})"
        )
    _check_samples(len(gradient), batch_size)
    if not np.isfinite(gradient).all():
        raise ValueError("the output gradient holds NaN or infinite values")
    return len(gradient)


def check_currents(
    architecture: Architecture, currents: Mapping[str, Array], batch_size: int
) -> int:
    """Return the number of samples of currents, one of each layer, that a network can take.

    Raises
    ------
    ValueError
        If one is missing, belongs to no layer, does not fit the others or the batch, or is not
        finite.
    """
    shapes = {layer.name: layer.shape for layer in architecture.layers}
    for name in (*shapes, *currents):
        if name not in currents:
            raise ValueError(f"the current of '{name}' is missing: each layer needs one")
        if name not in shapes:
            raise ValueError(
                f"there is a current of '{name}': '{architecture.notation}' has no such layer"
            )
    for name, shape in shapes.items():
        given = currents[name].shape
        if not given or given[1:] != shape:
            raise ValueError(
                f"the current of '{name}' has shape {given}: it must be (samples, "
                f"{', '.join(map(str, shape))})"
            )
    counts = {name: len(current) for name, current in currents.items()}
    samples = counts[architecture.output.name]
    if len(set(counts.values())) > 1:
        told = ", ".join(f"{count} of '{name}'" for name, count in counts.items())
        raise ValueError(f"the currents have different numbers of samples, {told}: give as many")
    _check_samples(samples, batch_size)
    for name, current in currents.items():
        if not np.isfinite(current).all():
            raise ValueError(f"the current of '{name}' holds NaN or infinite values")
    return samples


def check_masks(
    architecture: Architecture, masks: Mapping[str, Array | NDArray[np.bool_]], samples: int
) -> None:
    """Raise `ValueError` unless every layer has a mask m of its shape, of truth values or 0, 1."""
    names = {layer.name for layer in architecture.layers}
    for name in masks:
        if name not in names:
            raise ValueError(
                f"there is a mask of '{name}': '{architecture.notation}' has no such layer"
            )
    for layer in architecture.layers:
        if layer.name not in masks:
            raise ValueError(f"the mask of '{layer.name}' is missing")
        if masks[layer.name].shape != (samples, *layer.shape):
            raise ValueError(
                f"the mask of '{layer.name}' has shape {masks[layer.name].shape}: it must be "
                f"{(samples, *layer.shape)}"
            )
        mask = masks[layer.name]
        if mask.dtype == bool:
            continue
        if not np.isfinite(mask).all():
            raise ValueError(f"the mask of '{layer.name}' holds NaN or infinite values")
        others = mask[(mask != 0) & (mask != 1)]
        if others.size:
            raise ValueError(
                f"the mask of '{layer.name}' holds {others[0]}: it must be 0 or 1, (0 < alpha < 1)"
            )


def check_dropout(architecture: Architecture, masks: Mapping[str, Array], samples: int) -> None:
    """Refuse dropout masks that would be ignored, spread over the wrong neurons, or not finite.

    Raises
    ------
    ValueError
        As for `check_dropout_shapes`, or if a mask is not finite.
    """
    check_dropout_shapes(architecture, masks, samples)
    for name, mask in masks.items():
        # The sum, because it is three times as fast; whatever is not finite shows in it.
        with np.errstate(over="ignore", invalid="ignore"):
            total = mask.sum()
        if not np.isfinite(total) and not np.isfinite(mask).all():
            raise ValueError(f"the dropout mask of '{name}' holds NaN or infinite values")


def check_dropout_shapes(
    architecture: Architecture, masks: Mapping[str, Array], samples: int
) -> None:
    """Refuse dropout masks that belong to no connection or other samples.

    Whoever cuts a batch into parts asks first: of a mask with too many samples, the parts fit.

    Raises
    ------
    ValueError
        If one is for a connection that does not exist, or is neither one value per sample and
        neuron nor one per sample and channel.
    """
    targets = {layer.name: layer.shape for layer in architecture.layers}
    if architecture.feedback is not None:
        targets[FEEDBACK] = architecture.layers[0].shape
    for name, mask in masks.items():
        if name not in targets:
            raise ValueError(f"dropout for '{name}': '{architecture.notation}' has no such layer")
        each = (samples, *targets[name])
        channels = each[:2]
        if mask.shape != each and (mask.shape[:2] != channels or mask.size != math.prod(channels)):
            raise ValueError(
                f"the dropout mask of '{name}' has shape {mask.shape}: it must be one value per "
                f"sample and neuron, {each}, or per sample and channel, {channels} and then ones"
            )


def _check_samples(samples: int, batch_size: int) -> None:
    if not 1 <= samples <= batch_size:
        raise ValueError(f"{samples} samples do not fit a batch size of {batch_size}")
