"""A compiled program that stays up and answers one batch after the other.

It is started at the first batch and ends with this process, whose end closes its standard input.
A request is a header, a byte for each array that says whether it holds one value, the arrays, and
frames; the answer is the number of the request, how long its parts took, and arrays. Both lie on a
tape (`networks.devices.programs.tape`). An answer that is late, short or of another request means
that the program died: nothing of it is used. (What it says itself is in
``networks/brian/templates/batch_program.h``.)
"""

from __future__ import annotations

import os
import signal
import struct
import subprocess
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from networks.devices.errors import DeviceError
from networks.devices.programs.exchange import Exchange, Packed
from networks.devices.programs.tape import VARIABLE, Tape, padded

#: How much of what the program said goes into an error.
_LAST_WORDS = 300

#: What the pipes carry: the size of the tape, and where the answer ends.
_NUMBER = struct.Struct("=q")


class Program:
    """A program in a build folder.

    Parameters
    ----------
    folder : Path
        The build folder, in which it runs.
    command : sequence of str
        The program and its arguments.
    environment : dict of str, optional
        Variables that it needs beside those of this process.

    Attributes
    ----------
    last : Exchange or None
        What the last request moved, and how long it took.
    """

    def __init__(
        self, folder: Path, command: Sequence[str], environment: Mapping[str, str] | None = None
    ) -> None:
        self.folder = folder
        self.command = list(command)
        self._environment = dict(environment or {})
        self._process: subprocess.Popen[bytes] | None = None
        self._tape: Tape | None = None
        self._owner = os.getpid()
        self._complaints: IO[bytes] | None = None
        self._requests = 0
        self.last: Exchange | None = None

    def ask(
        self,
        header: Sequence[int],
        arrays: Sequence[NDArray[Any]],
        answers: Sequence[NDArray[Any]],
        frames: Iterable[NDArray[Any]] = (),
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
        frames : iterable of array, optional
            The current of each step; each one is written before the next one is asked for.

        Raises
        ------
        DeviceError
            If the program cannot be started, dies, or gives a wrong or incomplete answer.
        """
        begin = time.perf_counter()
        packed = Packed.of(arrays)
        number, seconds = np.zeros(1, np.int64), np.zeros(3)
        answer = [number, seconds, *answers]
        try:
            process, tape = self._running()
            self._requests += 1
            numbers = np.array([self._requests, *header], np.int64)
            tape.rewind()
            tape.make_room(numbers, packed.flags, *packed.arrays, *answer)
            request: list[NDArray[Any]] = [numbers, packed.flags, *packed.arrays]
            for each in request:
                tape.write(each)
            sent = sum(each.nbytes for each in request) + tape.write_in_parts(frames)
            tape.make_room(*answer)
            end = tape.place + sum(padded(each.nbytes) for each in answer)
            if _exchanged(process, tape.size) != end:
                raise EOFError
            for each in answer:
                tape.read_into(each)
            if number[0] != self._requests:
                raise EOFError
        except (OSError, EOFError) as error:
            raise DeviceError(self._obituary(error)) from None
        except BaseException:
            self.stop()  # Ctrl+C: what it still writes would be taken for the next answer
            raise
        to_device, steps, from_device = seconds.tolist()
        self.last = Exchange(
            sent=sent,
            whole=sent - sum(array.nbytes for array in packed.arrays) + packed.whole,
            answered=sum(each.nbytes for each in answer),
            to_device=to_device,
            steps=steps,
            from_device=from_device,
            total=time.perf_counter() - begin,
        )

    def stop(self) -> None:
        """End the program; the next request starts it anew."""
        self._let_go_if_forked()
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def __del__(self) -> None:
        if getattr(self, "_process", None) is not None:
            self.stop()

    def _let_go_if_forked(self) -> None:
        """Leave the program to the parent of this process, which shares its pipes."""
        if self._owner == os.getpid():
            return
        self._owner = os.getpid()
        if self._process is not None:
            for pipe in (self._process.stdin, self._process.stdout):
                assert pipe is not None
                pipe.close()  # nothing is kept back that this would write
            self._process.returncode = 0  # not this one's child: there is nothing to wait for
            self._process = None
        self._tape = None

    def _running(self) -> tuple[subprocess.Popen[bytes], Tape]:
        self._let_go_if_forked()
        if self._tape is None:
            self._tape = Tape()
        if self._process is None:
            self._complaints = _file_for_complaints()
            # A session of its own: Ctrl+C in the terminal is for this process to handle.
            self._process = subprocess.Popen(
                self.command,
                cwd=self.folder,
                env={**os.environ, **self._environment, VARIABLE: str(self._tape.file)},
                pass_fds=[self._tape.file],
                bufsize=0,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL if self._complaints is None else self._complaints,
                start_new_session=True,
            )
        return self._process, self._tape

    def _obituary(self, error: Exception) -> str:
        if self._process is None:
            return f"the program in '{self.folder}' does not start ({error}): delete that folder"
        try:
            code: int | None = self._process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            code = None
        self.stop()
        words = self._last_words()
        return (
            f"the compiled program in '{self.folder}' {_cause(code)}"
            + (f" and said '{words}'" if words else "")
            + ": no rates were computed; if it happens again, delete that folder"
        )

    def _last_words(self) -> str:
        """The end of what the program said on standard error."""
        if self._complaints is None:
            return ""
        self._complaints.seek(0)
        return " ".join(self._complaints.read().decode(errors="replace").split())[-_LAST_WORDS:]


def _exchanged(process: subprocess.Popen[bytes], size: int) -> int:
    """Say that a request is there, and wait until the answer is; returns where it ends."""
    assert process.stdin is not None and process.stdout is not None
    process.stdin.write(_NUMBER.pack(size))
    said = b""
    while len(said) < _NUMBER.size:
        more = process.stdout.read(_NUMBER.size - len(said))
        if not more:
            raise EOFError
        said += more
    (end,) = _NUMBER.unpack(said)
    return int(end)


def _file_for_complaints() -> IO[bytes] | None:
    """A temporary file; a program can do without if there is no room for one."""
    try:
        return tempfile.TemporaryFile()
    except OSError:
        return None


def _cause(code: int | None) -> str:
    if code is None:
        return "gave a wrong answer"
    if code < 0:
        return f"was ended by {signal.Signals(-code).name}"
    return f"ended with status {code}"
