"""What goes wrong before Brian2's code runs: it cannot be compiled, or not be kept."""


class CompilationError(RuntimeError):
    """Code that cannot be compiled or kept; the message is one sentence with the remedy."""


class CompilerNotFoundError(CompilationError):
    """No working C++ compiler was found."""
