"""An ``on_pre`` statement such as ``v_post += dropout_post * w`` as a product of three factors.

The kernels of this package add up many spikes before they touch the target. That needs the
statement in factors, each evaluated as rarely as possible:

- of presynaptic variables: once per spike,
- the weight ``w``: once per synapse,
- of postsynaptic variables: once per target and tap.

The factors are C++ in any case; what stands around them is Cython or C++, as the generator is that
these classes are mixed into.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy
from brian2.codegen.generators.base import CodeGenerator
from brian2.codegen.generators.cpp_generator import c_data_type
from brian2.codegen.translation import make_statements
from brian2.core.variables import ArrayVariable
from brian2.parsing.rendering import CPPNodeRenderer
from brian2.parsing.sympytools import str_to_sympy, sympy_to_str
from brian2.utils.stringtools import get_identifiers, word_substitute

WEIGHT = "w"


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


class ProductOfFactors(CodeGenerator):
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
            ArrayArgument(name, c_data_type(self.variables[name].dtype), self._array(name))
            for name in sorted(names)
        )
        return OnPre(
            target=self._array(statement.var),
            scalar=c_data_type(self.variables[statement.var].dtype),
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


class TaughtFactors(ProductOfFactors):
    """Splits a statement ``dw += pre * post`` that teaches into its two factors."""

    weights = 0
    product = "presynaptic and postsynaptic factors"
