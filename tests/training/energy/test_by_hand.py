"""Operations of small networks, counted by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from networks import Architecture
from training.energy.columns import columns
from training.energy.costs import HOROWITZ
from training.energy.forward import dense_works, input_work, readout_work, stage_1_work
from training.energy.implicit_step import implicit_learning
from training.energy.report import EnergyReport
from training.energy.surrogate_step import surrogate_learning
from training.energy.two_stages import gradient_work, parameters_that_are_zero, way_back
from training.energy.work import Account, Work, scaled
from training.methods.parts.batch import Batch
from training.methods.results import StepResult
from training.recipes import RECIPES
from training.recipes.two_stage_config import TwoStageConfig

#: Kernels of 3 x 3 join 49 pairs of positions of 3 x 3; 9 of them begin in the centre.
NETWORK = Architecture.parse("1C3-1C3", (1, 3, 3), 2)
ONES = np.ones((1, 1, 3, 3))
CENTRE, CORNER = np.zeros_like(ONES), np.zeros_like(ONES)
CENTRE[..., 1, 1] = CORNER[..., 0, 0] = 0.5


def result(operations: dict[str, float]) -> StepResult:
    """Layer 1 has a rate in the centre, layer 2 in a corner; both are open and so are their betas.

    Layer 2's other betas are those of neurons whose rate is 0: masked.
    """
    return StepResult(
        np.zeros((1, 2)), 0.0, {}, {"alpha": {"layer1": CENTRE, "layer2": CORNER},
        "beta": {"layer1": -CENTRE, "layer2": ONES}}, {}, ONES, {"backward": operations},
    )  # fmt: skip


def test_the_way_forward() -> None:
    assert input_work(NETWORK, CENTRE) == Work("forward", "layer1", 0, 9, 49)
    # Spikes from outside add, as those between neurons.
    assert input_work(NETWORK, 2 * CENTRE) == Work("forward", "layer1", 9, 0, 49)
    assert input_work(NETWORK, -2 * CENTRE) == Work("forward", "layer1", 9, 0, 49)
    frames = np.stack([CENTRE, ONES])
    assert input_work(NETWORK, frames) == Work("forward", "layer1", 0, 9 + 49, 98)
    assert readout_work(NETWORK, {"layer2": CORNER}) == Work("forward", "readout", 0, 2, 18)
    (added,) = stage_1_work(NETWORK, {"layer2": 30.0}, images=2, steps=5)
    assert added == Work("forward", "layer2", 30, 0, 2 * 5 * 49)


def test_the_way_back_begins_with_real_numbers() -> None:
    counted = {"layer2": 7.0, "layer2.weight.learning": 8.0}
    synapses = {"layer2": 49, "layer2.weight.learning": 49}
    first, second = way_back(NETWORK, result(counted), synapses, 10, direct=False)
    assert first == Work("way back", "readout", 0, 18, 18)
    assert second == Work("way back", "layer2", 7, 0, 490)
    direct = list(way_back(NETWORK, result({}), {}, 10, direct=True))
    assert [(work.where, work.multiplies) for work in direct] == [
        ("readout to layer1", 18), ("readout to layer2", 18)
    ]  # fmt: skip


def test_gradients_are_products_where_nothing_is_zero() -> None:
    """The centre of layer 1 sees all 9 pixels; the corner of layer 2 sees the centre; 2 logits."""
    works = list(gradient_work(NETWORK, ONES, result({}), 10))
    assert works == [
        Work("gradients", "layer1", 0, 9, 49),
        Work("gradients", "layer2", 0, 1, 49),
        Work("gradients", "readout", 0, 2, 18),
    ]


def test_or_what_spikes_have_taught() -> None:
    taught = {"layer1.weight.learning": 11.0, "layer2.weight.learning": 12.0}
    first, second, _ = gradient_work(NETWORK, ONES, result(taught), 10)
    assert first == Work("gradients", "layer1", 11, 0, 490)
    assert second == Work("gradients", "layer2", 12, 0, 490)


def test_a_dense_network_uses_every_connection_once() -> None:
    """49 + 49 + 18 forward, 49 + 18 back, and all three gradients."""
    assert Account("dense", dense_works(NETWORK, learns=False)).multiplies == 116
    assert Account("dense", dense_works(NETWORK, learns=True)).multiplies == 116 + 67 + 116
    pooled = Account("dense", dense_works(Architecture.parse("1C3-P3", (1, 3, 3), 2), learns=True))
    assert [pooled.of(phase).multiplies for phase in ("forward", "way back", "gradients")] == [
        49 + 9 + 2, 9 + 2, 49 + 2
    ]  # fmt: skip


#: A neuron in each of two layers that feed each other.
PAIR = Architecture.parse("1-1 (F1)", (1,), 2)
IMAGE = Batch.of(PAIR, np.dtype("float64"), np.full((1, 1), 0.5), np.array([1]))

Places = dict[tuple[str, str], tuple[float, float, float]]


def pair_parameters(bias: float) -> dict[str, np.ndarray]:
    """Weights of the pair; the input of layer 1 has none, only its bias counts."""
    return {
        "layer1.weight": np.zeros((1, 1)), "layer1.bias": np.array([bias]),
        "layer2.weight": np.array([[0.5]]), "layer2.bias": np.array([0.25]),
        "feedback.weight": np.array([[0.25]]),
        "readout.weight": np.array([[1.0], [0.0]]), "readout.bias": np.zeros(2),
    }  # fmt: skip


def by_place(works: list[Work]) -> Places:
    """ACs, MACs and dense operations by phase and place."""
    return {
        (work.phase, work.where): (work.accumulates, work.multiplies, work.dense) for work in works
    }


def learned(bias: float) -> Places:
    """Two steps of the pair, V_th 1, u_rest -1: open between 0 and 2."""
    config = TwoStageConfig(forward_steps=2, loss_scale=1.0)
    works, kept = surrogate_learning(PAIR, config, pair_parameters(bias), IMAGE)
    assert kept > 2 * 2  # potentials of both neurons at both steps, and what else torch keeps
    return by_place(works)


def test_products_with_spikes_from_outside_are_additions() -> None:
    config = TwoStageConfig(forward_steps=2, loss_scale=1.0)
    spikes = Batch.of(PAIR, np.dtype("float64"), np.ones((1, 1)), np.array([1]))
    works, _ = surrogate_learning(PAIR, config, pair_parameters(1.5), spikes)
    assert by_place(works)["gradients", "layer1"] == (1, 0, 1)


def test_surrogate_gradients_go_back_through_all_steps() -> None:
    """Layer 1 is at 1.5 and fires, then at 1 and fires; layer 2 at 0.75, then 1.5: all open."""
    assert learned(1.5) == {
        ("way back", "layer2"): (0, 2, 2),
        ("gradients", "layer2"): (2, 0, 2),
        # The feedback is a step late: it has a gradient at the second step, and no spike before.
        ("way back", "feedback"): (0, 1, 2),
        ("gradients", "feedback"): (0, 0, 2),
        # The constant input is multiplied once.
        ("gradients", "layer1"): (0, 1, 1),
        ("way back", "readout"): (0, 2, 2),
        ("gradients", "readout"): (0, 2, 2),
    }


def test_a_closed_window_stops_them() -> None:
    """At 5 and 8 layer 1 is beyond its window: nothing of the input or the feedback is learned."""
    closed, open_ = learned(5.0), learned(1.5)
    stopped = {
        ("way back", "feedback"): (0, 0, 2),
        ("gradients", "layer1"): (0, 0, 1),
    }
    assert closed == {**open_, **stopped}


def solved(bias: float) -> Places:
    """Thirty steps of the pair and the solver; layer 2 has a rate between 0 and 1."""
    recipe = replace(RECIPES["mnist-feedback"], method="implicit", dtype="float64")
    works, kept = implicit_learning(PAIR, recipe, pair_parameters(bias), IMAGE)
    assert kept == 2  # alpha of both neurons
    return by_place(works)


def test_a_closed_layer_ends_the_loop_of_implicit_differentiation() -> None:
    """Layer 1 fires at every step: it sends nothing back, and once through the loop is enough."""
    assert solved(3.0) == {
        ("way back", "readout"): (0, 2, 2),
        # Once in the loop, once to give layer 1 its own rate.
        ("way back", "layer2"): (0, 2, 2),
        ("way back", "feedback"): (0, 0, 1),
        ("gradients", "layer1"): (0, 0, 1),
        ("gradients", "layer2"): (0, 1, 1),
        ("gradients", "feedback"): (0, 0, 1),
        ("gradients", "readout"): (0, 2, 2),
    }


def test_an_open_loop_is_gone_through_until_it_is_solved() -> None:
    works = solved(0.75)
    times = works["way back", "feedback"][1]
    assert times >= 3  # at g, in the solver, and to see that it has solved it
    assert works == {
        ("way back", "readout"): (0, 2, 2),
        ("way back", "layer2"): (0, times + 1, times + 1),
        ("way back", "feedback"): (0, times, times),
        ("gradients", "layer1"): (0, 1, 1),
        ("gradients", "layer2"): (0, 1, 1),
        ("gradients", "feedback"): (0, 1, 1),
        ("gradients", "readout"): (0, 2, 2),
    }


def test_energies_and_columns() -> None:
    """0.9 pJ for an accumulate, 4.6 pJ for a multiply-accumulate."""
    works = (
        Work("forward", "layer2", 10, 0, 50),
        Work("way back", "readout", 0, 4, 4),
        Work("way back", "layer2", 3, 1, 50),
        Work("gradients", "layer2", 0, 2, 50),
    )
    account = Account("spide", works, kept=36.0)
    assert HOROWITZ.picojoules(account) == pytest.approx(13 * 0.9 + 7 * 4.6)
    assert scaled(works, 2)[0] == Work("forward", "layer2", 5, 0, 25)
    report = EnergyReport((account,), (account,), {"stage 1": {"layer1": 0.5}}, 0.5, 0.0, 8, 1)
    (line,) = columns(report, NETWORK)
    assert line.multiplies_between_neurons == 1
    assert (line.along_transposed_weights, line.kept_per_neuron) == (4, 2)
    assert report.rows()[-1][:4] == ("training", "spide", "all", "all")
    assert report.csv().splitlines()[1].startswith("prediction,spide,forward,layer2,10,0,50,9.0")


def test_weights_that_are_zero() -> None:
    weights = {"a.weight": np.array([0.0, 1.0, 0.0, 2.0]), "a.bias": np.zeros(8)}
    assert parameters_that_are_zero(weights) == 0.5
