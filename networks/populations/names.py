"""What the strings of a neuron may name: variables, parameters, namespace and Brian2's constants.

What is left out would give other rates in another batch, on another device or in the next run.
"""

from __future__ import annotations

import keyword
from collections.abc import Mapping
from typing import Any

from brian2.core.functions import Function
from brian2.core.namespace import DEFAULT_CONSTANTS, DEFAULT_FUNCTIONS, DEFAULT_UNITS
from brian2.core.variables import Constant
from brian2.equations.equations import Equations
from brian2.utils.stringtools import get_identifiers

from equations import NeuronModel
from networks.populations.statements import refused, statements

#: What Brian2 gives to groups with a refractory period, which those of a stage do not have.
_REFRACTORY = frozenset({"lastspike", "not_refractory"})

#: Functions whose value is another one at every call, and Brian2's noise.
_RANDOM = frozenset(
    {"xi", *(name for name, each in DEFAULT_FUNCTIONS.items() if not each.stateless)}
)

#: Brian2's names of a neuron's place in a group, and of the group's size.
_PLACES = frozenset({"i", "N"})

#: What a name of Brian2's stands for, whatever a namespace says.
BRIAN2: Mapping[str, Any] = {**DEFAULT_CONSTANTS, **DEFAULT_FUNCTIONS, **DEFAULT_UNITS}

#: What strings may name beside variables, parameters and the namespace.
_KNOWN = frozenset({*BRIAN2, *keyword.kwlist, "t", "dt"})


def means_the_same(name: str, value: Any) -> bool:
    """Whether a namespace gives a name of Brian2's the meaning that it has there."""
    known = BRIAN2[name]
    if isinstance(known, Function):
        return value is known or value is known.pyfunc
    if isinstance(known, Constant):
        return isinstance(value, float) and value == known.value
    return value is known


def check_names(neuron: NeuronModel, equations: Equations) -> None:
    """Refuse names that do not exist, and those that no stage can honour.

    Parameters
    ----------
    neuron : NeuronModel
    equations : Equations
        Those of the neuron.

    Raises
    ------
    ValueError
        For Brian2's refractoriness, random numbers, Python functions, a neuron's place in the
        group, and names that mean nothing.
    """
    _check_refractoriness(neuron, equations)
    _check_functions(neuron, equations)
    _check_identifiers(neuron, equations)


def _check_refractoriness(neuron: NeuronModel, equations: Equations) -> None:
    """Refuse Brian2's refractoriness: a stage's group has none, and Brian2 only logs a warning."""
    texts = f"{neuron.model}\n{neuron.threshold}\n{neuron.reset}\n{neuron.update}"
    used = sorted(_REFRACTORY & get_identifiers(_without_comments(texts)))
    for name, equation in equations.items():
        if "unless refractory" in equation.flags:
            used.append(f"{name} (unless refractory)")
    if used:
        raise refused(
            neuron,
            f"uses '{used[0]}', but a stage knows no refractory period: count the steps after a "
            "spike in a state variable of its own, as the guide 'Add a neuron' does",
        )


def _check_identifiers(neuron: NeuronModel, equations: Equations) -> None:
    names = {*equations, *neuron.namespace, *_KNOWN}
    # A plain assignment makes a variable of the statements' own.
    text = f"{neuron.update}\n{neuron.reset}"
    assigned = {each.target for each in statements(text) if each.operation == "="}
    for where, used in _identifiers(neuron, equations).items():
        for name in sorted(used - names - assigned):
            raise refused(
                neuron,
                f"uses '{name}' in its {where}, which is no variable, parameter or name of its "
                "namespace: add it there",
            )


def _check_functions(neuron: NeuronModel, equations: Equations) -> None:
    """Refuse functions that code without the interpreter's lock cannot call, or not the same twice.

    Random numbers would be others in every run and with every number of threads: a run could not be
    resumed, nor two devices compared.
    """
    for where, used in _identifiers(neuron, equations).items():
        for name in sorted(used):
            if name in _PLACES:
                raise refused(
                    neuron,
                    f"uses '{name}' in its {where}, but a neuron does not know its place in a "
                    "batch, which would change its rate: give it a bias, or a state of its own",
                )
            if name in _RANDOM or name.startswith("xi_"):
                raise refused(
                    neuron,
                    f"uses '{name}' in its {where}, but no run can repeat random numbers: put the "
                    "noise into the images, with a frame per step",
                )
            function = neuron.namespace.get(name)
            if callable(function) and not isinstance(function, Function):
                raise refused(
                    neuron,
                    f"uses the Python function '{name}' in its {where}, which compiled code cannot "
                    "call: write it into the string, or give it code with "
                    "brian2.implementation, 'cython' for this process and 'cpp' for programs",
                )


def _identifiers(neuron: NeuronModel, equations: Equations) -> dict[str, set[str]]:
    """The names that are used, by where."""
    texts = {
        "model": " ".join(str(each.expr.code) for each in equations.values() if each.expr),
        "threshold": neuron.threshold,
        "reset": neuron.reset,
        "update": neuron.update,
    }
    return {where: get_identifiers(_without_comments(text)) for where, text in texts.items()}


def _without_comments(text: str) -> str:
    return "\n".join(line.partition("#")[0] for line in text.split("\n"))
