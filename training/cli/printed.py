"""What the command shows of a training: lines on standard output, bars on standard error."""

from __future__ import annotations

from training.runs.shown.display import Bars


class Printed(Bars):
    """Prints lines, and shows bars."""

    def say(self, line: str) -> None:
        print(line, flush=True)
