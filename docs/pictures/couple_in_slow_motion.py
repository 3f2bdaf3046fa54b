"""Draw the picture of the README: how one neuron of a ternary couple resets the other.

    python docs/pictures/couple_in_slow_motion.py

Two neurons of eq. 1 and the two synapses between them, in plain Brian2.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from brian2 import Network, NeuronGroup, StateMonitor, Synapses, defaultclock, ms, prefs

from equations import CROSS_RESET, TernaryCouple
from training.plots import couple_in_slow_motion, panels, styled

MOMENTS = ("before_thresholds", "after_synapses", "after_resets")
STEPS, CURRENT = 5, 0.25


def simulate(couple: TernaryCouple) -> np.ndarray:
    """Potential of both neurons in the three moments of every step, shape (2, steps, 3)."""
    prefs.codegen.target = "numpy"
    defaultclock.dt = 1 * ms
    model = couple.neuron
    sides = []
    for sign in (1, -1):
        side = NeuronGroup(
            1, model.equations, threshold=model.threshold, reset=model.reset, method="euler"
        )
        side.v_threshold, side.v_rest, side.I = model.v_threshold, model.v_rest, sign * CURRENT
        sides.append(side)
    network = Network(*sides)
    for source, target in (sides, sides[::-1]):
        reset = Synapses(source, target, "w : 1", on_pre=CROSS_RESET)
        reset.connect(j="i")
        reset.w = couple.span
        network.add(reset)
    monitors = [[StateMonitor(side, "v", record=True, when=w) for w in MOMENTS] for side in sides]
    network.add(monitors)
    network.run(STEPS * ms)
    return np.array([[m.v[0] for m in side] for side in monitors]).transpose(0, 2, 1)


def main(path: Path) -> None:
    """Write the picture."""
    couple = TernaryCouple(v_threshold=0.75, v_rest=-0.25)
    motion = simulate(couple)
    with styled():
        figure, (axes,) = panels(1, 1, (9, 3.2))
        couple_in_slow_motion(axes, motion, 3, couple.v_threshold, couple.v_rest)
    figure.savefig(path, dpi=130)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).with_suffix(".png"))
