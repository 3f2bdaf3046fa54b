# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Sweeps
#
# How many steps does stage 2 need, and does that depend on where its neurons rest? Such a question
# takes one network, trained again and again with other values and other seeds. `spide.sweep` trains
# all of them, as many at a time as there are cores, and returns one
# [xarray](https://docs.xarray.dev) data set. The command `spide sweep` does the same in a terminal.

# %%
import json
from pathlib import Path
from tempfile import mkdtemp

import matplotlib.pyplot as plt
import numpy as np
import xarray as xr
from distributed import LocalCluster

import spide
from spide import plots

plots.use_style()
folder = Path(mkdtemp())

# %% [markdown]
# ## 1. A grid
#
# Appendix F.1 of the paper compares $u_{rest}^b = -V_{th}^b$, here called "ours", with
# $u_{rest}^b = 0$, its "w/o B". Both have the same distance $V_{th}^b - u_{rest}^b$, so two values
# vary together; `case` is the name for that. Any field of a recipe but the seed can be varied: here
# $T_B$ as well. What is given as a keyword holds for all points: a small dense network `40 (F40)`,
# three epochs.
#
# In a script this call stands below `if __name__ == "__main__":`, because the processes that train
# import the script.

# %%
small = {"architecture": "40 (F40)", "batch_size": 64, "epochs": 3, "milestones": ()}
vary = {"case": ["ours", "w/o B"], "backward_steps": [3, 10, 30]}
results = spide.sweep("digits", vary=vary, seeds=2, out=folder / "sweep.nc", **small)
results

# %% [markdown]
# There is a dimension for everything that was varied, and one for the seeds. Results lie in a file
# that any program for NetCDF reads, with the recipe, the versions and the commit as attributes; it
# is written anew while points end, so it can be looked at before the sweep is over.

# %%
read = xr.open_dataset(folder / "sweep.nc")
assert read.identical(results.load())
print({name: read.attrs[name] for name in ("title", "varied", "brian2_version")})
read.final_accuracy.sel(case="ours").mean("seed").to_pandas().round(4)

# %% [markdown]
# ## 2. Look
#
# Select by name, reduce by name, plot:

# %%
error = (100 * (1 - results.test_accuracy)).assign_attrs(long_name="test error", units="%")
figure, axes = plt.subplots(figsize=(5, 3))
error.sel(case="w/o B").mean("seed", keep_attrs=True).plot.line(x="epoch", ax=axes)
axes.set(title="xarray's own plot: w/o B", xticks=results.epoch)
plt.show()

# %% [markdown]
# `spide.plots` draws what xarray does not: every point, their mean and their spread (one
# standard deviation over the seeds), on a logarithmic axis, since differences between small errors
# are what one wants to see.

# %%
figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.4))
for axes, epoch in ((left, 1), (right, 3)):
    plots.sweep_lines(axes, error.sel(epoch=epoch), x="backward_steps", lines="case")
    axes.set(title=f"After epoch {epoch}", xlabel="$T_B$")
plt.show()

# %% [markdown]
# With three steps of stage 2 the network with $u_{rest}^b = -V_{th}^b$ learns as fast as with
# thirty. The other one needs more steps: its rates are truncated towards zero instead of being
# rounded to the nearest one ([equilibrium](03_equilibrium.ipynb), [stage 2](04_backward.ipynb)).
# From ten steps on, what is left of the difference is within the spread, or two of the 360 test
# images.
#
# A heat map has two fields of the recipe, or one and the epoch. It writes the spread beside the
# mean.

# %%
scale = {"limits": (5, 50), "log": True}
figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.2))
for axes, case in ((left, "ours"), (right, "w/o B")):
    plots.sweep_heat_map(axes, error.sel(case=case), "epoch", "backward_steps", **scale)
    axes.set(title=case, ylabel="$T_B$")
plt.show()

# %%
first = error.sel(backward_steps=3, epoch=1)
gap = (first.sel(case="w/o B") - first.sel(case="ours")).values
points = f"{np.round(gap, 1)} percentage points"
print(f"T_B = 3, after an epoch, the same seed: the error of w/o B is {points} higher")
assert gap.mean() > 2

