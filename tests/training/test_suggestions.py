"""What someone may have meant: words like those that are known, and the paper's symbols."""

from __future__ import annotations

import pytest

from training.suggestions import did_you_mean


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("forward_step", "forward_steps"),
        ("T_F", "forward_steps"),
        ("t-b", "backward_steps"),
        ("--lr", "learning_rate"),
        ("V_th", "v_threshold"),
        ("something", None),
    ],
)
def test_fields_and_options(word: str, meant: str | None) -> None:
    known = ["leak", "forward_steps", "backward_steps", "learning_rate", "v_threshold"]
    flags = [f"--{name.replace('_', '-')}" for name in known]
    said = f" (did you mean '{meant}'?)" if meant else ""
    assert did_you_mean(word, known) == said
    if word.startswith("--") and meant:
        assert did_you_mean(word, flags) == f" (did you mean '--{meant.replace('_', '-')}'?)"


def test_a_symbol_of_what_is_not_known_here() -> None:
    assert did_you_mean("T_F", ["epochs"]) == ""
