"""A run, from Python: its records and weights, and the network that they belong to."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from networks import Architecture
from networks.arrays import truth_value, whole_number
from networks.exchange import TrainedNetwork
from training.data import Images, find
from training.data.batches import evaluation_batches
from training.interruption import Interruption
from training.methods.method import Method
from training.methods.results import Prediction
from training.parallel.over_cores import method_over_cores
from training.recipes.architectures import read_architecture
from training.recipes.recipe import Recipe
from training.runs.files.checkpoint import Checkpoint
from training.runs.files.checkpoint_files import load_best, load_latest
from training.runs.files.folder import open_run, trained_on
from training.runs.files.records import Record
from training.runs.looking.evaluation import (
    Evaluation,
    evaluate,
    predicted_classes,
    prediction_of_all,
)
from training.runs.looking.exchange import Format, trained_network, write_network
from training.runs.looking.given_images import as_the_stages_take
from training.runs.shown.display import Bars, Display
from training.updates.in_use import parameters_in_use

if TYPE_CHECKING:
    from training.energy.report import EnergyReport

Which = Literal["last", "best"]


class Run:
    """A folder that a training has written.

    Parameters
    ----------
    path : path
        The run folder.
    data_dir : path
        Folder of the data sets, as torchvision lays them out.
    checkpoint : {"last", "best"}
        The newest weights, or those that were evaluated best.

    Raises
    ------
    RunFolderError
        If it holds no run, or its recipe cannot be read.
    """

    def __init__(
        self,
        path: str | Path,
        *,
        data_dir: str | Path = "data",
        checkpoint: Which = "last",
    ) -> None:
        if checkpoint not in ("last", "best"):
            raise ValueError(f"checkpoint is '{checkpoint}': it must be 'last' or 'best'")
        # Another working directory changes nothing: they are what they were here and now.
        self.folder = open_run(Path(path).absolute())
        self.data_dir = Path(data_dir).absolute()
        self._which = checkpoint

    def __repr__(self) -> str:
        return f"<Run '{self.path}', {self.folder.name}>"

    @property
    def path(self) -> Path:
        """The run folder."""
        return self.folder.path

    @property
    def recipe(self) -> Recipe:
        """What it was trained with."""
        return self.folder.recipe

    @property
    def records(self) -> list[Record]:
        """Lines of the log: one per iteration and one per evaluation.

        Raises
        ------
        RunFolderError
            If the folder is not there any more.
        """
        return self.folder.records()

    def refresh(self) -> None:
        """Read the folder anew, where another training may have gone on.

        Recipe, weights, networks and images are read and built again when they are asked for.

        Raises
        ------
        RunFolderError
            If the folder is not there any more.
        """
        self.folder = open_run(self.path)
        for name, value in vars(Run).items():
            if isinstance(value, cached_property):
                vars(self).pop(name, None)

    @cached_property
    def architecture(self) -> Architecture:
        """The network."""
        return read_architecture(self.recipe)

    @cached_property
    def checkpoint(self) -> Checkpoint:
        """Parameters, momentum and progress.

        Raises
        ------
        CheckpointError
            If it is missing, damaged or of another run.
        """
        load = load_best if self._which == "best" else load_latest
        checkpoint = load(self.folder.checkpoints)
        checkpoint.check_recipe(self.folder.name, self.recipe)
        checkpoint.check_architecture(self.architecture)
        return checkpoint

    @property
    def weights(self) -> dict[str, NDArray[np.floating]]:
        """Parameters by name as both stages use them, in PyTorch's layouts.

        They are copies: what is done to them reaches the networks of the run by
        ``trainer.set_parameters(...)`` alone.
        """
        learned, iteration = self.checkpoint.parameters, self.checkpoint.progress.iteration
        used = parameters_in_use(self.recipe, learned, iteration)
        return {name: values.copy() for name, values in used.items()}

    @property
    def network(self) -> TrainedNetwork:
        """The trained network by itself, without what trained it."""
        return trained_network(self.architecture, self.recipe, self.weights)

    def export(self, path: str | Path, to: Format) -> TrainedNetwork:
        """Write the trained network for other programs.

        `training.runs.looking.exchange.read_network` reads it back.

        Parameters
        ----------
        path : path
            The file; one that is there is replaced.
        to : {"nir", "torch"}
            A graph of NIR (with the extra ``nir``), or a PyTorch state dict in safetensors.

        Returns
        -------
        TrainedNetwork
            What was written.

        Raises
        ------
        UserError
            If the format cannot hold the network or its package is missing.
        """
        network = self.network
        write_network(network, Path(path), to)
        return network

    @cached_property
    def trainer(self) -> Method:
        """The networks with the weights written into them; built when they are first asked for.

        Their stages are ``trainer.forward`` and ``trainer.backward``.
        """
        trainer = method_over_cores(self.architecture, self.recipe, self.recipe.batch_size)
        trainer.set_parameters(self.weights)
        return trainer

    @cached_property
    def images(self) -> Images:
        """Training and test images.

        Raises
        ------
        DataError
            If they cannot be read.
        RunFolderError
            If they are not those that the run was trained on.
        """
        images = find(self.recipe.data_set).load(self.data_dir)
        trained_on(self.folder, images.fingerprint(), self.data_dir)
        return images

    def run_network(self, images: ArrayLike) -> Prediction:
        """Logits, rates and firing rates of stage 1 for any number of images.

        Parameters
        ----------
        images : array, shape (images, *input_shape) or (images, T_F, *input_shape)
            As the network saw them in the training: laid out and scaled in the same way. Their
            rates, of every neuron, are kept: for classes alone there is `predict`.

        Raises
        ------
        ValueError
            If there are none, they do not fit, some are masked, they are not finite, or whole
            numbers such as 0 to 255, which no training takes.
        """
        given = as_the_stages_take(images, self.architecture, self.recipe)
        return prediction_of_all(self.trainer, given, self.recipe.batch_size)

    def predict(self, images: ArrayLike) -> NDArray[np.int64]:
        """The class of each image, shape (images,).

        Parameters
        ----------
        images : array, shape (images, *input_shape) or (images, T_F, *input_shape)
            As the network saw them in the training: laid out and scaled in the same way, such as
            those in ``images.test``.

        Raises
        ------
        ValueError
            As `run_network`, but for no images.
        """
        given = as_the_stages_take(images, self.architecture, self.recipe)
        return predicted_classes(self.trainer, given, self.recipe.batch_size)

    def evaluate(self, *, forward_steps: int | None = None, progress: bool = False) -> Evaluation:
        """Run stage 1 on all test images: accuracy, loss, confusions.

        Parameters
        ----------
        forward_steps : int, optional
            T_F in place of the one that the network was trained with: how soon is the answer there?
        progress : bool
            Whether to show a progress bar.

        Raises
        ------
        ValueError
            For a number of steps that cannot be.
        UserError
            If the images are frames of another number.
        """
        size = self.recipe.batch_size
        display = Bars() if truth_value(progress, "progress") else Display()
        steps = self.recipe.forward_steps
        if forward_steps is not None:
            steps = whole_number(forward_steps, "forward_steps")
        if steps == self.recipe.forward_steps:
            trainer = self.trainer
        else:
            recipe = replace(self.recipe, forward_steps=steps)
            trainer = method_over_cores(read_architecture(recipe), recipe, size)
            trainer.set_parameters(self.weights)
        evaluation = evaluate(trainer, self.images, size, Interruption(), display)
        assert evaluation is not None  # nothing interrupts it
        return evaluation

    def energy(self, images: int = 32) -> EnergyReport:
        """Count what a prediction and a training step cost, beside other networks.

        The first test images are counted, without dropout, with the weights of the checkpoint.

        Parameters
        ----------
        images : int
            How many, at most a batch.

        Raises
        ------
        ValueError
            If there are fewer test images, or the batches are smaller.
        """
        from training.energy.measure import measure

        count = whole_number(images, "images")
        most = min(self.recipe.batch_size, len(self.images.test))
        if count > most:
            raise ValueError(f"images is {count}: a batch has {most}, so give at most {most}")
        pixels, labels = next(iter(evaluation_batches(self.images, count)))
        return measure(self.trainer, self.recipe, self.weights, pixels.numpy(), labels.numpy())

    def confusion(self) -> NDArray[np.int64]:
        """How many test images of each class (rows) were taken for each (columns)."""
        return self.evaluate().confusion
