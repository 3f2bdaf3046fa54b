"""environment.yml asks conda for what pyproject.toml asks pip for."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]

#: conda-forge names that differ from PyPI's.
PYPI_NAMES = {"pytorch": "torch"}

#: What pip users have from their system.
CONDA_ONLY = {"cxx-compiler", "make", "pip"}


def ranges(requirements: list[str]) -> dict[str, str]:
    """Version range by PyPI name."""
    parsed = [Requirement(text) for text in requirements]
    found: dict[str, str] = {
        canonicalize_name(PYPI_NAMES.get(item.name, item.name)): str(item.specifier)
        for item in parsed
    }
    assert len(found) == len(requirements), f"a package is listed twice in {requirements}"
    return found


@pytest.fixture
def project() -> dict[str, Any]:
    table: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return table


@pytest.fixture
def conda() -> list[Any]:
    listed: list[Any] = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    return listed


def test_both_ask_for_the_same_packages_and_versions(
    project: dict[str, Any], conda: list[Any]
) -> None:
    from_pyproject = ranges(project["dependencies"] + project["optional-dependencies"]["dev"])
    from_conda = ranges([entry for entry in conda if isinstance(entry, str)])
    assert from_conda.pop("python") == project["requires-python"]
    assert from_conda.keys() >= CONDA_ONLY
    assert {k: v for k, v in from_conda.items() if k not in CONDA_ONLY} == from_pyproject


def test_conda_installs_the_project_itself(conda: list[Any]) -> None:
    assert {"pip": ["-e ."]} in conda
