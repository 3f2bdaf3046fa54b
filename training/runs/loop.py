"""The training loop.

An iteration is a batch that a `Learner` learns from (`training.runs.learner`), and a line of the
log. An epoch ends with an evaluation, and may have more of them within it.

A run always begins at a checkpoint, if only that of iteration 0 (`training.runs.beginning`), and
every random number is a function of (seed, purpose, epoch or iteration): a run continued from any
checkpoint ends with the weights of an uninterrupted one, bit for bit.
"""

from __future__ import annotations

import logging
from typing import Any

from torch import Tensor

from networks import Architecture, NotFiniteError
from training.data import Images
from training.data.batches import batches_per_epoch, training_batches
from training.errors import CheckpointError, DivergenceError, LostProcessError
from training.interruption import Interruption
from training.methods import NotConvergedError
from training.methods.method import Method
from training.parallel.threads import one_torch_thread
from training.runs.files.checkpoint import Checkpoint
from training.runs.files.finished import reached
from training.runs.files.folder import RunFolder
from training.runs.files.progress import Progress
from training.runs.files.same_division import what_differs
from training.runs.iteration_clock import IterationClock
from training.runs.learner import Learner
from training.runs.logbook import Logbook
from training.runs.looking.evaluation import evaluate
from training.runs.metrics import evaluation_record, training_record
from training.runs.shown.display import Display
from training.runs.shown.progress_bar import ProgressBar
from training.updates.optimiser import Optimiser

_LOGGER = logging.getLogger(__name__)

CHECKPOINT_SECONDS = 120.0
"""Between two checkpoints within an epoch: a program that is killed loses no more than this."""

PICTURE_SECONDS = 60.0
"""Between two drawings of the pictures, which takes about as long as an epoch of the digits."""


