"""Neurons with state, parameters, names and units of their own, for the tests of this folder."""

from __future__ import annotations

from dataclasses import replace

from brian2.units import ms, mV, volt
from hypothesis import strategies as st

from equations import NeuronModel

COUNT = "spike_count += 1"


def adaptive(
    jump: float = 0.25, theta: float = 0.0, tau: float = 4.0, v_threshold: float = 0.75
) -> NeuronModel:
    """Every spike raises the threshold by `jump`, which decays with `tau` milliseconds."""
    return NeuronModel(
        """
        dv/dt = I/dt : 1
        I : 1 (constant)
        dtheta/dt = -theta/tau : 1
        spike_count : 1
        """,
        threshold="v >= v_threshold + theta",
        reset=f"v -= v_threshold - v_rest\ntheta += jump\n{COUNT}",
        v_threshold=v_threshold,
        v_rest=-0.25,
        name="adaptive",
        parameters={"jump": jump},
        initial={"theta": theta},
        namespace={"tau": tau * ms},
    )


def in_millivolts(
    start: float = -70.0, threshold: float = -50.0, rest: float = -70.0
) -> NeuronModel:
    """An integrate-and-fire neuron in volts."""
    return NeuronModel(
        "dv/dt = I/dt : volt\nI : volt (constant)\nspike_count : 1",
        threshold="v >= v_threshold",
        reset=f"v -= v_threshold - v_rest\n{COUNT}",
        v_threshold=-50 * mV,
        v_rest=-70 * mV,
        name="millivolts",
        initial={"v": start * mV},
    )


def in_volts(start: float) -> NeuronModel:
    """The same with potentials that are dyadic in volts."""
    return replace(
        in_millivolts(),
        v_threshold=-0.5 * volt,
        v_rest=-1 * volt,
        name="volts",
        initial={"v": start * volt},
    )


def leaking(tau: float, start: float = 0.0) -> NeuronModel:
    """A potential that decays by its differential equation, and a threshold that follows it."""
    return NeuronModel(
        """
        dv/dt = I/dt - v/tau : 1
        dtheta/dt = (v - theta)/(4*ms) : 1
        I : 1 (constant)
        spike_count : 1
        """,
        threshold="v >= v_threshold + theta",
        reset=f"v -= v_threshold - v_rest\n{COUNT}",
        v_threshold=0.5,
        v_rest=0.0,
        name="leaking",
        initial={"theta": start},
        namespace={"tau": tau * ms},
    )


def of_all_types(hold: int = 1) -> NeuronModel:
    """It waits for whole steps after a spike, and a truth value halves what it receives then."""
    return NeuronModel(
        "v : 1\nI : 1 (constant)\nspike_count : 1\nwait : integer\nfresh : boolean",
        threshold="v >= v_threshold and wait <= 0",
        reset=f"v -= v_threshold - v_rest\nwait = {hold}\n{COUNT}",
        v_threshold=0.75,
        v_rest=-0.25,
        update="fresh = wait <= 0\nwait -= 1; wait = clip(wait, 0, 9)\nv += I*(1 + int(fresh))/2",
        name="types",
        initial={"wait": hold},
    )


@st.composite
def own_neurons(draw: st.DrawFn) -> NeuronModel:
    """Adapting, leaking, tiring and volt-valued neurons with dyadic parameters."""
    kind = draw(
        st.sampled_from(["adaptive", "leaking", "statements", "constant", "volts", "types"])
    )
    start = draw(st.sampled_from([0.0, 0.125, 0.5]))
    if kind == "adaptive":
        jump, tau = draw(st.sampled_from([0.0, 0.25, 1.0])), draw(st.sampled_from([2.0, 4.0]))
        return adaptive(jump, theta=start, tau=tau)
    if kind == "leaking":
        return leaking(draw(st.sampled_from([2.0, 8.0])), start)
    if kind == "volts":
        return in_volts(-1.25 + start)
    if kind == "types":
        return of_all_types(draw(st.sampled_from([0, 1, 2])))
    extra = "tired : 1" if kind == "statements" else "bound : 1 (constant)\ntired : 1"
    return NeuronModel(
        f"v : 1\nI : 1 (constant)\nspike_count : 1\nactivity : 1\n{extra}",
        threshold="v >= v_threshold" + (" + bound" if kind == "constant" else ""),
        reset=f"v -= v_threshold - v_rest\ntired += cost\n{COUNT}\nactivity += 1",
        v_threshold=0.75,
        v_rest=-0.5,
        leak=draw(st.sampled_from([1.0, 0.5])),
        update="spike_count *= leak\nv = leak*v + I*clip(1 - tired, 0, 1)\ntired *= recovery",
        name=kind,
        parameters={"cost": draw(st.sampled_from([0.0, 0.25])), "recovery": 0.5},
        initial={"v": start, "tired": start, **({"bound": start} if kind == "constant" else {})},
        namespace={},
    )
