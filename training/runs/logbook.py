"""What a training writes down: lines of its log, checkpoints, pictures."""

from __future__ import annotations

import logging
import time

from training.runs.files.checkpoint import Checkpoint
from training.runs.files.checkpoint_files import save
from training.runs.files.folder import RunFolder
from training.runs.files.records import Record
from training.runs.shown.history import History
from training.runs.shown.pictures import draw_pictures

_LOGGER = logging.getLogger(__name__)


class Logbook:
    """A run folder while it is trained.

    Parameters
    ----------
    run : RunFolder
    writes : bool
        Whether anything is written. Of several processes that do the same, one does; the times
        pass in all of them alike.
    """

    def __init__(self, run: RunFolder, *, writes: bool) -> None:
        self._run = run
        self._writes = writes
        self._history = History()
        self._said: set[str] = set()
        self._saved_at = self._drawn_at = time.monotonic()

    @property
    def seconds_unsaved(self) -> float:
        """Since the last checkpoint."""
        return time.monotonic() - self._saved_at

    @property
    def seconds_undrawn(self) -> float:
        """Since the last pictures."""
        return time.monotonic() - self._drawn_at

    def read(self) -> None:
        """Take over what earlier parts of the training have logged."""
        if self._writes:
            self._history = History.of(self._run.records())

    def log(self, record: Record) -> None:
        """Append a line to the metrics."""
        if self._writes:
            self._run.log(record)
            self._history.add(record)

    def save(self, checkpoint: Checkpoint) -> None:
        """Write a checkpoint."""
        if self._writes:
            save(self._run.checkpoints, checkpoint)
        self._saved_at = time.monotonic()

    def draw(self) -> None:
        """Draw the pictures of the run so far; a run goes on without those that fail."""
        if self._writes:
            try:
                draw_pictures(self._run, self._history)
            except Exception as error:  # of the system, or any that a drawing library knows
                self._say_once(f"the pictures of '{self._run.path}' cannot be drawn ({error})")
        self._drawn_at = time.monotonic()

    def _say_once(self, what: str) -> None:
        """Warn of pictures that a run goes on without."""
        if what not in self._said:
            _LOGGER.warning("spide: %s: the run is whole without them", what)
            self._said.add(what)
