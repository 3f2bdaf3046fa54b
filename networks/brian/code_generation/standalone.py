"""Code objects of the C++ standalone device, with our templates and kernels.

They are for programs what `BatchCodeObject` is for this process: the same headers do the work, so
that both give the same spikes in about the same time.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from brian2.codegen.codeobject import CodeObject
from brian2.codegen.generators.cpp_generator import CPPCodeGenerator
from brian2.devices.cpp_standalone.codeobject import CPPStandaloneCodeObject

from networks.brian.code_generation.factors import ProductOfFactors, TaughtFactors


class _SharedSynapsesGenerator(ProductOfFactors, CPPCodeGenerator):
    """C++ code around an ``on_pre`` statement in factors."""


class _SharedPlasticSynapsesGenerator(TaughtFactors, CPPCodeGenerator):
    """C++ code around a statement that teaches, in factors."""


class ProgramCodeObject(CPPStandaloneCodeObject):
    """C++ code of a program, whose templates of this package take precedence over Brian2's."""

    templater: Any = CPPStandaloneCodeObject.templater.derive("networks.brian").derive(
        "networks.brian", templates_dir="templates/programs"
    )


class ProgramSharedSynapses(ProgramCodeObject):
    """The code of `SharedSynapses` in a program."""

    generator_class = _SharedSynapsesGenerator


class ProgramSharedPlasticSynapses(ProgramCodeObject):
    """The code of `SharedPlasticSynapses` in a program."""

    generator_class = _SharedPlasticSynapsesGenerator


PROGRAM_CODE_OBJECTS: Mapping[str, type[CodeObject]] = {
    "": ProgramCodeObject,
    "shared_synapses": ProgramSharedSynapses,
    "shared_plastic": ProgramSharedPlasticSynapses,
}
"""By template, as `code_object_class` asks for them; the others under ""."""
