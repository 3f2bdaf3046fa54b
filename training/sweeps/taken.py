"""What lies already where a sweep writes: its own goes on, everything else stays.

A file of results is written anew by a sweep that has all points that the file has results of: the
same one again, or one with more values or seeds. A folder of runs may be that of another sweep,
whose points count.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import xarray as xr

from training.errors import RunFolderError, UserError
from training.runs.files.lock import LOCK_NAME
from training.storage.files import is_leftover
from training.sweeps.folder import ATTEMPTS, FAILURES, POINTS
from training.sweeps.planning.plan import Plan
from training.sweeps.results import TITLE


def check_results(path: Path, plan: Plan) -> None:
    """Refuse a file that a sweep would replace though it holds something else.

    Parameters
    ----------
    path : Path
        Where the results are written.
    plan : Plan
        What they are of.

    Raises
    ------
    UserError
        If it is no sweep's, or has results of points that are not in the plan.
    """
    if not path.exists():
        return
    states = _states(path)
    if states is None:
        raise UserError(f"'{path}' exists and holds no results of a sweep: choose another --out")
    names = {point.name for point in plan.points}
    # Of points that are missing or have failed there is nothing to lose.
    others = [n for n, state in states.items() if state in ("complete", "begun") and n not in names]
    if others:
        raise UserError(
            f"'{path}' holds results of {len(others)} points that this sweep does not have, such "
            f"as {others[0]}: give their values and seeds as well, choose another --out, or move "
            "the file away"
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
    own = (LOCK_NAME, POINTS, FAILURES, ATTEMPTS)
    found = {each.name for each in path.iterdir() if not is_leftover(each)}
    # A sweep makes these two first; notes beside them are somebody's.
    if not {LOCK_NAME, POINTS} <= found and not found <= set(own):
        raise RunFolderError(
            f"'{path}' is not empty and no folder of a sweep, whose runs would lie there: {remedy}"
        )


def _states(path: Path) -> dict[str, str] | None:
    """What became of each point of a file, by its name; None if the file is no sweep's."""
    try:
        with xr.open_dataset(path, engine="netcdf4") as results:
            if not str(results.attrs.get("title", "")).startswith(TITLE):
                return None
            names, states = (np.ravel(results[name].values) for name in ("run", "state"))
    except (OSError, ValueError, KeyError, RuntimeError):  # what the libraries say of other files
        return None
    return dict(zip(map(str, names), map(str, states), strict=True))
