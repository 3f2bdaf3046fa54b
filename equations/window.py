"""A neuron that lives for a window of steps only, for pipelines of layers.

When every connection takes one step, layer l hears of the input l - 1 steps late. A neuron that
begins late by just that and ends late by it can still fire in every step that its rate is averaged
over, and in a feed-forward network goes through exactly the states of one whose spikes pass at
once: before its window it stays at rest, after its window it neither fires nor forgets what it
counted. (Nothing reaches a layer before its window, and feedback that arrives after the first
one's changes no spike.) Outside its window nothing of it changes but what spikes add to its
potential: derivatives are multiplied with `active`, and statements leave what they assign to as it
was. Times 1 and plus 0 are exact.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from equations.neuron_model import NeuronModel

#: `active` is 1 within the window and 0 outside; half a step keeps it clear of rounding.
WINDOW = """
active = int(t/dt > window_start - 0.5) * int(t/dt < window_start + window_steps - 0.5) : 1
window_start : 1 (shared, constant)
window_steps : 1 (shared, constant)
"""

_DERIVATIVE = re.compile(r"(\s*d\w+\s*/\s*dt\s*=)([^:#]*)(.*)")
_DECLARED = re.compile(r"^\s*(?:d(?=\w+\s*/))?(\w+)\s*(?:/\s*dt\s*)?(?:=[^:]*)?:\s*(\w+)")
_TIME = re.compile(r"(?<![\w.])t\b")
_STATEMENT = re.compile(r"(\w+)\s*([-+*/]?)=\s*(.*)")


def in_window(neuron: NeuronModel) -> NeuronModel:
    """The same neuron, alive from step ``window_start`` on for ``window_steps`` steps.

    Parameters
    ----------
    neuron : NeuronModel

    Returns
    -------
    NeuronModel
        With the shared variables ``window_start`` and ``window_steps``, to be set by the user.

    Raises
    ------
    ValueError
        If an equation or a statement does not stand on a line of its own, or a string names the
        time, which is another one in each layer.
    """
    for text in (neuron.model, neuron.threshold, neuron.reset, neuron.update):
        if any(_TIME.search(line.partition("#")[0]) for line in text.split("\n")):
            raise ValueError(
                f"the neuron '{neuron.name}' names the time 't', which is a later one in every "
                "layer where each connection takes a step: use sequential propagation"
            )
    update = _one_to_a_line(neuron.update)
    for line in neuron.model.split("\n"):
        if line.partition("#")[0].strip() and ":" not in line.partition("#")[0]:
            raise _not_on_one_line(neuron, line)
    for line in update:
        if _STATEMENT.fullmatch(line) is None:
            raise _not_on_one_line(neuron, line)
    lines = (line.partition("#")[0] for line in neuron.model.split("\n"))
    types = {name: kind for line in lines for name, kind in _DECLARED.findall(line)}
    return replace(
        neuron,
        model="\n".join(map(_gate_derivative, neuron.model.split("\n"))) + WINDOW,
        threshold=f"({neuron.threshold}) and active > 0.5",
        update="\n".join(_gate_statement(line, types) for line in update),
    )


def _one_to_a_line(statements: str) -> list[str]:
    lines = (line.partition("#")[0] for line in statements.split("\n"))
    return [part.strip() for line in lines for part in line.split(";") if part.strip()]


def _gate_derivative(line: str) -> str:
    if match := _DERIVATIVE.fullmatch(line):
        return f"{match[1]} active*({match[2].strip()}) {match[3]}"
    return line


def _gate_statement(line: str, types: Mapping[str, str]) -> str:
    """``v = leak*v + I`` becomes ``v = active*(leak*v + I) + (1 - active)*v``, which is exact.

    Compiled code takes no such sum for a whole number or a truth value: it is one of them
    throughout. A variable of the statements' own, which nothing has declared, needs no gate.

    Parameters
    ----------
    line : str
    types : mapping
        By declared variable: its unit or type.
    """
    match = _STATEMENT.fullmatch(line)
    assert match is not None
    variable, operator, value = match.groups()
    if variable not in types:
        return line
    if operator:
        value = f"{variable} {operator} ({value})"
    if types[variable] == "boolean":
        return f"{variable} = (active > 0.5 and ({value})) or (active < 0.5 and {variable})"
    if types[variable] == "integer":
        return f"{variable} = int(active > 0.5)*({value}) + int(active < 0.5)*{variable}"
    return f"{variable} = active*({value}) + (1 - active)*{variable}"


def _not_on_one_line(neuron: NeuronModel, line: str) -> ValueError:
    return ValueError(
        f"the line '{line.strip()}' of the neuron '{neuron.name}' is not a whole equation or "
        "statement: write each on one line, or use sequential propagation"
    )
