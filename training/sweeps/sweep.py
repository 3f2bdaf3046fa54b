"""A sweep from Python: `sweep` trains what is missing, and returns all results."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from networks.arrays import truth_value
from training.interruption import Interruption
from training.provenance import commit
from training.recipes.chosen import chosen_recipe, fields_asked_for, recipe_name
from training.recipes.recipe import Recipe
from training.storage.files import remove_leftovers
from training.storage.netcdf import check_netcdf
from training.sweeps.folder import SweepFolder
from training.sweeps.planning.draws import Range
from training.sweeps.planning.plan import Mode, Plan, make_plan
from training.sweeps.planning.points import Point
from training.sweeps.planning.toml_file import file_recipe, read_sweep_file
from training.sweeps.progress import SweepBar
from training.sweeps.results_file import ResultsFile
from training.sweeps.running.clusters import Absence, connected, dashboard
from training.sweeps.running.queue import new_sweep, outcomes
from training.sweeps.running.worker import Task
from training.sweeps.taken import check_results, check_runs
from training.sweeps.todo import check_devices, check_images, fingerprints_of, missing
from training.sweeps.where import Where

if TYPE_CHECKING:
    import xarray as xr
    from distributed.deploy.cluster import Cluster


def sweep(
    recipe: str | Path | Recipe,
    *,
    vary: Mapping[str, Sequence[Any] | Range] | None = None,
    out: str | Path,
    seeds: int | Sequence[int] | None = None,
    mode: Mode | None = None,
    draws: int | None = None,
    cases: Mapping[str, Mapping[str, Any]] | None = None,
    runs: str | Path | None = None,
    data_dir: str | Path = "data",
    scheduler: str | Cluster | None = None,
    workers: int | None = None,
    retry_failed: bool = False,
    progress: bool = False,
    **fields: Any,
) -> xr.Dataset:
    """Train a recipe with many values; what an earlier call has trained is not trained again.

    In a script, call it below ``if __name__ == "__main__":``, because the processes that train
    import the script.

    Parameters
    ----------
    recipe : str, path or Recipe
        A recipe, its name, or a sweep as a ``.toml`` file, see
        `training.sweeps.planning.toml_file`; seeds, mode, draws and fields that are given beside a
        file go before its own.
    vary : mapping
        By field of `Recipe`: its values. The field ``case`` has named cases: those of the paper's
        ablation (``ours``, ``w/o B``, ``w/o F&B``) or your own. A threshold follows its resting
        potential, if only that is varied.
    out : path
        The results: a NetCDF file, written anew as points end. One that is there already must be
        that of a sweep whose points are all among these.
    seeds : int or sequence of int, optional
        How many, from the recipe's own one on; or which. One by default.
    mode : {"grid", "list", "random"}
        Every value with every other; the first of each, then the second of each, ...; or drawn.
    draws : int, optional
        Number of points of a random sweep.
    cases : mapping, optional
        Your own cases: by name, the fields that each sets.
    runs : path, optional
        Folder of the run folders; `out` without its ending by default.
    data_dir : path
        Folder of the data sets, as torchvision lays them out.
    scheduler : str or Cluster, optional
        Address of a Dask scheduler, such as ``tcp://10.0.0.1:8786``, or a cluster object; the
        workers must see the same files. Processes of this machine by default.
    workers : int, optional
        Number of those processes.
    retry_failed : bool
        Whether points that failed before are tried again.
    progress : bool
        Whether to show a progress bar, with the time that is left.
    **fields
        Fields of `Recipe` to change for all points, such as ``epochs=3``.

    Returns
    -------
    Dataset
        See `training.sweeps.results`.

    Raises
    ------
    ValueError, UserError
        What cannot be trained is refused in one sentence before anything is.
    """
    retry_failed = truth_value(retry_failed, "retry_failed")
    progress = truth_value(progress, "progress")
    if isinstance(recipe, Path) or (isinstance(recipe, str) and recipe.endswith(".toml")):
        if vary is not None or cases is not None:
            raise ValueError(f"'{recipe}' says what is varied: leave vary and cases out")
        path = Path(recipe)
        file = read_sweep_file(path)
        name, recipe, cases = file.recipe, file_recipe(file, path), file.cases
        original: str | Recipe = name
        given = {**file.fields, **fields}
        vary, draws = file.ranges_and_values, file.draws if draws is None else draws
        seeds, mode = file.seeds if seeds is None else seeds, file.mode if mode is None else mode
    else:
        assert not isinstance(recipe, Path)
        name, original, given = recipe_name(recipe), recipe, fields
    chosen = chosen_recipe(recipe, fields)
    plan = make_plan(
        name,
        chosen,
        vary or {},
        seeds=1 if seeds is None else seeds,
        mode="grid" if mode is None else mode,
        draws=draws,
        cases=cases,
        asked=fields_asked_for(original, chosen),
        given=given,
    )
    where = Where(
        Path(out), None if runs is None else Path(runs), Path(data_dir), scheduler, workers
    )
    return run_sweep(plan, where, retry_failed=retry_failed, progress=progress)


def run_sweep(
    plan: Plan,
    where: Where,
    *,
    retry_failed: bool = False,
    progress: bool = False,
    interruption: Interruption | None = None,
    say: Callable[[str], None] = lambda line: None,
) -> xr.Dataset:
    """Train the points of a plan that are missing, and return all results.

    Parameters
    ----------
    plan : Plan
    where : Where
    retry_failed : bool
    progress : bool
        Whether to show a bar.
    interruption : Interruption, optional
        Asked again and again whether to stop.
    say : callable
        Told in a line what there is to do, and which points fail.

    Raises
    ------
    UserError
        As `sweep`.
    """
    folder, interruption = where.folder, interruption or Interruption()
    commit()  # of the code that trains now, however the checkout moves on
    check_netcdf(where.out)
    check_results(where.out, plan, folder)
    check_runs(folder.path)
    if where.scheduler is None:  # else the workers have the devices
        check_devices(plan, folder, retry_failed)
    fingerprints = fingerprints_of(plan, where.data_dir)
    results_file = ResultsFile(plan, where)
    with folder.locked():
        remove_leftovers(where.out.absolute().parent, where.out.name)
        for point, fingerprint in fingerprints.items():
            check_images(point, folder, fingerprint)
        todo = missing(plan, folder, retry_failed, say)
        if todo:
            sweep, data_dir = new_sweep(), where.data_dir.absolute()
            tasks = [
                Task(sweep, plan.name, point, fingerprints[point], folder.path, data_dir)
                for point in todo
            ]
            _train(tasks, where, results_file, progress, interruption, say)
        return results_file.write()


def _train(
    tasks: list[Task],
    where: Where,
    results_file: ResultsFile,
    progress: bool,
    interruption: Interruption,
    say: Callable[[str], None],
) -> None:
    folder, todo = where.folder, [task.point for task in tasks]
    threads = max(point.recipe.threads for point in todo)
    with connected(where.scheduler, where.workers, threads, len(todo)) as client:
        say(dashboard(client))
        absence = Absence(client)
        with SweepBar(todo, folder, progress) as bar:

            def aside(line: str) -> None:
                with bar.aside():
                    say(line)

            def tick() -> None:
                bar.look()
                absence.look(aside)
                results_file.look(aside)

            for task, outcome, error in outcomes(client, tasks, interruption, tick):
                if error is not None:
                    with suppress(OSError):  # the point is then tried again by the next sweep
                        folder.fail(task.point, error, "")
                if outcome != "stopped":
                    bar.ended(task.point, outcome == "failed")
                if outcome == "failed":
                    aside(f"failed: {task.point}: {error or _reason(task.point, folder)}")
                results_file.point_ended()


def _reason(point: Point, folder: SweepFolder) -> str:
    """What the worker wrote down."""
    failure = folder.failure(point)
    return "nobody could write down why" if failure is None else failure.error
