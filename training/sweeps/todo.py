"""What there is to do, and whether it can be: the points of a plan that are missing.

The points of a sweep can be compared because they differ in nothing but what is varied. A recipe
says which file its images are in; only their fingerprint says whether it still holds the same. And
what this machine has no device for is told before hours of training.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

from networks.devices import DeviceError, simulator_class
from networks.simulation import Simulation
from training.data import find
from training.errors import RunFolderError, UserError
from training.runs.files.output_path import RECIPE_NAME
from training.sweeps.folder import SweepFolder
from training.sweeps.planning.plan import Plan
from training.sweeps.planning.points import Point

_IN_TURN = ("begun", "missing")
"""What is trained, and in which order."""


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


def check_devices(plan: Plan, folder: SweepFolder, retry_failed: bool) -> None:
    """Refuse a plan if this machine cannot train one of its points, which is told before the first.

    Parameters
    ----------
    plan : Plan
    folder : SweepFolder
        What is complete in it needs no device any more.
    retry_failed : bool
        Whether points that failed before are trained.

    Raises
    ------
    UserError
        If the machine lacks what the device of a point needs.
    """
    sharing = defaultdict[Simulation, list[Point]](list)
    for point in plan.points:
        sharing[point.recipe.simulation].append(point)
    wanted = ("begun", "missing", "failed") if retry_failed else ("begun", "missing")
    for simulation, points in sharing.items():
        try:
            simulator_class(simulation).require()
        except (ValueError, DeviceError) as error:
            for point in points:
                if folder.state(point) in wanted:
                    raise UserError(f"the point {point} cannot be trained: {error}") from None


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
    return [point for wanted in _IN_TURN for point, state in states.items() if state == wanted]
