"""What is trained for the tables and figures, each in a small and a full size.

*Ablation* (Table 2, Figures 2, 3 and 4): T_B with and without the resting potentials of section
4.3; for Figure 2 with a second network, too. *Methods* (Tables 1 and 3, Figure 5): SPIDE beside
other ways to learn, on one network; for conversion, which knows no feedback, without it; and the
degraded network of Table 3. *CIFAR* (Figure 5, the other half of Table 3): SPIDE and exact
gradients on larger networks. *Seconds* (beyond the paper): some of these, for as long as it takes
to 99 % on MNIST. *Harder* (Table 4): harder images, two T_B. *One layer* (Table 5): a layer that
feeds back to itself. *Normalisation* (beyond the paper): weight standardisation on and off, on two
data sets, evaluated on images held out of the training ones, for ten epochs in full: a hundred with
three seeds are 80 hours of a core.

Small is a quarter of the channels and 10,000 of the images for three epochs, and, where the paper's
figure is of CIFAR, smaller T_B, with which so small a network learns well. Full is the paper's data
set, network and T_B: CIFAR-10 with AlexNet-F for the ablation (and the gradients) and Figure 5,
CIFAR-100 with CIFARNet-F for Table 4, CIFAR10-DVS for Table 5, MNIST for the rest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any, Literal

from training.recipes import RECIPES
from training.recipes.recipe import Recipe
from training.sweeps.planning.cases import ABLATION, CASE
from training.sweeps.planning.plan import Plan, make_plan

Scale = Literal["small", "full"]
SCALES: tuple[Scale, ...] = ("small", "full")
Axes = Mapping[str, Sequence[Any]]
Cases = Mapping[str, Mapping[str, Any]]

STEPS = "backward_steps"
DATA = "data_set"


@dataclass(frozen=True)
class Experiment:
    """A sweep that tables and figures are made from.

    Parameters
    ----------
    name : str
    recipes : dict of Recipe
        By scale.
    names : tuple of str
        Of the cases.
    cases : dict
        By scale and name: the fields that a case sets; those of the paper's ablation are known.
    vary : dict
        By scale: what else is varied.
    """

    name: str
    recipes: Mapping[Scale, Recipe]
    names: tuple[str, ...]
    cases: Mapping[Scale, Cases]
    vary: Mapping[Scale, Axes] = field(default_factory=dict)

    def plan(
        self, scale: Scale, seeds: int, names: Sequence[str] | None = None, **only: Sequence[Any]
    ) -> Plan:
        """The trainings of a scale.

        Parameters
        ----------
        scale : {"small", "full"}
        seeds : int
        names : sequence of str, optional
            Cases in place of all.
        **only : sequence
            Values of another axis in place of all.

        Raises
        ------
        ValueError
            For a number of seeds below 1.
        UserError
            For networks that cannot be.
        """
        vary: dict[str, Sequence[Any]] = {
            CASE: names or self.names, **self.vary.get(scale, {}), **only,
        }  # fmt: skip
        return make_plan(
            f"{self.name}-{scale}", self.recipes[scale], vary, seeds=seeds, cases=self.cases[scale]
        )


SMALL = replace(
    RECIPES["mnist-feedback"],
    architecture="16C5s-16C5s-16C5 (F16C3u)",
    training_images=10_000,
    epochs=3,
    milestones=(2,),
)
"""A quarter of the channels, a sixth of the images, three epochs: 237 iterations."""

FULL = RECIPES["mnist-feedback"]


def differing(one: Recipe, other: Recipe) -> dict[str, Any]:
    """The fields in which another recipe differs from one, with its values."""
    named = {field.name: getattr(other, field.name) for field in fields(Recipe)}
    return {name: value for name, value in named.items() if value != getattr(one, name)}


_ALEXNET_F = RECIPES["cifar10-alexnet-f"]
_CIFARNET_F = differing(_ALEXNET_F, RECIPES["cifar10-cifarnet-f"])

OURS = ABLATION[0]
"""The case with both resting potentials of section 4.3."""

WITH_CIFARNET_F = f"{OURS}, CIFARNet-F"
"""A case of the ablation in full, for Figure 2."""

ABLATION_SWEEP = Experiment(
    "ablation",
    {"small": SMALL, "full": _ALEXNET_F},
    ABLATION,
    {"small": {}, "full": {WITH_CIFARNET_F: _CIFARNET_F}},
    {"small": {STEPS: (10, 25, 50, 100)}, "full": {STEPS: (50, 100, 250, 500)}},
)

_DEGRADED = RECIPES["mnist-lenet"]
_ITS_VALUES = (
    "architecture", "v_threshold", "v_rest", "learning_rate", "dropout", "dropout_layers",
)  # fmt: skip

SURROGATE_STEPS = (4, 8, 30)
"""T_F of surrogate gradients; 30 is that of SPIDE."""


def _methods(recipe: Recipe, epochs: int, milestones: tuple[int, ...]) -> dict[str, dict[str, Any]]:
    """The cases; epochs and milestones are those of the degraded network."""
    forward_only = recipe.architecture.partition("(")[0].strip()
    degraded = {name: getattr(_DEGRADED, name) for name in _ITS_VALUES}
    return {
        "SPIDE": {"method": "spide"},
        "SPIDE, degraded": {**degraded, "epochs": epochs, "milestones": milestones},
        "SPIDE, normalised weights": {"method": "spide", "normalisation": "weight"},
        "IDE": {"method": "implicit"},
        **{
            f"surrogate gradients, T_F {steps}": {"method": "surrogate", "forward_steps": steps}
            for steps in SURROGATE_STEPS
        },
        "SpikeGrad's neurons": {
            "backward_neuron": "trace",
            "v_threshold_backward": 1.0,
            "v_rest_backward": 0.0,
        },
        "DFA": {"method": "feedback_alignment"},
        "conversion": {"method": "conversion", "architecture": forward_only},
    }


METHODS_SWEEP = Experiment(
    "methods",
    {"small": SMALL, "full": FULL},
    tuple(_methods(SMALL, 0, ())),
    {
        "small": _methods(SMALL, SMALL.epochs, SMALL.milestones),
        "full": _methods(FULL, _DEGRADED.epochs, _DEGRADED.milestones),
    },
)

_SECONDS = replace(FULL, epochs=8, milestones=(), evaluate_every=94, stop_at_accuracy=0.99)
"""Tested five times an epoch, and no longer than it takes; SPIDE has 99 % after seven epochs."""

SECONDS_SWEEP = Experiment(
    "methods",
    {"small": SMALL, "full": _SECONDS},
    (
        "SPIDE", "SPIDE, normalised weights", "DFA",
        *(f"surrogate gradients, T_F {steps}" for steps in SURROGATE_STEPS),
    ),
    {
        "small": METHODS_SWEEP.cases["small"],
        "full": _methods(_SECONDS, _SECONDS.epochs, _SECONDS.milestones),
    },
)  # fmt: skip
"""Small it is some cases of the methods, with whose runs it shares a folder."""

IDE = {"method": "implicit"}
BOTH = {"SPIDE": {"method": "spide"}, "IDE": IDE}


CIFAR_SWEEP = Experiment(
    "methods",
    {"small": SMALL, "full": _ALEXNET_F},
    tuple(BOTH),
    {
        "small": BOTH,
        "full": {
            **BOTH, "SPIDE, CIFARNet-F": _CIFARNET_F, "IDE, CIFARNet-F": {**_CIFARNET_F, **IDE},
        },
    },
)  # fmt: skip
"""Figure 5 and half of Table 3: small it is two cases of the methods, whose folder it shares."""

_HARDER_STEPS: dict[Scale, tuple[int, int]] = {"small": (25, 100), "full": (100, 250)}
"""The two T_B of Table 4."""

HARDER_SWEEP = Experiment(
    "harder",
    {
        "small": replace(SMALL, data_set="fashion-mnist"),
        "full": RECIPES["cifar100-cifarnet-f"],
    },
    ("IDE", "SPIDE, few T_B", "SPIDE"),
    {
        scale: {
            "IDE": IDE,
            "SPIDE, few T_B": {STEPS: few},
            "SPIDE": {STEPS: many},
        }
        for scale, (few, many) in _HARDER_STEPS.items()
    },
)

ONE_LAYER_SWEEP = Experiment(
    "one-layer",
    {
        "small": replace(
            SMALL, architecture="32C9s (F32C5)", dropout=0.0, feedback_norm=10.0, loss_scale=400.0
        ),
        "full": RECIPES["cifar10-dvs"],
    },
    ("surrogate gradients", "SPIDE"),
    {
        scale: {"surrogate gradients": {"method": "surrogate"}, "SPIDE": {"method": "spide"}}
        for scale in SCALES
    },
)

NORMALISATION = {
    "without": {"normalisation": "none"},
    "weight standardisation": {"normalisation": "weight"},
}

NORMALISATION_SWEEP = Experiment(
    "normalisation",
    {
        "small": replace(SMALL, validation=5_000),
        "full": replace(FULL, validation=5_000, epochs=10, milestones=(6, 9)),
    },
    tuple(NORMALISATION),
    {"small": NORMALISATION, "full": NORMALISATION},
    {scale: {DATA: ("mnist", "fashion-mnist")} for scale in SCALES},
)
