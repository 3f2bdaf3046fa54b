"""All parameters of a network: copied in, cast and checked once.

What the caller does with his arrays afterwards changes nothing here, and those that are read here
cannot be written: biases would follow, and kernels, which synapses have copies of, would not. Each
kernel is permuted once for all synapses that carry it, in both stages and in all threads.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import torch
from numpy.typing import ArrayLike, DTypeLike, NDArray
from torch import Tensor

from networks.architecture import Architecture
from networks.arrays import by_name, numbers
from networks.connections import Connection

Array = NDArray[np.floating]


class Weights(Mapping[str, Array]):
    """Parameters by name, ``layer1.weight``, ``layer1.bias``, ..., in PyTorch's layouts, to read.

    Others are written with `set_parameters`: ``{**weights, "readout.bias": other}``.

    Parameters
    ----------
    architecture : Architecture
    parameters : dict of array
        Named and shaped as `Architecture.parameter_shapes` says.
    dtype : {"float32", "float64"}

    Attributes
    ----------
    tensors : dict of Tensor
        The same numbers as torch takes them: it warns of arrays that cannot be written, and has no
        such tensors. Nothing writes into these.

    Raises
    ------
    ValueError
        If they do not fit the architecture, are not finite, or do not fit the dtype, and while
        torch makes its tensors on another device.
    """

    def __init__(
        self, architecture: Architecture, parameters: Mapping[str, ArrayLike], dtype: DTypeLike
    ) -> None:
        if (device := torch.get_default_device()).type != "cpu":
            raise ValueError(
                f"torch's default device is '{device}', and these networks compute with NumPy's "
                "arrays: call torch.set_default_device('cpu')"
            )
        self.architecture = architecture
        self.dtype = np.dtype(dtype)
        own = {
            # A copy in any case; C order, which torch takes.
            name: np.array(numbers(values, dtype, f"the values of '{name}'"), order="C")
            for name, values in by_name(parameters, "the parameters").items()
        }
        architecture.check_parameters(own)
        with torch.inference_mode(False):  # other tensors could never be differentiated
            self.tensors: Mapping[str, Tensor] = {
                name: torch.from_numpy(values) for name, values in own.items()
            }
        for values in own.values():
            values.flags.writeable = False
        self._arrays: dict[str, Array] = own
        self._kernels: dict[str, Array] = {}

    @classmethod
    def of(
        cls, architecture: Architecture, parameters: Mapping[str, ArrayLike], dtype: DTypeLike
    ) -> Weights:
        """These parameters, without another copy if they are such weights already."""
        if (
            isinstance(parameters, Weights)
            and parameters.architecture == architecture
            and parameters.dtype == dtype
        ):
            return parameters
        return cls(architecture, parameters, dtype)

    def __reduce__(self) -> tuple[type[Weights], tuple[Architecture, dict[str, Array], str]]:
        """A copy is made anew: NumPy's own could be written, and its tensors were others."""
        return Weights, (self.architecture, dict(self._arrays), self.dtype.name)

    def kernel(self, name: str, connection: Connection) -> Array:
        """The kernel of a connection, as synapses take it (`Connection.kernel`)."""
        if name not in self._kernels:
            tensor = self.tensors.get(f"{name}.weight")
            self._kernels[name] = connection.kernel(tensor).numpy()
        return self._kernels[name]

    def __getitem__(self, name: str) -> Array:
        return self._arrays[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._arrays)

    def __len__(self) -> int:
        return len(self._arrays)
