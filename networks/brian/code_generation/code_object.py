"""Brian2's Cython code objects, with our templates and one compiled module per *kind* of code.

Brian2 caches a compiled module by its source text, and that text names the arrays of the group it
was made for (``_array_layer1_v``, ``_array_layer2_v``). Here arrays are renamed after the variable
(``_array_v``), so all layers of all networks whose strings agree share one module: a network
compiles a handful of modules instead of dozens, and a new architecture compiles nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from brian2.codegen.codeobject import CodeObject
from brian2.codegen.runtime.cython_rt import CythonCodeObject
from brian2.core.variables import ArrayVariable, DynamicArrayVariable
from brian2.devices.device import get_device, runtime_device

from networks.brian.code_generation.errors import CompilationError
from networks.brian.code_generation.function_arrays import function_arrays
from networks.brian.code_generation.generator import (
    BatchGenerator,
    SharedPlasticSynapsesGenerator,
    SharedSynapsesGenerator,
)
from networks.brian.code_generation.modules import module_cache

#: Brian2 calls ``int()`` with the interpreter's lock only; a step does not have it.
_INT_DECLARATION = re.compile(r"cdef int int_\([\w ]+\)$", re.MULTILINE)


class BatchCodeObject(CythonCodeObject):
    """Cython code that runs without the interpreter's lock.

    Templates of this package take precedence over Brian2's: networks in different threads then
    run side by side. The statements inside are Brian2's translation of the strings.
    """

    templater = CythonCodeObject.templater.derive("networks.brian")
    generator_class = BatchGenerator
    class_name = "cython"  # by which Brian2 finds the code of functions

    namespace: dict[str, Any]
    compiled_code: dict[str, Any]
    nonconstant_values: list[tuple[str, Any]]

    def __init__(self, *args: Any, **kwds: Any) -> None:
        super().__init__(*args, **kwds)
        self._share_compiled_module()

    def compile_block(self, block: str) -> Any:
        """Compile one block; Brian2 itself goes on without the code that failed to compile."""
        code = getattr(self.code, block, "").strip()
        if not code or "EMPTY_CODE_BLOCK" in code:
            return None
        module = module_cache().create_extension(
            code + function_arrays().comment(code, self.namespace),
            define_macros=self.define_macros,
            libraries=self.libraries,
            extra_compile_args=self.extra_compile_args,
            extra_link_args=self.extra_link_args,
            include_dirs=self.include_dirs,
            library_dirs=self.library_dirs,
            runtime_library_dirs=self.runtime_library_dirs,
            compiler=self.compiler,
            owner_name=f"{self.owner.name}_{self.template_name}",
            sources=self.sources,
        )
        if module is None:
            raise CompilationError(
                f"the code of '{self.name}' does not compile, see the output above: does a string "
                "of its neuron call what Cython does not know?"
            )
        return module

    def call_of_a_step(self) -> Callable[[], Any]:
        """What runs the code once: the compiled function itself if no array can have moved."""
        module = self.compiled_code["run"]
        if module is None or self.nonconstant_values:
            return self
        return partial(module.main, self.namespace)

    def bound_step(self) -> tuple[int, bytes] | None:
        """The step as a C function and its argument, see step.pyx, as long as no array moves.

        None if the code is not of this package's templates, or if arrays can move.
        """
        bind = getattr(self.compiled_code["run"], "bind", None)
        if bind is None or self.nonconstant_values:
            return None
        step: tuple[int, bytes] = bind(self.namespace)
        return step

    def _share_compiled_module(self) -> None:
        names: dict[str, str] = {}
        for key, variable in sorted(self.variables.items()):
            if isinstance(variable, ArrayVariable):
                names.setdefault(self.device.get_array_name(variable), f"_array_{key}")
                if isinstance(variable, DynamicArrayVariable):
                    resizable = self.device.get_array_name(variable, access_data=False)
                    names.setdefault(resizable, f"_dynamic_array_{key}")
        if not names:
            return
        arrays = "|".join(sorted(map(re.escape, names), key=len, reverse=True))
        pattern = re.compile(rf"\b(_buf_|_num)?({arrays})\b")

        def rename(text: str) -> str:
            return pattern.sub(lambda match: (match[1] or "") + names[match[2]], text)

        for block in self.code:
            setattr(
                self.code, block, _INT_DECLARATION.sub(r"\g<0> nogil", rename(self.code[block]))
            )
        self.namespace = {rename(key): value for key, value in self.namespace.items()}
        self.nonconstant_values = [(rename(key), getter) for key, getter in self.nonconstant_values]


class SharedSynapsesCodeObject(BatchCodeObject):
    """The code of `SharedSynapses`: an ``on_pre`` string split into factors."""

    generator_class = SharedSynapsesGenerator


class SharedPlasticSynapsesCodeObject(BatchCodeObject):
    """The code of `SharedPlasticSynapses`: a statement that teaches, split into factors."""

    generator_class = SharedPlasticSynapsesGenerator


#: The code objects where Brian2 runs them itself, by template; the others under "".
_IN_THIS_PROCESS: Mapping[str, type[CodeObject]] = {
    "": BatchCodeObject,
    "shared_synapses": SharedSynapsesCodeObject,
    "shared_plastic": SharedPlasticSynapsesCodeObject,
}


def code_object_class(template: str = "") -> type[CodeObject] | None:
    """The code objects of this package that the device in use has; None where it has its own.

    Parameters
    ----------
    template : str
        Of code that Brian2 has no template for.
    """
    device = get_device()
    if device is runtime_device:
        return _IN_THIS_PROCESS[template]
    own: Mapping[str, type[CodeObject]] = getattr(device, "own_code_objects", {})
    return own.get(template)
