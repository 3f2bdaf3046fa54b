"""``spide sweep``: many trainings of one recipe."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import tyro

from training.cli.named_recipe import NAMES, named_recipe, refuse_option_first
from training.cli.options import UsageError, fields_given, parse
from training.cli.refusals import refusals
from training.errors import UserError
from training.interruption import Interruption
from training.recipes import description
from training.recipes.chosen import fields_asked_for
from training.recipes.recipe import Recipe
from training.sweeps.planning.axes import read_value
from training.sweeps.planning.draws import Range
from training.sweeps.planning.plan import Mode, Plan, make_plan
from training.sweeps.planning.toml_file import SweepFile, file_recipe, read_sweep_file

if TYPE_CHECKING:
    import xarray as xr


@dataclass(frozen=True)
class Sweep:
    """Options of ``spide sweep RECIPE``.

    Parameters
    ----------
    recipe : Recipe
        What is varied.
    vary : tuple of str
        A field and its values, FIELD=VALUE,VALUE,...; once for each field. The field case has the
        named cases of the paper's ablation. A random sweep also takes FIELD=LOW..HIGH and
        FIELD=log:LOW..HIGH.
    mode : {"grid", "list", "random"}
        Every value with every other; the first of each, the second of each, ...; or drawn.
    draws : int or None
        Number of points of a random sweep.
    seeds : int
        Seeds that each point is trained with, from --seed on.
    out : Path
        The results, a NetCDF file.
    runs : Path or None
        Folder of the run folders; --out without its ending if not given.
    data_dir : Path
        Folder of the data sets, as torchvision lays them out.
    scheduler : str or None
        Address of a Dask scheduler, such as tcp://10.0.0.1:8786; processes of this machine if not
        given.
    workers : int or None
        Number of those processes; as many as fit the cores if not given.
    retry_failed : bool
        Try the points again that failed before.
    """

    recipe: Annotated[Recipe, tyro.conf.arg(name="")]
    vary: Annotated[tuple[str, ...], tyro.conf.UseAppendAction] = ()
    mode: Mode = "grid"
    draws: int | None = None
    seeds: int | None = None
    out: Path = Path("sweep.nc")
    runs: Path | None = None
    data_dir: Path = Path("data")
    scheduler: str | None = None
    workers: int | None = None
    retry_failed: Annotated[bool, tyro.conf.FlagCreatePairsOff] = False

    def __post_init__(self) -> None:
        for name in ("seeds", "draws", "workers"):
            if (number := getattr(self, name)) is not None and number < 1:
                raise ValueError(f"--{name} must be at least 1, not {number}")
        if self.workers is not None and self.scheduler is not None:
            raise ValueError(
                f"--workers {self.workers} are processes of this machine, and the cluster at "
                f"'{self.scheduler}' has its own: leave --workers or --scheduler out"
            )


def run(words: Sequence[str]) -> int:
    """Run ``spide sweep``; return 0, 1 if points failed, or 128 + the number of a signal."""
    if not words:
        raise UsageError(f"spide sweep needs a recipe or a .toml file: choose one of {NAMES}")
    refuse_option_first("sweep", words)
    first, *options = words
    prog = f"spide sweep {first}"
    if first.endswith(".toml"):
        file = read_sweep_file(Path(first))
        choice = parse(Sweep, options, prog, default=_from_file(file, Path(first)))
        if choice.vary:
            raise UsageError(f"'{first}' says what is varied: leave --vary out")
        given = [*file.fields, *fields_given(Recipe, options)]
        plan = _plan_of_file(file, choice, given)
    else:
        recipe = named_recipe(first, ", or a .toml file")
        choice = parse(Sweep, options, prog, description(first), default=Sweep(recipe))
        plan = _plan(first, choice, fields_given(Recipe, options))
    return _train(plan, choice)


def read_variation(text: str, drawn: bool) -> tuple[str, list[Any] | Range]:
    """Read FIELD=VALUE,VALUE,... or, if values are drawn, FIELD=LOW..HIGH.

    Raises
    ------
    UsageError
        If it is written otherwise, or the values are not of the field's type.
    """
    name, equals, values = text.partition("=")
    name = name.strip().replace("-", "_")
    if not equals or not name or not values.strip():
        raise UsageError(
            f"cannot read '--vary {text}': write FIELD=VALUE,VALUE, such as backward_steps=50,100"
        )
    try:
        if drawn and (range := Range.read(values)) is not None:
            return name, range
        return name, [read_value(name, value.strip()) for value in values.split(",")]
    except ValueError as error:
        raise UsageError(str(error)) from None


def _plan(name: str, choice: Sweep, given: Sequence[str]) -> Plan:
    vary: dict[str, list[Any] | Range] = {}
    for text in choice.vary:
        field, values = read_variation(text, drawn=choice.mode == "random")
        if field in vary:
            raise UsageError(f"'--vary {field}' is given twice: write all its values into one")
        vary[field] = values
    try:
        return make_plan(
            name,
            choice.recipe,
            vary,
            seeds=choice.seeds or 1,
            mode=choice.mode,
            draws=choice.draws,
            asked=fields_asked_for(name, choice.recipe),
            given=given,
        )
    except ValueError as error:
        raise UsageError(str(error)) from None


def _from_file(file: SweepFile, path: Path) -> Sweep:
    """The file's values, as defaults of the options."""
    recipe = file_recipe(file, path)
    return Sweep(recipe, mode=file.mode, draws=file.draws, out=path.with_suffix(".nc"))


