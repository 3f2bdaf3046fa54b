"""The reset of a ternary couple in slow motion (section 4.1, Figure 1).

Within one step both neurons integrate, one of them fires, its spike reaches the partner, and it
resets itself. Drawn with the others at their usual length, that step is stretched into its parts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from training.plots.dynamics.traces import levels
from training.plots.style import NEGATIVE, POSITIVE

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOMENTS = 3
"""After the input, after the synapses, after the reset."""


def couple_in_slow_motion(
    axes: Axes, motion: ArrayLike, step: int, v_threshold: float, v_rest: float
) -> Axes:
    """Draw the potentials of both neurons around a step in which neuron 1 fires.

    Parameters
    ----------
    axes : Axes
    motion : array, shape (2, steps, 3)
        Potential of neuron 1 and neuron 2 in each step: after the input, after the synapses and
        after the reset.
    step : int
        The step in which neuron 1 fires, counted from 1.
    v_threshold, v_rest : float
        V_th and u_rest of both.

    Raises
    ------
    ValueError
        If neuron 1 does not reach the threshold in that step, or the array has another shape.
    """
    potentials = np.asarray(motion, float)
    if potentials.ndim != 3 or potentials.shape[::2] != (2, MOMENTS):
        raise ValueError(f"the motion has the shape {potentials.shape}: it must be (2, steps, 3)")
    fired = potentials[:, step - 1]
    if fired[0, 0] < v_threshold:
        raise ValueError(f"neuron 1 does not fire in step {step}: it is at {fired[0, 0]}")
    steps = potentials.shape[1]
    after = [*range(step + MOMENTS + 1, steps + MOMENTS + 1)]
    stretched = [step, step + 1, step + 1, step + 2, step + 2, step + 3]
    time = [*range(step), *stretched, *after]
    axes.axvspan(step - 1, step + MOMENTS, color="0.95", linewidth=0, zorder=-1)
    for side, colour in zip(potentials, (POSITIVE, NEGATIVE), strict=True):
        ends = side[:, -1]
        path = [0, *ends[: step - 1], *np.repeat(side[step - 1], 2), *ends[step:]]
        axes.plot(time, path, color=colour)
    levels(axes, {"$V_{th}$": v_threshold, "$-V_{th}$": -v_threshold})
    levels(axes, {"$u_{rest}$": v_rest, "$-u_{rest}$": -v_rest})
    for x, (start, end), colour in (
        (step + 1, fired[1, :2], NEGATIVE),
        (step + 2, fired[0, 1:], POSITIVE),
    ):
        arrow = {"arrowstyle": "-|>", "color": colour, "shrinkA": 0, "shrinkB": 0}
        axes.annotate("", (x, end), (x, start), arrowprops=arrow)
    top = fired[0, 0]
    axes.text(step, top + 0.05, "neuron 1 fires", color=POSITIVE, ha="center", va="bottom")
    axes.text(
        step + 1.07, 0.8 * fired[1, 0], "its spike lifts\nneuron 2", color=NEGATIVE, va="center"
    )
    axes.text(step + 2.07, 0.73 * top, "neuron 1\nresets itself", color=POSITIVE, va="center")
    names = [*range(step), "integrate", "synapse", "reset", *range(step, steps + 1)]
    axes.set_xticks([*range(step), *stretched[::2], *range(step + 3, steps + 4)], names)
    axes.set(xlim=(0, steps + MOMENTS), ylim=(-1.27 * top, 1.27 * top), ylabel="potential $u$")
    axes.set_xlabel(f"time (steps; step {step} is stretched)")
    return axes
