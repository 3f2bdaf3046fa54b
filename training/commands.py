"""What the command ``spide`` does: train, resume, evaluate.

Everything that can be refused is refused before the run folder is made: data are loaded and both
networks built first.
"""

from __future__ import annotations

import gc
import shlex
import sys
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from networks import Architecture, CompilerNotFoundError, DeviceError
from training.checkpoint import Checkpoint, load_best, load_latest
from training.data import Images, find
from training.distributed.interruption import SharedInterruption
from training.distributed.processes import Processes
from training.distributed.split_trainer import SplitTrainer
from training.errors import CheckpointError, LostProcessError, RunFolderError, UserError
from training.evaluation import evaluate
from training.interruption import Interruption
from training.loop import TrainingLoop, first_checkpoint
from training.recipe import Recipe
from training.run_folder import RunFolder, check_vacant, continued, open_run
from training.trainer import Trainer
from training.two_stage import TwoStageTrainer


def train_anew(
    name: str,
    recipe: Recipe,
    data_dir: Path,
    out: Path | None,
    max_iterations: int | None,
    processes: Processes,
) -> int:
    """Train a recipe in a new run folder; return the exit status."""
    path = Path(processes.text_of_first(str(out or _dated_path(name))))
    run = RunFolder(path, name, recipe)
    check_vacant(run.path)
    architecture = read_architecture(recipe)
    checkpoint = first_checkpoint(name, recipe, architecture)
    return _train(run, architecture, checkpoint, data_dir, max_iterations, run.create, processes)


def open_run_of(path: Path, name: str) -> RunFolder:
    """Open a run folder to resume it.

    Raises
    ------
    RunFolderError
        If there is no run, or one of another recipe.
    """
    run = open_run(path)
    if run.name != name:
        raise RunFolderError(
            f"'{path}' holds a run of the recipe '{run.name}', not '{name}': "
            f"resume it with 'spide train {run.name} --resume {path}'"
        )
    return run


def resume(
    run: RunFolder,
    recipe: Recipe,
    data_dir: Path,
    max_iterations: int | None,
    processes: Processes,
) -> int:
    """Continue a run from its newest checkpoint; return the exit status."""
    architecture = read_architecture(run.recipe)
    checkpoint = _of_run(load_latest(run.checkpoints), run, architecture, processes)
    run = continued(run, recipe)
    return _train(
        run,
        architecture,
        checkpoint,
        data_dir,
        max_iterations,
        lambda: run.reopen(checkpoint.progress),
        processes,
    )


def evaluate_run(path: Path, data_dir: Path, best: bool, processes: Processes) -> int:
    """Print the test accuracy of a run; return the exit status."""
    run = open_run(path)
    architecture = read_architecture(run.recipe)
    checkpoint = (load_best if best else load_latest)(run.checkpoints)
    _of_run(checkpoint, run, architecture, processes)
    images = find(run.recipe.data_set).load(data_dir)
    _announce(run.recipe, architecture, images)
    trainer, interruption = _set_up(architecture, run.recipe, processes)
    trainer.set_parameters(checkpoint.parameters)
    _keep_everything()
    size = run.recipe.batch_size
    try:
        with interruption:
            evaluation = evaluate(trainer, images, size, interruption, processes.leads)
    except DeviceError as error:
        raise UserError(str(error)) from None
    if evaluation is None:
        return interruption.exit_status
    print(f"weights of iteration {checkpoint.progress.iteration}, loss {evaluation.loss:.4f}")
    _print_accuracy(evaluation.accuracy, path)
    return 0


def read_architecture(recipe: Recipe) -> Architecture:
    """Return the recipe's network for the images of its data set.

    Raises
    ------
    UserError
        If the data set is unknown, or the architecture impossible.
    """
    data_set = find(recipe.data_set)
    try:
        return Architecture.parse(recipe.architecture, data_set.input_shape, data_set.classes)
    except ValueError as error:
        raise UserError(str(error)) from None


def build_trainer(
    architecture: Architecture, recipe: Recipe, batch_size: int | None = None
) -> TwoStageTrainer:
    """Build and compile both networks of a recipe, for its batches or for a part of them.

    Raises
    ------
    UserError
        If the values cannot be simulated, or there is no C++ compiler.
    """
    began = time.perf_counter()
    print("building the networks (their first compilation takes a minute or two) ...", flush=True)
    try:
        trainer = TwoStageTrainer(
            architecture,
            recipe.two_stage,
            batch_size or recipe.batch_size,
            synapses=recipe.synapses,
            couple=recipe.couple or None,
            dtype=recipe.dtype,
            device=recipe.device,
            propagation=recipe.propagation,
            backend=recipe.backend,
        )
    except (ValueError, CompilerNotFoundError, DeviceError) as error:
        raise UserError(str(error)) from None
    print(f"ready after {time.perf_counter() - began:.1f} s", flush=True)
    return trainer


