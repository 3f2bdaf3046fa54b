"""``spide reproduce``: a table or figure of the paper, the paper's numbers beside ours."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Literal

from training.cli.garbage import keep_everything
from training.cli.options import UsageError, parse
from training.cli.refusals import refusals
from training.experiments.request import DEFAULT_OUT, NAMES, Request
from training.interruption import Interruption


@dataclass(frozen=True)
class Reproduce:
    """Options of ``spide reproduce TARGET``.

    Parameters
    ----------
    scale : {"small", "full"}
        small: a quarter of the channels, 10,000 images, three epochs. full: as the paper trained.
    seeds : int
        Seeds that each point is trained with.
    out : Path
        Folder of tables, figures and runs; what is there already is not trained again.
    data_dir : Path
        Folder of the data sets, as torchvision lays them out.
    workers : int or None
        Processes that train; if not given, as many as fit the cores, and one for seconds, which
        others would make longer.
    """

    scale: Literal["small", "full"] = "small"
    seeds: int = 1
    out: Path = Path(DEFAULT_OUT)
    data_dir: Path = Path("data")
    workers: int | None = None

    def __post_init__(self) -> None:
        for name in ("seeds", "workers"):
            if (number := getattr(self, name)) is not None and number < 1:
                raise ValueError(f"--{name} must be at least 1, not {number}")


def run(words: Sequence[str]) -> int:
    """Run ``spide reproduce``; return 0, or 128 + the number of a signal."""
    if not words or words[0].startswith("-"):
        raise UsageError(
            f"spide reproduce needs a table or figure: choose one of {', '.join(NAMES)}"
        )
    target, *options = words
    Request(target)  # before its options are looked at
    choice = parse(Reproduce, options, f"spide reproduce {target}")
    request = Request(
        target, **{field.name: getattr(choice, field.name) for field in fields(choice)}
    )
    from training.experiments.reproduce import reproduce

    keep_everything()  # trained networks are tested in this process
    with Interruption() as interruption, refusals():
        written = reproduce(request, progress=True, interruption=interruption, say=_say)
    if written is None:
        print("spide: interrupted; the same command goes on", file=sys.stderr)
        return interruption.exit_status
    print(f"{written.read_text()}\n{written}", flush=True)
    return 0


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
