"""A method that a recipe can name: it has facts, and is built from the recipe."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, ClassVar, Self

from networks import Architecture
from training.methods.method import Method
from training.recipes.method_facts import MethodFacts

if TYPE_CHECKING:
    from training.recipes.recipe import Recipe


class RecipeMethod(Method):
    """A network and a way to get the gradients of its loss, in one thread.

    Parameters
    ----------
    architecture : Architecture
    batch_size : int
        Largest number of samples of one call.
    dtype : {"float32", "float64"}
        Of rates, logits and gradients.
    """

    #: What is true of all networks that learn so.
    facts: ClassVar[MethodFacts]

    @classmethod
    @abstractmethod
    def build(cls, architecture: Architecture, recipe: Recipe, batch_size: int) -> Self:
        """The networks of a recipe, for so many samples.

        Raises
        ------
        ValueError
            If the recipe's values cannot be built.
        CompilerNotFoundError
            Without a C++ compiler.
        """

    def prepare(self) -> None:
        """Compile now what the first call would compile."""
        for stage in self.stages.values():
            stage.prepare()

    def stop(self) -> None:
        """Interrupt a call that is going on in another thread."""
        for stage in self.stages.values():
            stage.stop()

    @property
    def method_name(self) -> str:
        return self.facts.name

    @property
    def stage_names(self) -> tuple[str, ...]:
        return self.facts.stages
