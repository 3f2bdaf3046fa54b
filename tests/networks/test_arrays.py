"""What callers hand in means the same everywhere, or is refused everywhere, by name."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest
import torch
from brian2 import Hz, SpikeMonitor, mV, nS, second
from numpy.testing import assert_array_equal

from equations import TernaryCouple, integrate_and_fire
from networks import BackwardNetwork, ForwardNetwork
from networks.arrays import as_array, class_labels, numbers, whole_number
from tests.networks.builders import (
    Array,
    architecture,
    random_dropout,
    random_gradient,
    random_images,
    random_masks,
    random_parameters,
)
from training.methods import TwoStageConfig, implicit_gradients, two_stage_gradients
from training.parallel.over_cores import TwoStageTrainer

NETWORK = architecture()
SAMPLES = 3
STEPS = 5
CONFIG = TwoStageConfig(forward_steps=STEPS, backward_steps=STEPS)
LABELS = np.array([0, 1, 1])

#: The same numbers in many forms; all values of these tests are multiples of 1/16.
FORMS: dict[str, Callable[[Array], Any]] = {
    "list": lambda values: values.tolist(),
    "float32": lambda values: values.astype(np.float32),
    "float16": lambda values: values.astype(np.float16),
    "long double": lambda values: values.astype(np.longdouble),
    "list of arrays": list,
    "big-endian": lambda values: values.astype(">f8"),
    "negative stride": lambda values: np.flip(np.ascontiguousarray(np.flip(values))),
    "every other": lambda values: np.repeat(values, 2, axis=-1)[..., ::2],
    "Fortran order": np.asfortranarray,
    "read-only": lambda values: read_only(values),
    "tensor": torch.tensor,
    "tensor with gradient": lambda values: torch.tensor(values, requires_grad=True),
    "half tensor": lambda values: torch.tensor(values).half(),
    "negative view": lambda values: torch._neg_view(torch.tensor(-values)),
    "list of tensors": lambda values: [torch.tensor(each, requires_grad=True) for each in values],
    "permuted tensor": lambda values: torch.tensor(values.T.copy()).permute(
        *reversed(range(values.ndim))
    ),
}


def read_only(values: Array) -> Array:
    copy = values.copy()
    copy.flags.writeable = False
    return copy


@cache
def forward() -> ForwardNetwork:
    return ForwardNetwork(NETWORK, integrate_and_fire(), SAMPLES, dtype="float64")


@cache
def backward() -> BackwardNetwork:
    return BackwardNetwork(NETWORK, TernaryCouple(), SAMPLES, dtype="float64")


@cache
def trainer() -> TwoStageTrainer:
    return TwoStageTrainer(NETWORK, CONFIG, SAMPLES, dtype="float64", threads=2)


def forward_rates(convert: Callable[[Array], Any]) -> list[Array]:
    network = forward()
    network.set_parameters({n: convert(v) for n, v in random_parameters(NETWORK).items()})
    dropout = {name: convert(mask) for name, mask in random_dropout(NETWORK, SAMPLES).items()}
    return list(
        network.run(convert(random_images(NETWORK, SAMPLES)), STEPS, dropout).alpha.values()
    )


def backward_rates(convert: Callable[[Array], Any]) -> list[Array]:
    network = backward()
    network.set_parameters({n: convert(v) for n, v in random_parameters(NETWORK).items()})
    masks = {name: convert(mask) for name, mask in random_masks(NETWORK, SAMPLES).items()}
    dropout = {name: convert(mask) for name, mask in random_dropout(NETWORK, SAMPLES).items()}
    g = convert(random_gradient(NETWORK, SAMPLES))
    run = network.run(g, masks, STEPS, rescale=0.5, dropout_masks=dropout)
    return list(run.beta.values())


def gradients(convert: Callable[[Array], Any]) -> list[Array]:
    result = two_stage_gradients(
        NETWORK,
        {name: convert(values) for name, values in random_parameters(NETWORK).items()},
        convert(random_images(NETWORK, SAMPLES)),
        LABELS,
        CONFIG,
        dropout_masks={n: convert(mask) for n, mask in random_dropout(NETWORK, SAMPLES).items()},
    )
    return list(result.gradients.values())


def predicted(convert: Callable[[Array], Any]) -> list[Array]:
    trainer().set_parameters({n: convert(v) for n, v in random_parameters(NETWORK).items()})
    dropout = {name: convert(mask) for name, mask in random_dropout(NETWORK, SAMPLES).items()}
    return [trainer().predict(convert(random_images(NETWORK, SAMPLES)), dropout).logits]


def solved(convert: Callable[[Array], Any]) -> list[Array]:
    result = implicit_gradients(
        NETWORK,
        {name: convert(values) for name, values in random_parameters(NETWORK).items()},
        convert(random_images(NETWORK, SAMPLES)),
        LABELS,
        CONFIG,
        dropout_masks={n: convert(mask) for n, mask in random_dropout(NETWORK, SAMPLES).items()},
    )
    return list(result.gradients.values())


@cache
def unconverted(function: Callable[[Callable[[Array], Any]], list[Array]]) -> list[Array]:
    return function(lambda values: values)


functions = pytest.mark.parametrize(
    "function", [forward_rates, backward_rates, gradients, predicted, solved]
)


@functions
@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_the_same_numbers(
    function: Callable[[Callable[[Array], Any]], list[Array]], form: str
) -> None:
    expected = unconverted(function)
    assert any(values.any() for values in expected)
    with warnings.catch_warnings():
        warnings.filterwarnings("error", message=".*not writable.*")
        found = function(FORMS[form])
    for one, other in zip(found, expected, strict=True):
        assert_array_equal(one, other)


@functions
@pytest.mark.parametrize(
    ("convert", "said"),
    [
        (lambda values: values.astype(complex), "are of type complex128"),
        (lambda values: values.astype(object), "are of type object"),
        (lambda values: values.astype(str), "are of type <U"),
        (lambda values: np.ma.masked_less(values, 0), "are a masked array"),
        (lambda values: [np.ma.masked_less(each, 0) for each in values], "are a masked array"),
        (lambda values: [[np.ma.masked_less(each, 0) for each in values]], "are a masked array"),
        (lambda values: None, "are of type object"),
        (lambda values: torch.tensor(values).to_sparse(), "are no array (can't convert Sparse"),
        (lambda values: torch.tensor(values, device="meta"), "are no array (Cannot copy"),
        (lambda values: values * mV, "V: divide them by the unit that is meant"),
        (lambda values: [each * Hz for each in values], "Hz: divide them by the unit that is"),
    ],
)
def test_what_are_no_numbers(
    function: Callable[[Callable[[Array], Any]], list[Array]],
    convert: Callable[[Array], Any],
    said: str,
) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        function(convert)


@pytest.mark.parametrize("stage", [ForwardNetwork, BackwardNetwork])
def test_weights_too_large_for_single_precision(
    stage: type[ForwardNetwork] | type[BackwardNetwork],
) -> None:
    model: Any = integrate_and_fire() if stage is ForwardNetwork else TernaryCouple()
    parameters = random_parameters(NETWORK)
    parameters["layer2.weight"][1, 2, 0, 0] = 1e39
    with pytest.raises(ValueError, match=r"'layer2\.weight' hold 1e\+39.* too large for float32"):
        stage(NETWORK, model, SAMPLES).set_parameters(parameters)
    stage(NETWORK, model, SAMPLES, dtype="float64").set_parameters(parameters)


def test_images_too_large_for_single_precision() -> None:
    single = TwoStageTrainer(NETWORK, CONFIG, SAMPLES)
    single.set_parameters(random_parameters(NETWORK))
    images = random_images(NETWORK, SAMPLES)
    images[1, 0, 2, 3] = -1e300
    with pytest.raises(ValueError, match=r"the images hold -1e\+300, which is too large"):
        single.predict(images)


def test_weights_are_the_networks_own() -> None:
    """What the caller does to his arrays after set_parameters changes nothing."""
    parameters, images = random_parameters(NETWORK), random_images(NETWORK, SAMPLES)
    trainer().set_parameters(parameters)
    first = trainer().step(images, LABELS)
    for values in parameters.values():
        values[...] = 7.0
    again = trainer().step(images, LABELS)
    assert_array_equal(again.logits, first.logits)
    for name, gradient in first.gradients.items():
        assert_array_equal(again.gradients[name], gradient)


def test_weights_are_read_and_not_written() -> None:
    """Half of a write would take effect: of biases, which the stages read in every run."""
    trainer().set_parameters(random_parameters(NETWORK))
    for stage in trainer().stages.values():
        for name, values in stage.weights.items():
            with pytest.raises(ValueError, match="read-only"):
                values[...] = 7.0
            assert_array_equal(stage.weights[name], random_parameters(NETWORK)[name])
        stage.set_parameters({**stage.weights, "layer1.bias": np.zeros(3)})
        assert not stage.weights["layer1.bias"].any()


@pytest.mark.parametrize(
    "labels",
    [
        [0, 1, 1],
        (0, 1, 1),
        np.array([0, 1, 1], np.uint8),
        np.array([0, 1, 1], ">i2"),
        np.array([1, 1, 0])[::-1],
        torch.tensor([0, 1, 1]),
        read_only(LABELS),
    ],
)
def test_labels_of_any_integer_type(labels: Any) -> None:
    found = class_labels(labels, 3, 2)
    assert found.dtype == np.int64 and found.tolist() == [0, 1, 1]
    parameters, images = random_parameters(NETWORK), random_images(NETWORK, SAMPLES)
    losses = {
        two_stage_gradients(NETWORK, parameters, images, each, CONFIG).loss
        for each in (labels, LABELS)
    }
    assert len(losses) == 1


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        (np.array([False, True, True]), "labels are of type bool: give class numbers"),
        (np.array([0.0, 1.0, 1.0]), "labels are of type float64: give class numbers"),
        (torch.tensor([0.0, 1.0, 1.0]), "labels are of type float32"),
        (np.eye(2)[LABELS], "labels have shape (3, 2): give the number of each image's class"),
        (np.eye(2, dtype=int)[LABELS], "one_hot.argmax(axis=1)"),
        (["a", "b", "b"], "labels are of type <U1"),
        ([0, 1], "there are 2 labels for 3 images"),
        (1, "there are 1 labels for 3 images"),
        ([0, 1, 2], "the labels run from 0 to 2"),
        ([0, -1, 1], "the labels run from -1 to 1"),
        (np.array([0, 1, 2**64 - 1], np.uint64), "the labels run from 0 to 18446744073709551615"),
        (None, "labels are of type object"),
        (np.ma.masked_equal(LABELS, 0), "labels are a masked array"),
        (LABELS * second, "labels have the unit s: divide"),
        (torch.tensor([0.0, 1.0, 1.0]).bfloat16(), "labels are of type float32"),
    ],
)
def test_what_are_no_labels(labels: Any, said: str) -> None:
    parameters, images = random_parameters(NETWORK), random_images(NETWORK, SAMPLES)
    for gradients_of in (two_stage_gradients, implicit_gradients):
        with pytest.raises(ValueError, match=re.escape(said)):
            gradients_of(NETWORK, parameters, images, labels, CONFIG)


@pytest.mark.parametrize("value", [2.5, 2.0, "2", True, None, np.float64(2), [2]])
def test_what_is_no_whole_number(value: Any) -> None:
    with pytest.raises(ValueError, match="must be a whole number, not"):
        whole_number(value, "the count")
    with pytest.raises(ValueError, match="forward_steps must be a whole number"):
        TwoStageConfig(forward_steps=value)
    with pytest.raises(ValueError, match="the batch size must be a whole number"):
        ForwardNetwork(NETWORK, integrate_and_fire(), value)
    network = ForwardNetwork(NETWORK, integrate_and_fire(), SAMPLES)
    network.set_parameters(random_parameters(NETWORK))
    with pytest.raises(ValueError, match="the number of steps must be a whole number"):
        network.run(random_images(NETWORK, SAMPLES), value)


def test_integers_of_numpy_are_whole_numbers() -> None:
    network = ForwardNetwork(NETWORK, integrate_and_fire(), np.int32(SAMPLES))  # type: ignore[arg-type]
    assert type(network.batch_size) is int
    network.set_parameters(random_parameters(NETWORK))
    assert network.run(random_images(NETWORK, SAMPLES), np.uint8(4)).alpha  # type: ignore[arg-type]


def test_what_has_no_dimensions_left_is_plain_numbers() -> None:
    given = np.array([0.25, 0.5])
    for values in (given * mV / mV, given * nS * second / (nS * second), [0.25 * mV / mV, 0.5]):
        assert_array_equal(as_array(values, "values"), given)


def test_times_of_a_monitor_are_no_plain_numbers() -> None:
    stage = forward()
    spikes = SpikeMonitor(stage["layer1"])
    with pytest.raises(ValueError, match="the times have the unit s: divide"):
        as_array(spikes.t, "the times")
    assert as_array(spikes.t / second, "the times").shape == (0,)


def test_numbers_that_become_zero_do_so_where_numpy_is_told_to_raise() -> None:
    with np.errstate(all="raise"):
        assert numbers(np.array([1e-300, 1.0]), "float32", "the images").tolist() == [0.0, 1.0]
