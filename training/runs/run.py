"""A run, from Python: what its folder holds, and the network that it belongs to.

What runs the network (predictions, evaluations, simulations, energies) uses the weights that are in
`Run.trainer`; what is said about the folder (weights, `network`, exports) those of the checkpoint.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from networks.arrays import truth_value, whole_number
from networks.records.inherited_parameters import with_inherited_parameters
from training.data import Images, find
from training.data.batches import evaluation_batches
from training.interruption import Interruption
from training.methods.method import Method
from training.methods.results import Prediction
from training.parallel.over_cores import method_over_cores
from training.recipes.architectures import read_architecture
from training.recipes.chosen import read_out_after
from training.runs.files.folder import trained_on
from training.runs.looking.evaluation import (
    Evaluation,
    evaluate,
    predicted_classes,
    prediction_of_all,
)
from training.runs.looking.given_images import as_the_stages_take
from training.runs.saved_run import SavedRun
from training.runs.shown.display import Bars, Display

if TYPE_CHECKING:
    from xarray import Dataset

    from training.energy.report import EnergyReport


@with_inherited_parameters
class Run(SavedRun):
    """A folder that a training has written, and its networks.

    Raises
    ------
    RunFolderError
        If it holds no run, or its recipe cannot be read.
    """

    @cached_property
    def trainer(self) -> Method:
        """The networks with the weights written into them; built when they are first asked for.

        Their stages are ``trainer.forward`` and ``trainer.backward``. Other weights can be written
        with ``trainer.set_parameters``; `refresh` brings back those of the checkpoint.
        """
        trainer = method_over_cores(self.architecture, self.recipe, self.recipe.batch_size)
        trainer.set_parameters(self.weights)
        return trainer

    @property
    def weights_in_use(self) -> Mapping[str, NDArray[np.floating]]:
        """The parameters that are in `trainer`, to read; before it is built, the checkpoint's."""
        return self.trainer.weights if "trainer" in vars(self) else self.weights

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
        recipe = read_out_after(self.recipe, forward_steps)
        if recipe == self.recipe:
            trainer: Method = self.trainer
        else:
            trainer = method_over_cores(read_architecture(recipe), recipe, size)
            trainer.set_parameters(self.weights_in_use)
        evaluation = evaluate(trainer, self.images, size, Interruption(), display)
        assert evaluation is not None  # nothing interrupts it
        return evaluation

    def simulate(
        self, image: int = 0, record: str | Sequence[str] = (), *, forward_steps: int | None = None
    ) -> Dataset:
        """Run one test image through the network, and record neurons in every step.

        Parameters
        ----------
        image : int
            Number of the test image.
        record : str or sequence of str
            Such as ``layer1.v``, ``layer2.spikes`` or ``backward.layer1.v``, see
            `training.runs.looking.simulate`; potentials and spikes of layer 1 if empty.
        forward_steps : int, optional
            T_F in place of the one that the network was trained with.

        Raises
        ------
        ValueError
            For images, layers and variables that do not exist, and steps that cannot be.
        UserError
            If the images are frames of another number.
        """
        from training.runs.looking.simulate import RECORDED, simulate

        return simulate(self, image, record or RECORDED, forward_steps)

    def energy(self, images: int = 32) -> EnergyReport:
        """Count what a prediction and a training step cost, beside other networks.

        The first test images are counted, without dropout, with the weights in `trainer`.

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
        weights = dict(self.weights_in_use)
        return measure(self.trainer, self.recipe, weights, pixels.numpy(), labels.numpy())

    def confusion(self) -> NDArray[np.int64]:
        """How many test images of each class (rows) were taken for each (columns)."""
        return self.evaluate().confusion
