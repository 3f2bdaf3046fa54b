"""A run folder, from Python: its recipe, its records and the weights of a checkpoint.

Nothing is simulated here; `training.runs.run.Run` is this and the networks.
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from networks import Architecture
from networks.exchange import TrainedNetwork
from training.recipes.architectures import read_architecture
from training.recipes.recipe import Recipe
from training.runs.files.checkpoint import Checkpoint
from training.runs.files.checkpoint_files import load_best, load_latest
from training.runs.files.folder import open_run
from training.runs.files.records import Record
from training.runs.looking.exchange import Format, trained_network, write_network
from training.updates.in_use import parameters_in_use

Which = Literal["last", "best"]


class SavedRun:
    """What a training has written.

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
        return f"<{type(self).__name__} '{self.path}', {self.folder.name}>"

    def __getstate__(self) -> dict[str, Any]:
        """What a copy has, also in another process: networks and images are its own, made anew."""
        made = self._made_when_asked_for()
        return {name: value for name, value in vars(self).items() if name not in made}

    def _made_when_asked_for(self) -> set[str]:
        return {
            name
            for kind in type(self).__mro__
            for name, value in vars(kind).items()
            if isinstance(value, cached_property)
        }

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
        for name in self._made_when_asked_for():
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
        for values in (*checkpoint.parameters.values(), *checkpoint.momentum.values()):
            values.flags.writeable = False  # `weights` and exports are made of them
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

        `read_network` reads it back, and `write_network` writes weights that are in no run.

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
        write_network(network, path, to)
        return network
