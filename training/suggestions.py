"""What a user may have meant by a word that is none of those that are known."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return `` (did you mean '...'?)``, to follow the word; nothing if no known word is like it.

    Parameters
    ----------
    word : str
        What was given.
    known : iterable of str
        What could have been given.
    """
    close = difflib.get_close_matches(word, list(known), n=1)
    return f" (did you mean '{close[0]}'?)" if close else ""