def _set_up(
    architecture: Architecture, recipe: Recipe, processes: Processes
) -> tuple[Trainer, Interruption]:
    """Build the networks of this process, and what stops it together with the others.

    Raises
    ------
    UserError
        As `build_trainer`, and for batches that cannot be split.
    """
    if processes.size == 1:
        return build_trainer(architecture, recipe), Interruption()
    if recipe.batch_size < processes.size:
        raise UserError(
            f"a batch of {recipe.batch_size} cannot be split over {processes.size} processes: "
            "start fewer, or choose a larger --batch-size"
        )
    # What the first compiles, the others find.
    with processes.first_one_then_others():
        trainer = build_trainer(architecture, recipe, processes.largest_part(recipe.batch_size))
    interruption = SharedInterruption(tells=processes.leads)
    split = SplitTrainer(trainer, architecture, processes, interruption, recipe.dtype)
    return split, interruption


def _keep_everything() -> None:
    """Take all present objects out of garbage collection.

    Brian2 collects garbage in every run. What is imported and built by now stays to the end of the
    process, and looking through it every time takes longer than simulating a small network.
    """
    gc.freeze()


def _train(
    run: RunFolder,
    architecture: Architecture,
    checkpoint: Checkpoint,
    data_dir: Path,
    max_iterations: int | None,
    open_folder: Callable[[], None],
    processes: Processes,
) -> int:
    """Train from a checkpoint; return 0, or 130 after SIGINT and 143 after SIGTERM.

    The folder is made, or reopened, when nothing can be refused any more.
    """
    images = find(run.recipe.data_set).load(data_dir)
    _announce(run.recipe, architecture, images)
    trainer, interruption = _set_up(architecture, run.recipe, processes)
    loop = TrainingLoop(
        run,
        architecture,
        images,
        trainer,
        checkpoint,
        interruption,
        max_iterations=max_iterations,
        leads=processes.leads,
    )
    if processes.leads:
        open_folder()
    _keep_everything()
    command = [*processes.launch.command, "train", run.name]
    command += ["--resume", str(run.path), "--data-dir", str(data_dir)]
    remedy = f"resume with: {shlex.join(command)}"
    with interruption:
        try:
            progress = loop.train()
        except LostProcessError as error:
            raise LostProcessError(f"{error}; {remedy}") from error
        except DeviceError as error:
            raise UserError(str(error)) from None
    if interruption.requested:
        if processes.leads:
            print(
                f"spide: interrupted after iteration {progress.iteration}; {remedy}",
                file=sys.stderr,
            )
        return interruption.exit_status
    assert progress.accuracy is not None and progress.best_accuracy is not None
    best = 100 * progress.best_accuracy
    print(f"best test accuracy {best:.2f} % after iteration {progress.best_iteration}")
    _print_accuracy(progress.accuracy, run.path)
    return 0


def _announce(recipe: Recipe, architecture: Architecture, images: Images) -> None:
    print(
        f"{recipe.data_set}: {len(images.training):,} training and {len(images.test):,} test "
        f"images\n{architecture.notation}: {architecture.neurons:,} neurons, "
        f"{architecture.parameters:,} parameters, {architecture.synapses:,} synapses",
        flush=True,
    )


def _dated_path(name: str) -> Path:
    return Path("runs") / f"{name}-{datetime.now():%Y%m%d-%H%M%S}"


def _of_run(
    checkpoint: Checkpoint, run: RunFolder, architecture: Architecture, processes: Processes
) -> Checkpoint:
    """Return the checkpoint if it belongs to the run's network, and is the same everywhere."""
    if checkpoint.recipe.architecture != run.recipe.architecture:
        raise CheckpointError(
            f"the checkpoint in '{run.checkpoints}' is of the architecture "
            f"'{checkpoint.recipe.architecture}', its run is of '{run.recipe.architecture}': "
            "put the run's own checkpoint back"
        )
    checkpoint.check_architecture(architecture)
    progress = str(checkpoint.progress)
    if processes.text_of_first(progress) != progress:
        raise CheckpointError(
            f"the processes found different checkpoints in '{run.checkpoints}': "
            "all machines must share the run folder"
        )
    return checkpoint


def _print_accuracy(accuracy: float, path: Path) -> None:
    print(f"test accuracy {100 * accuracy:.2f} %  {path}", flush=True)
