"""``spide doctor``: what is installed, and which devices can be used."""

from __future__ import annotations

from collections.abc import Sequence

from training.cli.options import UsageError


def run(words: Sequence[str]) -> int:
    """Run ``spide doctor``; return the exit status."""
    if words:
        raise UsageError(f"spide doctor has no option '{words[0]}'")
    from training.cli.reports.doctor import print_diagnosis

    return print_diagnosis()
