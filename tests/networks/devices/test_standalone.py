"""C++ programs: built once per process and machine, and refused where they cannot help."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from brian2 import SpikeMonitor, get_device
from brian2.codegen.runtime.numpy_rt import NumpyCodeObject
from numpy.testing import assert_array_equal

from equations import TernaryCouple, integrate_and_fire
from networks import BackwardNetwork, DeviceError, ForwardNetwork
from networks.devices.programs import compilation, standalone
from tests.networks.builders import architecture, random_images, random_parameters
from training.recipes.recipe import Recipe

ROOT = Path(__file__).resolve().parents[3]
NETWORK = architecture("3 (F3)", (4,))
STEPS = 6

pytestmark = pytest.mark.devices

RUN_AGAIN = """
import numpy as np
from networks.devices.programs import compilation, standalone
from tests.networks.devices.test_standalone import rates, stage
def refuse(folder):
    raise AssertionError("it is built again")
standalone.compile_project = refuse
print(rates(stage()).tolist())
"""


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A cache for the programs of this file."""
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPIDE_CACHE_DIR", str(folder))
        yield folder


@pytest.fixture
def builds(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Folders in which something was compiled."""
    folders: list[Path] = []
    original = compilation.compile_project

    def note(folder: Path) -> None:
        folders.append(folder)
        original(folder)

    monkeypatch.setattr(standalone, "compile_project", note)
    return folders


def stage(**options: Any) -> ForwardNetwork:
    """A small network as a program."""
    network = ForwardNetwork(
        NETWORK, integrate_and_fire(), 2, dtype="float64", device="cpp_standalone", **options
    )
    network.set_parameters(random_parameters(NETWORK))
    return network


def rates(network: ForwardNetwork) -> np.ndarray:
    """What it makes of two images."""
    return network.run(2 * random_images(NETWORK, 2), STEPS).alpha["layer1"]


def test_it_is_built_once_and_not_by_the_next_process(cache: Path, builds: list[Path]) -> None:
    device = get_device()
    first = stage()
    expected = rates(first)
    assert expected.any()
    assert_array_equal(rates(first), expected)
    assert_array_equal(rates(stage()), expected)
    assert len(builds) == 1
    assert get_device() is device

    environment = os.environ | {"PYTHONPATH": str(ROOT), "SPIDE_CACHE_DIR": str(cache)}
    result = subprocess.run(
        [sys.executable, "-c", RUN_AGAIN], env=environment, cwd=ROOT, capture_output=True, text=True
    )
    assert result.returncode == 0, result.stderr
    assert_array_equal(eval(result.stdout), expected)
    assert "WARNING" not in result.stderr


@pytest.mark.parametrize("moment", ["**/*.cpp", "**/*.o"], ids=["sources", "objects"])
def test_a_build_that_is_killed_is_made_again(
    moment: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the user or for want of memory: with its compilers, while it writes or compiles."""
    cache = tmp_path / "cache"
    environment = os.environ | {"PYTHONPATH": str(ROOT), "SPIDE_CACHE_DIR": str(cache)}
    code = "from tests.networks.devices.test_standalone import rates, stage; rates(stage())"
    process = subprocess.Popen(
        [sys.executable, "-c", code], env=environment, cwd=ROOT, start_new_session=True
    )
    while not list(cache.glob(f".*/{moment}")):
        assert process.poll() is None
        time.sleep(0.005)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    (left,) = cache.glob(".*")
    assert not [each for each in cache.iterdir() if each.is_dir() and each != left]
    monkeypatch.setenv("SPIDE_CACHE_DIR", str(cache))
    assert rates(stage()).any()
    (made,) = (each for each in cache.iterdir() if each.is_dir())
    assert {each.name for each in cache.iterdir()} == {made.name, f"{made.name}.lock"}


def break_connectivity(folder: Path) -> None:
    rows = next((folder / "static_arrays").glob("*_runs"))
    os.truncate(rows, rows.stat().st_size // 2)


def break_program(folder: Path) -> None:
    (folder / "main").write_bytes(b"")


@pytest.mark.parametrize("damage", [break_connectivity, break_program])
def test_a_stale_build_is_refused(cache: Path, damage: Callable[[Path], None]) -> None:
    rates(stage())
    (folder,) = (each for each in cache.iterdir() if each.is_dir())
    files = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    damage(folder)
    try:
        with pytest.raises(DeviceError, match=r"incomplete or was changed.*delete that folder"):
            rates(stage())
    finally:
        for path, content in files.items():
            path.write_bytes(content)


def test_a_program_that_was_killed(cache: Path) -> None:
    network = stage()
    expected = rates(network)
    network.stop()
    assert_array_equal(rates(network), expected)
    process = network.simulator._program._process  # type: ignore[attr-defined]
    process.kill()
    process.wait()
    with pytest.raises(DeviceError, match="was ended by SIGKILL: no rates were computed"):
        rates(network)
    assert_array_equal(rates(network), expected)


def test_a_project_that_does_not_compile(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CXX", "false")
    with pytest.raises(DeviceError, match=r"the generated C\+\+ project does not compile"):
        rates(stage())


def test_a_network_that_is_dropped_takes_its_program_along(cache: Path) -> None:
    network = stage()
    rates(network)
    process = network.simulator._program._process  # type: ignore[attr-defined]
    del network
    assert process.poll() is not None


def test_monitors_are_refused(cache: Path) -> None:
    network = stage()
    network.network.add(SpikeMonitor(network["layer1"], codeobj_class=NumpyCodeObject, name="seen"))
    said = "'seen' cannot be added to a network on 'cpp_standalone': use device 'runtime'"
    with pytest.raises(ValueError, match=re.escape(said)):
        rates(network)


def test_a_profile_is_refused(cache: Path) -> None:
    with pytest.raises(ValueError, match="profile needs device 'runtime'"):
        stage().run(random_images(NETWORK, 2), STEPS, profile=True)


@pytest.mark.parametrize("kind", ["forward", "backward"])
@pytest.mark.parametrize(
    ("options", "said"),
    [
        (
            {"device": "gpu"},
            "the device is 'gpu': it must be 'runtime', 'cpp_standalone' or 'genn'",
        ),
        (
            {"device": "genn", "synapses": "shared"},
            "shared synapses cannot run on device 'genn': use 'explicit'",
        ),
        (
            {"propagation": "instant"},
            "the propagation is 'instant': it must be 'sequential' or 'synchronous'",
        ),
    ],
)
def test_what_does_not_go_together(kind: str, options: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        if kind == "forward":
            ForwardNetwork(NETWORK, integrate_and_fire(), 1, **options)
        else:
            BackwardNetwork(NETWORK, TernaryCouple(), 1, **options)


def test_a_recipe_that_does_not_go_together() -> None:
    with pytest.raises(ValueError, match="shared synapses cannot run on device 'genn'"):
        Recipe("digits", "3 (F3)", synapses="shared", device="genn")
