"""Trained networks as files that other programs read, and back.

Stage 1 is all that a trained network needs: an architecture, its weights, the threshold and resting
potential of its neurons, and T_F. Two formats hold these. NIR is a graph of neurons and
connections for simulators and neuromorphic chips; a PyTorch state dict (safetensors, no code in it)
goes with `torch_network.TorchNetwork`. What a program must know to run either is written into it:
also how spikes propagate, whether the input is constant or one frame per step, how pixels were
scaled (`networks.input_scaling`), and what the classes are called.

There is no ONNX. Its neurons would have no state from one step to the next: the steps would have to
be written out one after the other, or the equilibrium exported as if it were the network. Either is
another thing than a network of spiking neurons.
"""

from networks.exchange.trained_network import ExchangeError, TrainedNetwork

__all__ = ["ExchangeError", "TrainedNetwork"]
