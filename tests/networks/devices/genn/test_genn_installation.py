"""Finding GeNN, CUDA, OpenCL: the same places as brian2genn, and a clear word where none is."""

from __future__ import annotations

from pathlib import Path

import pytest

from networks.devices.genn.installation import (
    DeviceNotUsableError,
    find_cuda,
    find_genn,
    find_gpu,
    find_opencl,
    find_platform,
)
from networks.devices.genn.opencl_platforms import Platform


def genn(path: Path, version: str) -> Path:
    """A folder that looks like GeNN."""
    (path / "bin").mkdir(parents=True)
    (path / "version.txt").write_text(f"{version}\n")
    program(path / "bin" / "genn-buildmodel.sh", "")
    return path


def program(path: Path, prints: str) -> Path:
    """An executable that prints a text."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\necho '{prints}'\n")
    path.chmod(0o755)
    return path


def test_genn_path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GENN_PATH", str(genn(tmp_path / "genn", "4.9.0")))
    found = find_genn()
    assert (str(found.version), found.path) == ("4.9.0", tmp_path / "genn")


def test_on_the_path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("GENN_PATH", raising=False)
    monkeypatch.setenv("PATH", str(genn(tmp_path / "genn", "4.8.1") / "bin"))
    assert find_genn().path == tmp_path / "genn"
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(DeviceNotUsableError, match=r"not found: get GeNN 4\.9\.0 .* GENN_PATH"):
        find_genn()


@pytest.mark.parametrize("version", ["5.1.0", "4.0.0"])
def test_another_version(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, version: str) -> None:
    monkeypatch.setenv("GENN_PATH", str(genn(tmp_path / "genn", version)))
    with pytest.raises(DeviceNotUsableError, match=f"GeNN {version}, but .* 4.2.1 to below 5"):
        find_genn()


@pytest.mark.parametrize("content", [None, "", "not a version"])
def test_a_wrong_path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "version.txt").write_text(content)
    monkeypatch.setenv("GENN_PATH", str(tmp_path))
    with pytest.raises(DeviceNotUsableError, match=rf"GENN_PATH is '{tmp_path}', where there is"):
        find_genn()


def test_cuda(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CUDA_PATH", str(tmp_path))
    with pytest.raises(DeviceNotUsableError, match="there is no nvcc: install"):
        find_cuda()
    program(tmp_path / "bin" / "nvcc", "Cuda compilation tools, release 12.4, V12.4.131")
    assert (str(find_cuda().version), find_cuda().path) == ("12.4", tmp_path)
    program(tmp_path / "bin" / "nvcc", "Cuda compilation tools, release 14.0, V14.0.1")
    with pytest.raises(DeviceNotUsableError, match=r"CUDA 14\.0, with which GeNN 4 was never"):
        find_cuda()
    monkeypatch.delenv("CUDA_PATH")
    with pytest.raises(DeviceNotUsableError, match="CUDA_PATH is not set"):
        find_cuda()


def test_gpu(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(DeviceNotUsableError, match="no NVIDIA GPU"):
        find_gpu()
    program(tmp_path / "nvidia-smi", "NVIDIA H100")
    assert find_gpu() == "NVIDIA H100"


def test_opencl(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("OPENCL_PATH", str(tmp_path))
    with pytest.raises(DeviceNotUsableError, match=r"no OpenCL headers: install .* OPENCL_PATH"):
        find_opencl()
    (tmp_path / "include" / "CL").mkdir(parents=True)
    (tmp_path / "include" / "CL" / "opencl.h").touch()
    assert find_opencl().path == tmp_path


def test_the_first_platform_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    found: tuple[Platform, ...] = ()
    monkeypatch.setattr("networks.devices.genn.installation.platforms", lambda: found)
    with pytest.raises(DeviceNotUsableError, match="OpenCL finds no device: install the GPU's"):
        find_platform()
    found = (Platform("A", "OpenCL 3.0", ("GPU",)), Platform("B", "OpenCL 1.2", ("CPU",)))
    assert str(find_platform()) == "GPU (A, OpenCL 3.0)"


ONE_THREAD = {"POCL_MAX_PTHREAD_COUNT": "1", "POCL_CPU_MAX_CU_COUNT": "1"}


@pytest.mark.parametrize(
    ("version", "environment"),
    [
        ("OpenCL 3.0 PoCL 3.1+debian  Linux", ONE_THREAD | {"POCL_WORK_GROUP_METHOD": "repl"}),
        ("OpenCL 3.0 PoCL 6.0  Linux", ONE_THREAD),
        ("OpenCL 3.0 CUDA 12.4.131", {}),
    ],
)
def test_what_a_platform_needs(version: str, environment: dict[str, str]) -> None:
    assert Platform("", version, ("device",)).environment == environment
