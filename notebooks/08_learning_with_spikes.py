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
# # Learning with spikes
#
# The gradient of a weight is a product of two rates, one of each stage (Algorithm 2). A rate is a
# sum of spikes, so nobody has to multiply rates: every spike of stage 2 can leave its part of the
# gradient behind in the synapses that it runs along (section 4.2). This notebook watches one
# synapse learn, compares what a whole network has learned with the product of rates, and then
# trains a network in which weights change by themselves.
#
# Equation numbers are those of *SPIDE: A Purely Spike-based Method for Training Feedback Spiking
# Neural Networks*. Time is counted in steps.

# %%
import matplotlib.pyplot as plt
import numpy as np
from brian2 import StateMonitor, ms
from sklearn.datasets import load_digits

import spide
from equations import plasticity
from spide import Stage1Rates, WeightUpdate, plots

plots.use_style()

# %% [markdown]
# ## 1. One synapse
#
# This is all that happens at a synapse from neuron j below (`post`: stage 2 runs backwards) to
# neuron i (`pre`), whenever i fires:

# %%
print(plasticity.SIGNED.weight)

# %% [markdown]
# `s` is the sign of the spike, `mask` is $m_i = (0 < \alpha_i < 1)$, `alpha` the rate that neuron j
# kept from stage 1, and the *lesson* a constant, what one spike is worth:
# $(V_{th}^b - u_{rest}^b) / ((V_{th} - u_{rest})\,T_B)$.
#
# `1-1 (F1)` has two layers of one neuron each. Layer 2 gets an output gradient $g = 0.3$; layer 1
# had the rate 0.4 in stage 1. On explicit synapses every `dw` can be monitored.

# %%
steps, g, alpha = 40, 0.3, {"layer1": np.array([[0.4]]), "layer2": np.array([[0.7]])}
pair = spide.Architecture.parse("1-1 (F1)", input_shape=(1,), classes=2)
second_stage = spide.BackwardNetwork(
    pair, spide.TernaryCouple(), 1, synapses="explicit", dtype="float64", learning="spikes"
)
parameters = {name: np.zeros(shape) for name, shape in pair.parameter_shapes().items()}
parameters["layer2.weight"][:], parameters["feedback.weight"][:] = 1.5, -0.9
second_stage.set_parameters(parameters)

(synapse,) = second_stage.learning.synapses["layer2.weight"]
dw = StateMonitor(synapse, "dw", record=True, when="end", clock=synapse.clock)
potential = StateMonitor(second_stage["layer2"], "v", record=True, when="end")
second_stage.network.add(dw, potential)
everyone_is_open = {name: np.ones((1, 1)) for name in alpha}
result = second_stage.run(
    np.array([[g]]),
    everyone_is_open,
    steps,
    rescale=1 / 2,
    learn_from=Stage1Rates(x=np.array([[1.0]]), alpha=alpha),
)

# %%
product = result.beta["layer2"].item() * alpha["layer1"].item() / 2
time = dw.t / ms + 1
taught = np.diff(dw.dw[0], prepend=0)  # by the spikes of each step
figure, (above, spikes, below) = plt.subplots(
    3, 1, figsize=(9, 4.4), sharex=True, height_ratios=(2, 0.7, 2)
)
fired = np.flatnonzero(taught)
plots.lines(above, time, {"": potential.v[0]})
plots.impulses(spikes, fired, np.sign(taught[fired]))
plots.levels(spikes, {"": 0})
above.set(ylabel="potential $u$")
spikes.set(ylabel="spikes", ylim=(-1.2, 1.2), yticks=(-1, 1))
plots.staircase(below, dw.dw[0], start=1)
plots.levels(below, {r"$\dfrac{m_2\,\beta_2\,\alpha_1}{V_{th} - u_{rest}}$": product})
below.set(xlabel="time (steps)", ylabel="dw", xlim=(0, steps + 1))
plt.show()
np.testing.assert_allclose(result.gradients["layer2.weight"].item(), product, rtol=1e-14)

# %% [markdown]
# Every spike is worth the same: each positive one lifts `dw` by one step, each negative one takes
# a step back. When stage 2 ends it is the product of the rates (dashed). The potential is drawn at
# the end of each step, after the reset.
#
# ## 2. A whole network, from spikes and from rates
#
# Convolutions share a kernel between all positions and images, with explicit synapses as well as
# with shared ones: what the synapses of a tap have learned is added up. Below are all gradients of
# a batch of digits, in double precision.

