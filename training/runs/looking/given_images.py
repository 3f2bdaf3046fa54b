"""Images that a caller hands to a run: laid out and scaled as those that it was trained on.

With a frame per step the data of a training have the images first, the stages have the time first.
As many images as steps would fit both, so a run takes them in one way only.
"""

from __future__ import annotations

from typing import Any

from numpy.typing import ArrayLike, NDArray

from networks import Architecture
from networks.arrays import as_array
from training.data import find
from training.recipes.recipe import Recipe

_WHOLE = "biu"
"""Kinds of truth values and whole numbers."""


def as_the_stages_take(
    images: ArrayLike, architecture: Architecture, recipe: Recipe
) -> NDArray[Any]:
    """Images of a caller, with the axis of time before theirs if they have one.

    Parameters
    ----------
    images : array, shape (images, *input_shape) or (images, T_F, *input_shape)
    architecture : Architecture
    recipe : Recipe
        Of the run: T_F, and whose data tell whether pixels are whole numbers.

    Returns
    -------
    array, shape (images, *input_shape) or (T_F, images, *input_shape)
        Not copied.

    Raises
    ------
    ValueError
        If they are of another shape, masked, or whole numbers where the network was trained on
        others: pixels from 0 to 255 are hundreds of times as large.
    """
    values = as_array(images, "the images")
    shape, steps = architecture.input_shape, recipe.forward_steps
    frames = architecture.has_frames(values)
    if values.shape[1:] != ((steps, *shape) if frames else shape):
        each = ", ".join(map(str, shape))
        raise ValueError(
            f"the images have shape {values.shape}: the network takes (images, {each}), or with a "
            f"frame per step (images, {steps}, {each}){_grey(values.shape, shape)}"
        )
    if values.dtype.kind in _WHOLE and not find(recipe.data_set).whole_numbers:
        raise ValueError(
            f"the images are of type {values.dtype}: the network was trained on floating-point "
            "numbers, so scale these as its training images were"
        )
    return values.swapaxes(0, 1) if frames else values


def _grey(given: tuple[int, ...], shape: tuple[int, ...]) -> str:
    """A remedy for grey images without an axis of channels, or for one image alone."""
    if len(shape) == 3 and shape[0] == 1 and given[1:] == shape[1:]:
        return "; of grey images give images[:, None]"
    return "; of one image give image[None]" if given == shape else ""
