"""What a neuron must count so that its rate is the share of steps with a spike.

A rate is ``spike_count`` divided by what it would be with a spike in every step (section 3.2): with
one spike more in every reset, and faded by the leak from one step to the next. ``activity``, where
a neuron has it, is the same without the leak. Any other count would be read as rates all the same.
"""

from __future__ import annotations

from brian2.equations.equations import FLOAT, PARAMETER, Equations

from equations import NeuronModel
from networks.populations.statements import Statement, refused, statements

_COUNT, _ACTIVITY = "spike_count", "activity"

_ONE = ("1", "1.0")

#: ``spike_count`` after the leak, as statements and their operation.
_FADED = {("=", f"leak*{_COUNT}"), ("=", f"{_COUNT}*leak"), ("*=", "leak")}


def check_counts(neuron: NeuronModel, equations: Equations) -> None:
    """Refuse counts that would make other rates.

    Parameters
    ----------
    neuron : NeuronModel
    equations : Equations
        Those of the neuron.

    Raises
    ------
    ValueError
        If `spike_count` is no floating-point state of each neuron, the reset does not add 1 to it
        once, something else changes it than the leak, or it does not decay with a leak; likewise
        for `activity`, which never decays, and which a neuron with a leak needs.
    """
    for name in (_COUNT, _ACTIVITY):
        if name in equations:
            _check_declared(neuron, name, equations)
            _check_reset(neuron, name)
    _check_update(neuron, equations)


def _check_declared(neuron: NeuronModel, name: str, equations: Equations) -> None:
    equation = equations[name]
    if equation.type != PARAMETER or "shared" in equation.flags:
        raise refused(
            neuron, f"has a '{name}' that is no state of each neuron: declare '{name} : 1'"
        )
    if equation.var_type != FLOAT:
        raise refused(neuron, f"has '{name}' as an integer or a truth value: declare '{name} : 1'")


def _check_reset(neuron: NeuronModel, name: str) -> None:
    counted = _changes(neuron.reset, name)
    if not counted:
        raise refused(neuron, f"does not count its spikes: add '{name} += 1' to its reset")
    for number, each in enumerate(counted):
        if number or each.operation != "+=" or each.expression.strip() not in _ONE:
            again = "once more " if number else ""
            raise refused(
                neuron,
                f"has '{name} {each.operation} {each.expression}' {again}in its reset, with which "
                f"its rate is no longer the share of steps with a spike: write '{name} += 1', once",
            )


def _check_update(neuron: NeuronModel, equations: Equations) -> None:
    for each in _changes(neuron.update, _ACTIVITY):
        raise refused(
            neuron,
            f"has '{each.target} {each.operation} {each.expression}' in its update: leave that "
            "out, all spikes count there",
        )
    faded = _changes(neuron.update, _COUNT)
    for number, each in enumerate(faded):
        if number or (each.operation, "".join(each.expression.split())) not in _FADED:
            raise refused(
                neuron,
                f"has '{_COUNT} {each.operation} {each.expression}' in its update, with which its "
                "rate is no longer the share of steps with a spike: write 'spike_count = leak * "
                "spike_count', once, and give the leak",
            )
    if neuron.leak != 1 and not faded:
        raise refused(
            neuron,
            f"has leak {neuron.leak}, but its spike_count does not decay with it: add "
            "'spike_count = leak * spike_count' to its update, or leave the leak at 1",
        )
    if neuron.leak != 1 and _ACTIVITY not in equations:
        raise refused(
            neuron,
            f"has leak {neuron.leak}, and its spike_count forgets spikes that its firing rate and "
            "its operations consist of: declare 'activity : 1', and add 'activity += 1' to its "
            "reset",
        )


def _changes(text: str, name: str) -> list[Statement]:
    return [each for each in statements(text) if each.target == name]
