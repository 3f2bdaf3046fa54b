"""What others' errors say, as a part of one sentence."""

from __future__ import annotations


def in_one_line(error: BaseException) -> str:
    """The message of an error without line breaks, or its kind if it has none."""
    # The text of a KeyError is in quotes, being meant for the key alone.
    said = error.args[0] if isinstance(error, KeyError) and error.args else error
    return " ".join(str(said).split()) or type(error).__name__
