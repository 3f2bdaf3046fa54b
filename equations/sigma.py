"""The neurons whose rates are the paper's sigma (section 3.2).

An integrate-and-fire neuron, leaky or not, that gives away exactly what a spike stands for, keeps
the rest for the next step. Its average input x over many steps therefore gives the average rate
``sigma(x) = min(1, max(0, x))`` with x in units of ``V_th - u_rest``, and eq. 5 and stage 2 are
built on the derivative of that. A neuron that resets to a fixed potential, adapts, or fires by
other rules has other rates.
"""

from __future__ import annotations

from equations.integrate_and_fire import integrate_and_fire
from equations.leaky_integrate_and_fire import leaky_integrate_and_fire
from equations.neuron_model import NeuronModel


def has_sigma_rates(neuron: NeuronModel) -> bool:
    """Whether a neuron is one of eq. 1, whatever the unit of its potential and its parameters."""
    leaky = _dynamics(leaky_integrate_and_fire())
    if neuron.leak != 1:
        return _dynamics(neuron) == leaky
    return _dynamics(neuron) in (leaky, _dynamics(integrate_and_fire()))


def _dynamics(neuron: NeuronModel) -> tuple[list[str], ...]:
    """The equations and statements without comments, white space, units and their order."""
    model = [line.partition(":")[0] for line in _lines(neuron.model)]
    texts = (neuron.threshold, neuron.reset, neuron.update)
    return (sorted(model), *(sorted(_lines(text)) for text in texts))


def _lines(text: str) -> list[str]:
    lines = ("".join(line.partition("#")[0].split()) for line in text.split("\n"))
    return [part for line in lines for part in line.split(";") if part]
