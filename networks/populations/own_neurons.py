"""What a neuron must be so that the stages can run it, and how it is at rest.

A neuron is strings that a user may write, so everything that could go wrong silently is refused
here, before anything is compiled: names that do not exist, a state that would never be reset, units
that do not fit.
"""

from __future__ import annotations

import keyword

from brian2.core.functions import Function
from brian2.core.namespace import DEFAULT_CONSTANTS, DEFAULT_FUNCTIONS, DEFAULT_UNITS
from brian2.equations.equations import DIFFERENTIAL_EQUATION, FLOAT, PARAMETER, Equations
from brian2.units.fundamentalunits import DIMENSIONLESS, get_dimensions
from brian2.utils.stringtools import get_identifiers

from equations import BACKWARD, FORWARD, NeuronModel, has_sigma_rates
from equations.neuron_model import unit_name
from networks.one_line import in_one_line
from networks.populations.statements import check_statements, refused, statements
from networks.populations.trial import try_out

#: Written by a stage before every run, or by the synapses.
_INPUTS = frozenset({"I"})

#: Names of the project's own, in groups and in the code that is made of them.
_RESERVED = frozenset(
    {
        *("active", "window_start", "window_steps", "spike_total", "w", "t", "dt", "N", "i"),
        *Equations(FORWARD.neuron_variables),
        *Equations(BACKWARD.neuron_variables),
    }
)

#: What Brian2 gives to groups with a refractory period, which those of a stage do not have.
_REFRACTORY = frozenset({"lastspike", "not_refractory"})

#: Functions whose value is another one at every call, and Brian2's noise.
_RANDOM = frozenset(
    {"xi", *(name for name, each in DEFAULT_FUNCTIONS.items() if not each.stateless)}
)

#: What strings may name beside variables, parameters and the namespace.
_KNOWN = frozenset(
    {
        *DEFAULT_CONSTANTS, *DEFAULT_FUNCTIONS, *DEFAULT_UNITS, *keyword.kwlist,
        "t", "dt", "t_in_timesteps", "N", "i", "xi",
    }
)  # fmt: skip


def values_at_rest(neuron: NeuronModel) -> dict[str, float]:
    """The values of all state variables at the beginning of a run, in SI units.

    They are what a run may change and what a user may set: variables of differential equations
    and parameters of each neuron, but for the input current.
    """
    return {
        name: float(neuron.initial.get(name, 0.0)) for name in _states(Equations(neuron.equations))
    }


def check_neuron(neuron: NeuronModel) -> None:
    """Refuse a neuron that the stages cannot run.

    Raises
    ------
    ValueError
        If its equations cannot be read, ``v``, ``I`` or ``spike_count`` is missing, a name means
        two things or nothing, a value of `initial` belongs to no state variable, units do not
        fit each other, it has a leak with which its count does not decay, counts on Brian2's own
        refractoriness, draws random numbers, calls Python, assigns what nothing reads, does not
        count its spikes, or has strings that Brian2 does not simulate.
    """
    try:
        _check_names_of_its_own(neuron)
        equations = Equations(neuron.equations)
        _check_variables(neuron, equations)
        check_statements(neuron, set(equations))
        _check_units(neuron, equations)
        _check_leak(neuron, equations)
        _check_refractoriness(neuron, equations)
        _check_functions(neuron, equations)
        _check_identifiers(neuron, equations)
    except ValueError:
        raise
    except Exception as error:  # Brian2 raises its own kinds, SyntaxError, KeyError, TypeError
        said = in_one_line(error)
        raise ValueError(f"the neuron '{neuron.name}' cannot be read: {said}") from None
    if not has_sigma_rates(neuron):  # those are known to be simulated
        try_out(neuron)


def _states(equations: Equations) -> list[str]:
    return [
        name
        for name, equation in equations.items()
        if equation.type in (DIFFERENTIAL_EQUATION, PARAMETER)
        and "shared" not in equation.flags
        and name not in _INPUTS
    ]


def _check_names_of_its_own(neuron: NeuronModel) -> None:
    declared = set(Equations(neuron.model))
    common = {"v_threshold", "v_rest", "leak"}
    for name in declared | set(neuron.parameters):
        if name in _RESERVED or name in common:
            raise refused(neuron, f"names something '{name}', which means another thing here")
    for name in neuron.parameters:
        if not name.isidentifier():
            raise refused(neuron, f"has a parameter '{name}': it must be a Python name")
        if name in declared:
            raise refused(neuron, f"has '{name}' both as a parameter and in its model")
    for name in neuron.namespace:
        if name in declared or name in neuron.constants or name in _RESERVED:
            raise refused(neuron, f"has '{name}' in its namespace and as a variable or parameter")


def _check_variables(neuron: NeuronModel, equations: Equations) -> None:
    for name, meaning in (
        ("v", "the membrane potential"),
        ("I", "the input current of a step, as 'I : 1 (constant)'"),
        ("spike_count", "the spikes that its rate counts, as 'spike_count : 1'"),
    ):
        if name not in equations:
            raise refused(neuron, f"has no '{name}' in its model: declare {meaning}")
    if equations["I"].type != PARAMETER or "shared" in equations["I"].flags:
        raise refused(neuron, "computes 'I' itself: declare it as 'I : 1 (constant)'")
    for name in ("v", "I"):
        if equations[name].var_type != FLOAT:
            raise refused(
                neuron,
                f"has '{name}' as an integer or a truth value: declare it with a unit, or as "
                f"'{name} : 1'",
            )
    states = _states(equations)
    for name in ("v", "spike_count"):
        if name not in states:
            raise refused(neuron, f"has a '{name}' that is no state of each neuron")
    for name in neuron.initial:
        if name not in states:
            listed = ", ".join(states)
            raise refused(neuron, f"has no state variable '{name}' to begin with: it has {listed}")
    for name in ("spike_count", "activity", "s"):
        if float(neuron.initial.get(name, 0.0)) != 0:
            raise refused(neuron, f"begins with {name} other than 0, which would be a spike")


def _check_units(neuron: NeuronModel, equations: Equations) -> None:
    units = {name: unit_name(equation.dim) for name, equation in equations.items()}
    for name in ("I", "v_threshold", "v_rest"):
        if equations[name].dim != equations["v"].dim:
            raise refused(
                neuron,
                f"has {name} in '{units[name]}' and v in '{units['v']}': they must have one unit",
            )
    for name in {"spike_count", "activity", "s", "leak"} & set(equations):
        if equations[name].dim != DIMENSIONLESS:
            raise refused(neuron, f"has {name} in '{units[name]}': it must have no unit")
    for name, value in neuron.initial.items():
        # 0 has any unit, as in Brian2.
        if float(value) != 0 and get_dimensions(value) != equations[name].dim:
            raise refused(neuron, f"begins with {name} = {value}: its unit must be '{units[name]}'")


def _check_leak(neuron: NeuronModel, equations: Equations) -> None:
    """Refuse a leak that the count ignores: a rate is the count divided by a sum that has it."""
    read = [each.reads for each in statements(neuron.update) if each.target == "spike_count"]
    if equations["spike_count"].expr is not None:
        read.append(get_identifiers(equations["spike_count"].expr.code))
    if neuron.leak != 1 and not any({"spike_count", "leak"} <= names for names in read):
        raise refused(
            neuron,
            f"has leak {neuron.leak}, but its spike_count does not decay with it: add "
            "'spike_count = leak * spike_count' to its update, or leave the leak at 1",
        )


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
                    "call: write it into the string, or give it code with brian2.implementation",
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
