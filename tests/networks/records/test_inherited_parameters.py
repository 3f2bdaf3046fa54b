"""Docstrings of records name all fields that a caller can give, in one section."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import dataclass, fields
from pathlib import Path

import pytest

from networks.records.inherited_parameters import with_inherited_parameters
from training.recipes.recipe import Recipe
from training.recipes.two_stage_config import TwoStageConfig
from training.runs.run import Run

ROOT = Path(__file__).parents[3]


def section(kind: type, title: str) -> list[str]:
    """The names that the section of a numpydoc docstring describes."""
    _, _, below = (kind.__doc__ or "").partition(f"{title}\n{'-' * len(title)}\n")
    return re.findall(r"^(\w+)(?: : .+)?$", below.partition("\n\n")[0], re.MULTILINE)


@pytest.mark.parametrize("record", [Recipe, TwoStageConfig])
def test_every_field_is_described(record: type[Recipe | TwoStageConfig]) -> None:
    assert sorted(section(record, "Parameters")) == sorted(field.name for field in fields(record))


def test_sections_after_the_parameters_stay_where_they_are() -> None:
    @dataclass
    class Base:
        """Base.

        Parameters
        ----------
        a : int
            Of the base.
        """

        a: int = 0

    @with_inherited_parameters
    @dataclass
    class Derived(Base):
        """Derived.

        Parameters
        ----------
        b : int

        Raises
        ------
        ValueError
        """

        b: int = 0

    text = "Derived.\n\nParameters\n----------\nb : int\na : int\n    Of the base.\n\nRaises\n"
    assert str(Derived.__doc__).startswith(text)


def test_without_docstrings_there_is_nothing_to_add() -> None:
    command = "import spide; print(spide.Recipe.__name__, spide.Run.__doc__)"
    done = subprocess.run(
        [sys.executable, "-OO", "-c", command], capture_output=True, text=True, cwd=ROOT
    )
    assert done.stdout == "Recipe None\n", done.stderr


def test_a_class_without_parameters_of_its_own() -> None:
    assert section(Run, "Parameters") == ["path", "data_dir", "checkpoint"]
    assert section(Run, "Raises")
