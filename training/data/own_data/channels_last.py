"""Pictures whose channels come last, as matplotlib and Pillow have them: they would train.

An array does not tell which of its axes are channels. Of (120, 8, 8, 3), 8 channels of 8 x 3 pixels
are possible and 8 x 8 pixels in colour are meant. So what is refused has a last axis of 1, 3 or 4
behind two of more than 4, of which neither is more than twice the other, as the sides of a picture
are. Signals of (channels, times, 1) and narrow maps of many channels mostly have other sides;
turned by a quarter, with the short side for the height, they always pass.

Frames of events have their two polarities last in many libraries. With frames, a last axis of 2 is
refused too, whatever the sides, unless the third axis is one of channels: 1 to 4.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.data.events.frames import POLARITIES
from training.errors import DataError

_CHANNELS = (1, 3, 4)
"""Of pictures: grey, colour, and colour with transparency."""

_WITH_FRAMES = 5
"""Axes of (images, steps, channels, height, width)."""

_LONGER = 2
"""How many times as long as the other a side of a picture may be."""


def refuse_channels_last(values: NDArray[np.floating[Any]], name: str, where: str) -> None:
    """Refuse images that look like pictures with the channels last.

    Parameters
    ----------
    values : array, shape (images, ..., channels, height, width)
        With or without frames; others, such as (images, features), pass.
    name, where : str
        What they are and where they are from, for the message.

    Raises
    ------
    DataError
    """
    if values.ndim < 4:
        return
    first, second, last = values.shape[-3:]
    short, long = sorted((first, second))
    picture = last in _CHANNELS and short > max(_CHANNELS) and long <= _LONGER * short
    events = values.ndim == _WITH_FRAMES and last == POLARITIES and first > max(_CHANNELS)
    if not picture and not events:
        return
    raise DataError(
        f"the {name} of {where} have shape {values.shape}, {first} channels of {second} x {last} "
        f"pixels, and look like pictures of {first} x {second} with their channels last: give "
        f"np.moveaxis({name}, -1, {values.ndim - 3}), or, if they are that narrow, turn them by "
        f"np.swapaxes({name}, -1, -2)"
    )
