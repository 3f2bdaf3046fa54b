"""Axes to draw into, and the data of what was drawn."""

from __future__ import annotations

from typing import Any

from training.plots import panels


def axes() -> Any:
    """Empty axes."""
    _, (only,) = panels(1, 1, (4, 3))
    return only


def lines(drawn: Any) -> dict[str, Any]:
    """Points of every line that has a label of its own."""
    return {
        line.get_label(): line.get_xydata()
        for line in drawn.get_lines()
        if not line.get_label().startswith("_")
    }


def texts(drawn: Any) -> list[str]:
    """What is written inside."""
    return [text.get_text() for text in drawn.texts]
