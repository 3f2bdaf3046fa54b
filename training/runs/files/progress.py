"""How far a run is."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Progress:
    """How far a run is.

    Parameters
    ----------
    iteration : int
        Complete iterations.
    epoch : int
        Complete epochs, their evaluations included.
    accuracy : float or None
        Accuracy (0 to 1) of the present weights on test or validation images, if they have been
        evaluated.
    best_accuracy : float or None
        Highest of these so far.
    best_iteration : int or None
        The iteration that had it.

    Raises
    ------
    ValueError
        If the numbers contradict each other.
    """

    iteration: int = 0
    epoch: int = 0
    accuracy: float | None = None
    best_accuracy: float | None = None
    best_iteration: int | None = None

    def __post_init__(self) -> None:
        accuracy, best, best_iteration = self.accuracy, self.best_accuracy, self.best_iteration
        if not 0 <= self.epoch <= self.iteration:
            raise ValueError(f"epoch {self.epoch} cannot be complete at iteration {self.iteration}")
        for name in ("accuracy", "best_accuracy"):
            if not 0 <= (getattr(self, name) or 0) <= 1:
                raise ValueError(f"{name} must be in [0, 1], not {getattr(self, name)}")
        if (best is None) != (best_iteration is None):
            raise ValueError(f"best accuracy {best} cannot be of iteration {best_iteration}")
        if best_iteration is not None and not 0 <= best_iteration <= self.iteration:
            raise ValueError(f"iteration {best_iteration} cannot be the best of {self.iteration}")
        if accuracy is not None and (best is None or best < accuracy):
            raise ValueError(f"accuracy {accuracy} is above the best, {best}")

    def after_iteration(self) -> Progress:
        """Return the progress after one more iteration: the new weights are not yet evaluated."""
        return replace(self, iteration=self.iteration + 1, accuracy=None)

    def after_evaluation(self, accuracy: float, epoch: int) -> Progress:
        """Return the progress after an evaluation, with `epoch` epochs complete."""
        if self.best_accuracy is not None and accuracy <= self.best_accuracy:
            return replace(self, accuracy=accuracy, epoch=epoch)
        return Progress(self.iteration, epoch, accuracy, accuracy, self.iteration)
