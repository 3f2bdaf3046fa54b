"""What the statements of a neuron, its update and its reset, assign.

Brian2 takes an assignment to a name that it does not know for a variable of the statements' own, so
that a misspelt state variable keeps its value without a word. And it lets them assign whatever the
group has: parameters, which no run sets back, and what a stage keeps in its groups.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass

from brian2.equations.equations import Equations
from brian2.parsing.statements import parse_statement
from brian2.utils.stringtools import get_identifiers

from equations import NeuronModel
from networks.populations.reserved import INPUT, RESERVED


@dataclass(frozen=True)
class Statement:
    """An assignment.

    Parameters
    ----------
    target : str
        The variable.
    operation : str
        ``=``, ``+=``, ...
    expression : str
    """

    target: str
    operation: str
    expression: str

    @property
    def reads(self) -> set[str]:
        """The names whose values it needs."""
        names: set[str] = get_identifiers(self.expression)
        return names if self.operation == "=" else names | {self.target}


def statements(text: str) -> Iterator[Statement]:
    """The assignments of a text: a line each, or several with semicolons.

    Raises
    ------
    ValueError
        For something that is none.
    """
    lines = (line.partition("#")[0] for line in text.split("\n"))
    for code in (each.strip() for line in lines for each in line.split(";")):
        if not code:
            continue
        try:
            target, operation, expression, _ = parse_statement(code)
        except ValueError:
            raise ValueError(f"has '{code}', which is no assignment") from None
        yield Statement(target, operation, expression)


def check_statements(neuron: NeuronModel, equations: Equations) -> None:
    """Refuse statements that change nothing, or what is not the state of their neuron.

    Parameters
    ----------
    neuron : NeuronModel
    equations : Equations
        Those of the neuron.

    Raises
    ------
    ValueError
        If one assigns a name that is no variable and is not read after it, or a parameter, the
        input, a variable that is declared as constant, a name of the namespace or of the stages'.
    """
    variables = set(equations)
    for where, text in (("update", neuron.update), ("reset", neuron.reset)):
        try:
            lines = list(statements(text))
        except ValueError as error:
            raise refused(neuron, f"{error}, in its {where}") from None
        for number, line in enumerate(lines):
            if (reason := _not_its_own(line.target, neuron, equations)) is not None:
                raise refused(neuron, f"assigns '{line.target}' in its {where}, {reason}")
            later = set().union(*(each.reads for each in lines[number + 1 :]))
            if line.operation == "=" and line.target not in variables | later:
                # In small letters: V is most like v.
                by_word = {each.lower(): each for each in variables}
                meant = difflib.get_close_matches(line.target.lower(), by_word, n=1)
                hint = f"write '{by_word[meant[0]]}', if that is meant" if meant else "declare it"
                raise refused(
                    neuron,
                    f"assigns '{line.target}' in its {where}, which is no variable of its model "
                    f"and is not read after that: {hint}",
                )


def _not_its_own(name: str, neuron: NeuronModel, equations: Equations) -> str | None:
    """Why a name is not the state of a neuron, and what to do; None if it is, or means nothing."""
    if name in neuron.constants:
        return (
            "a parameter, which no run would set back: declare a state variable in its model, with "
            "its value at rest in 'initial'"
        )
    if name == INPUT:
        return "its input, which is written from outside: assign a variable of its own"
    if name in RESERVED:
        return "which means another thing here: choose another name"
    if name in neuron.namespace:
        return "a constant of its namespace: declare a state variable in its model"
    if name in equations and "constant" in equations[name].flags:
        return "which its model declares as constant: leave '(constant)' out there"
    return None


def refused(neuron: NeuronModel, reason: str) -> ValueError:
    """What is said of a neuron that no stage can run."""
    return ValueError(f"the neuron '{neuron.name}' {reason}")
