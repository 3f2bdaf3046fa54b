"""What there is to do: the points of a plan that are missing, on the images of the others.

The points of a sweep can be compared because they differ in nothing but what is varied. A recipe
says which file its images are in; only their fingerprint says whether it still holds the same.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from training.data import find
from training.errors import RunFolderError
from training.runs.files.output_path import RECIPE_NAME
from training.sweeps.folder import SweepFolder
from training.sweeps.planning.plan import Plan
from training.sweeps.planning.points import Point


def fingerprints_of(plan: Plan, data_dir: Path) -> dict[Point, str]:
    """Of the images that each point would be trained on now.

    Raises
    ------
    DataError
        If some cannot be read.
    """
    names = dict.fromkeys(point.recipe.data_set for point in plan.points)
    found = {name: find(name).load(data_dir).fingerprint() for name in names}
    return {point: found[point.recipe.data_set] for point in plan.points}


def check_images(point: Point, folder: SweepFolder, fingerprint: str) -> None:
    """Refuse a point that is trained on other images than the rest of the sweep would be.

    Parameters
    ----------
    point : Point
    folder : SweepFolder
    fingerprint : str
        Of its images as they are now.

    Raises
    ------
    RunFolderError
        If it is such a one, or its run folder has another recipe.
    """
    if not (folder.run(point) / RECIPE_NAME).exists():
        return
    run = folder.opened(point)
    if run.fingerprint not in (None, fingerprint):
        raise RunFolderError(
            f"the point {point} in '{run.path}' is trained on other images than "
            f"{point.recipe.data_set} has now: restore those, or choose another folder for the runs"
        )


def missing(
    plan: Plan, folder: SweepFolder, retry_failed: bool, say: Callable[[str], None]
) -> list[Point]:
    """The points to train: those that were begun first.

    Parameters
    ----------
    plan : Plan
    folder : SweepFolder
    retry_failed : bool
        Whether points that failed before are among them.
    say : callable
        Told in a line how many are in which state.
    """
    if retry_failed:
        for point in plan.points:
            folder.forget_failure(point)
    states = {point: folder.state(point) for point in plan.points}
    counts = {state: list(states.values()).count(state) for state in sorted(set(states.values()))}
    told = ", ".join(f"{count} {state}" for state, count in counts.items())
    say(f"{len(plan.points)} points: {told}; runs in '{folder.path}'")
    todo = [point for point, state in states.items() if state in ("begun", "missing")]
    return sorted(todo, key=lambda point: states[point])
