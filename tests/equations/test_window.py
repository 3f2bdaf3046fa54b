"""A neuron in a window is the same neuron, begun late and stopped in time."""

from __future__ import annotations

from dataclasses import replace

import pytest

from equations import NeuronModel, in_window, integrate_and_fire, leaky_integrate_and_fire, ternary


@pytest.mark.parametrize(
    "neuron", [integrate_and_fire(), leaky_integrate_and_fire(), ternary(), ternary(leak=0.5)]
)
def test_threshold_reset_and_parameters(neuron: NeuronModel) -> None:
    gated = in_window(neuron)
    assert gated.threshold == f"({neuron.threshold}) and active > 0.5"
    assert gated.reset == neuron.reset
    assert gated.constants == neuron.constants


def test_derivatives_are_multiplied() -> None:
    neuron = replace(
        integrate_and_fire(),
        model="""
        dv/dt = (I - drift)/dt : 1  # the potential
        I : 1 (constant)
        drift = 2*theta : 1
        dtheta/dt = -theta/tau : 1
        """,
    )
    lines = in_window(neuron).model.partition("active = ")[0].split("\n")
    assert [line.strip() for line in lines if line.strip()] == [
        "dv/dt = active*((I - drift)/dt) : 1  # the potential",
        "I : 1 (constant)",
        "drift = 2*theta : 1",
        "dtheta/dt = active*(-theta/tau) : 1",
    ]


@pytest.mark.parametrize(
    ("statement", "gated"),
    [
        ("v = leak * v + I", "v = active*(leak * v + I) + (1 - active)*v"),
        ("v += I", "v = active*(v + (I)) + (1 - active)*v"),
        ("theta *= 1 - x", "theta = active*(theta * (1 - x)) + (1 - active)*theta"),
        ("theta -= 1 - x", "theta = active*(theta - (1 - x)) + (1 - active)*theta"),
        (
            "v *= leak; theta = v",
            "v = active*(v * (leak)) + (1 - active)*v\ntheta = active*(v) + (1 - active)*theta",
        ),
        ("n = n + 1", "n = int(active > 0.5)*(n + 1) + int(active < 0.5)*n"),
        ("on = v > 0", "on = (active > 0.5 and (v > 0)) or (active < 0.5 and on)"),
        ("half = v/2\nv = half", "half = v/2\nv = active*(half) + (1 - active)*v"),
        ("", ""),
        ("# nothing", ""),
    ],
)
def test_statements_keep_what_they_assign_to(statement: str, gated: str) -> None:
    neuron = integrate_and_fire()
    with_theta = replace(
        neuron,
        model=f"{neuron.model}theta : 1\nx : 1\nn : integer\non: boolean # ! \n",
        update=statement,
    )
    assert in_window(with_theta).update == gated


@pytest.mark.parametrize(
    "changes",
    [
        {"threshold": "v >= v_threshold + 0.1*int(t/ms)"},
        {"update": "v += t/second"},
        {"model": f"{integrate_and_fire().model}late = t > 5*ms : boolean"},
        {"reset": "v -= noise(t)"},
    ],
)
def test_the_time_is_another_one_in_every_layer(changes: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="names the time 't', which is a later one in every layer"):
        in_window(replace(integrate_and_fire(), **changes))  # type: ignore[arg-type]
    in_a_comment = replace(integrate_and_fire(), threshold="v >= v_threshold  # at t")
    assert in_window(in_a_comment) == in_window(integrate_and_fire())


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"model": "dv/dt = I/dt +\n 1/dt : 1\nI : 1"}, "dv/dt = I/dt +"),
        ({"update": "v = (I +\nv)"}, "v)"),
    ],
)
def test_what_does_not_stand_on_one_line_is_refused(changes: dict[str, str], line: str) -> None:
    with pytest.raises(ValueError, match="is not a whole equation or statement") as error:
        in_window(replace(integrate_and_fire(), **changes))  # type: ignore[arg-type]
    assert f"'{line}'" in str(error.value)
