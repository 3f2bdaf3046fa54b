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
# # Stage 2: implicit differentiation with spikes
#
# At the equilibrium of [the notebook before](03_equilibrium.ipynb) the gradient of a loss follows
# from a linear equation (eq. 5). For layers $1 \ldots N$, with the masks
# $m_l = (0 < \alpha_l < 1)$ of stage 1 on the diagonals of $M_l$, it is (Theorem 2)
#
# $$
# \begin{aligned}
# \beta_N &= \tfrac{1}{V_{th} - u_{rest}} (M_1 W)^\top \beta_1 + g\\
# \beta_{l-1} &= \tfrac{1}{V_{th} - u_{rest}} (M_l F_l)^\top \beta_l
# \end{aligned}
# $$
#
# where $g = \partial L / \partial \alpha_N$. SPIDE solves it with a second spiking network, of
# ternary couples. This notebook looks at its spikes, at how near they come to the solution, and at
# what is left between the two: the four parts of the error in section 4.3 of *SPIDE: A Purely
# Spike-based Method for Training Feedback Spiking Neural Networks*.

# %%
import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits

import spide
from equations import BACKWARD
from spide import plots

plots.use_style()

# %% [markdown]
# ## 1. Stage 2 of one network
#
# Two layers with feedback, random weights, and 64 real digits of 8x8 pixels. What a spike of stage
# 2 does to the neurons that it reaches is one string. It is eq. 10 read from right to left:
#
# $$u_{l-1}[t+1] = u_{l-1}[t] + \tfrac{1}{V_{th} - u_{rest}} (M_l F_l)^\top s_l[t+1]
# - (V_{th}^b - u_{rest}^b)\, s_{l-1}[t+1]$$

# %%
print(BACKWARD.on_pre)

# %%
architecture = spide.Architecture.parse("40-30 (F40)", input_shape=(64,), classes=10)
rng = np.random.default_rng(0)


def random_parameters(architecture: spide.Architecture, norm: float) -> dict[str, np.ndarray]:
    """Weights; those within the loop have the spectral norm `norm` times V_th - u_rest."""
    parameters = {
        name: rng.normal(0, 1 / np.sqrt(np.prod(shape[1:])), shape)
        for name, shape in architecture.parameter_shapes().items()
    }
    for name in parameters:
        if name.endswith("bias"):
            parameters[name] = np.full_like(parameters[name], 0.0 if "readout" in name else 0.6)
        elif name == "feedback.weight" or name == "layer2.weight":
            parameters[name] *= norm * 2 / np.linalg.norm(parameters[name], 2)
    return parameters


digits = load_digits()
images, labels = digits.images[:64].reshape(64, 64) / 16 - 0.3, digits.target[:64]
parameters = random_parameters(architecture, norm=0.7)
config = spide.TwoStageConfig(forward_steps=200, backward_steps=100, loss_scale=100.0)

# %% [markdown]
# `implicit_gradients` runs the same stage 1 and solves the equation exactly, with GMRES. Its rates
# are the goal; its $g$ and the masks are the input of stage 2.

# %%
exact = spide.implicit_gradients(architecture, parameters, images, labels, config)
g = exact.output_gradient
masks = {layer: (rate > 0) & (rate < 1) for layer, rate in exact.rates["alpha"].items()}

RESTS = {"$u_{rest}^b = -V_{th}^b$": (0.5, -0.5), "$u_{rest}^b = 0$": (1.0, 0.0)}
backward = {}
for name, (v_threshold, v_rest) in RESTS.items():
    couple = spide.TernaryCouple(v_threshold, v_rest)
    backward[name] = spide.BackwardNetwork(architecture, couple, 64, dtype="float64")
    backward[name].set_parameters(parameters)
ours, other = RESTS

