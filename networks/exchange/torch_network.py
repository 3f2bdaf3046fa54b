"""Stage 1 in PyTorch alone: dense, one step after the other, or its equilibrium.

Spikes pass from layer to layer within a step, and the feedback reaches layer 1 in the next one, or,
if the network was trained with synchronous propagation, as many steps later as there are layers:
each layer's steps are its own there (`networks.schedule`).

The equilibrium is the fixed point of section 3.2, in layer 1 ``alpha_1 = sigma((F x + W alpha_N +
b) / (V_th - u_rest))`` with ``sigma = min(1, max(0, .))``, to which the rates go as the steps
become many.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from networks.arrays import whole_number
from networks.checks import check_frames, check_image_shape
from networks.exchange.trained_network import TrainedNetwork


class TorchNetwork(nn.Module):
    """A trained network; its state dict is the file that ``spide export --to torch`` writes.

    Parameters
    ----------
    network : TrainedNetwork
    """

    def __init__(self, network: TrainedNetwork) -> None:
        super().__init__()
        self.network, self.architecture = network, network.architecture
        for name, values in network.weights.items():
            module, _, parameter = name.partition(".")
            if module not in self._modules:
                self.add_module(module, nn.Module())
            held = nn.Parameter(torch.from_numpy(values.copy()))
            self.get_submodule(module).register_parameter(parameter, held)

    def parameter(self, name: str) -> Tensor | None:
        """A parameter by name, None if there is none such as the weight of a pooling layer."""
        return dict(self.named_parameters()).get(name)

    def drive(self, number: int, source: Tensor) -> Tensor:
        """What layer `number`, from 0, gets from the layer below or from the images: F x + b."""
        layer = self.architecture.layers[number]
        weight, bias = (self.parameter(f"{layer.name}.{each}") for each in ("weight", "bias"))
        return layer.connection.drive(weight, bias, source)

    def fed_back(self, last: Tensor) -> Tensor | float:
        """What layer 1 gets from the last layer: W alpha_N."""
        feedback = self.architecture.feedback
        return 0.0 if feedback is None else feedback.apply(self.parameter("feedback.weight"), last)

    def at_rest(self, x: Tensor) -> list[Tensor]:
        """Zeros for every layer and sample of one step's input."""
        return [x.new_zeros(len(x), *layer.shape) for layer in self.architecture.layers]

    def checked(self, x: Tensor) -> Tensor:
        """Input in the precision of the weights: spikes and counts of events are kept as bytes.

        Raises
        ------
        ValueError
            If it does not fit the architecture.
        """
        if not isinstance(x, Tensor):
            raise ValueError(f"the input is of the type {type(x).__name__}: give a tensor")
        check_image_shape(self.architecture, x)
        return x.to(self.get_parameter("readout.weight").dtype)

    def spikes(self, x: Tensor, steps: int | None = None) -> list[Tensor]:
        """Spikes of every layer, shape (steps, samples, *layer.shape).

        Parameters
        ----------
        x : tensor, shape (samples, *input_shape) or (steps, samples, *input_shape)
            Constant input, or one frame per step.
        steps : int, optional
            T_F of the training if not given.

        Raises
        ------
        ValueError
            If the input does not fit the architecture, or has frames for other steps.
        """
        n = self.network
        steps = n.steps if steps is None else whole_number(steps, "the number of steps")
        x = self.checked(x)
        check_frames(self.architecture, x, steps)
        span = x.new_tensor(n.v_threshold) - x.new_tensor(n.v_rest)  # as neurons subtract it
        frames = x if self.architecture.has_frames(x) else x.expand(steps, *x.shape)
        u, s = self.at_rest(frames[0]), self.at_rest(frames[0])
        given = [s[-1]] * n.feedback_steps  # by the last layer, and not yet fed back
        trains: list[list[Tensor]] = [[] for _ in s]
        for frame in frames:
            back = self.fed_back(given.pop(0))
            for i in range(len(s)):
                u[i] = n.leak * (u[i] - span * s[i])
                u[i] = u[i] + self.drive(i, s[i - 1] if i else frame) + (back if i == 0 else 0)
                s[i] = (u[i] >= n.v_threshold).to(x)
                trains[i].append(s[i])
            given.append(s[-1])
        return [torch.stack(train) for train in trains]

    def rates(self, x: Tensor, steps: int | None = None) -> list[Tensor]:
        """Average rates alpha of every layer, leak-weighted for leaky neurons; see `spikes`."""
        found = []
        for train in self.spikes(x, steps):
            total, weight = torch.zeros_like(train[0]), torch.zeros_like(train[0])
            for s in train:
                total, weight = self.network.leak * total + s, self.network.leak * weight + 1
            found.append(total / weight)
        return found

    def equilibrium(self, x: Tensor, iterations: int = 200) -> list[Tensor]:
        """The fixed point of section 3.2 by so many iterations from zero; it needs a small ||W||.

        Parameters
        ----------
        x : tensor, shape (samples, *input_shape)
            Constant input.
        iterations : int, optional

        Raises
        ------
        ValueError
            If the input does not fit the architecture, or is one frame per step.
        """
        x = self.checked(x)
        if self.architecture.has_frames(x):
            raise ValueError(
                f"the images have shape {tuple(x.shape)}, one frame per step: only constant input "
                "has an equilibrium, so give (samples, "
                f"{', '.join(map(str, self.architecture.input_shape))})"
            )
        alpha, span = self.at_rest(x), self.network.v_threshold - self.network.v_rest
        for _ in range(iterations):
            back = self.fed_back(alpha[-1])
            for i in range(len(alpha)):
                driven = self.drive(i, alpha[i - 1] if i else x) + (back if i == 0 else 0)
                alpha[i] = (driven / span).clamp(0, 1)
        return alpha

    def forward(self, x: Tensor) -> Tensor:
        """Logits of the rates over T_F steps, shape (samples, classes); see `spikes`."""
        weight, bias = self.parameter("readout.weight"), self.parameter("readout.bias")
        assert weight is not None
        return nn.functional.linear(self.rates(x)[-1].flatten(1), weight, bias)
