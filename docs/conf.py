"""Sphinx: the pages of docs/, the notebooks, and the API from the docstrings.

Built from the root of the project, so that the notebooks are where readers of the repository look:
``sphinx-build -c docs . docs/_build/html`` (``make docs``).
"""

from __future__ import annotations

import re
import sys
from importlib.metadata import version as version_of
from pathlib import Path
from typing import Any

from numpydoc import xref
from sphinx.ext import autosummary

import spide

# The first sentence of a docstring does not end at "eq. 1".
autosummary.WELL_KNOWN_ABBREVIATIONS += ("eq.",)
xref.DEFAULT_LINKS.clear()  # to Python's own pages, which need a network

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "docs")]

project = "spide"
author = "the spide authors"
project_copyright = author
version = release = version_of("spide")

root_doc = "docs/index"
include_patterns = [
    "docs/**",
    "notebooks/*.ipynb",
    "benchmarks/results.md",
    "benchmarks/mnist_feedback_40_epochs/README.md",
    "benchmarks/mnist_lenet_60_epochs/README.md",
    "benchmarks/mnist_feedback_100_epochs/README.md",
]
exclude_patterns = ["docs/_build/**", "docs/templates/**"]

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.viewcode",
    "numpydoc",
    "myst_nb",
    "mathml",
]
html_math_renderer = "mathml"  # MathJax would be fetched from a network by every reader
default_role = "py:obj"  # `names` in docstrings
autosummary_generate = True
autosummary_imported_members = False
autodoc_typehints = "none"  # numpydoc's sections have the types
autodoc_member_order = "bysource"
numpydoc_show_class_members = False
numpydoc_class_members_toctree = False
numpydoc_xref_param_type = True  # types that have a page lead to it
numpydoc_xref_ignore = "all"
numpydoc_xref_aliases = {name: f"spide.{name}" for name in spide.__all__ if name[0].isupper()}
templates_path = [str(ROOT / "docs" / "templates")]  # autosummary looks from the root

highlight_language = "text"  # a block without a language is a command or a drawing
myst_enable_extensions = ["dollarmath", "colon_fence"]
myst_heading_anchors = 3
nb_execution_mode = "off"  # the tests execute them; what they showed is in the files

html_theme = "furo"
html_title = "spide"
html_static_path = ["static"]
html_css_files = ["site.css"]


def setup(app: Any) -> None:
    """Let shapes such as (samples, *layer.shape) be written as they are in Python."""

    def escape_stars(
        app: Any, what: str, name: str, obj: Any, options: Any, lines: list[str]
    ) -> None:
        lines[:] = [re.sub(r"(?<=[(, ])\*(?=[a-z_])", r"\\*", line) for line in lines]

    app.connect("autodoc-process-docstring", escape_stars, priority=0)
