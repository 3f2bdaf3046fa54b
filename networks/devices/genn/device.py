"""brian2genn's device for networks that answer one batch after the other.

Synapses look their weights up in a kernel, which is an array of the program: a request brings it,
and nothing that is as large as the synapses is touched again once they are built. Imported only
where brian2genn is installed.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, ClassVar

from brian2.codegen.generators.cpp_generator import c_data_type
from brian2.core.variables import ArrayVariable
from brian2genn.device import GeNNDevice

from networks.devices.memory import kind_of
from networks.devices.programs.standalone import HEADER, StandaloneDevice

#: The variables of `ExplicitSynapses` on a device that keeps kernels.
WEIGHT, PLACE = "w", "place"

#: The first lines of every program: what GeNN and brian2genn said before is no complaint.
PREAMBLE = ("spide::answers();", "if (ftruncate(2, 0) == 0) lseek(2, 0, SEEK_SET);")


class BatchGeNNDevice(StandaloneDevice, GeNNDevice):
    """GeNN code generation with the states of a whole batch in this process.

    The samples of a batch run one after the other in populations that hold one sample.

    Attributes
    ----------
    driven : ArrayVariable or None
        The variable that frames are written into.
    """

    own_code_objects: ClassVar = {}
    keeps_kernels = True
    header = HEADER

    def __init__(self) -> None:
        super().__init__()
        self.driven: ArrayVariable | None = None

    def collect_synapses_variables(self, synapse_model: Any, pathway: str, codeobj: Any) -> None:
        """Let ``on_pre`` read its kernel and variables of the neuron that fired.

        brian2genn knows no kernels: ``w`` becomes an array of the whole population of synapses
        (GeNN's extra global parameters), which `fix_synapses_code` makes each synapse index with
        its ``place``.

        It refuses variables of the neuron that fired. GeNN itself reads them when it delivers the
        spike, one step after it was fired and before the neuron's next update. That is when Brian2
        reads them under synchronous propagation, so nothing changes.
        """
        variables = codeobj.variables
        presynaptic = {
            name
            for name, variable in variables.items()
            if name.endswith("_pre") and isinstance(variable, ArrayVariable)
        }
        rest = {
            name: each
            for name, each in variables.items()
            if name not in presynaptic and name != WEIGHT
        }
        reduced = SimpleNamespace(
            code=codeobj.code, variables=rest, variable_indices=codeobj.variable_indices
        )
        super().collect_synapses_variables(synapse_model, pathway, reduced)
        synapse_model.external_variables.extend(sorted(presynaptic))
        weight = variables[WEIGHT]
        self.add_array_variable(synapse_model, PLACE, weight.owner.variables[PLACE])
        synapse_model.shared_variables.append(WEIGHT)
        synapse_model.shared_variabletypes.append(f"{c_data_type(weight.dtype)}*")

    def fix_synapses_code(self, synapse_model: Any, pathway: str, codeobj: Any, code: str) -> None:
        """Write the code of a pathway, with ``w[place]`` for ``w``."""
        super().fix_synapses_code(synapse_model, pathway, codeobj, code)
        lines = synapse_model.main_code_lines
        lines[pathway] = lines[pathway].replace(f"$({WEIGHT})", f"$({WEIGHT})[$({PLACE})]")

    def generate_main_source(self, writer: Any, main_lines: list[str]) -> None:
        """Write a ``main`` that answers requests, in place of its single run."""
        self.header_files.add(self.header.name)
        self.insert_code("before_network_run", "\n".join(self._batch_lines()))
        shared = {each.name: each.shared_variables for each in self.synapse_models}
        for each in self.synapse_models:
            each.shared_variables = []  # kernels are not copied from Brian2's arrays
        super().generate_main_source(writer, main_lines)
        for each in self.synapse_models:
            each.shared_variables = shared[each.name]

    def _batch_lines(self) -> Iterator[str]:
        """C++ of the loop over requests, samples and steps, see ``batch_program.h``."""
        yield from PREAMBLE
        yield "spide::Batch batch;"
        for variable, values in self.memory.items():
            symbol, kind = symbol_of(variable), kind_of(variable)
            if kind == "kernel":
                yield f"allocate{symbol}({len(values)});"
                yield f"batch.shared({symbol}, {len(values)}, {len(values)});"
            elif kind == "population":
                yield f"batch.shared(&{symbol}, 1, 1);"
            else:
                output = "false" if variable.constant else "true"
                yield f"batch.each({symbol}, {variable.size}, {output});"
        present = ""
        if self.driven is not None:
            yield f"batch.driven({symbol_of(self.driven)}, {self.driven.size});"
            present = "if (batch.frames()) batch.present(sample, step);"
        yield f"""
        while (batch.receive())
        {{
            for (size_t sample = 0; sample < batch.samples(); sample++)
            {{
                batch.begin(sample);
                initialize();  // no spikes and no input under way
                iT = 0;
                t = 0;
                for (size_t step = 0; step < batch.steps(); step++)
                {{
                    {present}
                    stepTime();
                }}
                batch.end(sample);
            }}
            batch.steps_done();
            batch.answer();
        }}
        _Exit(0);
        """


def symbol_of(variable: ArrayVariable) -> str:
    """The array of a variable in GeNN's generated code, such as ``vlayer1``."""
    return f"{variable.name}{variable.owner.name}"
