"""How Brian2 compiles this project's strings: derived code objects, generators and templates."""

from networks.brian.code_generation.code_object import (
    BatchCodeObject,
    code_object_class,
)
from networks.brian.code_generation.compiler import require_compiler
from networks.brian.code_generation.errors import CompilationError, CompilerNotFoundError
from networks.brian.code_generation.standalone import PROGRAM_CODE_OBJECTS
from networks.brian.code_generation.steps import CompiledSteps

__all__ = [
    "PROGRAM_CODE_OBJECTS",
    "BatchCodeObject",
    "CompilationError",
    "CompiledSteps",
    "CompilerNotFoundError",
    "code_object_class",
    "require_compiler",
]
