"""Formulas of the site: all of the notebooks' are MathML, and what cannot be is a warning."""

from __future__ import annotations

import re
from pathlib import Path

import jupytext
import pytest

pytest.importorskip("sphinx", reason="sphinx is missing: pip install -e '.[docs]'")
pytest.importorskip("myst_parser", reason="myst-nb is missing: pip install -e '.[docs]'")

NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.py"))


def built(page: str, folder: Path) -> tuple[str, str]:
    """A page as HTML, made by the extension, and the warnings."""
    from io import StringIO

    from sphinx.application import Sphinx

    (folder / "index.md").write_text(page)
    warnings = StringIO()
    options = {
        "extensions": ["myst_parser", "docs.mathml"],
        "html_math_renderer": "mathml",
        "myst_enable_extensions": ["dollarmath"],
    }
    places = (folder, None, folder / "html", folder / "doctrees")
    site = Sphinx(*places, "html", options, status=None, warning=warnings, freshenv=True)
    site.build()
    return (folder / "html" / "index.html").read_text(), warnings.getvalue()


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_all_formulas_of_a_notebook(notebook: Path, tmp_path: Path) -> None:
    cells = [cell.source for cell in jupytext.read(notebook).cells if cell.cell_type == "markdown"]
    page, warnings = built("\n\n".join(cells), tmp_path)
    assert "cannot convert" not in warnings
    formulas = re.findall(r'<(?:span|div) class="math notranslate nohighlight".*?>\s*(<\w+)', page)
    written = re.findall(r"\$\$.+?\$\$|\$[^$]+?\$", "\n\n".join(cells), re.DOTALL)
    assert formulas == ["<math"] * len(written) and written
    text = re.sub(r"<(code|pre)\b.*?</\1>", "", page, flags=re.DOTALL)
    assert not re.search(r"\\[(\[a-zA-Z]|\$", text) and '<script src="http' not in page


def test_a_formula_by_hand(tmp_path: Path) -> None:
    page, warnings = built("# Title\n\n$u_{rest}$ and\n\n$$\\frac{1}{T}$$\n", tmp_path)
    plain = re.sub(r"\s+", "", page)
    assert "<msub><mi>u</mi><mrow><mi>r</mi><mi>e</mi><mi>s</mi><mi>t</mi></mrow></msub>" in plain
    assert "<mfrac><mn>1</mn><mi>T</mi></mfrac>" in plain and "docutils" not in warnings


def test_what_is_not_known_is_told(tmp_path: Path) -> None:
    page, warnings = built("# Title\n\n$\\nonsense{<x>}$\n", tmp_path)
    assert "docutils cannot convert the formula" in warnings and "nonsense" in warnings
    assert "<code>\\nonsense{&lt;x&gt;}</code>" in page