# %%
data = load_digits()
pixels, labels = data.images[:, None] / 8 - 0.6, data.target
images = spide.Architecture.parse("4C3s-6C3 (F4C3)", input_shape=(1, 8, 8), classes=10)
rng = np.random.default_rng(0)


def random_parameters(network: spide.Architecture) -> dict[str, np.ndarray]:
    """Weights that let every layer fire."""
    fans = {
        name: np.prod(shape[1:], initial=1) for name, shape in network.parameter_shapes().items()
    }
    return {
        name: rng.normal(size=shape) / np.sqrt(fans[name]) * (0.1 if "bias" in name else 1.2)
        for name, shape in network.parameter_shapes().items()
    }


kernels = random_parameters(images)
from_rates, *from_spikes = (
    spide.two_stage_gradients(
        images, kernels, pixels[:8], labels[:8], spide.TwoStageConfig(),
        synapses=synapses, learning=learning,
    ).gradients
    for synapses, learning in (("shared", "rates"), ("explicit", "spikes"), ("shared", "spikes"))
)  # fmt: skip

# %%
figure, panels = plt.subplots(1, 2, figsize=(7, 3.2), sharex=True, sharey=True)
for panel, gradients, title in zip(
    panels, from_spikes, ("explicit synapses", "shared synapses"), strict=True
):
    names = [name for name in from_rates if not name.startswith("readout")]
    plots.agreement(panel, {name: (from_rates[name], gradients[name]) for name in names})
    panel.set(xlabel="products of rates", title=title)
panels[0].set_ylabel("taught by spikes")
panels[1].get_legend().remove()
plt.show()
for name, gradient in from_rates.items():
    for gradients in from_spikes:
        scale = np.abs(gradient).max()
        np.testing.assert_allclose(gradients[name], gradient, rtol=0, atol=1e-12 * scale)

# %% [markdown]
# ## 3. A network that learns while a monitor looks
#
# Once per batch each weight changes by itself. It is a unit of a Brian2 network again, and these
# are its statements:

# %%
print(plasticity.UPDATE)

# %% [markdown]
# Decay, momentum and learning rate are those of stochastic gradient descent. `40 (F40)` learns the
# digits, 50 at a time; a monitor records every weight of the feedback after each batch.

# %%
batch, batches = 50, 60
dense = spide.Architecture.parse("40 (F40)", input_shape=(1, 8, 8), classes=10)
config = spide.TwoStageConfig(forward_steps=30, backward_steps=60)
network = spide.TwoStageTrainer(dense, config, batch, learning="spikes", dtype="float64")
weights = WeightUpdate(random_parameters(dense), momentum=0.9, weight_decay=5e-4)
weights.parameters["feedback.weight"][:] *= 0.3  # views: the units themselves
feedback = weights.groups["feedback.weight"]
history = StateMonitor(feedback, "w", record=True, when="end", clock=feedback.clock)
weights.network.add(history)

loss, accuracy = [], []
for _ in range(batches):
    chosen = rng.choice(1500, batch, replace=False)
    network.set_parameters(weights.parameters)
    step = network.step(pixels[chosen], labels[chosen])
    weights.step(step.gradients, learning_rate=0.1 / config.loss_scale)
    loss.append(step.loss)
    accuracy.append((step.logits.argmax(axis=1) == labels[chosen]).mean())

# %%
figure, (curve, traces) = plt.subplots(1, 2, figsize=(9, 3))
plots.lines(curve, np.arange(1, batches + 1), {"": loss})
curve.set(xlabel="batch", ylabel="loss", title="Cross-entropy of each batch", ylim=(0, None))
drift = np.abs(history.w[:, -1] - history.w[:, 0])
plots.bundle(traces, np.arange(1, batches + 1), history.w[np.argsort(drift)[-12:]])
traces.set(xlabel="batch", ylabel="$w$", title="The 12 feedback weights that change most")
plt.show()

# %% [markdown]
# The last 297 digits were never shown.

# %%
network.set_parameters(weights.parameters)
seen = [network.predict(pixels[k : k + batch]).logits for k in range(1500, 1797, batch)]
correct = np.concatenate(seen).argmax(axis=1) == labels[1500:]
print(f"accuracy of the last ten batches {np.mean(accuracy[-10:]):.2f}")
print(f"accuracy of new digits {correct.mean():.2f}")
assert correct.mean() > 0.8
