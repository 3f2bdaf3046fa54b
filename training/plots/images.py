"""Pictures made of pictures: kernels, and images with what the network took them for."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from training.plots.style import COLOURS

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def mosaic(
    tiles: NDArray[np.floating], columns: int | None = None, gap: int = 1
) -> NDArray[np.floating]:
    """Put tiles side by side, with NaN between them.

    Parameters
    ----------
    tiles : array, shape (tiles, height, width)
    columns : int, optional
        Tiles in a row; by default about as many as there are rows.
    gap : int
        Pixels between two tiles.

    Returns
    -------
    array, shape (height, width) of the whole
    """
    count, height, width = tiles.shape
    columns = columns or math.ceil(math.sqrt(count))
    rows = math.ceil(count / columns)
    whole = np.full((rows * (height + gap) - gap, columns * (width + gap) - gap), np.nan)
    for number, tile in enumerate(tiles):
        top, left = (number // columns) * (height + gap), (number % columns) * (width + gap)
        whole[top : top + height, left : left + width] = tile
    return whole


def kernels(
    axes: Axes,
    weight: ArrayLike,
    *,
    input_shape: tuple[int, int] | None = None,
    channel: int = 0,
    columns: int | None = None,
    transposed: bool = False,
) -> Axes:
    """Draw kernels, positive weights blue and negative ones red, all on one scale.

    Parameters
    ----------
    axes : Axes
    weight : array, shape (targets, channels, height, width) or (targets, sources)
        Of a convolution: the kernel of every target from one channel. Of a dense layer: the
        matrix, or the weights of every target as an image of `input_shape`.
        Of a transposed convolution the first two axes are (channels, targets).
    input_shape : tuple of int, optional
        (height, width) of what a dense layer sees.
    channel : int
        Of the source of a convolution.
    columns : int, optional
        Kernels in a row.
    transposed : bool
        Whether they are the kernels of a transposed convolution (``u`` in the notation).

    Raises
    ------
    ValueError
        If the weights have another number of axes or do not make images of `input_shape`, there is
        no such channel, or no convolution that could be transposed.
    """
    values = np.asarray(weight, float)
    if transposed and values.ndim != 4:
        raise ValueError(
            f"weights of shape {values.shape} are those of no convolution: leave transposed out"
        )
    if values.ndim == 4:
        by_target = values.swapaxes(0, 1) if transposed else values
        if not 0 <= channel < by_target.shape[1]:
            raise ValueError(
                f"there is no channel {channel}: the source has {by_target.shape[1]}, from 0 on"
            )
        whole = mosaic(by_target[:, channel], columns)
    elif values.ndim == 2 and input_shape is None:
        whole = values
    elif values.ndim == 2 and input_shape is not None and values.shape[1] == math.prod(input_shape):
        whole = mosaic(values.reshape(-1, *input_shape), columns)
    else:
        raise ValueError(
            f"weights of shape {values.shape} cannot be drawn with input_shape={input_shape}: give "
            "those of a convolution, or of a dense layer with its input's height and width"
        )
    largest = float(np.nanmax(np.abs(whole), initial=0.0)) or 1.0
    image = axes.imshow(whole, cmap="RdBu", vmin=-largest, vmax=largest)
    axes.figure.colorbar(image, ax=axes, label="weight", shrink=0.8)
    _without_frame(axes)
    return axes


def rate_maps(axes: Axes, rates: ArrayLike, symbol: str = r"\alpha") -> Axes:
    """Draw the rates of a layer, one tile for each channel.

    Positive rates are blue and negative ones red; the scale is that of the largest one, and begins
    at 0 where none is negative.

    Parameters
    ----------
    axes : Axes
    rates : array, shape (channels, height, width) or (units,)
        Of one image; units of a dense layer make about a square.
    symbol : str
        Of the rates, in LaTeX.
    """
    values = np.asarray(rates, float)
    if values.ndim == 1:
        values, gap = values[:, None, None], 0
    else:
        gap = 1
    whole = mosaic(values, gap=gap)
    largest = float(np.nanmax(np.abs(whole), initial=0.0)) or 1.0
    signed = bool((values < 0).any())
    image = axes.imshow(
        whole, cmap="RdBu" if signed else "Blues", vmin=-largest if signed else 0, vmax=largest
    )
    axes.figure.colorbar(image, ax=axes, label=f"${symbol}$", shrink=0.8)
    _without_frame(axes)
    return axes


def examples(
    axes: Axes,
    images: ArrayLike,
    labels: Sequence[int] | NDArray[np.integer],
    predicted: Sequence[int] | NDArray[np.integer],
    *,
    names: Sequence[str] | None = None,
    columns: int | None = None,
) -> Axes:
    """Draw images, each with its label and, in another colour, what it was taken for.

    Parameters
    ----------
    axes : Axes
    images : array, shape (images, height, width) or (images, channels, height, width)
        Channels are averaged.
    labels, predicted : int array, shape (images,)
    names : sequence of str, optional
        Of the classes.
    columns : int, optional
        Images in a row.
    """
    tiles = np.asarray(images, float)
    if tiles.ndim == 4:
        tiles = tiles.mean(axis=1)
    if not len(tiles) == len(labels) == len(predicted):
        raise ValueError(
            f"there are {len(tiles)} images, {len(labels)} labels and {len(predicted)} "
            "predictions: give one of each per image"
        )
    _without_frame(axes)
    if not len(tiles):
        axes.text(0.5, 0.5, "none", transform=axes.transAxes, ha="center", va="center")
        return axes
    columns = columns or math.ceil(math.sqrt(len(tiles)))
    _, height, width = tiles.shape
    gap = max(2, round(0.35 * height))
    axes.imshow(mosaic(tiles, columns, gap), cmap="gray_r")
    for number, (label, guess) in enumerate(zip(labels, predicted, strict=True)):
        left = (number % columns) * (width + gap) - 0.5
        bottom = (number // columns) * (height + gap) + height - 0.3
        colour = COLOURS[0 if label == guess else 1]
        shown = [names[each] if names else str(each) for each in (label, guess)]
        axes.annotate(
            f"{shown[0]} → {shown[1]}",
            (left, bottom),
            color=colour,
            va="top",
            fontsize="small",
            annotation_clip=False,
        )
    axes.set_ylim(axes.get_ylim()[0] + gap, axes.get_ylim()[1])
    return axes


def _without_frame(axes: Axes) -> None:
    axes.set(xticks=[], yticks=[])
    for spine in axes.spines.values():
        spine.set_visible(False)
