"""Whatever happens to a program, there is one clear error and no wrong number."""

from __future__ import annotations

import errno
import signal
import sys
from pathlib import Path
from types import FrameType

import numpy as np
import pytest

from networks import DeviceError
from networks.devices.programs.program import Program
from tests.forks import in_forked_child

#: Reads two integers, a flag for each array, and two numbers, each in a line of 64 bytes; `answer`
#: is what it does then. What `say` gets are the number of the request and two numbers.
SCRIPT = """
import mmap, os, signal, struct, sys, time

def say(number, *values):
    struct.pack_into("=q56x3d40x2d", tape, 256, number, 0, 0, 0, *values)
    tell(448)

def tell(end):
    sys.stdout.buffer.write(struct.pack("=q", end))

runs = 0
while size := sys.stdin.buffer.read(8):
    tape = mmap.mmap(int(os.environ["SPIDE_TAPE"]), *struct.unpack("=q", size))
    number, samples, x, y = struct.unpack_from("=2q112xd56xd", tape)
    runs += 1
    {answer}
    sys.stdout.buffer.flush()
"""
CORRECT = "say(number, x + y, x * y)"
COUNTING = "say(number, x + y, runs)"


def ask(program: Program) -> list[float]:
    """Ask a program for 2 + 3 and 2 * 3."""
    answer = np.zeros(2)
    program.ask([1], [np.array([2.0]), np.array([3.0])], [answer])
    return list(answer)


def program(folder: Path, answer: str) -> Program:
    return Program(folder, [sys.executable, "-c", SCRIPT.format(answer=answer)])


def test_one_program_answers_every_request(tmp_path: Path) -> None:
    one = program(tmp_path, COUNTING)
    assert [ask(one) for _ in range(3)] == [[5, 1], [5, 2], [5, 3]]
    one.stop()
    assert ask(one) == [5, 1]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("os.kill(os.getpid(), signal.SIGSEGV)", "was ended by SIGSEGV"),
        ("print('out of luck', file=sys.stderr); sys.exit(3)", "status 3 and said 'out of luck'"),
        ("sys.exit(0)", "ended with status 0"),
        ("tell(384)", "gave a wrong answer"),
        ("sys.stdout.buffer.write(bytes(4)); sys.exit(0)", "status 0"),
        (CORRECT.replace("number,", "number - 1,"), "gave a wrong answer"),
        ("tell(448)", "gave a wrong answer"),
    ],
    ids=[
        "killed",
        "failed",
        "left",
        "truncated answer",
        "truncated word",
        "answer to another request",
        "no answer on the tape",
    ],
)
def test_a_program_that_fails(tmp_path: Path, answer: str, said: str) -> None:
    with pytest.raises(DeviceError, match=f"{said}.*no rates were computed") as error:
        ask(program(tmp_path, answer))
    assert str(tmp_path) in str(error.value) and "\n" not in str(error.value)


def test_it_is_started_anew_after_a_failure(tmp_path: Path) -> None:
    (tmp_path / "first").touch()
    remove = "first = os.path.exists('first') and not os.remove('first'); first and sys.exit(1); "
    one = program(tmp_path, remove + CORRECT)
    with pytest.raises(DeviceError, match="status 1"):
        ask(one)
    assert ask(one) == [5, 6]


def test_a_program_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DeviceError, match="does not start"):
        ask(Program(tmp_path, ["./main"]))


def test_an_interruption_leaves_no_answer_behind(tmp_path: Path) -> None:
    """The answer of the interrupted request must not be taken for that of the next one."""
    (tmp_path / "slow").touch()
    one = program(tmp_path, "os.path.exists('slow') and time.sleep(5); " + CORRECT)

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    previous = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, 0.3)
    try:
        with pytest.raises(KeyboardInterrupt):
            ask(one)
    finally:
        signal.signal(signal.SIGALRM, previous)
    (tmp_path / "slow").unlink()
    assert ask(one) == [5, 6]


def test_a_forked_child_has_a_program_of_its_own(tmp_path: Path) -> None:
    one = program(tmp_path, COUNTING)
    assert ask(one) == [5, 1]

    def check() -> None:
        assert ask(one) == [5, 1]
        assert ask(one) == [5, 2]

    in_forked_child(check)
    in_forked_child(one.stop)
    assert ask(one) == [5, 2]


def test_without_a_temporary_folder_only_the_last_words_are_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full() -> None:
        raise OSError("no room")

    monkeypatch.setattr("tempfile.TemporaryFile", full)
    assert ask(program(tmp_path, CORRECT)) == [5, 6]
    with pytest.raises(DeviceError, match="ended with status 3: no rates"):
        ask(program(tmp_path, "print('out of luck', file=sys.stderr); sys.exit(3)"))


def test_a_request_for_which_there_is_no_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(file: int, begin: int, size: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    one = program(tmp_path, CORRECT)
    with monkeypatch.context() as patch:
        patch.setattr("os.posix_fallocate", refuse)
        with pytest.raises(
            DeviceError, match=r"no memory .* \(No space left on device\): use a sm"
        ):
            ask(one)
    assert ask(one) == [5, 6]


def test_without_files_in_memory_the_tape_is_a_temporary_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr("os.memfd_create")
    assert ask(program(tmp_path, CORRECT)) == [5, 6]
