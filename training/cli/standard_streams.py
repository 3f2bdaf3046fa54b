"""Standard output and error that do not end a training when they cannot be written.

What a training prints can be read in its run folder too, so a log file on a full disk is no reason
to stop. It is said at the end, and the exit status tells it.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable
from contextlib import ExitStack, redirect_stderr, redirect_stdout
from types import TracebackType
from typing import Any, Self, TextIO, cast

from training.storage.system_errors import cause


class StandardStreams:
    """A context in which both streams outlive an error; a reader who has left is none.

    Attributes
    ----------
    complaint : str or None
        The sentence to say after the context, if something could not be written.
    """

    def __init__(self) -> None:
        self.complaint: str | None = None
        self._contexts = ExitStack()

    def __enter__(self) -> Self:
        _open_what_is_closed()
        # A reader who leaves, as `head` does, has seen enough of the output: the command ends.
        self._output = _LastingStream(sys.stdout, passed_on=BrokenPipeError)
        self._error = _LastingStream(sys.stderr, passed_on=None)
        self._contexts.enter_context(redirect_stdout(cast(TextIO, self._output)))
        self._contexts.enter_context(redirect_stderr(cast(TextIO, self._error)))
        # Brian2 keeps a log in the temporary folder. That it cannot is no reason for a traceback.
        self._contexts.callback(setattr, logging, "raiseExceptions", logging.raiseExceptions)
        logging.raiseExceptions = False
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._contexts.close()
        streams = {"standard output": self._output, "standard error": self._error}
        for name, stream in streams.items():
            stream.call("flush")
            if stream.error is not None:
                stream.discard()
                self.complaint = (
                    f"{name} cannot be written ({cause(stream.error)}), what was printed is lost: "
                    "make room there, or redirect it elsewhere"
                )

    def tell(self, message: str) -> None:
        """Print a line on standard error, or on standard output if that is lost."""
        stream = self._error if self._error.error is None else self._output
        stream.write(message + "\n")
        stream.call("flush")


class _LastingStream:
    """A text stream that takes everything, also when the one behind it takes no more.

    Parameters
    ----------
    stream : TextIO
    passed_on : type of OSError, optional
        An error that is raised nevertheless.
    """

    def __init__(self, stream: TextIO, passed_on: type[OSError] | None) -> None:
        self._stream = stream
        self._passed_on = passed_on
        self.error: OSError | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        """Write, or not."""
        self.call("write", text)
        return len(text)

    def flush(self) -> None:
        """Write what is kept back, or not."""
        self.call("flush")

    def call(self, method: str, *arguments: str) -> None:
        """Call a method of the stream as long as there was no error."""
        if self.error is not None:
            return
        try:
            function: Callable[..., Any] = getattr(self._stream, method)
            function(*arguments)
        except OSError as error:
            if self._passed_on is not None and isinstance(error, self._passed_on):
                raise
            self.error = error

    def discard(self) -> None:
        """Let what is kept back go nowhere: the interpreter would try it again at its end."""
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self._stream.fileno())
        os.close(nowhere)
        self._stream.flush()


def _open_what_is_closed() -> None:
    """Give a process that was started without a standard stream one that goes nowhere.

    The next file it opens would get the number of that stream otherwise, and what compilers print
    would be written into it.
    """
    if None in (sys.stdin, sys.stdout, sys.stderr):
        while (number := os.open(os.devnull, os.O_RDWR)) <= 2:
            pass
        os.close(number)
        sys.stdout = sys.stdout or open(os.devnull, "w")  # noqa: SIM115
        sys.stderr = sys.stderr or open(os.devnull, "w")  # noqa: SIM115
