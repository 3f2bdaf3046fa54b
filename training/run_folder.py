"""A run folder: what a training writes, and all that is needed to continue or evaluate it.

::

    recipe.json      name and fields of the recipe, as resolved from the command line
    metrics.jsonl    one line per iteration and one per evaluation
    checkpoints/     the newest and the best (training.checkpoint)
    pictures/        accuracy and loss; firing rates of both stages (training.pictures)
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from training.checkpoint import Progress, recipe_from_json
from training.errors import RunFolderError
from training.files import write_atomically
from training.recipe import Recipe


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
    """

    path: Path
    name: str
    recipe: Recipe

    @property
    def metrics(self) -> Path:
        """The log, one JSON object per line."""
        return self.path / "metrics.jsonl"

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
        check_vacant(self.path)
        try:
            for folder in (self.path, self.checkpoints, self.pictures):
                folder.mkdir(parents=True, exist_ok=True)
            self.write_recipe()
        except OSError as error:
            raise RunFolderError(
                f"cannot write the run folder '{self.path}' ({error.strerror}): choose another "
                "--out"
            ) from None

    def reopen(self, progress: Progress) -> None:
        """Write the recipe anew, and drop the metrics that a run resumed there will repeat."""
        self.write_recipe()
        # At the iteration of the checkpoint itself, the evaluation may not have been completed.
        present = {"training", "test"} if progress.accuracy is not None else {"training"}
        kept = [
            record
            for record in self.records()
            if record["iteration"] < progress.iteration
            or (record["iteration"] == progress.iteration and record["kind"] in present)
        ]
        write_atomically(self.metrics, "".join(json.dumps(line) + "\n" for line in kept).encode())

    def write_recipe(self) -> None:
        """Write ``recipe.json``."""
        content = {"name": self.name, "recipe": asdict(self.recipe)}
        write_atomically(self.path / "recipe.json", json.dumps(content, indent=2).encode())

    def log(self, record: dict[str, Any]) -> None:
        """Append one line to the metrics."""
        with self.metrics.open("a") as file:
            file.write(json.dumps(record) + "\n")

    def records(self) -> list[dict[str, Any]]:
        """Read the metrics; a last line that was cut off when the program died is left out."""
        if not self.metrics.exists():
            return []
        *lines, _cut_off = self.metrics.read_text().split("\n")
        return [json.loads(line) for line in lines]


def check_vacant(path: Path) -> None:
    """Refuse a path that holds something.

    Raises
    ------
    RunFolderError
        If there is a run, another file or folder.
    """
    if (path / "recipe.json").exists():
        raise RunFolderError(
            f"'{path}' already holds a run: continue it with --resume '{path}', or choose another "
            "--out"
        )
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise RunFolderError(f"'{path}' exists and is not an empty folder: choose another --out")


def open_run(path: Path) -> RunFolder:
    """Open an existing run folder.

    Raises
    ------
    RunFolderError
        If it holds no run, or its recipe cannot be read.
    """
    if not (path / "recipe.json").exists():
        raise RunFolderError(f"'{path}' holds no run (no recipe.json): give the folder of a run")
    try:
        content = json.loads((path / "recipe.json").read_text())
        return RunFolder(path, content["name"], recipe_from_json(content["recipe"]))
    except (OSError, ValueError, TypeError, KeyError) as error:
        reason = f"{type(error).__name__}: {error}"
        raise RunFolderError(
            f"'{path / 'recipe.json'}' cannot be read ({reason}): restore it from a copy"
        ) from None


def continued(run: RunFolder, recipe: Recipe) -> RunFolder:
    """Return the run under a recipe given anew, which may have other epochs and nothing else.

    Raises
    ------
    RunFolderError
        If another field differs: the weights would be those of neither recipe.
    """
    for name, value in asdict(replace(recipe, epochs=run.recipe.epochs)).items():
        if value != getattr(run.recipe, name):
            option = "--" + name.replace("_", "-")
            raise RunFolderError(
                f"{option} cannot be {value} when resuming: the run in '{run.path}' has "
                f"{getattr(run.recipe, name)}; only --epochs may change"
            )
    return replace(run, recipe=recipe)
