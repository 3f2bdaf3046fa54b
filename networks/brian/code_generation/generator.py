"""Translation of Brian2's abstract code into Cython for our templates."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from brian2.codegen.generators.cython_generator import CythonCodeGenerator
from brian2.core.variables import ArrayVariable

from networks.brian.code_generation.factors import ProductOfFactors, TaughtFactors

_DECLARATION = re.compile(
    r"cdef (?P<ctype>(?!_numpy)\w+(?: \w+)*(?: \*)?) (?P<name>\w+)(?P<value> = .*)?$"
)
_FUNCTION_HEADER = re.compile(r"^(cdef [^\n]*\)):", re.MULTILINE)


class BatchGenerator(CythonCodeGenerator):
    """Cython code whose temporary variables have the precision of the group."""

    def translate(self, code: dict[str | None, str], dtype: Any) -> Any:
        floating = [
            variable.dtype
            for variable in self.variables.values()
            if isinstance(variable, ArrayVariable)
            and not variable.scalar
            and np.issubdtype(variable.dtype, np.floating)
        ]
        return super().translate(code, np.result_type(*floating) if floating else dtype)

    def determine_keywords(self) -> dict[str, Any]:
        # Functions such as sign() are called in loops that do not hold the interpreter's lock.
        keywords: dict[str, Any] = super().determine_keywords()
        keywords["support_code_lines"] = [
            _FUNCTION_HEADER.sub(r"\1 noexcept nogil:", line)
            for line in keywords["support_code_lines"]
        ]
        declarations = [
            found
            for line in keywords["load_namespace"].splitlines()
            if (found := _DECLARATION.match(line))
        ]
        keywords["bound"] = [
            (each["ctype"], each["name"]) for each in declarations if each["value"]
        ]
        keywords["local_variables"] = [each[0] for each in declarations if not each["value"]]
        return keywords


class SharedSynapsesGenerator(ProductOfFactors, BatchGenerator):
    """Cython code around an ``on_pre`` statement in factors."""


class SharedPlasticSynapsesGenerator(TaughtFactors, BatchGenerator):
    """Cython code around a statement that teaches, in factors."""
