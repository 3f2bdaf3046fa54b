"""State dicts, and the network in PyTorch that goes with them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import safetensors.torch
import torch

from networks import Architecture
from networks.exchange import ExchangeError, TrainedNetwork
from networks.exchange.state_dict import from_bytes, to_bytes
from networks.exchange.torch_network import TorchNetwork
from tests.networks.builders import architecture, random_images, random_parameters

STEPS = 12


def trained(notation: str = "4C3s-P2-4C3 (F4C3u)", leak: float = 1.0) -> TrainedNetwork:
    network = architecture(notation, (2, 8, 8))
    return TrainedNetwork(
        architecture=network, weights=random_parameters(network), leak=leak, steps=STEPS
    )


@pytest.mark.parametrize("leak", [1.0, 0.5])
@pytest.mark.parametrize("notation", ["4C3s-P2-4C3 (F4C3u)", "3C3s-4C3 (F3C3)", "6-5 (F6)"])
def test_torch_has_the_rates_of_stage_1(notation: str, leak: float) -> None:
    network = from_bytes(to_bytes(trained(notation, leak)))
    images = random_images(network.architecture, 3)
    alpha = network.forward_network(3).run(images, STEPS).alpha
    with torch.no_grad():
        found = TorchNetwork(network).rates(torch.from_numpy(images))
    assert any(0 < rate.mean() < 1 for rate in alpha.values())
    for rate, other in zip(alpha.values(), found, strict=True):
        np.testing.assert_array_equal(rate, other.numpy())


def test_the_rates_go_to_the_equilibrium() -> None:
    # Differences shrink as 1/steps: a potential stays bounded, so the sum of what a neuron got and
    # of what it gave away do not drift apart.
    network = trained("6-5 (F6)")
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
    network = replace(trained(leak=0.25), v_threshold=0.5, v_rest=-0.125)
    again = from_bytes(to_bytes(network))
    assert again.description() == network.description()
    assert again.weights.keys() == network.weights.keys()
    for name, values in network.weights.items():
        np.testing.assert_array_equal(again.weights[name], values)


def test_other_files_are_refused() -> None:
    network = trained()
    content = to_bytes(network)
    for damaged in (content[:-1], b"", b"abc"):
        with pytest.raises(ExchangeError, match="no whole safetensors file"):
            from_bytes(damaged)
    plain = safetensors.numpy.save(dict(network.weights))
    with pytest.raises(ExchangeError, match="no entry 'spide'"):
        from_bytes(plain)
    later = network.description().replace('"format": 1', '"format": 2')
    newer = safetensors.numpy.save(dict(network.weights), {"spide": later})
    with pytest.raises(ExchangeError, match=r"version 2.*newer spide"):
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
