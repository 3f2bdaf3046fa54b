"""How Brian2 compiles this project's strings: derived code objects, generators and templates."""

from networks.brian.code_generation.code_object import (
    BatchCodeObject,
    SharedPlasticSynapsesCodeObject,
    SharedSynapsesCodeObject,
    code_object_class,
)
from networks.brian.code_generation.compiler import require_compiler
from networks.brian.code_generation.errors import CompilationError, CompilerNotFoundError
from networks.brian.code_generation.steps import CompiledSteps

__all__ = [
    "BatchCodeObject",
    "CompilationError",
    "CompiledSteps",
    "CompilerNotFoundError",
    "SharedPlasticSynapsesCodeObject",
    "SharedSynapsesCodeObject",
    "code_object_class",
    "require_compiler",
]
