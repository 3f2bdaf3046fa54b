"""A training that is ready to begin or to go on: nothing can refuse it any more.

The command line and the Python face get here by the same way. What makes a folder a run is written
after it, so that what cannot work leaves nothing behind.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from training.checks.trainable import trainable_network
from training.checks.unread import check_asked
from training.data import Images
from training.recipes.architectures import read_architecture
from training.recipes.recipe import Recipe
from training.runs.beginning import first_checkpoint, where_it_stopped
from training.runs.files.finished import check_end, nothing_left
from training.runs.files.folder import RunFolder, continued, with_moved_data
from training.runs.files.progress import Progress
from training.runs.logbook import Logbook
from training.runs.loop import TrainingLoop
from training.runs.prepare import Setting, check_checkpoint, load_images, prepare


@dataclass(frozen=True)
class Ready:
    """A training that is ready; whoever has it holds the lock of its folder when it trains.

    Parameters
    ----------
    folder : RunFolder
        It knows its images.
    images : Images
    loop : TrainingLoop
    new : bool
        Whether the folder is still to be made.
    """

    folder: RunFolder
    images: Images
    loop: TrainingLoop
    new: bool

    def train(self) -> Progress:
        """Make the run folder, or drop from its log what will be repeated, and train.

        Raises
        ------
        RunFolderError
            If the folder cannot be made.
        LostProcessError, DivergenceError
            As `TrainingLoop.train`.
        """
        if self.loop.leads:
            if self.new:
                self.folder.create()
            else:
                self.folder.reopen(self.loop.progress)
        return self.loop.train()


@dataclass(frozen=True)
class Finished:
    """A run that has nothing left to do.

    Parameters
    ----------
    folder : RunFolder
        With the end that was wanted now.
    progress : Progress
        How far it is.
    why : str
        A sentence about it, and how to get more.
    """

    folder: RunFolder
    progress: Progress
    why: str

    def complete(self) -> None:
        """Write what is missing of log and pictures: it may have been killed before the last."""
        self.folder.reopen(self.progress)
        logbook = Logbook(self.folder, writes=True)
        logbook.read()
        logbook.draw()


def ready_to_begin(
    folder: RunFolder,
    setting: Setting,
    max_iterations: int | None = None,
    asked: Sequence[str] = (),
) -> Ready:
    """Load the data and build the networks of a new run.

    Parameters
    ----------
    folder : RunFolder
        No run yet. If it has a fingerprint, images of another one are refused.
    setting : Setting
    max_iterations : int, optional
        Leave with this many complete iterations.
    asked : sequence of str
        Fields of the recipe that someone has asked for: those that nothing reads are refused.

    Raises
    ------
    UserError, ValueError, DeviceError, CompilationError
        What cannot be trained.
    """
    architecture = trainable_network(folder.recipe)
    check_asked(asked, folder.recipe, architecture)
    checkpoint = first_checkpoint(folder.name, folder.recipe, architecture)
    folder, images = load_images(folder, setting)
    return Ready(folder, images, prepare(folder, images, checkpoint, setting, max_iterations), True)


def ready_to_go_on(
    run: RunFolder, recipe: Recipe, setting: Setting, max_iterations: int | None = None
) -> Ready | Finished:
    """Load the data and build the networks of a run that goes on, if it has something left to do.

    Parameters
    ----------
    run : RunFolder
        As it is there, and locked. If it has a fingerprint, images of another one are refused.
    recipe : Recipe
        Its own, or one that ends at another time, or says where data of one's own are now.
    setting : Setting
    max_iterations : int, optional
        Leave with this many complete iterations, counted from the start of the run.

    Raises
    ------
    RunFolderError
        If the recipe differs in anything else, or the images are not those of the run.
    CheckpointError
        If the checkpoint cannot be used.
    UserError, ValueError, DeviceError, CompilationError
        What cannot be trained, and an end that lies behind the run.
    """
    before, run = run, with_moved_data(run, recipe)
    checkpoint = where_it_stopped(run, read_architecture(run.recipe))
    check_checkpoint(checkpoint, run, setting)
    folder = continued(run, recipe)
    check_end(recipe, run.recipe, checkpoint.progress)
    why = nothing_left(recipe, checkpoint.progress, max_iterations)
    if why is not None:
        if run is not before:
            load_images(run, setting)  # which refuses others
        return Finished(folder, checkpoint.progress, why)
    folder, images = load_images(folder, setting)
    loop = prepare(folder, images, checkpoint, setting, max_iterations)
    return Ready(folder, images, loop, False)
