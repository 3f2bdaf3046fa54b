"""Backpropagation through time with surrogate gradients: what one would train with else.

The network of stage 1 is unrolled over its T_F steps and differentiated by torch. The step function
of the threshold has no useful derivative; on the way back that of STBP takes its place (Wu et al.
2018, "Spatio-temporal backpropagation", the rectangle): 1/a within a/2 of the threshold, 0
elsewhere. Its width a is what a spike takes from the potential, V_th - u_rest, and the reset is
differentiated too: within the window, what a weight has added to the potential is then gone with
the spike, on average, as it is in the neuron. Without this it would add up over all steps, and the
more so the more layers there are.

What this costs is memory and time for the potentials and spikes of all steps, which are kept for
the way back; stage 2 needs the rates alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from equations import average_rate_weight
from networks import Architecture
from networks.connections.differentiated import differentiated
from networks.weights import Weights
from networks.wiring import incoming
from training.methods.parts.batch import Batch
from training.methods.parts.counted import operations_of
from training.methods.parts.local_gradients import loss_and_gradient
from training.methods.parts.readout import output_gradient
from training.methods.parts.unrolled import Spiking, UnrolledNetwork, in_layout, readout_of
from training.methods.recipe_method import RecipeMethod
from training.methods.results import Prediction, StepResult
from training.recipes.methods import METHODS
from training.recipes.two_stage_config import TwoStageConfig

if TYPE_CHECKING:
    from training.recipes.recipe import Recipe


class Spike(torch.autograd.Function):
    """A spike where the potential reaches the threshold.

    Its derivative is taken to be ``1/width`` where ``|u - threshold| < width/2``, else 0.
    """

    @staticmethod
    def forward(ctx: Any, u: Tensor, threshold: float, width: float) -> Tensor:
        ctx.save_for_backward(u)
        ctx.threshold, ctx.width = threshold, width
        return (u >= threshold).to(u.dtype)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None]:
        (u,) = ctx.saved_tensors
        # The derivative of a clipped identity is this rectangle, in one pass.
        low, high = ctx.threshold - ctx.width / 2, ctx.threshold + ctx.width / 2
        open_ = torch.ops.aten.hardtanh_backward(gradients[0], u, low, high)
        return open_.div_(ctx.width), None, None


def surrogate_spike(config: TwoStageConfig) -> Spiking:
    """What fires, with the surrogate derivative of a neuron of these values."""
    width = config.v_threshold - config.v_rest

    def spike(u: Tensor, threshold: float) -> Tensor:
        spikes: Tensor = Spike.apply(u, threshold, width)
        return spikes

    return spike


class Surrogate(RecipeMethod):
    """Stage 1 in torch, differentiated through time.

    Parameters
    ----------
    architecture : Architecture
    config : TwoStageConfig
        Those of its values that belong to stage 1, and the loss scale; T_B is not used.
    batch_size : int
        Largest number of samples of one call.
    dtype : {"float32", "float64"}
    channels_last : bool
        Memory format of images and kernels, which convolutions pass on.
    spike : callable, optional
        What fires, and its derivative; by default the surrogate's, see `UnrolledNetwork`.

    Raises
    ------
    ValueError
        For a neuron of one's own, whose equations are Brian2's.
    """

    facts = METHODS["surrogate"]

    def __init__(
        self,
        architecture: Architecture,
        config: TwoStageConfig,
        batch_size: int,
        dtype: str,
        *,
        channels_last: bool = False,
        spike: Spiking | None = None,
    ) -> None:
        if config.own_neuron is not None:
            raise ValueError(
                f"the method surrogate knows IF and LIF neurons, not '{config.own_neuron.name}': "
                "choose the method spide"
            )
        super().__init__(architecture, batch_size, dtype)
        self.config = config
        layout = torch.channels_last if channels_last else torch.contiguous_format
        fires = spike or surrogate_spike(config)
        self._network = UnrolledNetwork(architecture, config, fires, layout)
        self._weights: Weights | None = None
        self._tensors: dict[str, Tensor] = {}

    @classmethod
    def build(cls, architecture: Architecture, recipe: Recipe, batch_size: int) -> Surrogate:
        """The network of a recipe, for so many samples."""
        return cls(architecture, recipe.two_stage, batch_size, recipe.dtype)

    @property
    def pathways(self) -> Mapping[str, tuple[str, ...]]:
        """The connections between neurons."""
        return {"forward": tuple(each.name for each in incoming(self.architecture))}

    def set_weights(self, weights: Weights) -> None:
        self._weights = weights
        with differentiated():
            self._tensors = {
                name: in_layout(torch.tensor(value), self._network.layout).requires_grad_()
                for name, value in weights.items()
            }

    @property
    def tensors(self) -> Mapping[str, Tensor]:
        """The parameters that torch differentiates."""
        return self._tensors

    def predict_batch(self, batch: Batch) -> Prediction:
        with torch.no_grad():
            return self._run(batch)[0]

    @differentiated()
    def step_batch(self, batch: Batch) -> StepResult:
        prediction, logits = self._run(batch)
        loss, gradient = loss_and_gradient(
            prediction.logits, batch.labels, self.config.loss_scale, batch.whole
        )
        names = list(self._tensors)
        found = torch.autograd.grad(
            logits, [self._tensors[name] for name in names], torch.from_numpy(gradient),
            allow_unused=True, materialize_grads=True,
        )  # fmt: skip
        readout = self._tensors["readout.weight"].detach()
        return StepResult(
            logits=prediction.logits,
            loss=loss,
            gradients={name: each.numpy() for name, each in zip(names, found, strict=True)},
            rates={"alpha": prediction.alpha},
            firing_rates={"forward": prediction.firing_rates},
            output_gradient=output_gradient(gradient, readout, self.architecture.output.shape),
            operations={"forward": prediction.operations},
        )

    def _run(self, batch: Batch) -> tuple[Prediction, Tensor]:
        """Algorithm 1 with its readout, and the logits as torch may differentiate them."""
        if self._weights is None:
            raise ValueError("there are no weights yet: call set_parameters first")
        config, layers = self.config, self.architecture.layers
        batch.check(self.architecture, config.forward_steps, self.batch_size)
        counts: list[Tensor] = []
        activity: list[Tensor] = []  # without the decay of the counts
        for fired in self._network.steps(self._tensors, batch):
            # The readout alone looks at a count; what reaches the others goes through the spikes.
            these = [*(each.detach() for each in fired[:-1]), fired[-1]]
            counts = _add_up(these, counts, config.leak)
            if config.leak != 1:
                activity = _add_up([each.detach() for each in fired], activity, 1.0)
        weight = average_rate_weight(config.leak, config.forward_steps, self.dtype)
        rates = [count / weight for count in counts]
        logits = readout_of(self._tensors, rates[-1])
        fires = config.forward_steps * batch.samples
        spikes = {
            layer.name: each.detach()
            for layer, each in zip(layers, activity or counts, strict=True)
        }
        return Prediction(
            logits.detach().numpy(),
            {layer.name: rate.detach().numpy() for layer, rate in zip(layers, rates, strict=True)},
            {
                layer.name: float(spikes[layer.name].sum(dtype=torch.float64))
                / (fires * layer.units)
                for layer in layers
            },
            {
                each.name: operations_of(spikes[each.source], each.connection)
                for each in incoming(self.architecture)
                if batch.count
            },
        ), logits


def _add_up(new: list[Tensor], old: list[Tensor], leak: float) -> list[Tensor]:
    """``new + leak * old``, layer by layer; nothing has fired before the first step."""
    if not old:
        return new
    return [n + (o if leak == 1 else leak * o) for n, o in zip(new, old, strict=True)]
