"""What a user may have meant by a word that is none of those that are known."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

_SYMBOLS = {
    "t_f": "forward_steps",
    "t_b": "backward_steps",
    "v_th": "v_threshold",
    "u_rest": "v_rest",
    "v_th_b": "v_threshold_backward",
    "u_rest_b": "v_rest_backward",
    "s_l": "loss_scale",
    "lr": "learning_rate",
}
"""Of the paper, and what is usual elsewhere, by what they are called here."""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return `` (did you mean '...'?)``, to follow the word; nothing if no known word is like it.

    Parameters
    ----------
    word : str
        What was given.
    known : iterable of str
        What could have been given.
    """
    known = list(known)
    plain = {each.lstrip("-").replace("-", "_"): each for each in known}
    symbol = _SYMBOLS.get(word.lstrip("-").replace("-", "_").lower())
    if symbol in plain:
        return f" (did you mean '{plain[symbol]}'?)"
    close = difflib.get_close_matches(word, known, n=1)
    return f" (did you mean '{close[0]}'?)" if close else ""
