"""The methods by name. Who adds a way to learn adds its facts here.

Its class is a `training.methods.recipe_method.RecipeMethod`; only the facts are known without
waiting for Brian2 and torch.
"""

from __future__ import annotations

from training.recipes.method_facts import MethodFacts

_BOTH = ("forward", "backward")

_ALL = (
    MethodFacts(
        "spide", "training.methods.spide:Spide", stages=_BOTH, learning=("rates", "spikes")
    ),
    MethodFacts("implicit", "training.methods.implicit:Implicit"),
    MethodFacts("surrogate", "training.methods.surrogate:Surrogate", in_torch=True),
    MethodFacts(
        "feedback_alignment",
        "training.methods.feedback_alignment:FeedbackAlignment",
        stages=_BOTH,
        direct_feedback=True,
    ),
    MethodFacts(
        "conversion",
        "training.methods.conversion:Conversion",
        stages=(),  # the network that learns does not fire
        feedback=False,
        not_counted="the method conversion trains a dense network, which stands in the table",
    ),
)

METHODS = {each.name: each for each in _ALL}
"""What each method is, and where its class."""
