"""One writer per run folder, whatever happens to it."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from training.errors import RunFolderError
from training.runs.files.lock import LOCK_NAME, only_writer

ROOT = Path(__file__).parents[4]
HOLD = """
import sys
from pathlib import Path
from training.runs.files.lock import only_writer
with only_writer(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def held_by_another_process(folder: Path) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None and process.stdout.readline() == "held\n"
        yield process
    finally:
        process.kill()
        process.communicate()


def test_the_second_is_refused_and_told_who_the_first_is(tmp_path: Path) -> None:
    with held_by_another_process(tmp_path / "run") as process:
        before = (tmp_path / "run" / LOCK_NAME).read_bytes()
        for _ in range(10):
            with pytest.raises(RunFolderError) as error, only_writer(tmp_path / "run"):
                pass
            assert re.fullmatch(
                rf"'{tmp_path}/run' is being written by process {process.pid} on "
                rf"{re.escape(socket.gethostname())} since [-0-9]{{10}} [:0-9]{{8}} [-+0-9]{{5}}: "
                "wait until that process ends, or stop it",
                str(error.value),
            )
        assert (tmp_path / "run" / LOCK_NAME).read_bytes() == before
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        with only_writer(tmp_path / "run"):
            assert f"process {os.getpid()} on " in (tmp_path / "run" / LOCK_NAME).read_text()


def test_it_ends_with_the_context_also_after_an_error(tmp_path: Path) -> None:
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt), only_writer(tmp_path):
            raise KeyboardInterrupt


def test_two_in_one_process(tmp_path: Path) -> None:
    with only_writer(tmp_path):
        with (
            pytest.raises(RunFolderError, match=f"by process {os.getpid()} on"),
            only_writer(tmp_path),
        ):
            pass
        with pytest.raises(RunFolderError), only_writer(tmp_path):
            pass


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\n\x1b[2J"])
def test_a_file_that_names_nobody_refuses_all_the_same(tmp_path: Path, content: bytes) -> None:
    with only_writer(tmp_path):
        (tmp_path / LOCK_NAME).write_bytes(content)
        with (
            pytest.raises(RunFolderError, match="is being written by ") as error,
            only_writer(tmp_path),
        ):
            pass
        assert str(error.value).isprintable()


def test_a_folder_that_cannot_be_made_or_locked(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with (
        pytest.raises(RunFolderError, match=r"cannot write the run folder .*Not a directory"),
        only_writer(tmp_path / "file" / "run"),
    ):
        pass
    (tmp_path / "run" / LOCK_NAME).mkdir(parents=True)
    with (
        pytest.raises(RunFolderError, match="cannot write the run folder"),
        only_writer(tmp_path / "run"),
    ):
        pass
