"""Compiled modules on disk: whole or built again, and never in the way."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import brian2
import pytest
from brian2 import prefs

from networks import CompilationError
from networks.brian.code_generation.modules import ModuleCache

SOURCE = """
#cython: language_level=3
def main():
    return 17
"""


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """An empty folder of compiled modules."""
    before = prefs.codegen.runtime.cython.cache_dir
    prefs.codegen.runtime.cython.cache_dir = str(tmp_path / "modules")
    yield tmp_path / "modules"
    prefs.codegen.runtime.cython.cache_dir = before


def load() -> int:
    """Load the module as a new process would."""
    return int(ModuleCache().create_extension(SOURCE).main())


def the_module(folder: Path) -> Path:
    """The one module in the folder."""
    (module,) = folder.glob("*.so")
    return module


def test_it_is_built_once(folder: Path) -> None:
    assert load() == 17
    built = the_module(folder).stat().st_mtime_ns
    assert load() == 17
    assert the_module(folder).stat().st_mtime_ns == built


def test_a_build_leaves_the_module_its_seal_and_its_lock_only(folder: Path) -> None:
    load()
    module = the_module(folder)
    assert {each.name for each in folder.iterdir()} == {
        module.name,
        f"{module.name}.sha256.lock",
        f"{module.name.partition('.')[0]}.lock",
    }


def empty(module: Path) -> None:
    os.truncate(module, 0)


def halve(module: Path) -> None:
    os.truncate(module, module.stat().st_size // 2)


def change(module: Path) -> None:
    content = bytearray(module.read_bytes())
    content[len(content) // 2] ^= 1
    module.write_bytes(content)


def lose_the_seal(module: Path) -> None:
    module.with_name(f"{module.name}.sha256.lock").unlink()


def spoil_the_seal(module: Path) -> None:
    module.with_name(f"{module.name}.sha256.lock").write_bytes(b"\xff\xfe")


@pytest.mark.parametrize("damage", [empty, halve, change, lose_the_seal, spoil_the_seal])
def test_a_damaged_module_is_built_again(folder: Path, damage: Callable[[Path], None]) -> None:
    load()
    content = the_module(folder).read_bytes()
    # In a file of its own: the one that is loaded in this process must not change.
    the_module(folder).rename(folder / "loaded")
    the_module_again = folder / next(folder.glob("*.so.sha256.lock")).name[: -len(".sha256.lock")]
    the_module_again.write_bytes(content)
    damage(the_module_again)
    assert load() == 17
    assert len(the_module(folder).read_bytes()) == len(content)


@pytest.mark.parametrize("synapses", ["shared", "explicit"])
def test_no_module_of_a_network_is_loaded_unchecked(synapses: str) -> None:
    """Brian2's own manager is never asked."""
    code = f"""
        from brian2.codegen.runtime.cython_rt.extension_manager import cython_extension_manager
        from equations import TernaryCouple, integrate_and_fire
        from networks import BackwardNetwork, ForwardNetwork
        from tests.networks.builders import architecture
        ForwardNetwork(architecture(), integrate_and_fire(), 1, synapses={synapses!r}).prepare()
        BackwardNetwork(architecture(), TernaryCouple(), 1, synapses={synapses!r}).prepare()
        assert not cython_extension_manager._code_cache
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(code)], check=True)


def test_killed_builds_are_cleared_away(folder: Path) -> None:
    code = f"""
        from brian2 import prefs
        prefs.codegen.runtime.cython.cache_dir = {str(folder)!r}
        from networks.brian.code_generation.modules import ModuleCache
        ModuleCache().create_extension({SOURCE.replace("17", "18")!r})
    """
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code)], start_new_session=True
    )
    while process.poll() is None and not list(folder.glob(".*/*.pyx")):
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert len(list(folder.glob(".*"))) == 1
    assert load() == 17  # another module
    assert list(folder.glob(".*")) == []


def test_brian2_can_still_clear_its_cache(folder: Path) -> None:
    load()
    brian2._check_caches()
    try:
        brian2.clear_cache("cython")
    finally:
        prefs.codegen.runtime.cython.cache_dir = None
        brian2._check_caches()
    assert not folder.exists()


def test_a_folder_that_cannot_be_made(folder: Path) -> None:
    folder.write_text("a file")
    with pytest.raises(CompilationError, match=r"cannot keep .*modules' \(File exists\).*CYTHON_C"):
        load()
