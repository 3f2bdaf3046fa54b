"""Names that mean something in every group of a stage, so that no neuron can use them otherwise."""

from __future__ import annotations

from brian2.equations.equations import Equations

from equations import BACKWARD, FORWARD

INPUT = "I"
"""The input current, which a stage writes before every run, or in every step."""

RESERVED = frozenset(
    {
        *("active", "window_start", "window_steps", "spike_total", "w", "t", "dt", "N", "i"),
        *Equations(FORWARD.neuron_variables),
        *Equations(BACKWARD.neuron_variables),
    }
)
"""The project's own, in groups and in the code that is made of them, and Brian2's."""
