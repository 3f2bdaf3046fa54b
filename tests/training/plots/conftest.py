"""All of these tests draw in the project's style."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from training.plots import styled


@pytest.fixture(autouse=True)
def _in_the_style() -> Iterator[None]:
    with styled():
        yield
