"""What others' errors say, as a part of one sentence."""

from __future__ import annotations


def in_one_line(error: BaseException) -> str:
    """The message of an error without line breaks, or its kind if it has none."""
    return " ".join(str(error).split()) or type(error).__name__