def _plan_of_file(file: SweepFile, choice: Sweep, given: Sequence[str]) -> Plan:
    try:
        return make_plan(
            file.recipe,
            choice.recipe,
            file.ranges_and_values,
            seeds=choice.seeds or file.seeds,
            mode=choice.mode,
            draws=choice.draws,
            cases=file.cases,
            asked=fields_asked_for(file.recipe, choice.recipe),
            given=given,
        )
    except ValueError as error:
        raise UserError(str(error)) from None


def _train(plan: Plan, choice: Sweep) -> int:
    from training.sweeps.sweep import run_sweep
    from training.sweeps.where import Where

    _print_what_follows(plan)
    with Interruption() as interruption, refusals():
        where = Where(choice.out, choice.runs, choice.data_dir, choice.scheduler, choice.workers)
        results = run_sweep(
            plan,
            where,
            retry_failed=choice.retry_failed,
            progress=True,
            interruption=interruption,
            say=_say,
        )
    print_table(results)
    states = [str(state) for state in results["state"].values.ravel()]
    complete, failed = states.count("complete"), states.count("failed")
    print(f"{complete} of {len(states)} points complete  {choice.out}", flush=True)
    if interruption.requested:
        print("spide: interrupted; the same command goes on", file=sys.stderr)
        return interruption.exit_status
    if failed:
        raise UserError(
            f"{failed} of {len(states)} points failed: mend what was said of them and give "
            "--retry-failed"
        )
    if left := len(states) - complete:
        raise UserError(
            f"{left} of {len(states)} points are not complete, though nobody stopped them: the "
            "same command goes on with them"
        )
    return 0


def _say(line: str) -> None:
    print(line, flush=True)


def _print_what_follows(plan: Plan) -> None:
    """Say which fields go with another, so that nobody is surprised."""
    for axis in plan.axes:
        if others := [field for field in axis.fields if field != axis.name]:
            verb = "vary" if len(others) > 1 else "varies"
            print(f"note: {', '.join(others)} {verb} with {axis.name}")


def print_table(results: xr.Dataset) -> None:
    """Print the final accuracy of every combination: its mean over the seeds, and their spread."""
    accuracy = 100 * results["final_accuracy"]
    dims = [dim for dim in accuracy.dims if dim != "seed"]
    rows, kinds = (each.stack(row=dims) for each in (accuracy, results["evaluated"]))
    varied = results.attrs["varied"].split(", ")  # of points that are a list, no dimensions
    for number in range(rows.sizes["row"]):
        values = rows.isel(row=number)
        found = values.values[~values.isnull().values]
        label = ", ".join(f"{name}={_told(values[name].item())}" for name in varied)
        if not len(found):
            print(f"  {label}: nothing complete")
            continue
        spread = f" +- {found.std(ddof=1):.2f}" if len(found) > 1 else ""
        on = " or ".join(sorted(set(kinds.isel(row=number).values.tolist())))
        print(f"  {label}: {on} accuracy {found.mean():.2f}{spread} % ({_seeds(len(found))})")


def _told(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _seeds(count: int) -> str:
    return "1 seed" if count == 1 else f"{count} seeds"
