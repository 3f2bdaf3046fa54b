"""What went wrong in a training, as one sentence with the remedy.

A command prints it and ends; a sweep writes it down for one point and goes on with the others.
"""

from __future__ import annotations

from networks.one_line import in_one_line
from training.errors import UserError
from training.storage.system_errors import sentence

_REMEDY = (
    "choose a smaller architecture or batch size ('spide info' tells what they take), or close "
    "other programs"
)


def reason(error: BaseException) -> str | None:
    """The sentence about an error that can happen to anybody; None for one that is a fault of ours.

    Parameters
    ----------
    error : BaseException
        What a user, the system, a compiler, a device or the numbers of a training are the cause of
        is such an error.
    """
    if isinstance(error, UserError):
        return str(error)
    if isinstance(error, ValueError):
        return in_one_line(error)
    if isinstance(error, OSError):
        return sentence(error)
    if isinstance(error, MemoryError | RuntimeError) and (missing := missing_memory(error)):
        return missing
    from networks import CompilationError, DeviceError, NotFiniteError  # slow to import
    from training.methods import NotConvergedError

    if isinstance(error, CompilationError | DeviceError | NotConvergedError | NotFiniteError):
        return str(error)
    return None


def missing_memory(error: MemoryError | RuntimeError) -> str | None:
    """The sentence about memory that is not there; None if that is not what the error is about."""
    if isinstance(error, MemoryError) or "allocate memory" in str(error):  # the latter is torch's
        told = in_one_line(error)
        return f"there is not enough memory{f' ({told})' if told else ''}: {_REMEDY}"
    return None
