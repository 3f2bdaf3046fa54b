"""brian2genn's device for networks that answer one batch after the other.

Imported only where brian2genn is installed.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

from brian2.codegen.generators.cpp_generator import c_data_type
from brian2.core.variables import ArrayVariable
from brian2.groups.neurongroup import NeuronGroup
from brian2genn.device import GeNNDevice

from networks.devices.programs.standalone import HEADER, StandaloneDevice


class BatchGeNNDevice(StandaloneDevice, GeNNDevice):
    """GeNN code generation with the states of a whole batch in this process.

    Attributes
    ----------
    driven : ArrayVariable or None
        The variable that frames are written into.
    spread_scalars : bool
        Whether each neuron has its copy of what its population shares. GeNN would send shared
        values to a GPU again in every step.
    """

    def __init__(self) -> None:
        super().__init__()
        self.driven: ArrayVariable | None = None
        self.spread_scalars = False

    def add_array_variable(self, model: Any, varname: str, variable: ArrayVariable) -> None:
        """Declare a variable to GeNN."""
        if not self._is_spread(variable):
            super().add_array_variable(model, varname, variable)
            return
        model.variables.append(varname)
        model.variabletypes.append(c_data_type(variable.dtype))
        model.variablescope[varname] = "genn"

    def collect_synapses_variables(self, synapse_model: Any, pathway: str, codeobj: Any) -> None:
        """Let ``on_pre`` read variables of the neuron that fired.

        brian2genn refuses them. GeNN itself reads them when it delivers the spike, one step after
        it was fired and before the neuron's next update. That is when Brian2 reads them under
        synchronous propagation, so nothing changes.
        """
        presynaptic = {
            name
            for name, variable in codeobj.variables.items()
            if name.endswith("_pre") and isinstance(variable, ArrayVariable)
        }
        rest = {name: each for name, each in codeobj.variables.items() if name not in presynaptic}
        reduced = SimpleNamespace(
            code=codeobj.code, variables=rest, variable_indices=codeobj.variable_indices
        )
        super().collect_synapses_variables(synapse_model, pathway, reduced)
        synapse_model.external_variables.extend(sorted(presynaptic))

    def generate_main_source(self, writer: Any, main_lines: list[str]) -> None:
        """Write a ``main`` that answers requests, in place of its single run."""
        self.header_files.add(HEADER.name)
        self.insert_code("before_network_run", "\n".join(self._batch_lines()))
        super().generate_main_source(writer, main_lines)

    def _batch_lines(self) -> Iterator[str]:
        """C++ of the loop over requests, samples and steps, see ``batch_program.h``."""
        yield "spide::answers();"
        # What brian2genn's program said on its way here is no complaint.
        yield "if (ftruncate(2, 0) == 0) lseek(2, 0, SEEK_SET);"
        yield "spide::Batch batch;"
        for variable, values in self.memory.items():
            symbol = _symbol(variable)
            if variable.dynamic:
                array = self._brian_array(variable)
                yield f"batch.shared({array}.data(), {array}.size(), {len(values)});"
            elif self._is_spread(variable):
                yield f"{c_data_type(variable.dtype)} shared_{symbol};"
                yield f"batch.shared(&shared_{symbol}, 1, 1);"
            elif variable.scalar:
                yield f"batch.shared(&{symbol}, 1, 1);"
            else:
                output = "false" if variable.constant else "true"
                yield f"batch.each({symbol}, {variable.size}, {output});"
        if self.driven is not None:
            yield f"batch.driven({_symbol(self.driven)}, {self.driven.size});"
        states = [v for v in self.memory if not v.dynamic and not v.scalar]
        yield f"""
        while (batch.receive())
        {{
            {_lines(self._write_weights(v) for v in self.memory if v.dynamic)}
            {_lines(_write_copies(v) for v in self.memory if self._is_spread(v))}
            for (size_t sample = 0; sample < batch.samples(); sample++)
            {{
                batch.begin(sample);
                initialize();  // no spikes and no input under way
                {_lines(f"push{_symbol(v)}ToDevice();" for v in states)}
                iT = 0;
                t = 0;
                for (size_t step = 0; step < batch.steps(); step++)
                {{
                    {self._present_frame()}
                    stepTime();
                }}
                {_lines(f"pull{_symbol(v)}FromDevice();" for v in states if not v.constant)}
                batch.end(sample);
            }}
            batch.answer();
        }}
        _Exit(0);
        """

    def _write_weights(self, variable: ArrayVariable) -> str:
        """C++ that puts weights into the places that GeNN gave to the synapses."""
        synapses, symbol = variable.owner, _symbol(variable)
        return (
            f"convert_dynamic_arrays_2_sparse_synapses({self._brian_array(variable)}, "
            f"sparseSynapseIndices{synapses.name}, {symbol}, {len(synapses.source)}, "
            f"{len(synapses.target)}); push{symbol}ToDevice();"
        )

    def _is_spread(self, variable: ArrayVariable) -> bool:
        of_neurons = isinstance(variable.owner, NeuronGroup)
        return bool(self.spread_scalars and variable.scalar and of_neurons)

    def _present_frame(self) -> str:
        if self.driven is None:
            return ""
        push = f"push{_symbol(self.driven)}ToDevice();"
        return f"if (batch.frames()) {{ batch.present(sample, step); {push} }}"

    def _brian_array(self, variable: ArrayVariable) -> str:
        return f"brian::{self.get_array_name(variable, access_data=False)}"


def _symbol(variable: ArrayVariable) -> str:
    """The array of a variable in GeNN's generated code, such as ``vlayer1``."""
    return f"{variable.name}{variable.owner.name}"


def _write_copies(variable: ArrayVariable) -> str:
    """C++ that gives a population's value to all of its neurons."""
    symbol = _symbol(variable)
    fill = f"std::fill_n({symbol}, {len(variable.owner)}, shared_{symbol});"
    return f"{fill} push{symbol}ToDevice();"


def _lines(statements: Iterator[str]) -> str:
    return "\n".join(statements)
