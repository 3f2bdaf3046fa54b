"""Translation of Brian2's abstract code for our templates.

`SharedSynapsesGenerator` compiles an ``on_pre`` statement such as ``v_post += dropout_post * w``
for kernels that add up many spikes before they touch the target. That needs the statement as a
product of three factors, each evaluated as rarely as possible:

- of presynaptic variables: once per spike,
- the weight ``w``: once per synapse,
- of postsynaptic variables: once per target and tap.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy
from brian2.codegen.generators.cython_generator import CythonCodeGenerator, get_cpp_dtype
from brian2.codegen.translation import make_statements
from brian2.core.variables import ArrayVariable
from brian2.parsing.rendering import CPPNodeRenderer
from brian2.parsing.sympytools import str_to_sympy, sympy_to_str
from brian2.utils.stringtools import get_identifiers, word_substitute

WEIGHT = "w"
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


@dataclass(frozen=True)
class ArrayArgument:
    """An array that a factor reads: its name in the string, C type and generated name."""

    name: str
    ctype: str
    array: str


@dataclass(frozen=True)
class OnPre:
    """An ``on_pre`` statement ``target += pre * w * post`` as C++ expressions, or one without w.

    `pre` reads its arrays at index ``i`` (the neuron that fired), `post` at index ``j``. A factor
    that is 1, `unit_pre` or `unit_post`, need not be multiplied with.
    """

    target: str
    scalar: str
    pre: str
    post: str
    unit_pre: bool
    unit_post: bool
    arguments: tuple[ArrayArgument, ...]


class SharedSynapsesGenerator(BatchGenerator):
    """Splits an ``on_pre`` statement into presynaptic factor, weight and postsynaptic factor."""

    #: How often the weight is a factor, and what the statement is a product of.
    weights = 1
    product = "w, presynaptic and postsynaptic factors"

    def translate(self, code: dict[str | None, str], dtype: Any) -> Any:
        (statement,) = code.values()
        keywords = self.determine_keywords() | {"on_pre": self._split(statement, dtype)}
        return {None: ""}, {None: ""}, keywords

    def _split(self, code: str, dtype: Any) -> OnPre:
        _, (statement,) = make_statements(code, self.variables, dtype, optimise=False)
        pre, post, weights = sympy.Integer(1 if statement.op == "+=" else -1), sympy.Integer(1), 0
        for factor in sympy.Mul.make_args(str_to_sympy(statement.expr, self.variables)):
            names = {str(symbol) for symbol in factor.free_symbols}
            if str(factor) == WEIGHT:
                weights += 1
            elif names and all(name.endswith("_post") for name in names):
                post *= factor
            elif all(name.endswith("_pre") for name in names):
                pre *= factor
            else:
                weights = -1
                break
        factors = f"{sympy_to_str(pre)} {sympy_to_str(post)}"
        names = get_identifiers(factors)
        # C++ has neither Brian2's functions nor its power; a target that the statement itself
        # changes has no one value while spikes are added up.
        arrays = {name for name, each in self.variables.items() if isinstance(each, ArrayVariable)}
        if weights != self.weights or "**" in factors or not names <= arrays - {statement.var}:
            raise ValueError(
                f"shared synapses need a product of {self.product}, not '{statement.expr}'; use "
                "explicit synapses for others"
            )
        arguments = tuple(
            ArrayArgument(name, get_cpp_dtype(self.variables[name].dtype), self._array(name))
            for name in sorted(names)
        )
        return OnPre(
            target=self._array(statement.var),
            scalar=get_cpp_dtype(self.variables[statement.var].dtype),
            pre=self._render(pre, "i"),
            post=self._render(post, "j"),
            unit_pre=pre == 1,
            unit_post=post == 1,
            arguments=arguments,
        )

    def _array(self, name: str) -> str:
        return self.get_array_name(self.variables[name])

    def _render(self, factor: sympy.Expr, index: str) -> str:
        text = sympy_to_str(factor)
        elements = {
            name: f"{name}[{'0' if self.variables[name].scalar else index}]"
            for name in get_identifiers(text)
        }
        return word_substitute(CPPNodeRenderer().render_expr(text).strip(), elements)


class SharedPlasticSynapsesGenerator(SharedSynapsesGenerator):
    """Splits a statement ``dw += pre * post`` that teaches into its two factors."""

    weights = 0
    product = "presynaptic and postsynaptic factors"
