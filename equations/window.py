"""A neuron that lives for a window of steps only, for pipelines of layers.

When every connection takes one step, layer l hears of the input l - 1 steps late. A neuron that
begins late by just that and ends late by it can still fire in every step that its rate is averaged
over, and in a feed-forward network goes through exactly the states of one whose spikes pass at
once: before its window it stays at rest, after its window it neither fires nor forgets what it
counted. (Nothing reaches a layer before its window, and feedback that arrives after the first
one's changes no spike.)
"""

from __future__ import annotations

import re
from dataclasses import replace

from equations.neuron_model import NeuronModel

#: `active` is 1 within the window and 0 outside; half a step keeps it clear of rounding.
WINDOW = """
active = int(t/dt > window_start - 0.5) * int(t/dt < window_start + window_steps - 0.5) : 1
window_start : 1 (shared, constant)
window_steps : 1 (shared, constant)
"""

#: What the current and the leak become; times 1 and plus 0 are exact.
_GATED = {"I": "(active * I)", "leak": "(active * leak + (1 - active))"}


def in_window(neuron: NeuronModel) -> NeuronModel:
    """The same neuron, alive from step ``window_start`` on for ``window_steps`` steps.

    Parameters
    ----------
    neuron : NeuronModel

    Returns
    -------
    NeuronModel
        With the shared variables ``window_start`` and ``window_steps``, to be set by the user.
    """
    return replace(
        neuron,
        model=_gate(neuron.model) + WINDOW,
        threshold=f"{neuron.threshold} and active > 0.5",
        update=_gate(neuron.update),
    )


def _gate(statements: str) -> str:
    """Replace names on the right-hand sides."""
    return "\n".join(map(_gate_line, statements.split("\n")))


def _gate_line(line: str) -> str:
    left, equals, right = line.partition("=")
    return left + equals + re.sub(r"\b(I|leak)\b", lambda match: _GATED[match[0]], right)
