"""A run folder: what a training writes, and all that is needed to continue or evaluate it.

::

    recipe.json      name and fields of the recipe, as resolved from the command line, and the
                     fingerprint of the images
    writer.lock      which process writes here (training.runs.files.lock)
    metrics.jsonl    one line per iteration and one per evaluation
    checkpoints/     the newest and the best (training.runs.files.checkpoint_files)
    data/            the images, if they came from memory (training.data.own_data.from_memory)
    pictures/        accuracy and loss; firing rates of both stages (training.runs.shown.pictures)
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from pathlib import Path

from training.data.own_data.own import is_own
from training.errors import RunFolderError
from training.recipes.earlier import completed, differing_field
from training.recipes.recipe import Recipe
from training.runs.files.kept_data import with_kept_data
from training.runs.files.output_path import METRICS_NAME, RECIPE_NAME, check_vacant
from training.runs.files.progress import Progress
from training.runs.files.records import Record, encode, read_records
from training.runs.files.title import title_of
from training.storage.files import append, remove_leftovers, write_atomically
from training.storage.sealed_json import STRICT, NewerFormatError, seal, unseal
from training.storage.system_errors import cause, remedy


@dataclass(frozen=True)
class RunFolder:
    """The folder of one run.

    Parameters
    ----------
    path : Path
        Where.
    name : str
        Name of the recipe.
    recipe : Recipe
        The recipe as the run uses it.
    fingerprint : str or None
        Of the images that it is trained on (`Images.fingerprint`); None before they are loaded,
        unless others are to be refused, and for runs of versions that did not remember it.
    """

    path: Path
    name: str
    recipe: Recipe
    fingerprint: str | None = None

    @property
    def title(self) -> str:
        """What it is called in pictures: see `title_of`."""
        return title_of(self.name, self.recipe)

    @property
    def metrics(self) -> Path:
        """The log, one JSON object per line."""
        return self.path / METRICS_NAME

    @property
    def checkpoints(self) -> Path:
        """The folder of the checkpoints."""
        return self.path / "checkpoints"

    @property
    def pictures(self) -> Path:
        """The folder of the pictures."""
        return self.path / "pictures"

    def create(self) -> None:
        """Make the folder and write the recipe.

        Raises
        ------
        RunFolderError
            If the folder is not vacant or cannot be written.
        """
        try:
            self.lay_out()
            self.write_recipe()
        except OSError as error:
            raise RunFolderError(
                f"cannot write the run folder '{self.path}' ({cause(error)}): {remedy(error)}"
            ) from None

    def lay_out(self) -> None:
        """Make the folders of a new run, and empty them of what a killed creation left.

        Raises
        ------
        RunFolderError
            If the folder is not vacant.
        OSError
            If it cannot be written.
        """
        check_vacant(self.path)
        self._make_folders()
        for path in (*self.checkpoints.iterdir(), self.metrics):
            path.unlink(missing_ok=True)

    def reopen(self, progress: Progress) -> None:
        """Write the recipe anew, and drop the metrics that a run resumed there will repeat."""
        self._make_folders()
        self.write_recipe()
        # At the iteration of the checkpoint itself, the evaluation may not have been completed.
        evaluated = progress.accuracy is not None
        kept = [
            record
            for record in self.records()
            if record["iteration"] < progress.iteration
            or (
                record["iteration"] == progress.iteration
                and (evaluated or record["kind"] == "training")
            )
        ]
        write_atomically(self.metrics, b"".join(encode(record) for record in kept))

    def write_recipe(self) -> None:
        """Write ``recipe.json``."""
        content = {
            "name": self.name,
            "recipe": asdict(self.recipe),
            "fingerprint": self.fingerprint,
        }
        write_atomically(self.path / RECIPE_NAME, seal(content))

    def log(self, record: Record) -> None:
        """Append one line to the metrics.

        Raises
        ------
        OSError
            If it cannot be written; nothing is left of the attempt.
        """
        append(self.metrics, encode(record))

    def records(self) -> list[Record]:
        """Read the metrics, see `training.runs.files.records.read_records`.

        Raises
        ------
        RunFolderError
            If the folder holds no run any more.
        """
        records = read_records(self.metrics)
        if not records:  # nothing is logged yet, or all of it has gone elsewhere
            open_run(self.path)
        return records

    def _make_folders(self) -> None:
        """Make what is missing of the folders, and remove what killed writers left in them."""
        for folder in (self.path, self.checkpoints, self.pictures):
            folder.mkdir(parents=True, exist_ok=True)
            remove_leftovers(folder)


@dataclass(frozen=True)
class _RecipeFile:
    """What ``recipe.json`` holds."""

    __pydantic_config__ = STRICT

    name: str
    recipe: Recipe
    fingerprint: str | None = None


def open_run(path: Path) -> RunFolder:
    """Open an existing run folder.

    Raises
    ------
    RunFolderError
        If it holds no run, or its recipe cannot be read.
    """
    file = path / RECIPE_NAME
    try:
        content = unseal(_RecipeFile, file.read_bytes(), completed)
    except FileNotFoundError:
        raise RunFolderError(
            f"'{path}' holds no run (no {RECIPE_NAME}): give the folder of a run"
        ) from None
    except NewerFormatError as error:
        raise RunFolderError(f"'{file}' {error}") from None
    except OSError as error:
        raise RunFolderError(f"'{file}' cannot be read ({cause(error)}): {remedy(error)}") from None
    except ValueError as error:
        raise RunFolderError(
            f"'{file}' cannot be read (damaged: {error}): restore it from a copy"
        ) from None
    recipe = with_kept_data(content.recipe, path)
    return RunFolder(path, content.name, recipe, content.fingerprint)


def with_moved_data(run: RunFolder, recipe: Recipe) -> RunFolder:
    """Return the run with the place of data of one's own that a recipe given anew names.

    Its fingerprint tells whether they are the same images, wherever they are.
    """
    places = run.recipe.data_set, recipe.data_set
    if places[0] == places[1] or not all(map(is_own, places)):
        return run
    return replace(run, recipe=replace(run.recipe, data_set=places[1]))


def continued(run: RunFolder, recipe: Recipe) -> RunFolder:
    """Return the run under a recipe given anew, which may end at another time and nothing else.

    Raises
    ------
    RunFolderError
        If another field differs: the weights would be those of neither recipe.
    """
    name = differing_field(recipe, run.recipe)
    if name is not None:
        option = "the data set" if name == "data_set" else "--" + name.replace("_", "-")
        raise RunFolderError(
            f"{option} cannot be {getattr(recipe, name)} when resuming: the run in '{run.path}' "
            f"has {getattr(run.recipe, name)}; only --epochs and --stop-at-accuracy may change"
        )
    return replace(run, recipe=recipe)


def trained_on(run: RunFolder, fingerprint: str, data_dir: Path) -> RunFolder:
    """Return the run with the fingerprint of its images.

    Parameters
    ----------
    run : RunFolder
    fingerprint : str
        Of the images that were loaded.
    data_dir : Path
        From where, for the message.

    Raises
    ------
    RunFolderError
        If the run has been trained on others: neither its weights nor its accuracies would be
        those of either.
    """
    if run.fingerprint not in (None, fingerprint):
        own = is_own(run.recipe.data_set)
        where = "" if own else f" in '{data_dir}'"
        remedy = "restore them" if own else "give the --data-dir that holds them"
        raise RunFolderError(
            f"the images of {run.recipe.data_set}{where} are not those that the run in "
            f"'{run.path}' is trained on: {remedy}"
        )
    return replace(run, fingerprint=fingerprint)
