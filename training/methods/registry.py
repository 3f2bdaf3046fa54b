"""The methods by name. Who adds a way to learn adds its line here.

A method is a class with ``build(architecture, recipe, batch_size)``, see `Spide.build`.

Only their facts are known without waiting for Brian2 and torch.
"""

from __future__ import annotations

from training.methods.facts import MethodFacts

_ALL = (
    MethodFacts("spide", "training.methods.spide:Spide", stage_2=True),
    MethodFacts("implicit", "training.methods.implicit:Implicit"),
    MethodFacts("surrogate", "training.methods.surrogate:Surrogate", in_torch=True),
    MethodFacts(
        "feedback_alignment",
        "training.methods.feedback_alignment:FeedbackAlignment",
        stage_2=True,
    ),
    MethodFacts("conversion", "training.methods.conversion:Conversion"),
)

METHODS = {each.name: each for each in _ALL}
"""What each method is, and where its class."""