# %% [markdown]
# ## 3. More values, more seeds, another case
#
# A sweep that is stopped goes on with what is missing when it is called again, and so does one that
# gets more values: what is trained stays. A case of your own is a name for some fields. Here the
# neurons of stage 2 rest half-way; six points are new.
#
# A sweep starts processes of its own, which takes some seconds. Several sweeps can share those of
# a [Dask](https://docs.dask.org) cluster, here one on this machine.

# %%
half = {"half": {"v_rest_backward": -0.25, "v_threshold_backward": 0.75}}
vary["case"].append("half")
cluster = LocalCluster(threads_per_worker=1, dashboard_address=":0")
shared = small | {"seeds": 2, "scheduler": cluster}
results = spide.sweep("digits", vary=vary, cases=half, out=folder / "sweep.nc", **shared)

told = [file.read_text().splitlines() for file in (folder / "sweep/attempts").iterdir()]
attempts = [json.loads(line) for lines in told for line in lines]
ended = [attempt for attempt in attempts if attempt["outcome"] != "begun"]
print(f"{len(ended)} trainings for {results.state.size} points")
assert len(ended) == results.state.size and (results.state == "complete").all()

# %%
error = (100 * (1 - results.test_accuracy)).assign_attrs(long_name="test error", units="%")
figure, axes = plt.subplots(figsize=(5, 3.2))
plots.sweep_lines(axes, error.sel(epoch=1), x="backward_steps", lines="case")
axes.set(title="After epoch 1", xlabel="$T_B$")
plt.show()

# %% [markdown]
# Every point is a run like any other: it can be opened, evaluated and trained on.

# %%
name = results.run.sel(case="half", backward_steps=3, seed=0).item()
run = spide.Run(folder / "sweep/points" / name)
run.recipe.v_rest_backward, run.evaluate().accuracy

# %% [markdown]
# ## 4. Drawn at random
#
# Where a value may be anything, drawing it tells more than a grid. A learning rate is drawn evenly
# in its logarithm. The points of such a sweep are numbered, and what was drawn are their
# coordinates.

# %%
drawn = spide.sweep(
    "digits",
    vary={"learning_rate": spide.Range(0.003, 1.0, logarithmic=True)},
    mode="random",
    draws=6,
    out=folder / "random.nc",
    **(shared | {"seeds": 1, "epochs": 2}),
)
cluster.close()
found = (100 * (1 - drawn.final_accuracy)).assign_attrs(long_name="test error", units="%")
figure, axes = plt.subplots(figsize=(5, 3.2))
plots.sweep_points(axes, found, x="learning_rate")
axes.set(title="Six learning rates, two epochs", xscale="log", xlabel=r"learning rate $\eta$")
plt.show()
best = found.isel(point=int(np.argmin(found.mean("seed").values)))
print(f"lowest error {best.mean().item():.1f} % at {best.learning_rate.item():.3f}")

# %% [markdown]
# ## 5. When a point fails, and on a cluster
#
# A point that fails does not stop the others: `results.state` says which ones did, `results.error`
# why, and `retry_failed=True` tries them again. When a process is killed, another one goes on with
# its point from the last checkpoint.
#
# Any Dask cluster will do whose workers see the same files:
#
# ```
# dask scheduler
# dask worker tcp://10.0.0.1:8786 --nworkers 16 --nthreads 1
# spide sweep digits --vary backward_steps=3,10,30 --scheduler tcp://10.0.0.1:8786
# ```
#
# On SLURM the workers are jobs. A process for each core, one thread for each process:

# %%
spide.one_point_per_core(32, "64GB", walltime="04:00:00", queue="short")

# %% [markdown]
# These are the keywords of `dask_jobqueue.SLURMCluster` (in the checkout,
# `pip install -e '.[cluster]'`):
#
# ```
# cluster = SLURMCluster(**spide.one_point_per_core(32, "64GB", walltime="04:00:00", queue="short"))
# cluster.adapt(minimum_jobs=4, maximum_jobs=4)
# spide.sweep("digits", vary=..., seeds=3, out="sweep.nc", scheduler=cluster)
# ```
