"""What libraries and networks refuse, as the sentence of a `UserError`.

Everything between the command line and the first iteration happens in `refusals`: a value that
parses may still be one that no network can have.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from training.errors import UserError
from training.failures import reason


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
    except (UserError, OSError, MemoryError):  # told wherever they come from
        raise
    except Exception as error:
        if (told := reason(error)) is None:
            raise
        raise UserError(told) from None
