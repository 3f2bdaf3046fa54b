"""The work that all devices are given: a network, trained a little, and one batch.

Devices need processes of their own, and GeNN another environment, so the work is a file.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

from benchmarks.subject import Array, Batch, Subject
from training.recipes import RECIPES
from training.recipes.recipe import Recipe

NETWORKS: dict[str, Recipe] = {
    "digits": RECIPES["digits"],
    "784-400-10": Recipe(data_set="mnist", architecture="400 (F400)", batch_size=32),
    "small": Recipe(
        data_set="digits", architecture="40 (F40)", batch_size=8, forward_steps=10,
        backward_steps=20,
    ),
}  # fmt: skip
"""Recipes of the networks that are small enough for explicit synapses."""


@dataclass(frozen=True)
class DeviceTask:
    """Parameters and a batch.

    Parameters
    ----------
    parameters : dict of array
    batch : Batch
    """

    parameters: dict[str, Array]
    batch: Batch

    @classmethod
    def of(cls, subject: Subject) -> DeviceTask:
        """The subject's weights and the first batch that it was not trained with."""
        return cls(subject.parameters, subject.batch(0))

    @classmethod
    def read(cls, path: Path) -> DeviceTask:
        """Read what `write` wrote."""
        arrays = load_file(path)
        batch = Batch(arrays["images"], arrays["labels"], _group(arrays, "masks"))
        return cls(_group(arrays, "parameters"), batch)

    def write(self, path: Path) -> None:
        """Write a safetensors file."""
        arrays: dict[str, NDArray] = {"images": self.batch.images, "labels": self.batch.labels}
        arrays |= {f"masks/{name}": mask for name, mask in self.batch.masks.items()}
        arrays |= {f"parameters/{name}": value for name, value in self.parameters.items()}
        save_file(arrays, path)


def _group(arrays: dict[str, NDArray], group: str) -> dict[str, Array]:
    prefix = f"{group}/"
    return {
        name.removeprefix(prefix): array
        for name, array in arrays.items()
        if name.startswith(prefix)
    }
