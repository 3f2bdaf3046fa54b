"""The methods by name. Who adds a way to learn adds its line here.

A method is a class with ``build(architecture, recipe, batch_size)``, see `Spide.build`.

Only the names are known without waiting for Brian2 and torch.
"""

from __future__ import annotations

METHODS = {
    "spide": "training.methods.spide:Spide",
    "implicit": "training.methods.implicit:Implicit",
    "surrogate": "training.methods.surrogate:Surrogate",
    "feedback_alignment": "training.methods.feedback_alignment:FeedbackAlignment",
    "conversion": "training.methods.conversion:Conversion",
}
"""Where the class of each method is."""
