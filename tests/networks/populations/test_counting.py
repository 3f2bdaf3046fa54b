"""Counts that would make other rates than the share of steps with a spike are refused."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from equations import NeuronModel, has_sigma_rates, integrate_and_fire, leaky_integrate_and_fire
from networks import ForwardNetwork
from tests.networks.builders import architecture

NETWORK = architecture("1", (1,))
IF = integrate_and_fire()
LEAKY = leaky_integrate_and_fire()
RESET = "v -= v_threshold - v_rest"


@pytest.mark.parametrize(
    ("neuron", "said"),
    [
        (
            replace(IF, reset=f"{RESET}\nspike_count += 1\nspike_count += 1"),
            "has 'spike_count += 1' once more in its reset, with which its rate is no longer the "
            "share of steps with a spike: write 'spike_count += 1', once",
        ),
        (
            replace(IF, model=f"{IF.model}s : 1\n", reset=f"{RESET}; s = 5; spike_count += s"),
            "has 'spike_count += s' in its reset",
        ),
        (
            replace(IF, update="spike_count = 0.5 * spike_count"),
            "has 'spike_count = 0.5 * spike_count' in its update, with which its rate is no longer "
            "the share of steps with a spike: write 'spike_count = leak * spike_count', once",
        ),
        (
            replace(LEAKY, update=f"{LEAKY.update}spike_count *= leak"),
            "has 'spike_count *= leak' in its update",
        ),
        (
            replace(IF, update="spike_count += 1"),
            "has 'spike_count += 1' in its update",
        ),
        *(
            (
                replace(IF, model=IF.model.replace("spike_count : 1", f"spike_count : {kind}")),
                "has 'spike_count' as an integer or a truth value: declare 'spike_count : 1'",
            )
            for kind in ("boolean", "integer")
        ),
        (
            replace(IF, model=IF.model.replace("spike_count", "dspike_count/dt = -1*Hz")),
            "has a 'spike_count' that is no state of each neuron: declare 'spike_count : 1'",
        ),
        (
            replace(LEAKY, reset=LEAKY.reset.replace("activity += 1", "activity += 2")),
            "has 'activity += 2' in its reset",
        ),
        (
            replace(LEAKY, reset=LEAKY.reset.replace("activity += 1", "")),
            "does not count its spikes: add 'activity += 1' to its reset",
        ),
        (
            replace(LEAKY, update=f"{LEAKY.update}activity = leak * activity"),
            "has 'activity = leak * activity' in its update: leave that out",
        ),
        (
            replace(
                LEAKY, model=LEAKY.model.replace("activity : 1", ""),
                reset=LEAKY.reset.replace("activity += 1", ""),
            ),
            "has leak 0.9, and its spike_count forgets spikes that its firing rate and its "
            "operations consist of: declare 'activity : 1', and add 'activity += 1' to its reset",
        ),
    ],
)  # fmt: skip
def test_other_counts_are_refused(neuron: NeuronModel, said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        ForwardNetwork(NETWORK, neuron, 1)


def test_a_count_made_twice_is_not_that_of_eq_1() -> None:
    assert not has_sigma_rates(replace(IF, reset=f"{RESET}; spike_count += 1; spike_count += 1"))
    assert has_sigma_rates(replace(IF, reset=f"spike_count += 1; {RESET}"))


@pytest.mark.parametrize("update", ["leak*spike_count", "spike_count * leak"])
def test_a_count_may_decay_in_other_words(update: str) -> None:
    ForwardNetwork(NETWORK, replace(LEAKY, update=f"v *= leak; spike_count = {update}"), 1)
