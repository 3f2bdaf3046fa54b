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
# # A first network
#
# This notebook trains a small spiking network with feedback on real 8x8 digits, with spikes alone,
# and then looks inside: at its errors, at the spikes of both stages for an image that it gets
# wrong, and at the rates of which every weight change is a product. The notebooks after it take the
# parts one by one: [neurons](02_neurons_and_couples.ipynb), [equilibrium](03_equilibrium.ipynb),
# [stage 2](04_backward.ipynb), [sweeps](05_sweeps.ipynb), [neurons of your
# own](06_own_neuron.ipynb), [data of your own](07_own_data.ipynb), [learning spike by
# spike](08_learning_with_spikes.ipynb).

# %%
from tempfile import mkdtemp

import matplotlib.pyplot as plt
import numpy as np

import spide
from spide import plots

plots.use_style()

# %% [markdown]
# ## 1. Train
#
# `digits` is a recipe: a data set, an architecture in the paper's notation, and all values of the
# method. Any of them can be given as a keyword; here the number of epochs. `16C3-32C3s-32C3
# (F16C3u)` has three convolutional layers and a transposed convolution as feedback from the last
# one to the first. A run folder is written on the way, with records and weights.

# %%
run = spide.train("digits", epochs=8, milestones=(6,), out=mkdtemp() + "/run")
run.recipe.architecture, run.architecture.neurons, run.architecture.parameters

# %%
training = [record for record in run.records if record["kind"] == "training"]
test = [record for record in run.records if record["kind"] == "test"]


def curve(records: list, value: str) -> plots.Curve:
    """A value of the records over epochs."""
    return plots.Curve([each["epoch"] for each in records], [each[value] for each in records])


figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.4))
dropout = run.recipe.dropout
plots.error_curves(left, curve(training, "accuracy"), curve(test, "accuracy"), dropout=dropout)
plots.loss_curves(right, curve(training, "loss"), curve(test, "loss"), dropout=dropout)
plt.show()

# %% [markdown]
# How busy it is: the share of neurons that fire in a step, per layer (the paper's Figure 2). After
# the first epoch stage 2 is much sparser than stage 1, since most errors are small.

# %%
figure, panels = plt.subplots(1, 2, figsize=(9, 3))
for axes, stage, title in zip(
    panels, ("firing_rates_forward", "firing_rates_backward"), ("stage 1", "stage 2"), strict=True
):
    layers = {
        layer: plots.Curve(
            [each["epoch"] for each in training], [each[stage][layer] for each in training]
        )
        for layer in training[0][stage]
    }
    plots.firing_rate_curves(axes, layers).set_title(title)
plt.show()

# %% [markdown]
# ## 2. Where it errs

# %%
evaluation = run.evaluate()
test_images, test_labels = (tensor.numpy() for tensor in run.images.test.tensors)
wrong = np.flatnonzero(evaluation.labels != evaluation.predicted)
worst = evaluation.worst(12)

figure, (left, right) = plt.subplots(1, 2, figsize=(9, 4))
plots.confusion_matrix(left, evaluation.confusion)
plots.examples(
    right, test_images[worst], evaluation.labels[worst], evaluation.predicted[worst], columns=4
)
right.set_title("Largest losses: label → answer")
plt.show()
assert evaluation.accuracy > 0.9

# %% [markdown]
# ## 3. One wrong answer, spike by spike
#
# The networks that trained are at hand: `run.trainer.forward` and `run.trainer.backward` are stage
# 1 and stage 2, and their layers are Brian2 `NeuronGroup`s. `spide.watch` records a variable of one
# image while they run. A step of the training, on a batch of which the first image is the wrong
# one, runs both stages and changes nothing: it returns gradients.

# %%
chosen = int(next(number for number in worst if number in wrong))
batch = np.r_[chosen, np.delete(np.arange(run.recipe.batch_size), 0)]
forward, backward = run.trainer.forward, run.trainer.backward
with (
    spide.watch(forward["layer3"], "spikes") as up,
    spide.watch(backward["layer3"], "spikes") as down,
    spide.watch(backward["layer1"], "spikes") as down_first,
):
    result = run.trainer.step(test_images[batch], test_labels[batch])
label, answer = int(test_labels[chosen]), int(result.logits[0].argmax())
assert answer == evaluation.predicted[chosen] != label


# %%
def draw_spikes(axes: plt.Axes, spikes: np.ndarray, signed: bool) -> None:
    """A raster of about a hundred of the neurons that fired, ordered by their rate."""
    fired = spikes.reshape(len(spikes), -1)
    active = np.flatnonzero(np.abs(fired).sum(axis=0))
    every = max(1, len(active) // 100)
    rates = fired[:, active].mean(axis=0)
    fired = fired[:, active[np.argsort(rates)][::every]]
    step, neuron = np.nonzero(fired)
    signs = fired[step, neuron] if signed else None
    plots.raster(axes, step, neuron, signs, count=fired.shape[1], total_steps=len(spikes))
    axes.set_ylabel(f"every {every}. of {len(active)} neurons that fired")


figure, panels = plt.subplots(1, 4, figsize=(11, 3.4), width_ratios=(0.8, 1, 1.2, 1.2))
plots.examples(panels[0], test_images[chosen][None], [label], [answer])
panels[0].set_title("Image: label → answer")
draw_spikes(panels[1], up.values, signed=False)
panels[1].set_title("Stage 1, layer 3")
draw_spikes(panels[2], down.values, signed=True)
panels[2].set_title("Stage 2, layer 3")
draw_spikes(panels[3], down_first.values, signed=True)
panels[3].set_title("Stage 2, layer 1")
plt.show()

# %% [markdown]
# In stage 1 the image drives the network for $T_F = 30$ steps; the average rates $\alpha$ of the
# last layer give the logits. In stage 2 the error of the logits, $g = W_o^\top \partial L/\partial
# o$, drives the last layer for $T_B = 100$ steps. Spikes of both signs run down to layer 1 and
# around the feedback, and their average rates are $\beta$.

# %%
figure, panels = plt.subplots(1, 3, figsize=(11, 3.2), width_ratios=(1, 1.1, 1.1))
plots.class_probabilities(panels[0], result.logits[0], label, answer)
plots.rate_maps(panels[1], result.rates["alpha"]["layer3"][0], r"\alpha")
panels[1].set_title("Stage 1: rates of layer 3")
plots.rate_maps(panels[2], result.rates["beta"]["layer3"][0], r"\beta")
panels[2].set_title("Stage 2: rates of layer 3")
plt.show()

# %% [markdown]
# Each tile is one of 32 channels of 4x4 neurons. Every weight between spiking neurons changes by a
# product of two such rates (section 4.2),
#
# $$\nabla_{F_l} L = \frac{1}{V_{th} - u_{rest}}\, M_l\, \beta_l\, \alpha_{l-1}^\top,$$
#
# and nothing else is needed: no surrogate gradient, no unrolled time. The weights of the first
# layer after all this, and what a next training would go on from:

# %%
figure, axes = plt.subplots(figsize=(4, 3))
plots.kernels(axes, run.weights["layer1.weight"])
axes.set_title("Kernels of layer 1")
plt.show()

# %%
longer = spide.resume(run, epochs=9)
print(f"{100 * evaluation.accuracy:.2f} % after 8 epochs, "
      f"{100 * longer.evaluate().accuracy:.2f} % after 9")  # fmt: skip
