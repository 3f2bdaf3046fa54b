"""What a training or an evaluation needs before it begins: images, networks, a loop.

It comes before the run folder is made, so that what cannot work leaves nothing behind. The command
line and the Python face prepare in the same way; they differ in their `Setting`.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path

from networks import Architecture
from networks.devices import simulator_class
from training.data import Images, find
from training.data.validation import held_out
from training.errors import CheckpointError, DataError, UserError
from training.interruption import Interruption
from training.methods.method import Method
from training.parallel.distributed.interruption import SharedInterruption
from training.parallel.distributed.over_processes import OverProcesses
from training.parallel.distributed.processes import Processes
from training.parallel.over_cores import method_over_cores
from training.recipes.architectures import read_architecture
from training.recipes.recipe import Recipe
from training.runs.files.checkpoint import Checkpoint
from training.runs.files.folder import RunFolder, trained_on
from training.runs.files.same_division import divided_as_before
from training.runs.loop import TrainingLoop
from training.runs.shown.display import Display
from training.updates.gains import learned_parameters


@dataclass(frozen=True)
class Setting:
    """Where a run takes place, and who looks on.

    Parameters
    ----------
    data_dir : Path
        Folder of the data sets, as torchvision lays them out.
    processes : Processes
        This process alone, or it and the others that do the same.
    display : Display
        What is shown.
    interruption : Interruption
        Asked between two iterations whether to stop; several processes have one of their own.
    download : bool
        Whether data that are not there are downloaded: by one process, the others find them.
    """

    data_dir: Path = Path("data")
    processes: Processes = field(default_factory=Processes)
    display: Display = field(default_factory=Display)
    interruption: Interruption = field(default_factory=Interruption)
    download: bool = False

    def same_everywhere(self, text: str) -> bool:
        """Whether this text is that of the first process."""
        return self.processes.text_of_first(text) == text


def check_checkpoint(checkpoint: Checkpoint, run: RunFolder, setting: Setting) -> None:
    """Refuse a checkpoint that does not belong to the run, or is not the same in all processes.

    Raises
    ------
    CheckpointError
        If it does not.
    """
    checkpoint.check_recipe(run.name, run.recipe)
    checkpoint.check_architecture(read_architecture(run.recipe))
    if not setting.same_everywhere(str(checkpoint.progress)):
        raise CheckpointError(
            f"the processes found different checkpoints in '{run.checkpoints}': "
            "all machines must share the run folder"
        )


def load_images(run: RunFolder, setting: Setting) -> tuple[RunFolder, Images]:
    """Load the run's data, and say how much there is to do.

    Returns
    -------
    run : RunFolder
        It knows the images that it is trained on.
    images : Images

    Raises
    ------
    DataError
        If they cannot be read or downloaded, or are not the same in all processes.
    DeviceError, ValueError
        If the machine lacks what the recipe's device needs: that is asked first.
    RunFolderError
        If they are not those that the run was trained on.
    """
    recipe = run.recipe
    simulator_class(recipe.simulation).require()
    data_set = find(recipe.data_set)
    # What the first one downloads, or makes of recordings, the others find.
    with setting.processes.first_one_then_others():
        if setting.download:
            data_set.download(setting.data_dir)
        images = data_set.load(setting.data_dir)
    architecture = read_architecture(recipe)
    learned = learned_parameters(architecture, recipe)
    setting.display.say(
        f"{recipe.data_set}: {len(images.training):,} training and {len(images.test):,} test "
        f"images of {data_set.shape_in_words}, {data_set.classes} classes\n"
        f"{architecture.notation}: {architecture.neurons:,} neurons, "
        f"{learned:,} parameters, {architecture.synapses:,} synapses"
    )
    fingerprint = images.fingerprint()
    if not setting.same_everywhere(fingerprint):
        raise DataError(
            f"the processes found different images of {recipe.data_set} in '{setting.data_dir}': "
            "all machines must share the data"
        )
    return trained_on(run, fingerprint, setting.data_dir), images


def build(
    architecture: Architecture, recipe: Recipe, setting: Setting
) -> tuple[Method, Interruption]:
    """Build and compile what a recipe learns with, and what stops all processes together.

    Raises
    ------
    ValueError, DeviceError
        If the values cannot be simulated.
    CompilationError
        If there is no C++ compiler.
    UserError
        If a batch cannot be split over the processes.
    """
    processes = setting.processes
    if processes.size == 1:
        return _built(architecture, recipe, recipe.batch_size, setting), setting.interruption
    if recipe.batch_size < processes.size:
        raise UserError(
            f"a batch of {recipe.batch_size} cannot be split over {processes.size} processes: "
            "start fewer, or choose a larger --batch-size"
        )
    # What the first compiles, the others find.
    with processes.first_one_then_others():
        part = processes.largest_part(recipe.batch_size)
        own = _built(architecture, recipe, part, setting)
    interruption = SharedInterruption(tells=processes.leads)
    return OverProcesses(own, recipe.batch_size, processes, interruption), interruption


def prepare(
    run: RunFolder,
    images: Images,
    checkpoint: Checkpoint,
    setting: Setting,
    max_iterations: int | None = None,
) -> TrainingLoop:
    """Build the networks of a training, and the loop that goes on from a checkpoint.

    Parameters
    ----------
    run : RunFolder
    images : Images
        From `load_images`.
    checkpoint : Checkpoint
        Where to begin.
    setting : Setting
    max_iterations : int, optional
        Leave with this many complete iterations, counted from the start of the run.

    Raises
    ------
    CheckpointError
        If the checkpoint does not fit these images.
    DataError
        If they cannot be divided as the recipe asks, see `training.data.validation`.
    ValueError, DeviceError, CompilationError, UserError
        As `build`.
    """
    recipe = run.recipe
    # Before a compilation: images may be refused.
    parts = held_out(images, recipe.validation, recipe.training_images)
    architecture = read_architecture(recipe)
    divided = divided_as_before(recipe, checkpoint, setting.processes.size)
    trainer, interruption = build(architecture, divided, setting)
    return TrainingLoop(
        run, architecture, parts, trainer, checkpoint, interruption, setting.display,
        max_iterations=max_iterations, leads=setting.processes.leads,
    )  # fmt: skip


def _built(architecture: Architecture, recipe: Recipe, batch_size: int, setting: Setting) -> Method:
    began = time.perf_counter()
    say = setting.display.say
    say("building the networks (their first compilation takes a minute or two) ...")
    method = method_over_cores(architecture, recipe, batch_size)
    say(f"ready after {time.perf_counter() - began:.1f} s")
    return method