# %%
stage2, steps = backward[ours], 100
with (
    spide.watch(stage2["layer1"], "spikes") as spikes1,
    spide.watch(stage2["layer2"], "spikes") as spikes2,
):
    rates = stage2.run(g, masks, steps, rescale=config.rescale)
assert np.array_equal(spikes2.values.mean(axis=0), rates.beta["layer2"][0])

# %%
figure, panels = plt.subplots(2, 2, figsize=(9, 5.4), width_ratios=(1, 1.1), sharex=True)
for (dashes, curves), spikes, layer in zip(
    panels[::-1], (spikes1, spikes2), ("layer1", "layer2"), strict=True
):
    target = exact.rates["beta"][layer][0]
    order = np.argsort(target)
    fired = spikes.values[:, order]  # -1, 0 or 1
    step, neuron = np.nonzero(fired)
    plots.raster(dashes, step, neuron, fired[step, neuron], count=len(order), total_steps=steps)
    dashes.set(ylabel=f"{layer}, ordered by " + r"$\beta^*$")
    shown = order[np.linspace(0, len(order) - 1, 6).astype(int)]
    average = spikes.values[:, shown].cumsum(axis=0) / np.arange(1, steps + 1)[:, None]
    plots.rates_over_time(curves, average, target[shown], symbol=r"\beta")
    limit = 1.6 * np.abs(target).max()
    curves.set_ylim(-limit, limit)
panels[0, 0].set_title("Spikes of stage 2")
panels[0, 1].set_title("Rates")
for axes in panels[0]:
    axes.set_xlabel("")
plt.show()

# %% [markdown]
# The rates settle at the exact solution (dashed). Neurons whose $\beta^*$ is near zero fire spikes
# of both signs, which cancel. The last layer gets $g$ at every step, the first one spikes alone.
#
# ## 2. How near, after how many steps
#
# The same network for more and more steps $T_B$, with both resting potentials.

# %%
lengths = np.array([5, 10, 20, 50, 100, 200, 500, 1000, 2000])


def beta(name: str, steps: int) -> np.ndarray:
    """Rates of the last layer, shape (images, neurons)."""
    return backward[name].run(g, masks, steps, rescale=config.rescale).beta["layer2"]


goal = exact.rates["beta"]["layer2"]
found = {name: np.array([beta(name, steps) for steps in lengths.tolist()]) for name in RESTS}
errors = {name: rates - goal for name, rates in found.items()}
rms = {name: np.sqrt((error**2).mean(axis=2)) for name, error in errors.items()}

# %%
figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.4))
plots.distance(left, lengths, rms, time="T_B")
left.set(ylabel=r"r.m.s. of $\beta_2[T_B] - \beta_2^*$", title="Last layer, 64 images")
plots.agreement(right, {name: (goal, rates[3]) for name, rates in found.items()})
right.set(xlabel=r"exact $\beta_2^*$", ylabel=r"$\beta_2[50]$", title="$T_B$ = 50")
plt.show()

# %%
for name in RESTS:
    slope = np.polyfit(np.log(lengths), np.log(rms[name].mean(axis=1)), 1)[0]
    assert -1.1 < slope < -0.9
    print(f"{name:26}  slope {slope:.2f}, r.m.s. times T_B at 100: {100 * rms[name][4].mean():.3f}")

# %% [markdown]
# The distance falls like $1/T_B$ for both, and for $u_{rest}^b = -V_{th}^b$ it is about half as
# large: as good as twice the steps.
#
# ## 3. Bias and variance (Propositions 1 and 2)
#
# What is left in a potential is uniform on an interval of length 1: from $-0.5$ to $0.5$, or
# between 0 and the sign of $g$. So, times $T_B$, the first kind of error should have mean 0 and
# variance 1/12, the second mean 1/2 towards zero and a mean square of 1/3. These are statements
# about one neuron; in a network the errors of all neurons are mixed by the weights.

