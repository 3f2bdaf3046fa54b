"""One command for a table or figure: train what is missing, write the table and the figure.

::

    OUT/runs/ablation-small/   the run folders, shared by all targets of one sweep
    OUT/figure3-small.nc       all curves (training.sweeps.results)
    OUT/figure3-small.md       the paper's numbers and ours, with command and commit
    OUT/figure3-small.csv, .png

Called again, it goes on where it stopped.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from training.counted import counted
from training.data import find
from training.errors import UserError
from training.experiments.figures import gradient_angles
from training.experiments.gradient_error import gradient_errors, mean_errors
from training.experiments.request import GRADIENTS, Request
from training.experiments.sweeps import (
    ABLATION_SWEEP,
    OURS,
    STEPS,
    Experiment,
    Scale,
    differing,
)
from training.experiments.tables import Cell, Table
from training.experiments.targets import TARGETS
from training.experiments.trained import Trained
from training.interruption import Interruption
from training.plots.style import as_png
from training.provenance import commit, provenance
from training.recipes import RECIPES
from training.storage.files import write_atomically
from training.sweeps.planning.plan import Plan
from training.sweeps.sweep import run_sweep
from training.sweeps.where import Where

if TYPE_CHECKING:
    from matplotlib.figure import Figure

GRADIENT_STEPS: dict[Scale, int] = {"small": 50, "full": 250}
"""T_B that the weights of the comparison were trained with."""

_TOLD = (
    "data_set", "architecture", "training_images", "validation", "epochs", "milestones",
    "forward_steps", "backward_steps", "seed",
)  # fmt: skip
"""Fields that every page names, also where they are the recipe's."""


def reproduce(
    request: Request,
    *,
    progress: bool = False,
    interruption: Interruption | None = None,
    say: Callable[[str], None] = lambda line: None,
) -> Path | None:
    """Train what is missing, and write table and figure.

    Parameters
    ----------
    request : Request
    progress : bool
        Whether to show a bar.
    interruption : Interruption, optional
    say : callable
        Told in a line what there is to do.

    Returns
    -------
    Path or None
        The Markdown file; None if it was interrupted.

    Raises
    ------
    UserError
        For missing data, and points that fail.
    """
    commit()  # of the code that trains now, however the checkout moves on
    began = time.monotonic()
    figure: Figure | None
    if request.target == GRADIENTS:
        at = GRADIENT_STEPS[request.scale]
        plan = ABLATION_SWEEP.plan(request.scale, request.seeds, (OURS,), **{STEPS: (at,)})
        trained = _trained(ABLATION_SWEEP, plan, request, progress, interruption, say)
        if trained is None:
            return None
        table, figure = _gradients(trained)
        title = "angle and relative error of gradients against exact ones"
    else:
        target = TARGETS[request.target]
        plan = target.plan(request.scale, request.seeds)
        trained = _trained(target.experiment, plan, request, progress, interruption, say)
        if trained is None:
            return None
        title, table = target.title, target.table(trained)
        figure = None if target.figure is None else target.figure(trained)
    say(f"after {time.monotonic() - began:.0f} s")
    return _write(request, trained, title, table, figure)


def _trained(
    experiment: Experiment,
    plan: Plan,
    request: Request,
    progress: bool,
    interruption: Interruption | None,
    say: Callable[[str], None],
) -> Trained | None:
    """A sweep whose points are all complete; None if it was interrupted."""
    runs = request.out / "runs" / f"{experiment.name}-{request.scale}"
    where = Where(request.path(".nc"), runs, request.data_dir, workers=request.processes)
    results = run_sweep(
        plan, where, progress=progress, interruption=interruption, say=say, retry_failed=True
    )
    if interruption is not None and interruption.requested:
        return None
    states = [str(state) for state in results["state"].values.ravel()]
    if (failed := len(states) - states.count("complete")) > 0:
        raise UserError(
            f"{failed} of {len(states)} points failed: mend what was said of them, the same "
            "command goes on"
        )
    return Trained(plan, results, runs, request.data_dir, progress)


def _gradients(trained: Trained) -> tuple[Table, Figure]:
    """Gradients of the trained networks of all seeds, each on a batch of test images."""
    (data_set,) = {point.recipe.data_set for point in trained.plan.points}
    pixels, labels = find(data_set).load(trained.data_dir).test.tensors
    found = []
    for run in map(trained.run, trained.plan.points):
        # A whole batch: of fewer images each would have a larger share of the loss, and send more.
        size = run.recipe.batch_size
        found.append(
            gradient_errors(
                run.architecture, run.recipe, run.weights,
                pixels[:size].numpy(), labels[:size].numpy(),
            )
        )  # fmt: skip
    errors = mean_errors(found)
    rows: list[tuple[Cell, ...]] = [
        (e.method, str(e.steps), None if np.isnan(e.angle) else e.angle, e.relative) for e in errors
    ]
    columns = ("method", "T_B", "angle (degrees)", "relative error")
    return Table(columns, rows), gradient_angles(errors)


def _write(
    request: Request, trained: Trained, title: str, table: Table, figure: Figure | None
) -> Path:
    made = provenance()
    request.out.mkdir(parents=True, exist_ok=True)
    lines = [
        f"# {request.target}: {title}\n",
        table.markdown(),
        f"`{request.command}` at commit {made.get('commit', 'unknown')}, {made['created']}. "
        f"Trained with commit {_commits(trained)}: {_told(trained.plan)}.\n",
    ]
    if figure is not None:
        write_atomically(request.path(".png"), as_png(figure))
        lines.append(f"![{title}]({request.path('.png').name})\n")
    write_atomically(request.path(".csv"), table.csv().encode())
    write_atomically(request.path(".md"), "\n".join(lines).encode())
    return request.path(".md")


def _commits(trained: Trained) -> str:
    """The commits that trained the points; of several, how many each."""
    found = Counter(str(each) for each in trained.results["trained_with"].values.ravel())
    if len(found) == 1:
        return next(iter(found))
    return " and ".join(f"{commit} ({counted(count, 'point')})" for commit, count in found.items())


def _told(plan: Plan) -> str:
    """What was trained: fields by name, and the recipe that has the others."""
    name = min(RECIPES, key=lambda each: len(differing(RECIPES[each], plan.recipe)))
    changed = [differing(RECIPES[name], point.recipe) for point in plan.points]
    told = dict.fromkeys([*_TOLD, *(field for fields in changed for field in fields)])
    values = ", ".join(f"{field} {_values(plan, field)}" for field in told)
    return f"{values}; else the values of {name}"


def _values(plan: Plan, name: str) -> str:
    """What a field is at the points: one value, or all that there are."""
    found = dict.fromkeys(str(getattr(point.recipe, name)) for point in plan.points)
    return " or ".join(found)
