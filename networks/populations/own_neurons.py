"""What a neuron must be so that the stages can run it, and how it is at rest.

A neuron is strings that a user may write, so everything that could go wrong silently is refused
here, before anything is compiled: names that do not exist, a state that would never be reset, units
that do not fit.
"""

from __future__ import annotations

from brian2.equations.equations import (
    BOOLEAN,
    DIFFERENTIAL_EQUATION,
    FLOAT,
    INTEGER,
    PARAMETER,
    Equations,
)
from brian2.units.fundamentalunits import DIMENSIONLESS, get_dimensions

from equations import NeuronModel, in_window, integrate_and_fire, leaky_integrate_and_fire
from equations.neuron_model import unit_name
from networks.one_line import in_one_line
from networks.populations.counting import check_counts
from networks.populations.names import BRIAN2, check_names, means_the_same
from networks.populations.reserved import INPUT, RESERVED
from networks.populations.statements import check_statements, refused
from networks.populations.trial import try_out

_MOST = 2**31
"""Integers are of 32 bits."""


def values_at_rest(neuron: NeuronModel) -> dict[str, float]:
    """The values of all state variables at the beginning of a run, in SI units.

    They are what a run may change and what a user may set: variables of differential equations
    and parameters of each neuron, but for the input current.
    """
    return {
        name: float(neuron.initial.get(name, 0.0)) for name in _states(Equations(neuron.equations))
    }


def check_neuron(neuron: NeuronModel, windowed: bool = False) -> None:
    """Refuse a neuron that the stages cannot run.

    Parameters
    ----------
    neuron : NeuronModel
    windowed : bool
        Whether the stages let it live in a window of steps, see `equations.window`.

    Raises
    ------
    ValueError
        If its equations cannot be read, ``v``, ``I`` or ``spike_count`` is missing, a name means
        two things or nothing, a value of `initial` belongs to no state variable, units do not
        fit each other, its count makes no rate, it counts on Brian2's own refractoriness, draws
        random numbers, calls Python, asks for its place in the batch, assigns what nothing reads
        or what is not its own, shares state with other neurons, or has strings that Brian2 does not
        simulate.
    """
    try:
        _check_names_of_its_own(neuron)
        equations = Equations(neuron.equations)
        _check_variables(neuron, equations)
        check_statements(neuron, equations)
        check_counts(neuron, equations)
        _check_units(neuron, equations)
        _check_initial(neuron, equations)
        check_names(neuron, equations)
    except ValueError:
        raise
    except Exception as error:  # Brian2 raises its own kinds, SyntaxError, KeyError, TypeError
        said = in_one_line(error)
        raise ValueError(f"the neuron '{neuron.name}' cannot be read: {said}") from None
    if _strings(neuron) not in map(_strings, (integrate_and_fire(), leaky_integrate_and_fire())):
        try_out(in_window(neuron) if windowed else neuron)


def _strings(neuron: NeuronModel) -> tuple[str, ...]:
    return neuron.equations, neuron.threshold, neuron.reset, neuron.update


def _states(equations: Equations) -> list[str]:
    return [
        name
        for name, equation in equations.items()
        if equation.type in (DIFFERENTIAL_EQUATION, PARAMETER)
        and "shared" not in equation.flags
        and name != INPUT
    ]


def _check_names_of_its_own(neuron: NeuronModel) -> None:
    declared = set(Equations(neuron.model))
    common = {"v_threshold", "v_rest", "leak"}
    for name in declared | set(neuron.parameters):
        if name in RESERVED or name in common:
            raise refused(neuron, f"names something '{name}', which means another thing here")
    for name in neuron.parameters:
        if not name.isidentifier():
            raise refused(neuron, f"has a parameter '{name}': it must be a Python name")
        if name in declared:
            raise refused(neuron, f"has '{name}' both as a parameter and in its model")
    for name, value in neuron.namespace.items():
        if name in BRIAN2 and not means_the_same(name, value):
            raise refused(
                neuron,
                f"has '{name}' in its namespace, which is Brian2's own name of something else: "
                "choose another one",
            )
        if name in declared or name in neuron.constants or name in RESERVED:
            raise refused(neuron, f"has '{name}' in its namespace and as a variable or parameter")


def _check_variables(neuron: NeuronModel, equations: Equations) -> None:
    for name, meaning in (
        ("v", "the membrane potential"),
        ("I", "the input current of a step, as 'I : 1 (constant)'"),
        ("spike_count", "the spikes that its rate counts, as 'spike_count : 1'"),
    ):
        if name not in equations:
            raise refused(neuron, f"has no '{name}' in its model: declare {meaning}")
    if equations[INPUT].type != PARAMETER or "shared" in equations[INPUT].flags:
        raise refused(neuron, "computes 'I' itself: declare it as 'I : 1 (constant)'")
    if "constant" in equations["v"].flags:
        raise refused(neuron, "declares 'v' as constant, but spikes change it: leave that out")
    for name in ("v", INPUT):
        if equations[name].var_type != FLOAT:
            raise refused(
                neuron,
                f"has '{name}' as an integer or a truth value: declare it with a unit, or as "
                f"'{name} : 1'",
            )
    for name, equation in Equations(neuron.model).items():
        if "shared" in equation.flags and equation.type in (DIFFERENTIAL_EQUATION, PARAMETER):
            raise refused(
                neuron,
                f"shares '{name}' with all neurons of all samples, which no run would set to rest: "
                "leave 'shared' out, or give what never changes as one of its parameters",
            )
    states = _states(equations)
    if "v" not in states:
        raise refused(neuron, "has a 'v' that is no state of each neuron")
    for name in neuron.initial:
        if name not in states:
            listed = ", ".join(states)
            raise refused(neuron, f"has no state variable '{name}' to begin with: it has {listed}")
    for name in ("spike_count", "activity"):
        if float(neuron.initial.get(name, 0.0)) != 0:
            raise refused(neuron, f"begins with {name} other than 0, which would be a spike")


def _check_units(neuron: NeuronModel, equations: Equations) -> None:
    units = {name: unit_name(equation.dim) for name, equation in equations.items()}
    for name in (INPUT, "v_threshold", "v_rest"):
        if equations[name].dim != equations["v"].dim:
            raise refused(
                neuron,
                f"has {name} in '{units[name]}' and v in '{units['v']}': they must have one unit",
            )
    for name in {"spike_count", "activity", "leak"} & set(equations):
        if equations[name].dim != DIMENSIONLESS:
            raise refused(neuron, f"has {name} in '{units[name]}': it must have no unit")
    for name, value in neuron.initial.items():
        # 0 has any unit, as in Brian2.
        if float(value) != 0 and get_dimensions(value) != equations[name].dim:
            raise refused(neuron, f"begins with {name} = {value}: its unit must be '{units[name]}'")


def _check_initial(neuron: NeuronModel, equations: Equations) -> None:
    """Refuse numbers that a variable of another type would hold as others."""
    for name, value in neuron.initial.items():
        kind, number = equations[name].var_type, float(value)
        if kind == INTEGER and not (number.is_integer() and abs(number) < _MOST):
            raise refused(
                neuron,
                f"begins with {name} = {value}, and '{name}' is an integer: choose a whole number "
                f"below {_MOST:,}, or declare '{name} : 1'",
            )
        if kind == BOOLEAN and number not in (0, 1):
            raise refused(neuron, f"begins with {name} = {value}, and '{name}' is a truth value")
