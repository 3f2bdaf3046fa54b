"""A network as a PyTorch state dict: safetensors, with its description in the header.

The names are those that `TorchNetwork` and the checkpoints have, ``layer1.weight``, ...; no code is
in the file, and reading it runs none.
"""

from __future__ import annotations

import json

import safetensors.numpy
from safetensors import SafetensorError

from networks.exchange.trained_network import Description, ExchangeError, TrainedNetwork

KEY = "spide"
"""Entry of the header."""


def to_bytes(network: TrainedNetwork) -> bytes:
    """The file's content."""
    return safetensors.numpy.save(dict(network.weights), {KEY: network.description()})


def from_bytes(content: bytes) -> TrainedNetwork:
    """The network that a file holds.

    Raises
    ------
    ExchangeError
        If it is damaged, or no file of `to_bytes`.
    """
    try:
        weights = safetensors.numpy.load(content)
        # The header, which the library gives for files on disk only: 8 bytes of length, and JSON.
        length = int.from_bytes(content[:8], "little")
        header = json.loads(content[8 : 8 + length]).get("__metadata__", {})
    except (SafetensorError, ValueError, KeyError) as error:
        raise ExchangeError(f"it is no whole safetensors file ({error})") from None
    if KEY not in header:
        raise ExchangeError(
            f"its header has no entry '{KEY}', which says what network the weights are of: export "
            "it with 'spide export'"
        )
    return Description.read(header[KEY]).with_weights(weights)
