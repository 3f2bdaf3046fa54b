"""What is generated for CUDA compiles for two architectures wherever there is a CUDA compiler.

That is nvcc, of any version, and clang with CUDA 12's packages (`clang_toolkit`). No GPU is needed
and nothing is run.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from equations import TernaryCouple, integrate_and_fire
from networks import BackwardNetwork, ForwardNetwork
from networks.devices.genn import simulator as genn
from networks.devices.genn.compilation import compile_genn_project
from networks.devices.genn.installation import Installation
from tests.networks.builders import architecture
from tests.networks.devices.genn.clang_toolkit import make_clang_toolkit, obstacle
from tests.networks.devices.genn.cuda_stand_in import find_nvcc, make_toolkit, missing_header
from tests.networks.devices.genn.genn_available import needs_genn

NVCC = find_nvcc()
NETWORK = architecture("3C3s-4C3 (F3C3)", (2, 6, 4))

pytestmark = [
    pytest.mark.devices,
    needs_genn,
    pytest.mark.skipif(NVCC is None, reason="there is no nvcc: set CUDA_PATH to a CUDA toolkit"),
]


@pytest.fixture(scope="module")
def libraries(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Folders for GeNN's library for CUDA by compiler, with what is compiled already."""
    folders = {}
    for compiler in ("nvcc", "clang"):
        folders[compiler] = tmp_path_factory.mktemp(f"library-{compiler}")
        for name in ("lib", "obj"):
            source = f"{os.environ['GENN_PATH']}/{name}"
            subprocess.run(["cp", "-a", source, folders[compiler]], check=True)
    return folders


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("architecture", [80, 90])
@pytest.mark.parametrize(
    "compiler",
    [
        "nvcc",
        pytest.param(
            "clang", marks=pytest.mark.skipif(bool(obstacle(NVCC)), reason=obstacle(NVCC))
        ),
    ],
)
def test_both_stages_compile(
    architecture: int,
    compiler: str,
    libraries: dict[str, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def nothing(backend: str) -> tuple[Installation, ...]:
        return ()

    assert NVCC is not None
    nvcc = make_clang_toolkit(tmp_path / "clang", NVCC) if compiler == "clang" else NVCC
    if missing := missing_header(nvcc):
        pytest.skip(f"the CUDA toolkit of '{nvcc}' has no {missing}: install cuRAND")
    toolkit = make_toolkit(tmp_path / "cuda", nvcc, architecture)
    library = libraries[compiler]
    monkeypatch.setenv("CUDA_PATH", str(toolkit))
    monkeypatch.setenv("LD_LIBRARY_PATH", str(toolkit / "lib64"))
    monkeypatch.setenv("LIBRARY_DIRECTORY", str(library / "lib"))
    monkeypatch.setenv("OBJECT_DIRECTORY", str(library / "obj"))
    monkeypatch.setattr(genn, "require_genn", nothing)  # which looks for a GPU
    for stage in (
        ForwardNetwork(NETWORK, integrate_and_fire(), 5, device="genn"),
        BackwardNetwork(NETWORK, TernaryCouple(), 5, device="genn"),
    ):
        folder = tmp_path / type(stage).__name__
        stage.simulator._generate(folder)  # type: ignore[attr-defined]
        compile_genn_project(folder, "cuda")
        code = folder / "magicnetwork_model_CODE"
        assert f"sm_{architecture}" in (code / "Makefile").read_text()
        # CUDA's own runtime names all architectures, once each; kernels name theirs more often.
        compiled, other = (
            (code / "librunner.so").read_bytes().count(f"sm_{each}".encode())
            for each in (architecture, 170 - architecture)
        )
        assert compiled > other
        assert (folder / "main").is_file()