# %%
clear = np.abs(goal) > 0.1  # rates whose sign is not in question
scaled = {name: (np.sign(goal) * errors[name][4] * lengths[4])[clear] for name in RESTS}
figure, axes = plt.subplots(figsize=(6, 3))
plots.rate_histogram(axes, scaled, bins=40)
axes.set(xlabel=r"error towards (< 0) or away from zero, times $T_B$", title="$T_B$ = 100")
plt.show()
for name, error in scaled.items():
    print(f"{name:26}  mean {error.mean():+.3f}   variance {error.var():.3f}")
assert abs(scaled[ours].mean()) < 0.05 < 0.3 < -scaled[other].mean()

# %% [markdown]
# Proposition 1 holds: one mean is 0, the other is not. For a single neuron both variances would be
# 1/12 = 0.083, and only the mean squares would differ. In the network the variance of the second is
# larger too: the biases of other neurons arrive through weights of either sign.
#
# ## 4. The four parts of the error
#
# Section 4.3 splits $\beta[T_B] - \beta^*$ into
#
# * $e_e$, the *exceeded* term: a neuron fires at most once in a step,
# * $e_q$, *quantisation*: what would be left if the same total input came evenly,
# * $e_s$, *spikes that arrive at random*: what else is left in the potential,
# * $e_i$, the *iteration*: the scheme without any remainder, $b[t]$, is not at $\beta^*$ yet.
#
# All four can be measured, and they add up exactly. For one layer with
# $A = (MW)^\top / (V_{th} - u_{rest})$ and $V_{th}^b - u_{rest}^b = 1$, eq. 8 is
#
# $$t\,\beta[t] = A\,(t-1)\,\beta[t-1] + t\,g - u[t], \qquad
#   t\,b[t] = A\,(t-1)\,b[t-1] + t\,g,$$
#
# so that $t\,(\beta[t] - b[t]) = -\sum_k A^k u[t-k]$, and every part of $u$ has its part of the
# error. $u[t]$ and the spikes so far come from two watched variables.

# %%
single = spide.Architecture.parse("40 (F40)", input_shape=(64,), classes=10)
weights = random_parameters(single, norm=0.7)
solution = spide.implicit_gradients(single, weights, images, labels, config)
current = solution.output_gradient
open_ = (solution.rates["alpha"]["layer1"] > 0) & (solution.rates["alpha"]["layer1"] < 1)
A = open_[:, :, None] * weights["feedback.weight"] * config.rescale  # (images, from, to)


def parts(v_threshold: float, v_rest: float, steps: int, images: int) -> dict[str, np.ndarray]:
    """The error of every neuron after each step, part by part; shape (images, steps, neurons)."""
    couple = spide.TernaryCouple(v_threshold, v_rest)
    network = spide.BackwardNetwork(single, couple, 1, dtype="float64")
    network.set_parameters(weights)
    every: dict[str, list[np.ndarray]] = {"e_e": [], "e_q": [], "e_s": [], "e_i": []}
    time = np.arange(1, steps + 1)[:, None]
    for image in range(images):
        with (
            spide.watch(network["layer1"], "v") as potential,
            spide.watch(network["layer1"], "spike_count") as count,
        ):
            chosen = slice(image, image + 1)
            network.run(current[chosen], {"layer1": open_[chosen]}, steps, rescale=config.rescale)
        u, spikes, goal = potential.values, count.values, solution.rates["beta"]["layer1"][image]
        received = u + spikes
        # Evenly, the same input would have left this (neurons fire at -u_rest after a whole number)
        even = received - np.sign(received) * np.clip(np.floor(np.abs(received) - v_rest), 0, time)
        bounded, even = (np.clip(each, -v_threshold, v_threshold) for each in (u, even))
        left = {"e_e": u - bounded, "e_q": even, "e_s": bounded - even}
        for name, remainder in left.items():
            sums = np.zeros_like(remainder)
            for t in range(steps):
                sums[t] = (sums[t - 1] @ A[image] if t else 0) - remainder[t]
            every[name].append(sums / time)
        sums = np.zeros_like(u)
        for t in range(steps):
            sums[t] = (sums[t - 1] @ A[image] if t else 0) + (t + 1) * current[image]
        every["e_i"].append(sums / time - goal)
        total = sum(each[-1] for each in every.values())
        np.testing.assert_allclose(total, spikes / time - goal, atol=1e-9)
    return {name: np.array(each) for name, each in every.items()}


