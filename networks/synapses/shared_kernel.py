"""One kernel for all samples and positions, as a Brian2 object with a code runner of its own.

The kernel is stored once and the place that a spike reaches is computed from tables of the
connection (`networks.connections.taps`), so a population holds a whole batch of samples. The
``on_pre`` string is Brian2's: its code generation compiles it, through a template that knows the
tables.
"""

from __future__ import annotations

import re
from typing import ClassVar

import numpy as np
from brian2.core.variables import Variables
from brian2.groups.group import CodeRunner, Group
from brian2.groups.neurongroup import NeuronGroup
from brian2.utils.stringtools import get_identifiers
from numpy.typing import NDArray

from networks.brian.code_generation import code_object_class
from networks.brian.names import SPIKES
from networks.connections import Connection, Taps, channels

#: Kernel rows are padded to a multiple of this many weights: whole vectors, of 64 bytes at most.
ROW_MULTIPLE = 16


class SharedKernel(Group):
    """What synapses with a shared kernel have in common, whatever a spike does there.

    Parameters
    ----------
    source, target : NeuronGroup
        Sample-major, channel-last populations.
    connection : Connection
        Gives shapes and taps.
    on_pre : str
        One statement, run for the synapses of a neuron that fired.
    batch_size : int
        Number of samples in both populations.
    transposed : bool
        Whether spikes run against the connection, from its target to its source (stage 2).
    name : str
        Name of the object; the code runner is called ``<name>_pre``.
    when : str
        Scheduling slot.

    Raises
    ------
    ValueError
        If `on_pre` is not a statement of this kind of synapses. Factors are only looked at when
        the network is prepared for its first run.
    """

    #: The template that the statement is compiled with.
    template: ClassVar[str]

    #: Name of the array of all numbers of the kernel.
    array: ClassVar[str]

    #: The statement that the template can run, and how to say so.
    statement: ClassVar[re.Pattern[str]]
    example: ClassVar[str]

    def __init__(
        self,
        source: NeuronGroup,
        target: NeuronGroup,
        connection: Connection,
        on_pre: str,
        *,
        batch_size: int,
        transposed: bool = False,
        name: str,
        when: str,
    ) -> None:
        if not self.statement.fullmatch(on_pre.strip()):
            raise ValueError(
                f"shared synapses need one statement like '{self.example}', not "
                f"'{on_pre.strip()}'; use explicit synapses for others"
            )
        super().__init__(clock=target.clock, when=when, name=name)
        self.codeobj_class = code_object_class(self.template)
        self.connection = connection
        self.transposed = transposed
        self.source = source
        self.target = target
        taps = connection.taps.transposed if transposed else connection.taps
        shapes = [connection.source_shape, connection.target_shape]
        source_channels, target_channels = map(channels, shapes[::-1] if transposed else shapes)
        self._kernel_shape = self._stored_shape(taps, source_channels, target_channels)

        self.variables = Variables(self)
        dtype = source.variables["v"].dtype
        size = int(np.prod(self._kernel_shape))
        self.variables.add_constant("N", size)
        self.variables.add_array(self.array, size=size, dtype=dtype)
        self._add_variables(dtype)
        self._add_geometry(taps, source_channels, target_channels, batch_size)
        self._add_neuron_variables(on_pre)
        self._enable_group_attributes()
        self.contained_objects.append(
            CodeRunner(
                self, self.template, code=on_pre, clock=target.clock, when=when,
                name=f"{name}_pre", check_units=False,
            )
        )  # fmt: skip

    def _add_variables(self, dtype: np.dtype) -> None:
        """Add what else the statement names; nothing here."""

    def _stored(self) -> NDArray[np.floating]:
        """The kernel as it lies in memory, rows padded."""
        values: NDArray[np.floating] = self.variables[self.array].get_value()
        return values.reshape(self._kernel_shape)

    def _stored_shape(self, taps: Taps, source_channels: int, row: int) -> tuple[int, ...]:
        if self.connection.channelwise:
            return (taps.count, row)
        return (taps.count, source_channels, -(-row // ROW_MULTIPLE) * ROW_MULTIPLE)

    def _add_geometry(
        self, taps: Taps, source_channels: int, target_channels: int, batch_size: int
    ) -> None:
        position_rows, position_tap, position_target = taps.by_source()
        runs, row_source, row_target, row_other = taps.by_tap()
        shape = [
            len(runs), taps.source_positions, taps.target_positions, source_channels,
            target_channels, self._kernel_shape[-1], int(self.connection.channelwise),
        ]  # fmt: skip
        tables = {
            "_shape": np.array(shape, np.int32),
            "_runs": runs.ravel(),
            "_row_source": row_source,
            "_row_target": row_target,
            "_row_other": row_other,
            "_position_rows": position_rows,
            "_position_tap": position_tap,
            "_position_target": position_target,
        }
        for table, values in tables.items():
            self.variables.add_array(
                table, size=len(values), values=values, dtype=np.int32, constant=True
            )
        self.variables.add_constant("_samples", batch_size)

    def _add_neuron_variables(self, on_pre: str) -> None:
        # Positions in the two populations and in the kernel are computed inside the template;
        # Brian2 only needs to know that each kind of variable has an index of its own.
        for index in ("_source_index", "_target_index", "_kernel_index"):
            self.variables.add_auxiliary_variable(index, dtype=np.int32)
            self.variables[index].unique = False
        self.variables.add_reference(SPIKES, self.source, SPIKES)
        ends = {"_pre": (self.source, "_source_index"), "_post": (self.target, "_target_index")}
        for identifier in sorted(get_identifiers(on_pre)):
            for suffix, (group, index) in ends.items():
                variable = identifier.removesuffix(suffix)
                if identifier.endswith(suffix) and variable in group.variables:
                    scalar = group.variables[variable].scalar
                    self.variables.add_reference(
                        identifier, group, variable, index="0" if scalar else index
                    )
