"""What a training shows while it goes on: nothing, unless somebody asks for it."""

from __future__ import annotations

from training.runs.shown.progress_bar import ProgressBar


class Display:
    """Shows nothing; `Bars` and that of the command line show more."""

    shows_bars = False

    def say(self, line: str) -> None:
        """Show a line: what a training begins with, or the summary of an epoch."""

    def bar(self, title: str, total: int, initial: int = 0) -> ProgressBar:
        """A progress bar over the images of one pass.

        Parameters
        ----------
        title : str
            What the pass is.
        total : int
            Images of the whole pass.
        initial : int
            Images done before, as when a run is resumed.
        """
        return ProgressBar(title, total, initial, self.shows_bars)


class Bars(Display):
    """Shows the bars alone."""

    shows_bars = True
