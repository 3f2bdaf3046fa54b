"""From single events to frames: what stage 1 takes as its input, step by step.

An event camera reports where, when and in which direction (its polarity) the brightness of a pixel
changed. A network that runs for T steps is given T frames with a channel per polarity:

=============  ===================================================================================
``by_number``  frame j holds the events number j floor(N / T) to (j + 1) floor(N / T) - 1, the last
               one also the remainder; a pixel is how many events fell on it
``by_time``    frame j holds what happened from j to j + 1 windows of time; a pixel is 1 where there
               was an event, a spike, and what comes after the last window is left out
=============  ===================================================================================
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

POLARITIES = 2

Counts = NDArray[np.int64]


@dataclass(frozen=True)
class Events:
    """A recording, in the order of time.

    Parameters
    ----------
    t : int array, shape (events,)
        Times, in microseconds.
    x, y : int array, shape (events,)
        Column and row of the pixel, from 0.
    polarity : int array, shape (events,)
        0 or 1.
    """

    t: Counts
    x: Counts
    y: Counts
    polarity: Counts


def by_number(events: Events, steps: int, size: tuple[int, int]) -> Counts:
    """Count the events of frames that hold equally many.

    Parameters
    ----------
    events : Events
    steps : int
        Number of frames.
    size : tuple of int
        (height, width) of the sensor.

    Returns
    -------
    int array, shape (steps, 2, height, width)

    Raises
    ------
    ValueError
        If there is no event, or one beyond the sensor.
    """
    number = np.arange(len(events.t))
    each = len(number) // steps
    # Fewer events than frames: all of them are the remainder.
    frame = np.minimum(number // each, steps - 1) if each else np.full_like(number, steps - 1)
    return _counted(frame, events, steps, size)


def by_time(events: Events, steps: int, window: int, size: tuple[int, int]) -> Counts:
    """Mark where there were events in each window of time.

    Parameters
    ----------
    events : Events
    steps : int
        Number of frames.
    window : int
        Microseconds of a frame, the first of which begins at time 0.
    size : tuple of int
        (height, width) of the sensor.

    Returns
    -------
    int array, shape (steps, 2, height, width)
        0 or 1.

    Raises
    ------
    ValueError
        As `by_number`.
    """
    return np.minimum(_counted(events.t // window, events, steps, size), 1)


def _counted(frame: Counts, events: Events, steps: int, size: tuple[int, int]) -> Counts:
    """How many events fell on each pixel of each frame; those of later frames are left out."""
    if len(frame) == 0:
        raise ValueError("it holds no events")
    height, width = size
    bounds = (("x", events.x, width), ("y", events.y, height), ("polarity", events.polarity, 2))
    for name, values, end in bounds:
        if values.min() < 0 or values.max() >= end:
            raise ValueError(
                f"its {name} runs from {values.min()} to {values.max()}, not from 0 to {end - 1}"
            )
    if frame.min() < 0:
        raise ValueError(f"it has an event at the time {events.t.min()}")
    shape = (steps, POLARITIES, height, width)
    inside = frame < steps
    places = np.ravel_multi_index(
        (frame[inside], events.polarity[inside], events.y[inside], events.x[inside]), shape
    )
    return np.bincount(places, minlength=int(np.prod(shape))).reshape(shape)
