"""What lies already where a sweep writes: its own goes on, everything else stays.

A file of results is written anew by a sweep that has all points that the file has results of, and
their runs: the same one again, or one with more values or seeds. A folder of runs may be that of
another sweep, whose points count.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from netCDF4 import Dataset
from xarray.backends import NetCDF4DataStore

from training.errors import RunFolderError, UserError
from training.runs.files.lock import LOCK_NAME
from training.runs.files.output_path import RECIPE_NAME
from training.storage.files import is_leftover
from training.sweeps.folder import ATTEMPTS, ATTEMPTS_OF_ALL, FAILURES, POINTS, SweepFolder
from training.sweeps.planning.plan import Plan
from training.sweeps.results import TITLE


def check_results(path: Path, plan: Plan, folder: SweepFolder) -> None:
    """Refuse a file that a sweep would replace though it holds something else.

    Parameters
    ----------
    path : Path
        Where the results are written.
    plan : Plan
        What they are of.
    folder : SweepFolder
        What they are gathered from.

    Raises
    ------
    UserError
        If it is no sweep's, or has results of points that are not in the plan or have no run in
        the folder.
    """
    if not path.exists():
        return
    found = _read(path)
    if found is None:
        raise UserError(f"'{path}' exists and holds no results of a sweep: choose another --out")
    names = {point.name for point in plan.points}
    # Of points that are missing or have failed there is nothing to lose.
    kept = [name for name, state in found.states.items() if state in ("complete", "begun")]
    others = [name for name in kept if name not in names]
    if not others:
        _refuse_loss_of_runs(path, found, kept, folder)
        return
    remedy = "choose another --out, or move the file away"
    axes = [axis.name for axis in plan.axes]
    if sorted(found.varied) != sorted(axes):
        raise UserError(
            f"'{path}' holds a sweep over {', '.join(found.varied)}, and this one is over "
            f"{', '.join(axes)}: {remedy}"
        )
    if (field := _differing(found.recipe, plan)) is not None:
        raise UserError(
            f"'{path}' holds results with {field} {found.recipe[field]}, and this sweep has "
            f"{getattr(plan.recipe, field)}: {remedy}"
        )
    raise UserError(
        f"'{path}' holds results of points that this sweep does not have, such as {others[0]} "
        f"({len(others)} in all): give their values and seeds as well, {remedy}"
    )


def _refuse_loss_of_runs(path: Path, found: _Found, kept: list[str], folder: SweepFolder) -> None:
    """Refuse results that cannot be read from runs any more, or are another sweep's just now."""
    gone = [name for name in kept if not (folder.path / POINTS / name / RECIPE_NAME).exists()]
    if gone:
        raise UserError(
            f"'{path}' holds results of points without a run in '{folder.path}', such as {gone[0]} "
            f"({len(gone)} in all, of '{found.runs}'): choose that folder with --runs, another "
            "--out, or move the file away"
        )


def check_runs(path: Path) -> None:
    """Refuse a folder of runs that holds something else.

    Raises
    ------
    RunFolderError
        If it is not empty, and no sweep's.
    """
    if not path.exists():
        return
    remedy = "choose another --out, or another folder with --runs"
    if not path.is_dir():
        raise RunFolderError(f"the folder of the runs, '{path}', is a file: {remedy}")
    own = (LOCK_NAME, POINTS, FAILURES, ATTEMPTS, ATTEMPTS_OF_ALL)
    found = {each.name for each in path.iterdir() if not is_leftover(each)}
    # A sweep makes these two first; notes beside them are somebody's.
    if not {LOCK_NAME, POINTS} <= found and not found <= set(own):
        raise RunFolderError(
            f"'{path}' is not empty and no folder of a sweep, whose runs would lie there: {remedy}"
        )


@dataclass(frozen=True)
class _Found:
    """What a file of results says of the sweep that it is of.

    Parameters
    ----------
    recipe : dict
        What was varied.
    varied : list of str
        Its axes.
    states : dict of str
        By point: what became of it.
    runs : str
        Folder of the runs.
    """

    recipe: dict[str, Any]
    varied: list[str]
    states: dict[str, str]
    runs: str


def _read(path: Path) -> _Found | None:
    """Read a file of results; None if it is no sweep's."""
    # From memory: its library does not survive a path that a notebook has open since before the
    # file was replaced.
    content = path.read_bytes()
    try:
        store = NetCDF4DataStore(Dataset(path.name, memory=content))
        with xr.open_dataset(store) as results:
            if not str(results.attrs.get("title", "")).startswith(TITLE):
                return None
            recipe = json.loads(results.attrs["recipe"])
            varied = str(results.attrs["varied"]).split(", ")
            runs = str(results.attrs["runs"])
            names, states = (np.ravel(results[name].values) for name in ("run", "state"))
    except (OSError, ValueError, KeyError, RuntimeError):  # what the libraries say of other files
        return None
    by_name = dict(zip(map(str, names), map(str, states), strict=True))
    return _Found(recipe, varied, by_name, runs)


def _differing(recipe: dict[str, Any], plan: Plan) -> str | None:
    """The first field that has another value for all points, if there is one."""
    varied = {"seed", *(field for axis in plan.axes for field in axis.fields)}
    for name, value in json.loads(json.dumps(asdict(plan.recipe))).items():
        if name not in varied and name in recipe and recipe[name] != value:
            return name
    return None
