"""The folder of a sweep: a run folder per point, and what became of each.

::

    writer.lock          which process runs the sweep
    points/NAME/         run folders (training.runs.files.folder)
    failures/NAME.json   why a point failed
    attempts/NAME.jsonl  who trained a point from which iteration on, and how that ended

What is done is read from the run folders themselves; so a sweep may get more values or seeds, and
what another one has trained in the same folder counts.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from training.errors import CheckpointError, RunFolderError
from training.recipes.architectures import read_architecture
from training.runs.beginning import where_it_stopped
from training.runs.files.finished import nothing_left
from training.runs.files.folder import RunFolder, open_run
from training.runs.files.lock import only_writer
from training.runs.files.output_path import RECIPE_NAME
from training.runs.files.progress import Progress
from training.storage.files import append, remove_leftovers, write_atomically
from training.storage.sealed_json import STRICT, NewerFormatError, seal, unseal
from training.sweeps.planning.points import Point

POINTS, FAILURES, ATTEMPTS = "points", "failures", "attempts"

ATTEMPTS_OF_ALL = "attempts.jsonl"
"""Where earlier versions wrote down the attempts of all points."""

UNKNOWN = "unknown"
"""In place of a commit: of runs of earlier versions, and of code that is in no checkout."""

State = Literal["complete", "failed", "begun", "missing"]


@dataclass(frozen=True)
class Failure:
    """Why a point failed.

    Parameters
    ----------
    point : str
        What was varied.
    error : str
        One sentence.
    details : str
        The traceback.
    """

    __pydantic_config__ = STRICT

    point: str
    error: str
    details: str


@dataclass(frozen=True)
class Attempt:
    """One process's work on a point.

    Parameters
    ----------
    name : str
        Of the point's folder.
    worker : str
        Host and process.
    first, last : int
        Complete iterations before and after it.
    seconds : float
    outcome : str
        complete, stopped or failed; begun, as it begins: nothing else is left of what was killed.
    commit : str
        Of the code that trained, see `training.provenance.commit`.
    """

    name: str
    worker: str
    first: int
    last: int
    seconds: float
    outcome: str
    commit: str


@dataclass(frozen=True)
class SweepFolder:
    """The folder of a sweep.

    Parameters
    ----------
    path : Path
    """

    path: Path

    def run(self, point: Point) -> Path:
        """The run folder of a point."""
        return self.path / POINTS / point.name

    def failure_file(self, point: Point) -> Path:
        """Where it is said why a point failed."""
        return self.path / FAILURES / f"{point.name}.json"

    def attempts_file(self, point: Point) -> Path:
        """Where it is said who trained a point."""
        return self.path / ATTEMPTS / f"{point.name}.jsonl"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """A context in which this process is the only one that runs a sweep here."""
        with only_writer(self.path):
            for name in (POINTS, FAILURES, ATTEMPTS):
                (self.path / name).mkdir(exist_ok=True)
            remove_leftovers(self.path / FAILURES)
            yield

    def state(self, point: Point) -> State:
        """What became of a point.

        Raises
        ------
        RunFolderError
            If its run folder has another recipe.
        """
        begun = (self.run(point) / RECIPE_NAME).exists()
        if self.failure_file(point).exists():
            # A point that is trained to the end is complete whatever failed afterwards.
            with suppress(RunFolderError):
                if begun and self.finished(point):
                    return "complete"
            return "failed"
        if not begun:
            return "missing"
        return "complete" if self.finished(point) else "begun"

    def finished(self, point: Point) -> bool:
        """Whether a point that has a run folder is trained to the end.

        Raises
        ------
        RunFolderError
            If its run folder has another recipe.
        """
        return nothing_left(point.recipe, self.progress(point), None) is not None

    def opened(self, point: Point) -> RunFolder:
        """The run of a point that has been begun.

        Raises
        ------
        RunFolderError
            If it has another recipe.
        """
        run = open_run(self.run(point))
        if run.recipe != point.recipe:
            raise RunFolderError(
                f"'{run.path}' holds a run of another recipe: choose another folder for the runs"
            )
        return run

    def progress(self, point: Point) -> Progress:
        """How far a point is that has been begun; from the start again if that cannot be read."""
        run = self.opened(point)
        try:
            return where_it_stopped(run, read_architecture(run.recipe)).progress
        except CheckpointError:
            return Progress()

    def failure(self, point: Point) -> Failure | None:
        """Why a point failed, if it did."""
        try:
            content = self.failure_file(point).read_bytes()
        except FileNotFoundError:
            return None
        try:
            return unseal(Failure, content, lambda whole: whole)
        except (ValueError, NewerFormatError) as error:
            return Failure(str(point), f"what was written about it cannot be read ({error})", "")

    def fail(self, point: Point, error: str, details: str) -> None:
        """Write down why a point failed."""
        content = seal(asdict(Failure(str(point), error, details)))
        write_atomically(self.failure_file(point), content)

    def forget_failure(self, point: Point) -> None:
        """Let a point be tried again."""
        self.failure_file(point).unlink(missing_ok=True)

    def told(self, point: Point) -> bool:
        """Whether it is written down who completed a point."""
        return any(each.get("outcome") == "complete" for each in self._attempts(point))

    def commits(self, point: Point) -> list[str]:
        """The commits that a point was trained with, ``unknown`` among them if need be.

        Of a point that has not been begun there are none.
        """
        if not (self.run(point) / RECIPE_NAME).exists():
            return []
        told = [str(each.get("commit") or UNKNOWN) for each in self._attempts(point)]
        return list(dict.fromkeys(told)) or [UNKNOWN]

    def _attempts(self, point: Point) -> Iterator[dict[str, Any]]:
        """What was written down about a point."""
        lines: list[str] = []
        for file in (self.path / ATTEMPTS_OF_ALL, self.attempts_file(point)):
            with suppress(FileNotFoundError):
                lines += file.read_text().splitlines()
        for line in lines:
            try:
                found = json.loads(line)
            except ValueError:  # a process that was killed may have left a part of a line
                continue
            if isinstance(found, dict) and found.get("name") == point.name:
                yield found

    def note(self, point: Point, attempt: Attempt) -> None:
        """Write down what a worker did."""
        append(self.attempts_file(point), json.dumps(asdict(attempt)).encode() + b"\n")
