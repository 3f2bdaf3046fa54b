"""Docstrings of records name all fields that a caller can give, in one section."""

from __future__ import annotations

import inspect
from dataclasses import dataclass, fields

import pytest
from numpydoc.docscrape import NumpyDocString

from networks.records.inherited_parameters import with_inherited_parameters
from training.recipes.recipe import Recipe
from training.recipes.two_stage_config import TwoStageConfig


@pytest.mark.parametrize("record", [Recipe, TwoStageConfig])
def test_every_field_is_described(record: type[Recipe | TwoStageConfig]) -> None:
    described = [each.name for each in NumpyDocString(inspect.getdoc(record))["Parameters"]]
    assert sorted(described) == sorted(field.name for field in fields(record))


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
