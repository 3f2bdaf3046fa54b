"""What a training run is made of: one flat, frozen record.

Thresholds, steps and scales are those of `TwoStageValues`, device and precision those of
`Simulation`; what else a training needs is added here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields, replace
from typing import Annotated, Any, Literal, TypeAlias

import numpy as np

from networks.devices.facts import facts_of
from networks.records.inherited_parameters import with_inherited_parameters
from networks.records.typed_fields import Count, CountOrZero, Interval, Positive, check_fields
from networks.simulation import Simulation
from training.recipes.methods import METHODS
from training.recipes.two_stage_config import TwoStageConfig, TwoStageValues

Initialisation = Literal["kaiming-normal", "uniform-normalised"]
ReadoutInitialisation = Literal["uniform", "as-layers"]
DropoutLayers = Literal["all", "first-dense"]
DropoutUnit = Literal["neuron", "channel"]
Normalisation = Literal["none", "weight"]
NormRestriction = Literal["projection", "reparameterisation"]
Realisation = Literal["fast", "explicit-couples"]
Share: TypeAlias = Annotated[float, Interval(least=0, below=1)]


@with_inherited_parameters
@dataclass(frozen=True)
class Recipe(TwoStageValues, Simulation):
    """Everything that determines the weights of a run, but the data themselves.

    Two runs of one recipe on one machine, with the same number of threads, give the same weights,
    bit for bit (but on CUDA, which adds in no fixed order).

    Parameters
    ----------
    data_set : str
        digits, mnist, fashion-mnist, cifar10, cifar100, n-mnist or cifar10-dvs, or the path of a
        .npz file or a folder, which has a slash: ./my_data.
    architecture : str
        Network in the paper's notation, such as '64C5s-64C5s-64C5 (F64C3u)'.
    validation : int
        Training images that are held out, the same for every seed; evaluations during the training
        are made on them and not on the test images.
    training_images : int
        How many of the training images are used, the same for every seed; 0 for all.
    initialisation : {"kaiming-normal", "uniform-normalised"}
        Rule for the initial weights; biases start at 0.
    readout_initialisation : {"uniform", "as-layers"}
        Rule for the readout: weights and bias uniform in +-1/sqrt(fan-in), PyTorch's default for
        linear layers, or the rule of the other weights and bias 0.
    batch_size : int
        Images per iteration.
    epochs : int
        Passes over the training images.
    evaluate_every : int
        Iterations from one evaluation to the next within an epoch; 0 for evaluations at the ends of
        epochs alone.
    stop_at_accuracy : float
        The training ends with the first evaluation that has this accuracy, such as 0.99; 0 for
        never.
    learning_rate : float
        Initial learning rate of SGD, before its division by the loss scale.
    momentum : float
        Momentum of SGD.
    weight_decay : float
        Weight decay of SGD.
    milestones : tuple of int
        Epochs after which the learning rate is multiplied by learning_rate_decay.
    learning_rate_decay : float
        Factor on the learning rate at each of the milestones.
    warmup_iterations : int
        Iterations over which the learning rate rises linearly to its initial value.
    dropout : float
        Rate of the variational dropout (appendix D.1).
    dropout_layers : {"all", "first-dense"}
        Where: every layer with weights and the feedback, or the first dense layer only.
    dropout_per : {"neuron", "channel"}
        Whether a mask has a value per neuron or per channel of each image.
    normalisation : {"none", "weight"}
        weight: both stages use the weights of every layer standardised over the inputs of each
        output, times a gain that learns.
    feedback_norm : float
        Limit c of the Frobenius norm of the feedback kernel (appendix D.2).
    norm_restriction : {"projection", "reparameterisation"}
        Whether the kernel itself is scaled down to the limit after each update (Algorithm 2), or
        only what the networks use of it, as in the authors' code.
    seed : int
        Settles initial weights, order of the images, dropout, augmentation and norm probes.
    couple : bool
        Stage 2 with ternary couples of IF neurons (section 4.1) in place of the equal ternary
        neurons; always on the device genn.
    method : str
        How it learns: spide; implicit (exact implicit differentiation in place of stage 2);
        surrogate (backpropagation through time with surrogate gradients); feedback_alignment
        (stage 2 with fixed random feedback to every layer); or conversion (a network of clipped
        rates learns, and stage 1 spikes with its weights).
    realisation : {"fast", "explicit-couples"}
        explicit-couples is the network as the paper describes it, for looking at: Brian2's own
        Synapses and couples of two IF populations. The spikes are the same.
    """

    data_set: str
    architecture: str
    validation: CountOrZero = 0
    training_images: CountOrZero = 0
    initialisation: Initialisation = "kaiming-normal"
    readout_initialisation: ReadoutInitialisation = "uniform"
    batch_size: Count = 128
    epochs: Annotated[int, Interval(least=1, most=1_000_000)] = 100
    evaluate_every: Annotated[int, Interval(least=0, most=10**9)] = 0
    stop_at_accuracy: Annotated[float, Interval(0, 1, hint="0.99 is 99 %")] = 0.0
    learning_rate: Positive = 0.05
    momentum: Share = 0.9
    weight_decay: Annotated[float, Interval(least=0)] = 5e-4
    milestones: tuple[int, ...] = (30, 60, 90)
    learning_rate_decay: Positive = 0.1
    warmup_iterations: Annotated[int, Interval(least=0, most=10**9)] = 0
    dropout: Share = 0.2
    dropout_layers: DropoutLayers = "all"
    dropout_per: DropoutUnit = "neuron"
    normalisation: Normalisation = "none"
    feedback_norm: Positive = 2.0
    norm_restriction: NormRestriction = "projection"
    seed: Annotated[int, Interval(least=0, most=2**63 - 1)] = 0
    couple: bool = False
    method: str = "spide"
    realisation: Realisation = "fast"

    def __post_init__(self) -> None:
        check_fields(self)
        if self.method not in METHODS:
            listed = ", ".join(METHODS)
            raise ValueError(f"method must be one of {listed}, not {self.method!r}")
        self._check_couples()
        if list(self.milestones) != sorted(set(self.milestones)):
            raise ValueError(f"milestones must increase, not {self.milestones}")
        self._check_precision()
        _ = self.two_stage  # its own checks
        self.simulation.check_batch(self.batch_size)

    def _check_couples(self) -> None:
        if self.realisation == "explicit-couples" and self.synapses == "shared":
            raise ValueError("explicit-couples has explicit synapses: leave synapses 'shared' out")
        if self.has_couples and self.backward_neuron != "ternary":
            raise ValueError(
                f"couples are ternary neurons, and backward_neuron is '{self.backward_neuron}': "
                "leave couple and realisation out, or use backward_neuron 'ternary'"
            )

    def _check_precision(self) -> None:
        """Refuse numbers that are infinite, or nothing, in the precision of the run."""
        precise = np.dtype(self.dtype).type
        for name, value in vars(self).items():
            if not isinstance(value, float):
                continue
            with np.errstate(over="ignore", under="ignore"):
                rounded = float(precise(value))
            if not math.isfinite(rounded) or (value != 0) != (rounded != 0):
                raise ValueError(f"{name} is {value}, which {self.dtype} cannot hold")

    @property
    def evaluated(self) -> Literal["test", "validation"]:
        """The images of the evaluations during the training: those that are held out, if any."""
        return "validation" if self.validation else "test"

    @property
    def has_couples(self) -> bool:
        """Whether stage 2 is asked to have couples, in one word or the other."""
        return self.couple or self.realisation == "explicit-couples"

    @property
    def simulation(self) -> Simulation:
        """Device and precision, as the networks take them.

        Raises
        ------
        ValueError
            If the device cannot do what is asked of it.
        """
        values = self._values_of(Simulation)
        if not facts_of(self.device).has_backends:
            del values["backend"]  # earlier versions let it be asked for
        found = Simulation(**values)
        if self.realisation == "explicit-couples":
            return replace(found, synapses="explicit")
        return found

    @property
    def two_stage(self) -> TwoStageConfig:
        """Thresholds, steps, loss scale and leak, as the two-stage computation takes them.

        Raises
        ------
        ValueError
            If the values do not make two stages, such as a threshold below its resting potential.
        """
        return TwoStageConfig(**self._values_of(TwoStageValues))

    def _values_of(self, record: type[Simulation] | type[TwoStageValues]) -> dict[str, Any]:
        return {field.name: getattr(self, field.name) for field in fields(record)}