split = {name: parts(*potentials, steps=300, images=24) for name, potentials in RESTS.items()}

# %%
# e_e is 0 nearly everywhere; what lies below the left picture keeps its colour and its label.
names = {"e_q": "$e_q$ quantisation", "e_s": "$e_s$ random arrival", "e_i": "$e_i$ iteration"}
shown = np.unique(np.geomspace(6, 300, 16).astype(int))
figure, panels = plt.subplots(1, 2, figsize=(9, 3.4), sharey=True)
for axes, (name, each) in zip(panels, split.items(), strict=True):
    sizes = {label: np.sqrt((each[part][:, shown - 1] ** 2).mean(axis=(0, 2)))
             for part, label in names.items()}  # fmt: skip
    whole = np.sqrt((sum(each.values())[:, shown - 1] ** 2).mean(axis=(0, 2)))
    drawn = {label: np.maximum(size, 1e-6) for label, size in sizes.items()}
    plots.distance(axes, shown, {"whole error": whole, **drawn}, time="T_B")
    axes.set(title=name, ylabel="r.m.s. over neurons and images", ylim=(2e-4, 0.5))
panels[1].set_ylabel("")
panels[1].get_legend().remove()
plt.show()

# %%
for name, each in split.items():
    sign = np.sign(solution.rates["beta"]["layer1"][:24])[:, None]
    print(name)
    for part, error in each.items():
        late = 100 * (sign * error)[:, 99]
        print(f"   {part}: mean towards the sign of beta* {late.mean():+.3f}/T_B, "
              f"r.m.s. {np.sqrt((late**2).mean()):.3f}/T_B")  # fmt: skip
quantised = {name: (sign * each["e_q"])[:, 99].mean() * 100 for name, each in split.items()}
assert abs(quantised[ours]) < 0.05 and quantised[other] < -0.2
assert all(np.sqrt((each["e_e"][:, 99] ** 2).mean()) < 1e-5 for each in split.values())

# %% [markdown]
# Almost all of the error is quantisation, and it falls like $1/T_B$. Hardly anything exceeds, since
# the loss scale keeps $g$ small; the iteration is the same for both. With
# $u_{rest}^b = -V_{th}^b$ it hardly matters when spikes arrive, and $e_s$ is hardly seen in this
# picture. The paper expects the resting potential to act on $e_q$ alone. Here it acts on $e_s$ as
# well: with $u_{rest}^b = 0$ a potential may end on either side of zero, so its remainder depends
# on the order of what came.
#
# ## 5. Gradients of the weights
#
# They are products of the rates of both stages,
# $\nabla_W L = \frac{1}{V_{th} - u_{rest}} M_1 \beta_1 \alpha_N^\top$, and inherit their errors.

# %%
figure, panels = plt.subplots(1, 2, figsize=(9, 3.9))
for axes, (name, (v_threshold, v_rest)) in zip(panels, RESTS.items(), strict=True):
    few = spide.TwoStageConfig(
        forward_steps=200, backward_steps=30, loss_scale=100.0,
        v_threshold_backward=v_threshold, v_rest_backward=v_rest,
    )  # fmt: skip
    result = spide.two_stage_gradients(architecture, parameters, images, labels, few)
    plots.gradient_against_exact(
        axes, result.gradients["feedback.weight"], exact.gradients["feedback.weight"]
    )
    axes.set_title(f"{name}, $T_B$ = 30\n{axes.get_title(loc='left')}")
plt.show()
