"""Potentials that are no longer numbers: looked for after every run, named by layer and step.

A potential that is NaN never reaches the threshold, and an infinite one always does: the rates
would be 0 or 1 and look like any others. Where the reset subtracts, neither ever becomes a number
again, so a look at the end of a run finds what happened in any of its steps, and shorter runs find
the step. Where it resets to a fixed potential, an infinite one counts as any that is large enough.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from brian2.core.variables import ArrayVariable
from brian2.groups.neurongroup import NeuronGroup

from networks.connections import units
from networks.populations.neurons import UncheckedGroup

#: State variables that count spikes and nothing else: they are always numbers.
_COUNTS = frozenset({"spike_count", "activity"})

#: The sign of a spike of stage 2, whose neurons are the project's own.
_SIGN = "s"


class NotFiniteError(ArithmeticError):
    """A stage in which potentials became NaN or infinite; its rates mean nothing."""


def check_potentials(
    groups: Mapping[str, UncheckedGroup],
    stage: int,
    steps: int,
    samples: int,
    run_again: Callable[[int], None],
) -> None:
    """Refuse the result of a run in which a potential was not finite.

    Parameters
    ----------
    groups : dict of UncheckedGroup
        The populations by name, in the order in which they act.
    stage : {1, 2}
    steps : int
        Steps of the run.
    samples : int
        Those that the run was for; a group may hold more, which get no input.
    run_again : callable
        Makes the first so many steps of the run again, from rest.

    Raises
    ------
    NotFiniteError
        If there are NaN or infinite values; the message names the layer and the step.
    """
    if _first_not_finite(groups, stage, samples) is None:
        return
    finite, not_finite = 0, steps
    while not_finite - finite > 1:
        middle = (finite + not_finite) // 2
        run_again(middle)
        if _first_not_finite(groups, stage, samples) is None:
            finite = middle
        else:
            not_finite = middle
    run_again(not_finite)
    found = _first_not_finite(groups, stage, samples)
    raise not_finite_error(*(found or (next(iter(groups)), "v")), not_finite, stage)


def not_finite_error(group: str, variable: str, step: int, stage: int) -> NotFiniteError:
    """What to say of a state variable that is no number from a step of a stage on."""
    return NotFiniteError(
        f"'{variable}' of '{group}' holds NaN or infinite values from step {step} of stage "
        f"{stage} on: the weights or the input are too large, try smaller ones"
    )


def _first_not_finite(
    groups: Mapping[str, UncheckedGroup], stage: int, samples: int
) -> tuple[str, str] | None:
    """The first population with values that are not finite, and the state variable."""
    for name, group in groups.items():
        for variable in _states(group, stage):
            values = group.variables[variable].get_value()[: samples * units(group.layer_shape)]
            # The sum first: it is much faster, and finite only if all values are.
            with np.errstate(over="ignore", invalid="ignore"):
                total = values.sum()
            if not np.isfinite(total) and not np.isfinite(values).all():
                return name, variable
    return None


def _states(group: NeuronGroup, stage: int) -> list[str]:
    """The state variables of a group that its dynamics change, but for counts."""
    return [
        name
        for name, variable in group.variables.items()
        if isinstance(variable, ArrayVariable)
        and variable.owner.name == group.name
        and not (variable.constant or variable.read_only or variable.scalar)
        and np.issubdtype(variable.dtype, np.floating)
        and name not in _COUNTS
        and not (name == _SIGN and stage == 2)
    ]
