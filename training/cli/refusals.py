"""What libraries and networks refuse, as the sentence of a `UserError`.

Everything between the command line and the first iteration happens in `refusals`: a value that
parses may still be one that no network can have. Memory that is not there is told wherever it is
missed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from networks.one_line import in_one_line
from training.errors import UserError

_REMEDY = (
    "choose a smaller architecture or batch size ('spide info' tells what they take), or close "
    "other programs"
)


@contextmanager
def refusals() -> Iterator[None]:
    """A context whose refusals are a user's mistakes.

    Raises
    ------
    UserError
        In place of a `ValueError`, and of what compilers, devices and networks refuse.
    """
    try:
        yield
    except UserError:
        raise
    except ValueError as error:
        raise UserError(in_one_line(error)) from None
    except Exception as error:
        from networks import CompilationError, DeviceError, NotFiniteError  # slow to import
        from training.methods import NotConvergedError

        if isinstance(error, CompilationError | DeviceError | NotConvergedError | NotFiniteError):
            raise UserError(str(error)) from None
        raise


def missing_memory(error: MemoryError | RuntimeError) -> str | None:
    """The sentence about memory that is not there; None if that is not what the error is about."""
    if isinstance(error, MemoryError) or "allocate memory" in str(error):  # the latter is torch's
        reason = in_one_line(error)
        return f"there is not enough memory{f' ({reason})' if reason else ''}: {_REMEDY}"
    return None
