"""``spide compare``: runs side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import tyro

from training.cli.options import UsageError, parse
from training.cli.refusals import refusals
from training.storage.places import check_file


@dataclass(frozen=True)
class Compare:
    """Options of ``spide compare RUN_DIR RUN_DIR ...``.

    Parameters
    ----------
    run_dirs : tuple of Path
        Run folders.
    picture : Path
        The picture of their errors.
    """

    run_dirs: tyro.conf.Positional[tuple[Path, ...]]
    picture: Path = Path("comparison.png")


def run(words: Sequence[str]) -> int:
    """Run ``spide compare``; return the exit status."""
    choice = parse(Compare, words, prog="spide compare")
    if len(set(choice.run_dirs)) < max(2, len(choice.run_dirs)):
        raise UsageError("spide compare needs at least two different run folders")
    check_file(choice.picture, "the picture", [".png"])
    from training.runs.looking.comparison import Course, accuracy_curves, evaluated_in, table
    from training.runs.looking.look import comparison_picture, write_picture

    with refusals():
        courses = [Course.of(path) for path in choice.run_dirs]
        rows = table(courses)
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        print("  ".join(f"{cell:<{w}}" for cell, w in zip(row, widths, strict=True)).rstrip())
    picture = comparison_picture(accuracy_curves(courses), evaluated_in(courses))
    write_picture(picture, choice.picture)
    print(choice.picture, flush=True)
    return 0
