"""What the command ``spide`` does: train, resume, evaluate.

Everything that can be refused is refused before the run folder is made: data are loaded and both
networks built first (`training.runs.ready`).
"""

from __future__ import annotations

import shlex
import sys
from contextlib import nullcontext
from pathlib import Path

from networks import CompilationError, DeviceError, NotFiniteError
from training.cli.garbage import keep_everything
from training.cli.printed import Printed
from training.cli.refusals import refusals
from training.cli.reports.evaluation_report import print_evaluation
from training.errors import (
    LostProcessError,
    RunFolderError,
    StorageError,
    UserError,
)
from training.parallel.distributed.processes import Processes
from training.recipes import RECIPES
from training.recipes.architectures import read_architecture
from training.recipes.recipe import Recipe
from training.runs.files.checkpoint_files import load_best, load_latest
from training.runs.files.creation import new_run
from training.runs.files.folder import RunFolder, open_run
from training.runs.files.lock import only_writer
from training.runs.files.output_path import check_vacant
from training.runs.files.progress import Progress
from training.runs.files.title import title_of
from training.runs.looking.evaluation import evaluate
from training.runs.prepare import Setting, build, check_checkpoint, load_images
from training.runs.ready import Finished, Ready, ready_to_begin, ready_to_go_on
from training.runs.shown.display import Display
from training.runs.train import dated_path
from training.storage.system_errors import sentence
from training.updates.in_use import parameters_in_use


def setting_of(data_dir: Path, processes: Processes, download: bool) -> Setting:
    """Where a command takes place: only the first process shows something."""
    display = Printed() if processes.leads else Display()
    return Setting(data_dir, processes, display, download=download)


def train_anew(
    name: str,
    recipe: Recipe,
    out: Path | None,
    max_iterations: int | None,
    setting: Setting,
) -> int:
    """Train a recipe in a new run folder; return the exit status."""
    given = str(out or dated_path(title_of(name, recipe)))
    path = Path(setting.processes.text_of_first(given))
    check_vacant(path)
    with refusals():
        ready = ready_to_begin(RunFolder(path, name, recipe), setting, max_iterations)
    keep_everything()
    with new_run(path) if setting.processes.leads else nullcontext():
        return _train(ready, setting)


def open_run_of(path: Path, name: str) -> RunFolder:
    """Open a run folder to resume it.

    Raises
    ------
    RunFolderError
        If there is no run, or one of another recipe.
    """
    run = open_run(path)
    if run.name not in RECIPES:
        raise RunFolderError(
            f"'{path}' holds a run of no recipe, which was begun in Python: resume it there, with "
            f"spide.resume('{path}')"
        )
    if run.name != name:
        raise RunFolderError(
            f"'{path}' holds a run of the recipe '{run.name}', not '{name}': "
            f"resume it with 'spide train {run.name} --resume {path}'"
        )
    return run


def resume(run: RunFolder, recipe: Recipe, max_iterations: int | None, setting: Setting) -> int:
    """Continue a run from its newest checkpoint; return the exit status."""
    processes = setting.processes
    with only_writer(run.path) if processes.leads else nullcontext():
        with refusals():
            ready = ready_to_go_on(run, recipe, setting, max_iterations)
        if isinstance(ready, Finished):
            print(ready.why)
            if processes.leads:
                ready.complete()
            _print_accuracies(ready.progress, ready.folder)
            return 0
        keep_everything()
        return _train(ready, setting)


def evaluate_run(path: Path, recipe: Recipe, best: bool, setting: Setting) -> int:
    """Print the test accuracy of a run; return the exit status.

    Parameters
    ----------
    path : Path
        The run folder.
    recipe : Recipe
        Of the run, or one that differs from it in T_F.
    best : bool
        Whether to take the best weights in place of the newest.
    setting : Setting
    """
    run = open_run(path)
    checkpoint = (load_best if best else load_latest)(run.checkpoints)
    iteration = checkpoint.progress.iteration
    with refusals():
        check_checkpoint(checkpoint, run, setting)
        run, images = load_images(run, setting)
        trainer, interruption = build(read_architecture(recipe), recipe, setting)
        trainer.set_parameters(parameters_in_use(run.recipe, checkpoint.parameters, iteration))
    keep_everything()
    size = run.recipe.batch_size
    try:
        with interruption:
            evaluation = evaluate(trainer, images, size, interruption, setting.display)
    except (DeviceError, NotFiniteError) as error:
        raise UserError(str(error)) from None
    if evaluation is None:
        return interruption.exit_status
    if setting.processes.leads:
        steps = None if recipe == run.recipe else recipe.forward_steps
        print_evaluation(evaluation, images, run, steps)
    print(f"weights of iteration {iteration}, loss {evaluation.loss:.4f}")
    _print_accuracy(evaluation.accuracy, path)
    return 0


def _train(ready: Ready, setting: Setting) -> int:
    """Train, in a folder that is locked; return 0, or 130 after SIGINT and 143 after SIGTERM."""
    processes, run, interruption = setting.processes, ready.folder, ready.loop.interruption
    command = [*processes.launch.command, "train", run.name]
    command += ["--resume", str(run.path), "--data-dir", str(setting.data_dir)]
    remedy = f"resume with: {shlex.join(command)}"
    with interruption:
        try:
            progress = ready.train()
        except LostProcessError as error:
            raise LostProcessError(f"{error}; {remedy}") from error
        except (CompilationError, DeviceError) as error:
            raise UserError(str(error)) from None
        except OSError as error:
            raise StorageError(f"the training stopped: {sentence(error)}, then {remedy}") from None
    if interruption.requested:
        if processes.leads:
            print(
                f"spide: interrupted after iteration {progress.iteration}; {remedy}",
                file=sys.stderr,
            )
        return interruption.exit_status
    _print_accuracies(progress, run)
    return 0


def _print_accuracies(progress: Progress, run: RunFolder) -> None:
    assert progress.accuracy is not None and progress.best_accuracy is not None
    best, on = 100 * progress.best_accuracy, run.recipe.evaluated
    print(f"best {on} accuracy {best:.2f} % after iteration {progress.best_iteration}")
    _print_accuracy(progress.accuracy, run.path, on)


def _print_accuracy(accuracy: float, path: Path, on: str = "test") -> None:
    print(f"{on} accuracy {100 * accuracy:.2f} %  {path}", flush=True)
