"""A home folder that cannot be written: one sentence, whose remedy works.

Root may write everywhere, so the folder is a file, or /proc.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import matplotlib
import pytest
from brian2.codegen.runtime.cython_rt.extension_manager import get_cython_cache_dir

from tests.training.cli.command import TINY

#: What moves something out of the home folder.
MOVED = ("CYTHON_CACHE_DIR", "SPIDE_CACHE_DIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME")

#: Where these tests' own modules are; Brian2 has a folder of its own in it.
MODULES = str(Path(get_cython_cache_dir()).parent)


def train(home: Path, folder: Path, *options: str, **environment: str) -> tuple[int, list[str]]:
    """Train for an iteration; return the status and what spide complained of."""
    kept = {name: value for name, value in os.environ.items() if name not in MOVED}
    command = ["train", "digits", "--out", str(folder / "run"), *TINY, "--max-iterations", "1"]
    result = subprocess.run(
        [sys.executable, "-m", "training", *command, *options],
        # Matplotlib does without its folder, and takes half a minute to.
        env={**kept, "HOME": str(home), "MPLCONFIGDIR": matplotlib.get_configdir(), **environment},
        capture_output=True,
        text=True,
    )
    assert "Traceback" not in result.stderr
    told = [line for line in result.stderr.splitlines() if line.startswith("spide: ")]
    return result.returncode, told


@pytest.fixture
def a_file(tmp_path: Path) -> Path:
    """A home that is no folder."""
    home = tmp_path / "home"
    home.touch()
    return home


def test_compiled_modules_need_another_folder(a_file: Path, tmp_path: Path) -> None:
    status, told = train(a_file, tmp_path)
    assert status == 1 and not (tmp_path / "run").exists()
    assert told == [
        f"spide: cannot keep compiled code in '{a_file}/.cython/brian_extensions' (Not a "
        "directory): make it writable, with room for some megabytes, or set CYTHON_CACHE_DIR to "
        "another folder"
    ]


def test_compiled_programs_need_another_folder(a_file: Path, tmp_path: Path) -> None:
    status, told = train(a_file, tmp_path, "--device", "cpp_standalone", CYTHON_CACHE_DIR=MODULES)
    assert status == 1 and not (tmp_path / "run").exists()
    assert told == [
        f"spide: cannot build a program in '{a_file}/.cache/spide' (Not a directory): make it "
        "writable, with room for some megabytes, or set SPIDE_CACHE_DIR to another folder"
    ]


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs /proc")
def test_with_another_folder_it_trains(tmp_path: Path) -> None:
    status, told = train(Path("/proc"), tmp_path, CYTHON_CACHE_DIR=MODULES)
    assert (status, told) == (0, [])
    assert (tmp_path / "run" / "pictures" / "curves.png").exists()
