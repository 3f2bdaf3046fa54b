"""State dicts, and the network in PyTorch that goes with them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.torch
import torch

from networks import Architecture
from networks.exchange import ExchangeError, TrainedNetwork
from networks.exchange.state_dict import from_bytes, to_bytes
from networks.exchange.torch_network import TorchNetwork
from networks.input_scaling import InputScaling
from tests.networks.builders import architecture, random_images, random_parameters

STEPS = 12


def trained(notation: str = "4C3s-P2-4C3 (F4C3u)", leak: float = 1.0) -> TrainedNetwork:
    network = architecture(notation, (2, 8, 8))
    return TrainedNetwork(
        architecture=network, weights=random_parameters(network), leak=leak, steps=STEPS
    )


def assert_rates_of_stage_1(network: TrainedNetwork, images: np.ndarray) -> None:
    """That both have the same rates, spike for spike, and not trivial ones."""
    alpha = network.forward_network(3).run(images, STEPS).alpha
    with torch.no_grad():
        found = TorchNetwork(network).rates(torch.from_numpy(images))
    assert any(0 < rate.mean() < 1 for rate in alpha.values())
    for rate, other in zip(alpha.values(), found, strict=True):
        np.testing.assert_array_equal(rate, other.numpy())


NOTATIONS = ["4C3s-P2-4C3 (F4C3u)", "3C3s-4C3 (F3C3)", "6-5 (F6)"]


@pytest.mark.parametrize("leak", [1.0, 0.5])
@pytest.mark.parametrize("notation", NOTATIONS)
@pytest.mark.parametrize(("v_threshold", "v_rest"), [(1.0, -1.0), (0.75, -0.25)])
def test_torch_has_the_rates_of_stage_1(
    notation: str, leak: float, v_threshold: float, v_rest: float
) -> None:
    network = replace(trained(notation, leak), v_threshold=v_threshold, v_rest=v_rest)
    network = from_bytes(to_bytes(network))
    assert_rates_of_stage_1(network, random_images(network.architecture, 3))


def test_a_span_that_float32_rounds_otherwise() -> None:
    """The difference of two rounded numbers is not the rounded difference."""
    network = Architecture.parse("64", (64,), 10)
    weights = {name: np.zeros(s, "f4") for name, s in network.parameter_shapes().items()}
    weights["layer1.weight"] = np.eye(64, dtype="f4")
    given = TrainedNetwork(
        architecture=network, weights=weights, v_threshold=0.1, v_rest=-0.55, steps=250
    )
    images = (np.random.default_rng(0).integers(0, 41, (16, 64)) * 0.05).astype("f4")
    alpha = given.forward_network(16).run(images, 250).alpha["layer1"]
    with torch.no_grad():
        (found,) = TorchNetwork(given).rates(torch.from_numpy(images))
    np.testing.assert_array_equal(alpha, found.numpy())


@pytest.mark.parametrize("notation", NOTATIONS)
def test_a_network_trained_as_a_pipeline_is_run_as_one(notation: str) -> None:
    """The feedback takes a step per layer, which changes the spikes."""
    network = trained(notation)
    weights = {name: values - 1 / 16 for name, values in network.weights.items()}
    weights["feedback.weight"] *= 8
    network = replace(network, weights=weights, propagation="synchronous", v_rest=-0.5)
    images = random_images(network.architecture, 3)
    assert_rates_of_stage_1(from_bytes(to_bytes(network)), images)
    pixels = torch.from_numpy(images)
    other = TorchNetwork(replace(network, propagation="sequential"))
    assert not torch.equal(TorchNetwork(network).spikes(pixels)[0], other.spikes(pixels)[0])


@pytest.mark.parametrize("notation", NOTATIONS)
def test_frames_are_given_one_per_step(notation: str) -> None:
    network = replace(trained(notation), frames=True)
    frames = random_images(network.architecture, STEPS * 3).reshape(STEPS, 3, 2, 8, 8)
    assert_rates_of_stage_1(network, frames)
    spikes = (frames > 0.5).astype(np.uint8)  # kept as bytes
    module = TorchNetwork(network)
    assert torch.equal(
        module(torch.from_numpy(spikes)), module(torch.from_numpy(spikes.astype(float)))
    )


@pytest.mark.parametrize(
    ("notation", "input_shape", "given", "sentence"),
    [
        ("6-5", (6,), (STEPS, 1, 1, 6), "need"),
        ("3C3", (1, 8, 8), (3, 8, 8), r"\(samples, 1, 8, 8\) or one such array per step"),
        ("3C3", (2, 8, 8), (3, 8, 8, 2), r"shape \(3, 8, 8, 2\): the architecture needs"),
        ("6-5", (6,), (5, 1, 6), f"there are 5 frames for {STEPS} steps: they must agree"),
    ],
)
def test_input_of_another_shape_is_refused(
    notation: str, input_shape: tuple[int, ...], given: tuple[int, ...], sentence: str
) -> None:
    drawn = architecture(notation, input_shape)
    network = TrainedNetwork(architecture=drawn, weights=random_parameters(drawn), steps=STEPS)
    with pytest.raises(ValueError, match=sentence):
        TorchNetwork(network)(torch.zeros(given))


def test_frames_have_no_equilibrium() -> None:
    module = TorchNetwork(replace(trained("6-5 (F6)"), frames=True))
    with pytest.raises(ValueError, match=r"only constant input has an equilibrium.*\(samples, 2,"):
        module.equilibrium(torch.zeros(STEPS, 1, 2, 8, 8))


@pytest.mark.parametrize(("v_threshold", "v_rest"), [(1.0, -1.0), (0.5, -0.5), (0.75, -0.25)])
def test_the_rates_go_to_the_equilibrium(v_threshold: float, v_rest: float) -> None:
    # Differences shrink as 1/steps: a potential stays bounded, so the sum of what a neuron got and
    # of what it gave away do not drift apart.
    network = replace(trained("6-5 (F6)"), v_threshold=v_threshold, v_rest=v_rest)
    images = random_images(network.architecture, 4)
    small = {name: values / 2 for name, values in network.weights.items()}
    network = replace(network, weights=small)
    with torch.no_grad():
        fixed = TorchNetwork(network).equilibrium(torch.from_numpy(images))
    distances = []
    for steps in (100, 1000):
        alpha = network.forward_network(4).run(images, steps).alpha
        distances.append(
            max(abs(a - b.numpy()).max() for a, b in zip(alpha.values(), fixed, strict=True))
        )
    assert any(((each > 0) & (each < 1)).any() for each in fixed)
    assert distances[1] < distances[0] / 5
    assert distances[1] < 0.005


def test_a_state_dict_is_loaded_by_torch_itself(tmp_path: Path) -> None:
    network = trained()
    (tmp_path / "network.safetensors").write_bytes(to_bytes(network))
    state = safetensors.torch.load_file(tmp_path / "network.safetensors")
    zeros = {name: np.zeros_like(values) for name, values in network.weights.items()}
    module = TorchNetwork(replace(network, weights=zeros))
    module.load_state_dict(state)
    torch.save(module.state_dict(), tmp_path / "network.pt")
    again = torch.load(tmp_path / "network.pt", weights_only=True)
    images = torch.from_numpy(random_images(network.architecture, 2))
    module.load_state_dict(again)
    logits = module(images)
    assert torch.equal(logits, TorchNetwork(network)(images))
    assert logits.shape == (2, 2) and logits.abs().sum() > 0


def test_the_file_holds_the_network() -> None:
    network = replace(
        trained(leak=0.25),
        v_threshold=0.5,
        v_rest=-0.125,
        propagation="synchronous",
        frames=True,
        scaling=InputScaling("from 0 to 16", (4.9, 0.5), (6.0, 0.25)),
        class_names=("left", "right"),
    )
    again = from_bytes(to_bytes(network))
    assert again.description() == network.description()
    assert again.scaling == network.scaling and again.class_names == network.class_names
    assert again.propagation == "synchronous" and again.frames
    assert again.weights.keys() == network.weights.keys()
    for name, values in network.weights.items():
        np.testing.assert_array_equal(again.weights[name], values)


def test_files_of_version_1_said_less() -> None:
    network = trained()
    content = json.loads(network.description())
    for name in ("propagation", "input", "scaling", "class_names"):
        del content[name]
    earlier = json.dumps({**content, "format": 1})
    again = from_bytes(safetensors.numpy.save(dict(network.weights), {"spide": earlier}))
    assert again.description() == network.description()
    assert again.scaling is None


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"propagation": "auto"}, "propagation is 'auto': it must be one of sequential, synchr"),
        ({"frames": "no"}, "frames must be True or False, not 'no'"),
        ({"scaling": InputScaling("from 0 to 1", (0.5,), (1,))}, "1 means, and the input 2 chann"),
        ({"class_names": ("one",)}, "1 class names for 2 classes: give one per class"),
    ],
)
def test_facts_of_other_networks_are_refused(facts: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        replace(trained(), **facts)


def test_scalings_that_cannot_be() -> None:
    assert str(InputScaling("from 0 to 16", (4.886,), (6.018,))).endswith("mean 4.886; std 6.018")
    for mean, std in (((0.5,), ()), ((0.5,), (0,)), ((), (1,))):
        with pytest.raises(ValueError, match="give one mean and one std above 0 per channel"):
            InputScaling("from 0 to 1", mean, std)


def test_other_files_are_refused() -> None:
    network = trained()
    content = to_bytes(network)
    for damaged in (content[:-1], b"", b"abc"):
        with pytest.raises(ExchangeError, match="no whole safetensors file"):
            from_bytes(damaged)
    plain = safetensors.numpy.save(dict(network.weights))
    with pytest.raises(ExchangeError, match="no entry 'spide'"):
        from_bytes(plain)
    later = network.description().replace('"format": 2', '"format": 3')
    newer = safetensors.numpy.save(dict(network.weights), {"spide": later})
    with pytest.raises(ExchangeError, match=r"version 3.*newer spide"):
        from_bytes(newer)
    fewer = {name: v for name, v in network.weights.items() if name != "feedback.weight"}
    with pytest.raises(ExchangeError, match=r"'feedback\.weight'.*missing"):
        from_bytes(safetensors.numpy.save(fewer, {"spide": network.description()}))


def test_weights_of_two_types_are_refused() -> None:
    one = Architecture.parse("2", (2,), 2)
    weights = random_parameters(one)
    weights["layer1.bias"] = weights["layer1.bias"].astype(np.float32)
    with pytest.raises(ValueError, match="float32, float64: they must all be"):
        TrainedNetwork(architecture=one, weights=weights)
