"""Numbers of things, in words."""

from __future__ import annotations


def counted(number: int, noun: str) -> str:
    """``1 iteration``, ``2 iterations``; with commas from a thousand on."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
