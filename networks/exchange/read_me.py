"""What a reader of a graph of NIR must do, in words."""

from __future__ import annotations

from networks.exchange.trained_network import TrainedNetwork

_TEXT = (
    "One step is 1: v += r * input. In a step, layer by layer: the node 'layerN' integrates what "
    "its connection and 'layerN_reset' give, first the reset's; 'layerN_spikes' are 1 where it is "
    "above the threshold. The edges listed in 'delayed_edges' (JSON) carry what their source gave "
    "in the step before; all others act within the step. v begins at 0. Input: {input}, scaled as "
    "in the training: {scaling}. Output: the mean of 'readout' over {steps} steps{classes}. "
    "Matrices (Linear, Affine) give flat arrays in row-major order (channel, y, x): reshape them "
    "to the node that they reach."
)


def read_me(network: TrainedNetwork) -> str:
    """What a reader must do with this network."""
    names = ", ".join(network.class_names)
    return _TEXT.format(
        input="frame t at step t" if network.frames else "the image at every step",
        scaling="not known" if network.scaling is None else network.scaling,
        steps=network.steps,
        classes=f", of the classes {names}" if names else "",
    )
