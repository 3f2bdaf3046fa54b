"""Which ``on_pre`` strings shared synapses compile, and which they must refuse.

They add up spikes before they touch the target. That is right for a sum of products of ``w`` with
factors of the two neurons, and wrong for anything else, which would give other numbers without a
word: explicit synapses are there for it.
"""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from numpy.typing import NDArray

from equations import BACKWARD, ternary
from networks import SynapsesKind
from networks.brian.network import BrianNetwork
from networks.connections import Dense
from networks.populations.neurons import neuron_group
from networks.schedule import Slots, layer_slots
from networks.synapses import REALISATIONS

BATCH = 2
SOURCES = 3


def run(on_pre: str, kind: SynapsesKind) -> NDArray[np.float64]:
    """The potentials of two samples of two neurons after the spikes + + 0 and - 0 +."""
    clock = BrianNetwork.step_clock("clock")
    source, target = (
        neuron_group(
            ternary(v_threshold, v_threshold - 1.0), (size,), BATCH,
            variables=BACKWARD.neuron_variables, name=name, slots=Slots.of_layer(name), clock=clock,
            dtype="float64",
        )
        for name, size, v_threshold in (("source", SOURCES, 1.0), ("target", 2, 1e6))
    )  # fmt: skip
    connection = Dense((SOURCES,), (2,))
    synapses = REALISATIONS[kind](
        source, target, connection, on_pre, batch_size=BATCH, name="synapses",
        when="target_synapses",
    )  # fmt: skip
    synapses.set_weight(np.array([[[1.0, 4.0], [2.0, 5.0], [3.0, 6.0]]]))
    for group, dropout in ((source, 2.0), (target, 4.0)):
        group.dropout = dropout
        group.mask = 1.0
        group.span_ratio = 0.25
    source.I[:] = [1, 1, 0, -1, 0, 1]
    target.v[:] = [1, 2, 3, 4]
    target.I[:] = 0
    network = BrianNetwork(layer_slots(["source", "target"]), clock)
    network.put(source, target, synapses)
    network.run_steps(1)
    return np.array(target.v)


@pytest.mark.parametrize(
    ("on_pre", "added"),
    [
        ("v_post += w", [3, 9, 4, 10]),
        ("v_post -= w", [-3, -9, -4, -10]),
        ("v_post += -w", [-3, -9, -4, -10]),
        ("v_post += w * s_pre", [3, 9, 2, 2]),
        ("v_post += 2 * (w * s_pre) / 4", [1.5, 4.5, 1, 1]),
        ("v_post += dropout_post * w", [12, 36, 16, 40]),
        ("v_post += w / dropout_post", [0.75, 2.25, 1, 2.5]),
        ("v_post += span_ratio_post * dropout_pre * s_pre * w", [1.5, 4.5, 1, 1]),
        ("v_post += (1 - dropout_pre) * w", [-3, -9, -4, -10]),
    ],
)
def test_products_of_the_weight(on_pre: str, added: list[float]) -> None:
    expected = np.array([1, 2, 3, 4]) + added
    assert_array_equal(run(on_pre, "shared"), expected)
    assert_array_equal(run(on_pre, "explicit"), expected)


def said(on_pre: str) -> str:
    """What Brian2 reports as the cause of the error."""
    with pytest.raises(Exception) as caught:
        run(on_pre, "shared")
    error: BaseException = caught.value
    while error.__cause__ is not None:
        error = error.__cause__
    assert type(error) is ValueError, f"{type(error).__name__}: {error}"
    return str(error)


@pytest.mark.parametrize(
    "on_pre",
    [
        "v_post = w",
        "v_post *= w",
        "v_post += w; I_post += w",
        "v_post += w\nspike_count_post += 1",
        "v_pre += w",
        "w_post = w; v_post += w_post",
        "v += w",
    ],
)
def test_other_statements_are_refused(on_pre: str) -> None:
    message = said(on_pre)
    assert "shared synapses need one statement like 'v_post += w'" in message
    assert on_pre in message and message.endswith("use explicit synapses for others")


@pytest.mark.parametrize(
    "term",
    [
        "1",
        "s_pre",
        "w * w",
        "w + 1",
        "w * s_pre + w",
        "w * (s_pre + dropout_post)",
        "1 / w",
        "exp(w)",
        "w * v_post",
        "w * (1 - v_post)",
        "w * rand()",
        "w * exp(s_pre)",
        "w * int(s_pre > 0)",
        "w * dropout_pre**2",
        "w * dropout_post * dropout_post",
    ],
)
def test_other_terms_are_refused(term: str) -> None:
    message = said(f"v_post += {term}")
    assert "shared synapses need a product of w" in message
    assert message.endswith("use explicit synapses for others")


def test_a_variable_that_no_neuron_has_is_an_error() -> None:
    with pytest.raises(Exception) as caught:
        run("v_post += w * gain_post", "shared")
    assert 'The identifier "gain_post" could not be resolved' in str(caught.value.__cause__)
