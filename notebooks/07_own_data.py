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
# # Data of your own
#
# Arrays, tensors or a torch `Dataset` in, a trained network out. This notebook takes a table of
# measurements, and then a set of events in frames, one for each step of the simulation. Both come
# with scikit-learn, so nothing is downloaded.

# %%
from pathlib import Path
from tempfile import mkdtemp

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits, load_wine

import spide
from spide import plots

plots.use_style()
folder = Path(mkdtemp())

# %% [markdown]
# ## 1. A table
#
# 178 wines of three growers, 13 measurements each. Numbers are used as they are: scaling them is up
# to you, and here it is needed, since their magnitudes differ a thousandfold. The input of layer 1
# is the current $F x + b$ of eq. 2, the same at every step.

# %%
wine = load_wine()
table = (wine.data - wine.data.mean(axis=0)) / wine.data.std(axis=0)
run = spide.train(
    images=table,
    labels=wine.target,
    architecture="24 (F24)",
    epochs=30,
    batch_size=16,
    milestones=(20,),
    out=folder / "wine",
)
evaluation = run.evaluate()
print(f"{100 * evaluation.accuracy:.1f} % of {len(evaluation.labels)} wines")
assert evaluation.accuracy > 0.85

# %% [markdown]
# Without a test part of your own (`test_images`, `test_labels`), a fifth of every class is held
# out. Everything that a run of a recipe has, this one has too.

# %%
test = [record for record in run.records if record["kind"] == "test"]
training = [record for record in run.records if record["kind"] == "training"]


def curve(records: list, value: str) -> plots.Curve:
    """A value of the records over epochs."""
    return plots.Curve([each["epoch"] for each in records], [each[value] for each in records])


figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.4), width_ratios=(1.4, 1))
dropout = run.recipe.dropout
plots.error_curves(left, curve(training, "accuracy"), curve(test, "accuracy"), dropout=dropout)
plots.confusion_matrix(right, run.confusion(), wine.target_names)
plt.show()

# %%
run.predict(table[[0, 70, 150]]), wine.target[[0, 70, 150]]

# %% [markdown]
# The weights of the first layer say which measurements it looks at.

# %%
figure, axes = plt.subplots(figsize=(7, 3.6))
plots.kernels(axes, run.weights["layer1.weight"].T)
axes.set_yticks(range(13), [name.replace("_", " ") for name in wine.feature_names])
axes.set(xlabel="neurons of layer 1")
plt.show()

# %% [markdown]
# A run can be found again by its folder, in another session, and goes on from where it stopped.
# The data are kept in it.

# %%
again = spide.Run(folder / "wine")
longer = spide.resume(again, epochs=35)
longer, longer.records[-1]["epoch"]

# %% [markdown]
# From the command line the same data would be one file, `np.savez("wine.npz", images=table,
# labels=wine.target)`, and `spide train digits --data wine.npz --architecture "24 (F24)"`; or a
# folder with a folder of pictures for each class.
#
# ## 2. Events, a frame per step
#
# A camera that reports events gives no image, but a stream. Here every pixel of an 8x8 digit fires
# with a probability that grows with its brightness, at each of 30 steps. The axes are (images,
# steps, channels, height, width), and `forward_steps` is the number of frames.

# %%
digits = load_digits()
rng = np.random.default_rng(0)
steps = 30
brightness = digits.images[:900, None, None] / 16
events = (rng.random((900, steps, 1, 8, 8)) < 0.5 * brightness).astype("float32")
run = spide.train(
    images=events,
    labels=digits.target[:900],
    architecture="12C3-24C3s (F12C3u)",
    forward_steps=steps,
    epochs=8,
    batch_size=32,
    milestones=(6,),
    out=folder / "events",
)
evaluation = run.evaluate()
print(f"{100 * evaluation.accuracy:.1f} % of {len(evaluation.labels)} streams")
assert evaluation.accuracy > 0.8

# %% [markdown]
# The theory asks that the *average* input converges (section 3.2), so a network can answer before
# the stream has ended. How early? In place of the frames after step $t$ it now gets the average of
# those before.

# %%
held_out = evaluation.labels
streams = run.images.test.tensors[0].numpy()  # (images, steps, 1, 8, 8)
seen = [2, 4, 6, 10, 15, 20, 30]
errors = []
for last in seen:
    cut = streams.copy()
    cut[:, last:] = cut[:, :last].mean(axis=1, keepdims=True)  # go on with what was seen so far
    guessed = run.predict(cut)
    errors.append(100 * float((guessed != held_out).mean()))

figure, (left, middle, right) = plt.subplots(1, 3, figsize=(10, 3.2), width_ratios=(1, 1, 1.3))
shown = [1, 5, 15, 30]
sums = np.array([streams[0, :last, 0].sum(axis=0) for last in shown])
left.set_title("Events of one stream so far")
plots.rate_maps(left, sums, "events")
worst = evaluation.worst(9)
plots.examples(
    middle, streams[worst].mean(axis=1), evaluation.labels[worst], evaluation.predicted[worst]
)
middle.set_title("Largest losses")
plots.lines(right, seen, {"": errors}, marker="o")
right.set(xlabel="frames seen", ylabel="test error (%)", ylim=(0, None))
right.set_title("Decisions before the end")
plt.show()
