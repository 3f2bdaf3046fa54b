"""What the statements of a neuron, its update and its reset, assign.

Brian2 takes an assignment to a name that it does not know for a variable of the statements' own, so
that a misspelt state variable keeps its value without a word.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass

from brian2.parsing.statements import parse_statement
from brian2.utils.stringtools import get_identifiers

from equations import NeuronModel


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


def check_statements(neuron: NeuronModel, variables: set[str]) -> None:
    """Refuse statements that change nothing.

    Parameters
    ----------
    neuron : NeuronModel
    variables : set of str
        Those of its equations.

    Raises
    ------
    ValueError
        If one assigns a name that is no variable and is not read after it.
    """
    for where, text in (("update", neuron.update), ("reset", neuron.reset)):
        try:
            lines = list(statements(text))
        except ValueError as error:
            raise refused(neuron, f"{error}, in its {where}") from None
        for number, line in enumerate(lines):
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


def refused(neuron: NeuronModel, reason: str) -> ValueError:
    """What is said of a neuron that no stage can run."""
    return ValueError(f"the neuron '{neuron.name}' {reason}")
