"""A sweep against a scheduler's address, with a point that fails."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from distributed import LocalCluster

from training.errors import RunFolderError
from training.recipes import RECIPES
from training.runs.train import train
from training.sweeps.planning.plan import make_plan
from training.sweeps.sweep import run_sweep, sweep
from training.sweeps.where import Where

TINY = replace(
    RECIPES["digits"], architecture="6 (F6)", batch_size=100, forward_steps=4, backward_steps=5
)


def test_points_on_other_images_are_refused_before_anything_trains(tmp_path: Path) -> None:
    """A file that is written anew has the same recipe: only its fingerprint differs."""
    own = tmp_path / "own.npz"
    values = np.random.default_rng(0).random((2, 40, 4))
    recipe = replace(TINY, epochs=1, batch_size=8, data_set=str(own))
    where = Where(tmp_path / "sweep.nc")
    np.savez(own, images=values[0], labels=np.arange(40) % 2)
    plan = make_plan("digits", recipe, {"backward_steps": [5]})
    train(plan.points[0].recipe, out=where.folder.run(plan.points[0]))
    # There is nothing to train, so that no worker starts.
    assert run_sweep(plan, where).state.values.ravel().tolist() == ["complete"]
    np.savez(own, images=values[1], labels=np.arange(40) % 2)
    said: list[str] = []
    for more in (plan, make_plan("digits", recipe, {"backward_steps": [5, 10]})):
        with pytest.raises(
            RunFolderError,
            match=r"the point backward_steps=5, seed=0 in '.*' is trained on other images than "
            r".*own\.npz has now: restore those, or choose another folder for the runs",
        ):
            run_sweep(more, where, say=said.append)
    assert not said
    np.savez(own, images=values[0], labels=np.arange(40) % 2)
    assert run_sweep(plan, where).state.values.ravel().tolist() == ["complete"]


@pytest.mark.slow
def test_another_cluster_and_a_point_that_fails(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A scheduler is an address; the rates of one point overflow, the other is trained."""
    own = tmp_path / "own.npz"
    np.savez(own, images=np.random.default_rng(0).random((40, 4)), labels=np.arange(40) % 2)
    with LocalCluster(
        n_workers=1, threads_per_worker=1, memory_limit=0, dashboard_address=None
    ) as cluster:
        said: list[str] = []
        plan = make_plan(
            "digits",
            replace(TINY, epochs=1, batch_size=8),
            {"learning_rate": [0.05, 3e38], "data_set": [str(own)]},
        )
        where = Where(tmp_path / "sweep.nc", scheduler=cluster.scheduler_address)
        results = run_sweep(plan, where, say=said.append, progress=True)
    # In a file a bar is drawn now and then, not whenever the points are looked at.
    drawn = capsys.readouterr().err.count("sweep:")
    assert 1 <= drawn <= 12
    assert results.state.values.ravel().tolist() == ["complete", "failed"]
    assert [line.startswith("failed: learning_rate=3e+38") for line in said].count(True) == 1
    failed = results.sel(learning_rate=3e38).squeeze()
    assert "finite" in str(failed.error.item()) and np.isnan(failed.final_accuracy)
    # Without --retry-failed it is not tried again.
    again = sweep(
        replace(TINY, epochs=1, batch_size=8),
        vary={"learning_rate": [0.05, 3e38], "data_set": [str(own)]},
        out=tmp_path / "sweep.nc",
        workers=1,
    )
    assert again.state.values.ravel().tolist() == ["complete", "failed"]
