"""States and parameters of neurons of one's own: what may be set, and what is looked at."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from brian2.units import siemens

from equations import integrate_and_fire, leaky_integrate_and_fire
from networks import ForwardNetwork, NotFiniteError
from tests.networks.builders import architecture
from tests.networks.populations.own_neurons import adaptive
from tests.networks.populations.test_own_neurons import STEPS, assert_same, build, rates


@pytest.mark.parametrize("name", ["v_threshold", "v_rest", "leak"])
def test_what_rates_depend_on_cannot_be_set_between_runs(name: str) -> None:
    """Steps would follow it, and rates would not."""
    network = build(leaky_integrate_and_fire(1.0, -1.0, 0.5))
    first = rates(network)
    for attribute in (name, f"{name}_"):
        with pytest.raises(ValueError, match=rf"'{attribute}' cannot be set to 0.25.*replace\(neu"):
            setattr(network["layer1"], attribute, 0.25)
    assert_same(rates(network), first)


def test_parameters_of_its_own_can_be_set_between_runs() -> None:
    network = build(adaptive(jump=0.25))
    first = rates(network)
    network["layer1"].jump = 2.0
    assert rates(network)[0].sum() < first[0].sum()


def test_samples_that_are_not_there_are_not_looked_at() -> None:
    """They get no input, of which a logarithm is infinite."""
    own = replace(
        integrate_and_fire(),
        model="v : 1\nI : 1 (constant)\nspike_count : 1\ngain : 1",
        update="gain = log(I)\nv += I + 0*clip(gain, 0, 1)",
        name="own",
    )
    one = architecture("2", (2, 1, 1))
    network = ForwardNetwork(one, own, 3, dtype="float64")
    network.set_parameters({n: np.ones(s) for n, s in one.parameter_shapes().items()})
    few = network.run(np.full((2, 2, 1, 1), 0.25), STEPS).alpha["layer1"]
    assert (few > 0).all()
    with pytest.raises(NotFiniteError, match="'gain' of 'layer1' holds NaN or infinite values"):
        network.run(np.full((1, 2, 1, 1), -0.5), STEPS)


@pytest.mark.parametrize("name", ["s", "x"])
def test_a_variable_that_overflows_is_noticed_whatever_its_name(name: str) -> None:
    own = integrate_and_fire()
    own = replace(own, model=f"{own.model}\nd{name}/dt = 1e200*({name} + 1)/dt : 1", name="own")
    with pytest.raises(NotFiniteError, match=f"'{name}' of 'layer1' holds NaN or infinite"):
        rates(build(own))


def test_a_variable_s_is_like_any_other_in_stage_1() -> None:
    own = integrate_and_fire()
    own = replace(
        own, model=f"{own.model}\nds/dt = -s/(5*ms) : siemens", name="own",
        initial={"s": 0.5 * siemens},
    )  # fmt: skip
    assert_same(rates(build(own)), rates(build(integrate_and_fire())))


def test_one_layer_needs_no_window() -> None:
    """So its neurons may name the time."""
    own = integrate_and_fire()
    own = replace(own, model=own.model.replace("I/dt", "I*int(t >= 2*ms)/dt"), name="own")
    one = architecture("2", (2, 1, 1))
    network = ForwardNetwork(one, own, 1, propagation="synchronous", dtype="float64")
    network.set_parameters({n: np.ones(s) for n, s in one.parameter_shapes().items()})
    assert network.run(np.ones((1, 2, 1, 1)), 4).alpha["layer1"].max() > 0
