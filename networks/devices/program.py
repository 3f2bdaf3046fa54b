"""A compiled program that stays up and answers one batch after the other, through pipes.

It is started at the first batch and ends with this process, whose end closes its standard input.
An answer that is late, short or of another request means that the program died: nothing of it is
used. (What it says itself is in ``networks/templates/batch_program.h``.)
"""

from __future__ import annotations

import io
import os
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any, cast

import numpy as np
from numpy.typing import NDArray

from networks.devices.errors import DeviceError

#: How much of what the program said goes into an error.
_LAST_WORDS = 300


class Program:
    """A program in a build folder.

    Parameters
    ----------
    folder : Path
        The build folder, in which it runs.
    command : sequence of str
        The program and its arguments.
    """

    def __init__(self, folder: Path, command: Sequence[str]) -> None:
        self.folder = folder
        self.command = list(command)
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = os.getpid()
        self._complaints: IO[bytes] | None = None
        self._requests = 0

    def ask(
        self,
        header: Sequence[int],
        arrays: Sequence[NDArray[Any]],
        answers: Sequence[NDArray[Any]],
    ) -> None:
        """Send a request and wait for the answer.

        Parameters
        ----------
        header : sequence of int
            Samples, steps, and whether there are frames.
        arrays : sequence of array
            What is sent.
        answers : sequence of contiguous array
            Where the answer goes.

        Raises
        ------
        DeviceError
            If the program cannot be started, dies, or gives a wrong or incomplete answer.
        """
        try:
            process = self._running()
            assert process.stdin is not None
            self._requests += 1
            process.stdin.write(np.array([self._requests, *header], np.int64).data)
            for array in arrays:
                process.stdin.write(np.ascontiguousarray(array).data)
            process.stdin.flush()
            number = np.zeros(1, np.int64)
            channel = cast(io.BufferedReader, process.stdout)
            for answer in (number, *answers):
                if channel.readinto(answer.data.cast("B")) != answer.nbytes:
                    raise EOFError
            if number[0] != self._requests:
                raise EOFError
        except (OSError, EOFError) as error:
            raise DeviceError(self._obituary(error)) from None
        except BaseException:
            self.stop()  # Ctrl+C: the rest of the answer would be taken for the next one
            raise

    def stop(self) -> None:
        """End the program; the next request starts it anew."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def __del__(self) -> None:
        if getattr(self, "_process", None) is not None and self._owner == os.getpid():
            self.stop()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._owner != os.getpid():  # a forked child: the program belongs to its parent
            self._process, self._requests, self._owner = None, 0, os.getpid()
        if self._process is None:
            self._complaints = tempfile.TemporaryFile()  # noqa: SIM115
            # A session of its own: Ctrl+C in the terminal is for this process to handle.
            self._process = subprocess.Popen(
                self.command,
                cwd=self.folder,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._complaints,
                start_new_session=True,
            )
        return self._process

    def _obituary(self, error: Exception) -> str:
        if self._process is None:
            return f"the program in '{self.folder}' does not start ({error}): delete that folder"
        try:
            code: int | None = self._process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            code = None
        self.stop()
        assert self._complaints is not None
        self._complaints.seek(0)
        words = " ".join(self._complaints.read().decode(errors="replace").split())[-_LAST_WORDS:]
        return (
            f"the compiled program in '{self.folder}' {_cause(code)}"
            + (f" and said '{words}'" if words else "")
            + ": no rates were computed; if it happens again, delete that folder"
        )


def _cause(code: int | None) -> str:
    if code is None:
        return "gave a wrong answer"
    if code < 0:
        return f"was ended by {signal.Signals(-code).name}"
    return f"ended with status {code}"
