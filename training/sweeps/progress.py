"""Progress of a sweep with the time that is left, from what all runs have written so far."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from tqdm import tqdm

from training.recipes.sizes import iterations
from training.runs.files.output_path import METRICS_NAME
from training.sweeps.folder import SweepFolder
from training.sweeps.planning.points import Point

_LOOK_SECONDS = 2.0
"""Between two looks at the logs of the runs."""

_TAIL_BYTES = 8192
"""More than a line of a log has."""


class SweepBar:
    """A bar over the work of a sweep: iterations, each as long as its two stages.

    Parameters
    ----------
    points : iterable of Point
        Those to train.
    folder : SweepFolder
    shown : bool
        Whether there is something to see.
    """

    def __init__(self, points: Iterable[Point], folder: SweepFolder, shown: bool) -> None:
        self._points = list(points)
        self._folder = folder
        self._weights = {p: p.recipe.forward_steps + p.recipe.backward_steps for p in self._points}
        self._totals = {p: iterations(p.recipe) for p in self._points}
        self._ended: set[Point] = set()
        self._failed = 0
        self._looked_at = time.monotonic()
        shown = shown and sys.stderr is not None  # without one nothing can be shown
        terminal = shown and sys.stderr.isatty()
        self._bar = tqdm(
            desc="sweep",
            total=sum(self._weights[p] * self._totals[p] for p in self._points),
            initial=self._done() if shown else 0,
            bar_format="{desc}: {percentage:3.0f} %|{bar}| {elapsed}, {remaining} left{postfix}",
            disable=not shown,
            mininterval=0.5 if terminal else 10.0,
        )
        self._tell()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._bar.close()

    def ended(self, point: Point, failed: bool) -> None:
        """Count a point that is not trained any more."""
        self._ended.add(point)
        self._failed += failed
        self._tell()

    @contextmanager
    def aside(self) -> Iterator[None]:
        """A context in which lines are printed that the bar must not run into."""
        if self._bar.disable:
            yield
            return
        with tqdm.external_write_mode():
            yield

    def look(self) -> None:
        """Read how far the runs are, now and then."""
        if self._bar.disable or time.monotonic() - self._looked_at < _LOOK_SECONDS:
            return
        self._looked_at = time.monotonic()
        self._bar.update(max(0, self._done() - self._bar.n))

    def _done(self) -> int:
        done = 0
        for point in self._points:
            total = self._totals[point]
            log = self._folder.run(point) / METRICS_NAME
            seen = total if point in self._ended else min(last_iteration(log), total)
            done += seen * self._weights[point]
        return done

    def _tell(self) -> None:
        failed = f", {self._failed} failed" if self._failed else ""
        self._bar.set_postfix_str(f"{len(self._ended)} of {len(self._points)} points{failed}")


def last_iteration(log: Path) -> int:
    """The number of the last iteration in a log, without reading it all; 0 if there is none."""
    try:
        with log.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - _TAIL_BYTES))
            lines = file.read().split(b"\n")[:-1]
    except OSError:
        return 0
    for line in reversed(lines):
        try:
            return int(json.loads(line)["iteration"])
        except (ValueError, KeyError, TypeError):
            continue
    return 0
