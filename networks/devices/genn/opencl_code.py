"""GeNN's model in OpenCL C, which is C: no templates, no overloading, no ``std``.

brian2genn brings functions such as ``int`` and ``sign`` along as C++ templates. OpenCL C has the
same functions built in, under other names.
"""

from __future__ import annotations

import re
from typing import Any

from brian2.utils.stringtools import word_substitute

from networks.devices.genn.side_by_side import SideBySideGeNNDevice

#: Functions as brian2genn calls them, and as OpenCL C does.
BUILT_IN = {
    "int_": "(int)",
    "sign_": "sign",
    "_brian_abs": "fabs",
    "_brian_pow": "pow",
    "_clip": "clamp",
}

#: What brian2genn has no other name for.
SAME_NAME = frozenset(
    {
        *("sin", "cos", "tan", "sinh", "cosh", "tanh", "exp", "log", "log10", "sqrt", "ceil"),
        *("floor", "asin", "acos", "atan"),
    }
)

_CALL = re.compile(r"\b([A-Za-z_]\w*)\s*\(")
_FLOAT = re.compile(r"(\d\.\d*(?:e[-+]?\d+)?)f\b")


class OpenCLGeNNDevice(SideBySideGeNNDevice):
    """For whatever OpenCL finds."""

    def __init__(self, block: int) -> None:
        super().__init__(block)
        self.preferences = (f"GENN_PREFERENCES.manualWorkGroupSizes.fill({block});",)

    def generate_model_source(self, writer: Any, main_lines: list[str], use_GPU: bool) -> None:
        """Write the model without C++."""
        for neurons in self.neuron_models:
            neurons.support_code_lines = ""
            neurons.code_lines = [opencl(each, neurons.name) for each in neurons.code_lines]
            neurons.reset_code_lines = [
                opencl(each, neurons.name) for each in neurons.reset_code_lines
            ]
        for synapses in self.synapse_models:
            for pathway, code in synapses.main_code_lines.items():
                synapses.main_code_lines[pathway] = opencl(code, synapses.name)
                synapses.support_code_lines[pathway] = ""
        super().generate_model_source(writer, main_lines, use_GPU)


def opencl(code: str, name: str) -> str:
    """Statements of brian2genn as OpenCL C.

    Parameters
    ----------
    code : str
    name : str
        What they belong to, for the message.

    Raises
    ------
    ValueError
        If they call a function that is not known to be the same there.
    """
    statements = re.sub(r"//.*", "", code)
    for function in _CALL.findall(re.sub(r"\$\(addToInSyn,|\$\(\w+\)", "", statements)):
        if function not in BUILT_IN and function not in SAME_NAME:
            raise ValueError(
                f"'{name}' uses the function '{function.strip('_')}', which GeNN's OpenCL code "
                "does not have: use backend 'cuda' or 'cpu', or device 'runtime'"
            )
    # GeNN itself gives numbers their precision.
    return _FLOAT.sub(r"\1", word_substitute(code, BUILT_IN))
