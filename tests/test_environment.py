"""What is imported is asked for, and the conda files ask conda for what pip is asked for.

A machine where somebody worked has more packages than the project installs, so an import that works
there says nothing.
"""

from __future__ import annotations

import ast
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]

#: The project's own top-level packages.
OWN = {path.stem for path in ROOT.iterdir() if path.is_dir() or path.suffix == ".py"}

#: What imports as it is imported, by the extras that whoever runs it has.
ROOMS = {
    # GeNN's modules are imported by a function that first asks whether there is brian2genn.
    ("spide.py", "equations", "networks", "training"): ["genn"],
    ("benchmarks", "notebooks", "tests"): ["dev"],
    ("docs",): ["dev", "docs"],
}

#: conda-forge names that differ from PyPI's.
PYPI_NAMES = {"pytorch": "torch"}

#: What pip users have from their system.
CONDA_ONLY = {"cxx-compiler", "make", "pip"}

#: Each conda file and the extras of pyproject.toml that it stands for.
FILES = {"environment.yml": ["dev"], "environment-genn.yml": ["dev", "genn"]}


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


def asked_of_pip(project: dict[str, Any], extras: list[str]) -> dict[str, str]:
    """Version range by name; where an extra narrows a range, the extra's."""
    found = ranges(project["dependencies"])
    for extra in extras:
        found |= ranges(project["optional-dependencies"][extra])
    return found


def listed(file: str) -> list[Any]:
    """The dependencies of a conda file."""
    entries: list[Any] = yaml.safe_load((ROOT / file).read_text())["dependencies"]
    return entries


def asked_of_conda(file: str) -> dict[str, str]:
    """Version range by name, of conda packages and of those that conda leaves to pip."""
    (from_pip,) = (entry["pip"] for entry in listed(file) if isinstance(entry, dict))
    by_name = [entry for entry in from_pip if not entry.startswith("-e ")]
    return ranges([entry for entry in listed(file) if isinstance(entry, str)] + by_name)


def sources(rooms: Iterable[str]) -> Iterator[Path]:
    for room in rooms:
        yield from [ROOT / room] if room.endswith(".py") else sorted((ROOT / room).rglob("*.py"))


def imported(statements: Iterable[ast.AST]) -> set[str]:
    """The distributions that these statements import from."""
    modules = {
        name.split(".")[0]
        for each in statements
        for name in (
            [alias.name for alias in each.names]
            if isinstance(each, ast.Import)
            else [each.module or ""]
            if isinstance(each, ast.ImportFrom) and not each.level
            else []
        )
    }
    foreign = modules - set(sys.stdlib_module_names) - OWN
    return {canonicalize_name(installed().get(module, [module])[0]) for module in foreign}


@cache
def installed() -> Mapping[str, list[str]]:
    """The distributions of each importable package, as the machine has them."""
    return packages_distributions()


@pytest.mark.parametrize("rooms", ROOMS, ids=" ".join)
def test_what_a_module_imports_is_asked_for(
    project: dict[str, Any], rooms: tuple[str, ...]
) -> None:
    asked = asked_of_pip(project, ROOMS[rooms]).keys()
    found = {path: imported(ast.parse(path.read_text()).body) for path in sources(rooms)}
    assert any(found.values())
    assert {str(path): more for path, needs in found.items() if (more := needs - asked)} == {}


@pytest.mark.parametrize("rooms", ROOMS, ids=" ".join)
def test_what_a_function_imports_is_in_some_extra(
    project: dict[str, Any], rooms: tuple[str, ...]
) -> None:
    asked = asked_of_pip(project, list(project["optional-dependencies"])).keys()
    found = {path: imported(ast.walk(ast.parse(path.read_text()))) for path in sources(rooms)}
    assert {str(path): more for path, needs in found.items() if (more := needs - asked)} == {}


@pytest.mark.parametrize("file", FILES)
def test_both_ask_for_the_same_packages_and_versions(project: dict[str, Any], file: str) -> None:
    from_conda = asked_of_conda(file)
    python = from_conda.pop("python")
    assert project["requires-python"] in python.split(",")
    assert from_conda.keys() >= CONDA_ONLY
    from_pyproject = asked_of_pip(project, FILES[file])
    assert {k: v for k, v in from_conda.items() if k not in CONDA_ONLY} == from_pyproject


@pytest.mark.parametrize("file", FILES)
def test_conda_installs_the_project_itself(file: str) -> None:
    (from_pip,) = (entry["pip"] for entry in listed(file) if isinstance(entry, dict))
    assert "-e ." in from_pip


@pytest.mark.parametrize(
    ("package", "version"), [("brian2", "2.5.4"), ("numpy", "1.26.4"), ("setuptools", "81.0.0")]
)
def test_the_extra_for_genn_narrows_what_the_project_allows(
    project: dict[str, Any], package: str, version: str
) -> None:
    """pip resolves ``.[genn]`` only if one version satisfies both lists."""
    wide = ranges(project["dependencies"]).get(package, "")
    narrow = ranges(project["optional-dependencies"]["genn"])[package]
    assert version in SpecifierSet(wide) and version in SpecifierSet(narrow)
