"""Arrays of a compiling device that can be read and written like those of the runtime device.

Brian2's standalone devices write every assignment into the program that they generate. Here the
state variables of neurons and the weights of synapses have a copy in this process instead: what
is assigned goes there, what is read comes from there, and the simulator carries it to the program
and back in every run. Nothing of it is baked into the program.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
from brian2.codegen.codeobject import CodeObject
from brian2.core.variables import ArrayVariable
from brian2.devices.device import Device
from brian2.groups.neurongroup import NeuronGroup
from brian2.synapses.synapses import Synapses
from numpy.typing import NDArray

TAUGHT = "dw"
"""What learning synapses hold: a run begins at zero and adds up what all samples teach."""

KERNELS = frozenset({"w", "kernel", TAUGHT})
"""What synapses hold, one number each or a kernel; all samples share it."""

Kind = Literal["each", "population", "kernel", "taught"]
"""What a variable of the memory is: of each neuron, with values of its own in every sample; of a
whole population; of synapses; or what these are taught."""


def kind_of(variable: ArrayVariable) -> Kind:
    """The kind of a variable of the memory; a neuron may call its variables what it likes."""
    if isinstance(variable.owner, NeuronGroup):
        return "population" if variable.scalar else "each"
    return "taught" if variable.name == TAUGHT else "kernel"


@dataclass(frozen=True)
class Field:
    """A part of the memory, as a request carries it.

    Parameters
    ----------
    name : str
        Of the Brian2 object and the variable, ``layer1.v``.
    kind : {"shared", "each", "taught"}
        Whether samples share it, have their own, or add to it.
    values : array
        Of the first sample, or of all.
    answered : bool
        Whether it comes back.
    """

    name: str
    kind: Literal["shared", "each", "taught"]
    values: NDArray[Any]
    answered: bool


class StateMemory(Device):
    """To be mixed in before a standalone device.

    Attributes
    ----------
    batches : int
        How many times the neurons of a population are simulated one after the other; their arrays
        hold the values of all of them.
    memory : dict
        From the variables to their values: scalars one, neurons ``batches * N``, synapses one each,
        or as many as their kernel has.
    own_code_objects : dict
        The code objects of this package that the device has, by template
        (`networks.brian.code_generation.code_object_class`).
    """

    own_code_objects: ClassVar[Mapping[str, type[CodeObject]]] = {}

    #: Whether synapses read their weights from a kernel, see `networks.synapses.explicit`.
    keeps_kernels: ClassVar[bool] = False

    def __init__(self) -> None:
        super().__init__()
        self.batches = 1
        self.memory: dict[ArrayVariable, NDArray[Any]] = {}

    def init_with_zeros(self, var: ArrayVariable, dtype: Any) -> None:
        super().init_with_zeros(var, dtype)
        internal = var.read_only or var.name.startswith("_")
        if isinstance(var.owner, NeuronGroup) and not internal:
            self.memory[var] = np.zeros(var.size if var.scalar else self.batches * var.size, dtype)
        elif var.name in KERNELS and not isinstance(var.owner, Synapses):
            self.memory[var] = np.zeros(var.size, dtype)

    def fill_with_array(self, var: ArrayVariable, arr: Any) -> None:
        if var in self.memory:
            self.memory[var][:] = arr
        elif isinstance(var.owner, Synapses) and var.name in KERNELS:
            self.memory[var] = np.array(arr, var.dtype)
        else:
            super().fill_with_array(var, arr)

    def get_value(self, var: ArrayVariable, access_data: bool = True) -> Any:
        if var in self.memory:
            return self.memory[var]
        return super().get_value(var, access_data)

    def of_each_sample(self) -> dict[ArrayVariable, NDArray[Any]]:
        """The part of the memory in which every sample has its own values."""
        return {
            variable: values
            for variable, values in self.memory.items()
            if kind_of(variable) == "each"
        }

    def fields(self) -> Iterator[Field]:
        """The memory as the first sample has it, copied."""
        for variable, values in self.memory.items():
            name, kind = f"{variable.owner.name}.{variable.name}", kind_of(variable)
            if kind == "each":
                yield Field(name, kind, values[: variable.size].copy(), not variable.constant)
            elif kind == "taught":
                yield Field(name, kind, values.copy(), True)
            else:
                yield Field(name, "shared", values.copy(), False)

    def taught(self) -> dict[ArrayVariable, NDArray[Any]]:
        """The part of the memory that a run adds up over all samples."""
        return {v: values for v, values in self.memory.items() if kind_of(v) == "taught"}
