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
from training.errors import CheckpointError, RunFolderError, UserError
from training.evaluation import evaluate
from training.interruption import Interruption
from training.loop import TrainingLoop, first_checkpoint
from training.recipe import Recipe
from training.run_folder import RunFolder, check_vacant, continued, open_run
from training.two_stage import TwoStageTrainer


def train_anew(
    name: str, recipe: Recipe, data_dir: Path, out: Path | None, max_iterations: int | None
) -> int:
    """Train a recipe in a new run folder; return the exit status."""
    run = RunFolder(out or _dated_path(name), name, recipe)
    check_vacant(run.path)
    architecture = read_architecture(recipe)
    checkpoint = first_checkpoint(name, recipe, architecture)
    return _train(run, architecture, checkpoint, data_dir, max_iterations, run.create)


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


def resume(run: RunFolder, recipe: Recipe, data_dir: Path, max_iterations: int | None) -> int:
    """Continue a run from its newest checkpoint; return the exit status."""
    architecture = read_architecture(run.recipe)
    checkpoint = _of_run(load_latest(run.checkpoints), run, architecture)
    run = continued(run, recipe)
    return _train(
        run,
        architecture,
        checkpoint,
        data_dir,
        max_iterations,
        lambda: run.reopen(checkpoint.progress),
    )


def evaluate_run(path: Path, data_dir: Path, best: bool) -> int:
    """Print the test accuracy of a run; return the exit status."""
    run = open_run(path)
    architecture = read_architecture(run.recipe)
    checkpoint = (load_best if best else load_latest)(run.checkpoints)
    _of_run(checkpoint, run, architecture)
    images = find(run.recipe.data_set).load(data_dir)
    _announce(run.recipe, architecture, images)
    trainer = build_trainer(architecture, run.recipe)
    trainer.set_parameters(checkpoint.parameters)
    _keep_everything()
    try:
        with Interruption() as interruption:
            evaluation = evaluate(trainer, images, run.recipe.batch_size, interruption)
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


def build_trainer(architecture: Architecture, recipe: Recipe) -> TwoStageTrainer:
    """Build and compile both networks of a recipe.

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
            recipe.batch_size,
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
) -> int:
    """Train from a checkpoint; return 0, or 130 after SIGINT and 143 after SIGTERM.

    The folder is made, or reopened, when nothing can be refused any more.
    """
    images = find(run.recipe.data_set).load(data_dir)
    _announce(run.recipe, architecture, images)
    trainer = build_trainer(architecture, run.recipe)
    interruption = Interruption()
    loop = TrainingLoop(
        run, architecture, images, trainer, checkpoint, interruption, max_iterations=max_iterations
    )
    open_folder()
    _keep_everything()
    try:
        with interruption:
            progress = loop.train()
    except DeviceError as error:
        raise UserError(str(error)) from None
    command = ["spide", "train", run.name, "--resume", str(run.path), "--data-dir", str(data_dir)]
    if interruption.requested:
        print(
            f"spide: interrupted after iteration {progress.iteration}; "
            f"resume with: {shlex.join(command)}",
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


def _of_run(checkpoint: Checkpoint, run: RunFolder, architecture: Architecture) -> Checkpoint:
    """Return the checkpoint if it belongs to the run's network."""
    if checkpoint.recipe.architecture != run.recipe.architecture:
        raise CheckpointError(
            f"the checkpoint in '{run.checkpoints}' is of the architecture "
            f"'{checkpoint.recipe.architecture}', its run is of '{run.recipe.architecture}': "
            "put the run's own checkpoint back"
        )
    checkpoint.check_architecture(architecture)
    return checkpoint


def _print_accuracy(accuracy: float, path: Path) -> None:
    print(f"test accuracy {100 * accuracy:.2f} %  {path}", flush=True)
