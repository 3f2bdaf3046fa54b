"""GeNN's batches: all samples side by side in one kernel, with one copy of the synapses.

GeNN 4 simulates a model in copies (``setBatchSize``) that share what is READ_ONLY and have their
own of everything else; brian2genn never asks for it. A population holds one sample, so the model is
that of one sample; what differs is what each of its variables is declared as:

=====================  ==================  =====================================================
variable               access              in GeNN's memory
=====================  ==================  =====================================================
place of a synapse     READ_ONLY           once
a population's scalar  .._SHARED_NEURON    one value per sample; GeNN would send it in every step
current, dropout, ..   .._DUPLICATE        samples x neurons: sample-major, the layout of this
                                           project
potential, counts      READ_WRITE          samples x neurons
=====================  ==================  =====================================================
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

from brian2.codegen.generators.cpp_generator import c_data_type
from brian2.core.variables import ArrayVariable

from networks.devices.errors import DeviceError
from networks.devices.genn.compilation import MODEL
from networks.devices.genn.device import (
    PREAMBLE,
    BatchGeNNDevice,
    symbol_of,
)
from networks.devices.memory import kind_of
from networks.devices.programs.standalone import HEADER


class SideBySideGeNNDevice(BatchGeNNDevice):
    """GeNN code generation for batches whose samples run side by side.

    Parameters
    ----------
    block : int
        Threads of a block.

    Attributes
    ----------
    preferences : tuple of str
        C++ statements about GeNN's backend, for the model's definition.
    """

    header = HEADER.parent / "side_by_side.h"
    dtDef: str

    def __init__(self, block: int) -> None:
        super().__init__()
        self.preferences: tuple[str, ...] = ()

    def add_array_variable(self, model: Any, varname: str, variable: ArrayVariable) -> None:
        """Declare a variable to GeNN."""
        if kind_of(variable) != "population":
            super().add_array_variable(model, varname, variable)
            return
        model.variables.append(varname)
        model.variabletypes.append(c_data_type(variable.dtype))
        model.variablescope[varname] = "genn"

    def generate_model_source(self, writer: Any, main_lines: list[str], use_GPU: bool) -> None:
        """Write the model, of a batch and with the access of every variable."""
        statements = (*self.preferences, f"model.setBatchSize({self.batches});")
        self.dtDef = "\n".join((self.dtDef, *statements))
        super().generate_model_source(writer, main_lines, use_GPU)
        path = Path(self.project_dir) / f"{MODEL}.cpp"
        path.write_text(self._with_accesses(path.read_text()))

    def _with_accesses(self, source: str) -> str:
        """brian2genn's model with an access for every variable that it declares."""
        for kind, models in (("NEURON", self.neuron_models), ("WEIGHTUPDATE", self.synapse_models)):
            for model in models:
                head, start, rest = source.partition(f"class {model.name}{kind} :")
                body, end, tail = rest.partition("IMPLEMENT_MODEL(")
                for name, dtype in zip(model.variables, model.variabletypes, strict=True):
                    declared = f'{{"{name}", "{dtype}"}}'
                    if body.count(declared) != 1:
                        raise DeviceError(
                            f"brian2genn declares '{name}' of '{model.name}' in a way that is not "
                            "known here: install brian2genn 1.7.0"
                        )
                    access = f"VarAccess::{self._access(model.name, name)}"
                    body = body.replace(declared, f'{{"{name}", "{dtype}", {access}}}')
                source = head + start + body + end + tail
        return source

    def _access(self, owner: str, name: str) -> str:
        for variable in self.memory:
            if variable.owner.name == owner and variable.name == name:
                if kind_of(variable) == "population":
                    return "READ_ONLY_SHARED_NEURON"
                return "READ_ONLY_DUPLICATE" if variable.constant else "READ_WRITE"
        return "READ_ONLY"  # Brian2's own indices and places of synapses: the same in all samples

    def _batch_lines(self) -> Iterator[str]:
        """C++ of the loop over requests and steps, see ``side_by_side.h``."""
        yield from PREAMBLE
        yield f"spide::SideBySide batch({self.batches});"
        pushes, pulls = [], []
        shared, each = count(), count()
        for variable, values in self.memory.items():
            symbol, kind = symbol_of(variable), kind_of(variable)
            if kind == "kernel":
                yield f"allocate{symbol}({len(values)});"
                yield f"batch.shared({symbol}, {len(values)});"
                push = f"push{symbol}ToDevice({len(values)});"
                pushes.append(f"if (batch.shared_changed({next(shared)})) {push}")
            elif kind == "population":
                yield f"{c_data_type(variable.dtype)} shared_{symbol};"
                yield f"batch.shared(&shared_{symbol}, 1);"
                push = f"std::fill_n({symbol}, {self.batches}, shared_{symbol});"
                push = f"{push} push{symbol}ToDevice();"
                pushes.append(f"if (batch.shared_changed({next(shared)})) {{ {push} }}")
            else:
                output = "false" if variable.constant else "true"
                yield f"batch.each({symbol}, {variable.size}, {output});"
                pushes.append(f"if (batch.each_changed({next(each)})) push{symbol}ToDevice();")
                if not variable.constant:
                    pulls.append(f"pull{symbol}FromDevice();")
        present = ""
        if self.driven is not None:
            driven = symbol_of(self.driven)
            yield f"batch.driven({driven}, {self.driven.size});"
            present = f"if (batch.frames()) {{ batch.present(step); push{driven}ToDevice(); }}"
        yield f"""
        while (batch.receive())
        {{
            initialize();  // no spikes and no input under way
            {_lines(pushes)}
            batch.moved_to_device();
            iT = 0;
            t = 0;
            for (size_t step = 0; step < batch.steps(); step++)
            {{
                {present}
                stepTime();
            }}
            {_lines(pulls[:1])}  // waits for the steps
            batch.steps_done();
            {_lines(pulls[1:])}
            batch.moved_from_device();
            batch.answer();
        }}
        _Exit(0);
        """


class CudaGeNNDevice(SideBySideGeNNDevice):
    """For NVIDIA GPUs."""

    def __init__(self, block: int) -> None:
        super().__init__(block)
        self.preferences = (
            "GENN_PREFERENCES.blockSizeSelectMethod = BlockSizeSelect::MANUAL;",
            f"GENN_PREFERENCES.manualBlockSizes.fill({block});",
            # GeNN finds its optimal device by trying block sizes, so the two go together.
            "if (GENN_PREFERENCES.deviceSelectMethod == DeviceSelect::OPTIMAL)",
            "    GENN_PREFERENCES.deviceSelectMethod = DeviceSelect::MOST_MEMORY;",
            # A product is rounded before it is added, as on the processor.
            'GENN_PREFERENCES.userNvccFlags += " --fmad=false";',
        )


def _lines(statements: list[str]) -> str:
    return "\n".join(statements)
