"""A full disk, wherever it is, costs one sentence; with room again, the run goes on bit for bit.

Each scenario has a small file system in memory, mounted where nobody else sees it, and fills it up
to a few kilobytes. That takes a mount namespace, which some machines do not allow.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.faults.commands import TINY
from training.runs.files.checkpoint import Checkpoint
from training.runs.files.checkpoint_files import load_latest

NAMESPACE = ["unshare", "--mount", "--map-root-user"]

_ALLOWED = (
    shutil.which("unshare") is not None
    and subprocess.run(
        [*NAMESPACE, "mount", "-t", "tmpfs", "none", "/mnt"], capture_output=True
    ).returncode
    == 0
)

pytestmark = [
    pytest.mark.faults,
    pytest.mark.skipif(not _ALLOWED, reason="needs mount namespaces (unshare --map-root-user)"),
]

#: Kilobytes of each file system, and how many of them are left at first.
SIZE = 4096
ROOMS = (0, 4, 16, 40, 100)

#: Once on a full file system, once with room, in the same namespace; statuses to standard output.
SCENARIO = (
    """
place=$1 left=$2 copy=$3; shift 3
mount -t tmpfs -o size={size}k none "$place" || exit 9
head -c $((({size} - left) * 1024)) /dev/zero > "$place/filler"
"$@"; echo "status $?"
rm "$place/filler"; mount -o remount,size=1g "$place"
if [ -e "$place/run/recipe.json" ]; then set -- "${{@/--out/--resume}}"; fi
"$@"; echo "status $?"
if [ -d "$place/run" ]; then cp -r "$place/run" "$copy"; fi
""".replace("{size}", str(SIZE))
    .replace("{{", "{")
    .replace("}}", "}")
)


def train(
    place: Path, left: int, copy: Path, out: Path, **environment: str
) -> tuple[list[int], str]:
    """Train twice, without and with room in `place`; the statuses and what was said."""
    command = [sys.executable, "-m", "training", "train", "digits", *TINY, "--out", str(out)]
    done = subprocess.run(
        [*NAMESPACE, "bash", "-c", SCENARIO, "bash", str(place), str(left), str(copy), *command],
        capture_output=True, text=True, timeout=600,
        env={**os.environ, "OMP_NUM_THREADS": "1", **environment},
    )  # fmt: skip
    statuses = [int(s.split()[1]) for s in done.stdout.splitlines() if s.startswith("status")]
    assert len(statuses) == 2, done.stdout + done.stderr
    return statuses, done.stderr


def assert_one_sentence(said: str) -> None:
    assert "Traceback" not in said
    assert len([line for line in said.splitlines() if line.startswith("spide: ")]) == 1, said


def assert_same(found: Checkpoint, expected: Checkpoint) -> None:
    assert found.progress == expected.progress
    for name, values in expected.parameters.items():
        assert np.array_equal(found.parameters[name], values), name
        assert np.array_equal(found.momentum[name], expected.momentum[name]), name


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory: pytest.TempPathFactory) -> Checkpoint:
    """The end of a run that had room."""
    out = tmp_path_factory.mktemp("whole") / "run"
    subprocess.run(
        [sys.executable, "-m", "training", "train", "digits", *TINY, "--out", str(out)],
        check=True, capture_output=True, env={**os.environ, "OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    return load_latest(out / "checkpoints")


@pytest.mark.parametrize("left", ROOMS)
def test_the_run_folder(left: int, tmp_path: Path, uninterrupted: Checkpoint) -> None:
    place, copy = tmp_path / "place", tmp_path / "copy"
    place.mkdir()
    (first, second), said = train(place, left, copy, place / "run")
    assert second == 0, said
    if left < 40:
        assert first == 1
    if first:
        assert_one_sentence(said)
        assert "No space left on device" in said and "make room there" in said
    assert_same(load_latest(copy / "checkpoints"), uninterrupted)


def test_the_folder_of_compiled_modules(tmp_path: Path, uninterrupted: Checkpoint) -> None:
    place, out = tmp_path / "place", tmp_path / "run"
    place.mkdir()
    (first, second), said = train(
        place, 40, tmp_path / "copy", out, CYTHON_CACHE_DIR=str(place / "cache")
    )
    assert (first, second) == (1, 0), said
    assert_one_sentence(said)
    assert "cannot keep compiled code" in said and "g++" not in said
    assert_same(load_latest(out / "checkpoints"), uninterrupted)


def test_the_temporary_folder(tmp_path: Path, uninterrupted: Checkpoint) -> None:
    """A network that has been compiled before needs none; what needs one says so."""
    place, out = tmp_path / "place", tmp_path / "run"
    place.mkdir()
    (first, second), said = train(place, 0, tmp_path / "copy", out, TMPDIR=str(place))
    assert "Traceback" not in said
    if first:
        assert second == 0, said
        assert_one_sentence(said)
    assert_same(load_latest(out / "checkpoints"), uninterrupted)


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_where_the_output_goes(stream: str, tmp_path: Path, uninterrupted: Checkpoint) -> None:
    """The training is complete; that what it printed is lost is said on the other stream."""
    out = tmp_path / "run"
    command = [sys.executable, "-m", "training", "train", "digits", *TINY, "--out", str(out)]
    with open("/dev/full", "w") as full:
        streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, stream: full}
        done = subprocess.run(
            command,
            text=True,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
            **streams,  # type: ignore[call-overload]
        )
    said = (done.stdout or "") + (done.stderr or "")
    assert "Traceback" not in said
    if stream == "stdout":
        assert done.returncode == 1
        assert "standard output cannot be written (No space left on device)" in said
    assert_same(load_latest(out / "checkpoints"), uninterrupted)
