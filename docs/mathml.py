"""A Sphinx extension: formulas as MathML, written when the site is built.

Browsers show MathML by themselves, so pages need neither a network nor scripts for it. docutils, on
which Sphinx stands, converts the LaTeX; it knows less of it than MathJax (``\\ldots`` and
``\\left(``, not ``\\dots`` and ``\\Big(``). What it does not know is a warning, which `make docs`
takes for an error.
"""

from __future__ import annotations

from html import escape
from typing import Any

from docutils import nodes
from docutils.utils.math import MathError
from docutils.utils.math.latex2mathml import tex2mathml
from sphinx.locale import _
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number

_LOG = logging.getLogger(__name__)


def _converted(node: nodes.Node, block: bool) -> str:
    formula = node.astext().strip()
    try:
        return tex2mathml(formula, as_block=block)
    except MathError as error:
        _LOG.warning("docutils cannot convert the formula %s: %s", formula, error, location=node)
        return f"<code>{escape(formula)}</code>"


def _inline(writer: Any, node: nodes.math) -> None:
    attributes = writer.starttag(node, "span", "", CLASS="math notranslate nohighlight")
    writer.body.append(f"{attributes}{_converted(node, block=False)}</span>")
    raise nodes.SkipNode


def _block(writer: Any, node: nodes.math_block) -> None:
    writer.body.append(writer.starttag(node, "div", CLASS="math notranslate nohighlight"))
    if node["number"]:
        writer.body.append(f'<span class="eqno">({get_node_equation_number(writer, node)})')
        writer.add_permalink_ref(node, _("Link to this equation"))
        writer.body.append("</span>")
    writer.body.append(f"{_converted(node, block=True)}</div>\n")
    raise nodes.SkipNode


def setup(app: Any) -> dict[str, bool]:
    """Register the renderer, ``html_math_renderer = "mathml"``."""
    app.add_html_math_renderer("mathml", (_inline, None), (_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