class TrainingLoop:
    """A run, from a checkpoint to the end of its recipe.

    Parameters
    ----------
    run : RunFolder
        The recipe, and where checkpoints, metrics and pictures go.
    architecture : Architecture
        The recipe's network for these images.
    images : Images
        Trained on and evaluated: as the recipe divides them, see `training.data.validation`.
    trainer : Method
        What learns.
    checkpoint : Checkpoint
        Where to begin.
    interruption : Interruption
        Asked after every iteration.
    display : Display
        Shows the progress.
    max_iterations : int, optional
        Leave with this many complete iterations, counted from the start of the run.
    checkpoint_seconds : float
        Time between two checkpoints within an epoch.
    leads : bool
        Whether this process, of several that do the same, is the one that writes into the run
        folder.

    Attributes
    ----------
    progress : Progress
        How far the run is; its weights are those in `optimiser`.
    optimiser : Optimiser
        Parameters and momentum.

    Raises
    ------
    CheckpointError
        If the checkpoint's epoch and iteration do not fit these images.
    """

    def __init__(
        self,
        run: RunFolder,
        architecture: Architecture,
        images: Images,
        trainer: Method,
        checkpoint: Checkpoint,
        interruption: Interruption,
        display: Display,
        *,
        max_iterations: int | None = None,
        checkpoint_seconds: float = CHECKPOINT_SECONDS,
        leads: bool = True,
    ) -> None:
        self.run = run
        self.recipe = run.recipe
        self.architecture = architecture
        self.images = images
        self.trainer = trainer
        self.interruption = interruption
        self.checkpoint_seconds = checkpoint_seconds
        self.leads = leads
        self.display = display
        self.per_epoch = batches_per_epoch(self.images, self.recipe.batch_size)
        self.last = self.recipe.epochs * self.per_epoch
        if max_iterations is not None:
            self.last = min(self.last, max_iterations)
        self.progress = checkpoint.progress
        self._check_epoch()
        self.optimiser = Optimiser(
            self.recipe,
            checkpoint.parameters,
            checkpoint.momentum,
            self.per_epoch,
            self.progress.iteration,
        )
        self._differs = what_differs(checkpoint, trainer.division)
        self._logbook = Logbook(run, writes=leads)
        self._learner = Learner(self.recipe, trainer, self.optimiser)

    def train(self) -> Progress:
        """Train and evaluate, epoch by epoch, until the end or an interruption.

        Returns
        -------
        Progress
            With the accuracy of the final weights, unless the run was interrupted.

        Raises
        ------
        DivergenceError
            If weights, potentials or rates are no longer finite, or eq. 5 cannot be solved.
        LostProcessError
            If another process is gone; the last complete iteration is saved.
        DataError
            If the images' files have been written into since they were read: what has been learned
            from them since the last checkpoint is dropped.
        """
        self._logbook.read()
        if self.leads and self._differs:
            _LOGGER.warning("spide: %s", self._differs)
        self._save()
        try:
            with one_torch_thread():
                self._train_epochs()
        except LostProcessError:
            self._save()
            raise
        except (NotConvergedError, NotFiniteError) as error:
            raise DivergenceError(f"the training diverged: {error}") from None
        self._logbook.draw()
        return self.progress

    def _train_epochs(self) -> None:
        """Train and evaluate until the end or an interruption, and save after every evaluation."""
        while not (self.interruption.requested or self._ended()):
            bar = self._train_to_evaluation(self.progress.epoch)
            if self._evaluate():
                self.display.say(self._summary(bar))
            self._save()
            if self._logbook.seconds_undrawn > PICTURE_SECONDS:
                self._logbook.draw()

    def _ended(self) -> bool:
        """Whether the weights are evaluated that this run was to have in the end."""
        accuracy = self.progress.accuracy
        if accuracy is None:
            return False
        return self.progress.iteration >= self.last or reached(self.recipe, accuracy)

    def _train_to_evaluation(self, epoch: int) -> ProgressBar:
        """Train an epoch from where it is to its next evaluation."""
        recipe, started = self.recipe, self.per_epoch * epoch
        first = self.progress.iteration - started
        stop = min(self._next_evaluation(first), max(0, self.last - started))
        batches = training_batches(self.images, recipe.batch_size, recipe.seed, epoch, first, stop)
        total = len(self.images.training)
        seen = min(first * recipe.batch_size, total)
        with self.display.bar(f"epoch {epoch + 1}/{recipe.epochs}", total, seen) as bar:
            clock = IterationClock()
            for pixels, labels in batches:
                record = self._train_batch(pixels, labels, clock)
                self._logbook.log(record)
                images = len(labels)
                bar.advance(images, images * record["loss"], images * record["accuracy"])
                if self._logbook.seconds_unsaved > self.checkpoint_seconds:
                    self._save()
                if self.interruption.requested:
                    break
                clock = IterationClock()  # of the next one, which is read and augmented first
        return bar

    def _next_evaluation(self, first: int) -> int:
        """The number of the iteration, within its epoch, after which there is an evaluation.

        Parameters
        ----------
        first : int
            Complete iterations of the epoch. A run that was killed between one of these and its
            evaluation goes on with that evaluation.
        """
        every = self.recipe.evaluate_every or self.per_epoch
        least = first if first and self.progress.accuracy is None else first + 1
        return min(-(-least // every) * every, self.per_epoch)

    def _train_batch(self, pixels: Tensor, labels: Tensor, clock: IterationClock) -> dict[str, Any]:
        """Do one iteration and return its line for the metrics."""
        iteration = self.progress.iteration
        learning_rate = self.optimiser.learning_rate
        result, norm = self._learner.learn(pixels.numpy(), labels.numpy(), iteration)
        self.progress = self.progress.after_iteration()
        return training_record(
            self.progress.iteration,
            self.per_epoch,
            result,
            labels.numpy(),
            learning_rate=learning_rate,
            feedback_norm=norm,
            seconds=clock.seconds,
            cpu_seconds=clock.cpu_seconds if self._in_this_process else None,
        )

    @property
    def _in_this_process(self) -> bool:
        """Whether nothing of an iteration is computed in another process, whose time is its own."""
        programs = self.recipe.simulation.facts.compiles_programs
        return not programs and self.trainer.division.processes == 1

    def _evaluate(self) -> bool:
        """Evaluate the present weights; return whether that was completed."""
        evaluation = evaluate(
            self.trainer, self.images, self.recipe.batch_size, self.interruption, self.display
        )
        if evaluation is None:
            return False
        iteration = self.progress.iteration
        self.progress = self.progress.after_evaluation(
            evaluation.accuracy, epoch=iteration // self.per_epoch
        )
        self._logbook.log(
            evaluation_record(iteration, self.per_epoch, evaluation, self.images.evaluated)
        )
        return True

    def _summary(self, bar: ProgressBar) -> str:
        """Return a line about what was trained and evaluated last."""
        assert self.progress.accuracy is not None
        epoch = self.progress.iteration / self.per_epoch
        # A run that was stopped in an evaluation goes on with that one.
        training = f"training {bar}; " if bar.images else ""
        return (
            f"epoch {round(epoch, 2):g}/{self.recipe.epochs}: {training}"
            f"{self.images.evaluated} accuracy {100 * self.progress.accuracy:.2f} %"
        )

    def _check_epoch(self) -> None:
        """Refuse an iteration that is in another epoch than the checkpoint says."""
        epoch, iteration = self.progress.epoch, self.progress.iteration
        if not 0 <= iteration - epoch * self.per_epoch <= self.per_epoch:
            raise CheckpointError(
                f"the checkpoint of iteration {iteration} has {epoch} complete epochs, which "
                f"cannot be with {self.per_epoch} iterations per epoch: restore the data or the "
                "checkpoint that belong to this run"
            )

    def _save(self) -> None:
        """Write a checkpoint, of weights that have learned from the run's images alone."""
        self.images.refuse_changed()
        what = self.run.name, self.recipe, self.progress
        arrays = self.optimiser.parameters, self.optimiser.momentum
        self._logbook.save(Checkpoint(*what, *arrays, self.trainer.division))
