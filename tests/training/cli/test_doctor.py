"""``spide doctor``: it names what is missing and the remedy, and never fails to."""

from __future__ import annotations

from pathlib import Path

import pytest

import training.cli.reports.doctor
from networks import CompilerNotFoundError
from training.cli.command_line import main
from training.cli.reports.doctor import combination, compiler_name


def diagnosis(capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    """What is printed, by the name at the beginning of the line."""
    capsys.readouterr()
    main(["doctor"])
    lines = capsys.readouterr().out.splitlines()
    return {line[:29].strip(): line[29:] for line in lines if line}


def test_names_versions_and_devices(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor"]) == 0
    printed = diagnosis(capsys)
    for name in ("Python", "compiler", "Brian2", "NumPy", "Cython", "PyTorch"):
        assert any(character.isdigit() for character in printed[name]), name
    assert printed["device runtime"] == printed["device cpp_standalone"] == "usable"


def test_says_how_to_get_genn(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("GENN_PATH", str(tmp_path))
    printed = diagnosis(capsys)
    assert str(tmp_path) in printed["GeNN"] and "set GENN_PATH" in printed["GeNN"]
    for backend in ("cpu", "opencl", "cuda"):
        device = printed[f"device genn, backend {backend}"]
        assert device.startswith("needs ") and "GeNN" in device.split("needs ")[1].split(", ")


def test_says_how_to_get_opencl(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("OPENCL_PATH", str(tmp_path))
    monkeypatch.setattr("networks.devices.genn.installation.platforms", lambda: ())
    printed = diagnosis(capsys)
    assert f"OPENCL_PATH is '{tmp_path}', and there are no" in printed["OpenCL"]
    assert "apt install pocl-opencl-icd" in printed["OpenCL device"]
    assert printed["device genn, backend opencl"].endswith("OpenCL, OpenCL device")


def test_without_a_compiler(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> None:
        raise CompilerNotFoundError("install g++")

    monkeypatch.setattr(training.cli.reports.doctor, "require_compiler", refuse)
    assert main(["doctor"]) == 1
    printed = diagnosis(capsys)
    assert printed["compiler"] == "install g++"
    assert printed["device runtime"] == "needs compiler"


def test_with_nothing_on_the_path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("CXX", "GENN_PATH", "CUDA_PATH"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert compiler_name() == "no compiler"
    assert "Brian2" in combination() and "GeNN none" in combination()


def test_has_no_options(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--help"]) == 0
    assert main(["doctor", "--fast"]) == 2
    assert "no option '--fast'" in capsys.readouterr().err
