"""Compiled modules on disk: whole or built again, and never in the way."""

from __future__ import annotations

import hashlib
import os
import shutil
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


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the module in it, to be copied."""
    before = prefs.codegen.runtime.cython.cache_dir
    made = tmp_path_factory.mktemp("built") / "modules"
    prefs.codegen.runtime.cython.cache_dir = str(made)
    assert load() == 17
    prefs.codegen.runtime.cython.cache_dir = before
    return made


def load() -> int:
    """Load the module as a new process would."""
    # Not optimised: it is compiled often here, and has nothing to compute.
    loaded = ModuleCache().create_extension(SOURCE, extra_compile_args=["-O0"])
    return int(loaded.main())


def the_module(folder: Path) -> Path:
    """The one module in the folder."""
    (module,) = folder.glob("*.so")
    return module


def test_it_is_built_once(folder: Path, built: Path) -> None:
    shutil.copytree(built, folder)
    before = the_module(folder).stat()
    assert load() == 17
    after = the_module(folder).stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_a_build_leaves_the_module_its_seal_and_its_lock_only(built: Path) -> None:
    module = the_module(built)
    assert {each.name for each in built.iterdir()} == {
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
def test_a_damaged_module_is_built_again(
    folder: Path, built: Path, damage: Callable[[Path], None]
) -> None:
    shutil.copytree(built, folder)
    damage(the_module(folder))
    damaged = the_module(folder).stat().st_ino
    assert load() == 17
    module = the_module(folder)
    assert module.stat().st_ino != damaged
    seal = module.with_name(f"{module.name}.sha256.lock").read_text()
    assert seal == hashlib.sha256(module.read_bytes()).hexdigest()


@pytest.mark.slow
def test_no_module_of_a_network_is_loaded_unchecked() -> None:
    """Brian2's own manager is never asked."""
    code = """
        from brian2.codegen.runtime.cython_rt.extension_manager import cython_extension_manager
        from equations import TernaryCouple, integrate_and_fire
        from networks import BackwardNetwork, ForwardNetwork
        from tests.networks.builders import architecture
        for options in ({"synapses": "shared"}, {"synapses": "explicit"}):
            ForwardNetwork(architecture(), integrate_and_fire(), 1, **options).prepare()
            BackwardNetwork(architecture(), TernaryCouple(), 1, **options).prepare()
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


def test_brian2_can_still_clear_its_cache(folder: Path, built: Path) -> None:
    shutil.copytree(built, folder)
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
