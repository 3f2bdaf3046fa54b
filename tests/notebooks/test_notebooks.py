"""Every notebook runs, and its two forms say the same.

A notebook is a ``.py`` in jupytext's percent format and an ``.ipynb`` with outputs. It is executed
in a copy, so that nothing is written into the project; its own assertions are part of the test.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import jupytext
import nbformat
import pytest
from nbclient import NotebookClient

FOLDER = Path(__file__).parents[2] / "notebooks"
NAMES = sorted(path.stem for path in FOLDER.glob("*.ipynb"))

LARGEST = 600_000
"""Bytes of a notebook with its pictures, so that it opens quickly and history stays small."""


def read(name: str) -> Any:
    """The notebook with its outputs."""
    return nbformat.read(FOLDER / f"{name}.ipynb", as_version=4)


def sources(notebook: Any) -> list[tuple[str, str]]:
    """Type and text of every cell."""
    return [(cell.cell_type, cell.source) for cell in notebook.cells]


def outputs(notebook: Any) -> list[Any]:
    """All outputs, in order."""
    return [
        output
        for cell in notebook.cells
        if cell.cell_type == "code"
        for output in cell.get("outputs", [])
    ]


def pictures(notebook: Any) -> int:
    """Number of pictures among the outputs."""
    return sum("image/png" in output.get("data", {}) for output in outputs(notebook))


def test_every_notebook_has_both_forms() -> None:
    assert NAMES
    assert sorted(path.stem for path in FOLDER.glob("*.py")) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_the_two_forms_agree(name: str) -> None:
    assert sources(read(name)) == sources(jupytext.read(FOLDER / f"{name}.py"))


@pytest.mark.parametrize("name", NAMES)
def test_outputs_are_kept_and_small(name: str) -> None:
    notebook = read(name)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    for output in outputs(notebook):
        assert output.output_type != "error"
        assert output.get("name") != "stderr", output.text
    assert pictures(notebook) > 0
    assert (FOLDER / f"{name}.ipynb").stat().st_size < LARGEST


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", NAMES)
def test_notebook_runs(name: str, tmp_path: Path) -> None:
    copy = shutil.copytree(FOLDER, tmp_path / "notebooks")
    notebook = jupytext.read(copy / f"{name}.py")
    client = NotebookClient(
        notebook,
        kernel_name="python3",
        timeout=240,
        resources={"metadata": {"path": str(copy)}},
    )
    client.execute()  # raises with the cell and its traceback
    assert pictures(notebook) == pictures(read(name))
