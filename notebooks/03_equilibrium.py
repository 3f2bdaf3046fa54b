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
# # Equilibrium
#
# SPIDE does not follow single spikes through time; it trains the rates that a feedback network
# settles at. This notebook looks at how spikes approach such an equilibrium, and at the resting
# potential that brings them closest in few steps. The neurons are those of [the notebook
# before](02_neurons_and_couples.ipynb).
#
# Equation numbers are those of *SPIDE: A Purely Spike-based Method for Training Feedback Spiking
# Neural Networks*. Time is counted in steps, each 1 ms of Brian2's clock; potentials and currents
# have no unit.

# %%
import matplotlib.pyplot as plt
import numpy as np
from brian2 import Network, NeuronGroup, SpikeMonitor, StateMonitor, defaultclock, ms, prefs

from spide import (
    Architecture,
    ForwardNetwork,
    NeuronModel,
    integrate_and_fire,
    plots,
    ternary,
)

plots.use_style()
prefs.codegen.target = "numpy"  # single neurons: compiling would take longer than running
defaultclock.dt = 1 * ms  # one step

# %% [markdown]
# ## 1. The equilibrium of a feedback layer
#
# Stage 1 is a network of IF neurons. `40 (F40)` is one layer of 40 with feedback on itself
# (eq. 2):
#
# $$u[t+1] = u[t] + W s[t] + F x + b - (V_{th} - u_{rest})\,s[t+1]$$
#
# If $\lVert W \rVert_2 < V_{th} - u_{rest}$, the average rates
# $\alpha[T] = \frac1T \sum_{t \le T} s[t]$ approach the fixed point (section 3.2)
#
# $$\alpha^* = \sigma\left(\frac{W \alpha^* + F x + b}{V_{th} - u_{rest}}\right).$$
#
# A `ForwardNetwork` is compiled, which takes a few seconds the first time, and then run as often as
# one likes.

# %%
model = integrate_and_fire(v_threshold=1.0, v_rest=-1.0)
architecture = Architecture.parse("40 (F40)", input_shape=(20,), classes=10)
span = model.v_threshold - model.v_rest
rng = np.random.default_rng(2)
W = rng.normal(size=(40, 40))
W *= 0.8 * span / np.linalg.norm(W, ord=2)
F = rng.normal(scale=0.15, size=(40, 20))
b = np.full(40, 0.8)
images = rng.normal(size=(32, 20))

forward = ForwardNetwork(architecture, model, batch_size=32, dtype="float64")
readout = {
    name: np.zeros(architecture.parameter_shapes()[name])
    for name in ("readout.weight", "readout.bias")
}
forward.set_parameters({"layer1.weight": F, "layer1.bias": b, "feedback.weight": W, **readout})

# %% [markdown]
# The map is a contraction, so iterating it gives $\alpha^*$. The network then runs for more and
# more steps, with 32 inputs side by side.

# %%
equilibrium = np.zeros((32, 40))
for _ in range(300):
    equilibrium = np.clip((equilibrium @ W.T + images @ F.T + b) / span, 0, 1)

forward_steps = 2 ** np.arange(13)
runs = [forward.run(images, count) for count in forward_steps.tolist()]
alpha = np.array([run.alpha["layer1"] for run in runs])
error = np.sqrt(((alpha - equilibrium) ** 2).mean(axis=2))  # (T_F, inputs)

# %% [markdown]
# Monitors attach to a layer by its name. A population holds its samples one after another: neurons
# 0 to 39 see the first input. Monitors keep what earlier runs wrote, hence a single run here.

# %%
spikes = SpikeMonitor(forward["layer1"])
counts = StateMonitor(forward["layer1"], "spike_count", record=range(40), when="end")
forward.network.add(spikes, counts)
rates = forward.run(images, 100)
forward.network.remove(spikes, counts)  # what follows runs this network without them
average = counts.spike_count.T / np.arange(1, 101)[:, None]  # alpha[t] of the first input
assert np.array_equal(average[-1], rates.alpha["layer1"][0])

# %%
target = equilibrium[0]
order = np.argsort(target)
place = np.argsort(order)  # of a neuron in the order of the equilibrium rates
wanted = np.array([0.05, 0.2, 0.35, 0.5, 0.65, 0.8, 0.92])
shown = np.abs(target[:, None] - wanted).argmin(axis=0)  # a neuron for each of these rates
first_input = spikes.i < 40

figure, (raster, traces, fall) = plt.subplots(1, 3, figsize=(9, 3.2), width_ratios=(1.2, 1.2, 1))
steps_of_spikes = np.round(spikes.t[first_input] / ms).astype(int)
plots.raster(raster, steps_of_spikes, place[spikes.i[first_input]], count=40, total_steps=100)
raster.set(ylabel=r"neuron, ordered by $\alpha^*$", title="Spikes")
plots.rates_over_time(traces, average[:, shown], target[shown])
traces.set(title="Rates", ylim=(-0.02, 1.02))
plots.distance(fall, forward_steps, {r"$\alpha[T_F] - \alpha^*$": error})
fall.set(ylabel="r.m.s. over neurons", title="Distance")
plt.show()

# %% [markdown]
# Faint lines are the single inputs, dots their mean. Again what is left in the potential, divided
# by $T_F$, separates the rate from its limit: the distance falls like $1/T_F$.

# %%
slope = np.polyfit(np.log(forward_steps), np.log(error.mean(axis=1)), 1)[0]
assert -1.05 < slope < -0.95
print(f"slope on logarithmic axes: {slope:.3f}")

# %% [markdown]
# ## 2. Several layers
#
# With more layers the feedback runs from the last to the first (eq. 3), and the fixed point is that
# of the composed map $f_1(f_N \circ \ldots \circ f_2(\alpha_1), x)$ with
#
# $$
# \begin{aligned}
# f_1(\alpha, x) &= \sigma\left(\frac{W \alpha + F_1 x + b_1}{V_{th} - u_{rest}}\right), &
# f_l(\alpha) &= \sigma\left(\frac{F_l \alpha + b_l}{V_{th} - u_{rest}}\right).
# \end{aligned}
# $$
#
# The condition is now one on the product,
# $\lVert W \rVert_2 \lVert F_N \rVert_2 \cdots \lVert F_2 \rVert_2 < (V_{th} - u_{rest})^N$.

# %%
deep = Architecture.parse("40-30-20 (F40)", input_shape=(20,), classes=10)
deep_weights = {name: rng.normal(size=shape) for name, shape in deep.parameter_shapes().items()}
deep_weights["layer1.weight"] *= 0.15
for name in ("layer2", "layer3", "feedback"):
    matrix = deep_weights[f"{name}.weight"]
    matrix *= 0.9 * span / np.linalg.norm(matrix, ord=2)
for name in ("layer1", "layer2", "layer3"):
    deep_weights[f"{name}.bias"][:] = 0.6

deep_network = ForwardNetwork(deep, model, batch_size=32, dtype="float64")
deep_network.set_parameters(deep_weights)


def through(layer: str, rates: np.ndarray) -> np.ndarray:
    """What a layer receives from the one below, and its bias."""
    return rates @ deep_weights[f"{layer}.weight"].T + deep_weights[f"{layer}.bias"]


last = np.zeros((32, 20))
for _ in range(300):
    fed_back = last @ deep_weights["feedback.weight"].T
    fixed = {"layer1": np.clip((fed_back + through("layer1", images)) / span, 0, 1)}
    fixed["layer2"] = np.clip(through("layer2", fixed["layer1"]) / span, 0, 1)
    fixed["layer3"] = last = np.clip(through("layer3", fixed["layer2"]) / span, 0, 1)

deep_runs = [deep_network.run(images, count).alpha for count in forward_steps[2:].tolist()]
deep_errors = {
    layer: np.array([np.sqrt(((run[layer] - fixed[layer]) ** 2).mean()) for run in deep_runs])
    for layer in fixed
}
assert all(error[-1] < 1e-3 for error in deep_errors.values())

# %% [markdown]
# ## 3. Outside the norm bound
#
# The condition is sufficient, not necessary. The network of section 1 with larger and larger
# feedback: how far are its rates from *any* fixed point, that is how large is
# $\alpha - \sigma((W\alpha + Fx + b)/(V_{th} - u_{rest}))$?

# %%
residuals = {}
for norm in (0.8, 2.0, 3.0, 5.0):
    larger = W * norm / 0.8
    forward.set_parameters(
        {"layer1.weight": F, "layer1.bias": b, "feedback.weight": larger, **readout}
    )
    distances = []
    for count in forward_steps[2:].tolist():
        settled = forward.run(images, count).alpha["layer1"]
        mapped = np.clip((settled @ larger.T + images @ F.T + b) / span, 0, 1)
        distances.append(np.sqrt(((settled - mapped) ** 2).mean(axis=1)))  # of each input
    residuals[f"{norm:g}"] = np.array(distances)

# %%
figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.4))
plots.distance(left, forward_steps[2:], deep_errors)
left.set(ylabel="r.m.s. distance from the fixed point", title="Three layers")
means = {norm: np.sqrt((each**2).mean(axis=1)) for norm, each in residuals.items()}
plots.distance(right, forward_steps[2:], means, guide=False)
right.set(ylabel="r.m.s. residual of the fixed-point equation", title="One layer")
right.legend(title=r"$\Vert W \Vert_2 / (V_{th} - u_{rest})$", loc="lower left")
plt.show()

# %%
for norm, each in residuals.items():
    last = each[-1]
    print(
        f"norm {norm:>3}: r.m.s. residual {means[norm][-1]:.1e} after {forward_steps[-1]} steps; "
        f"{(last > 3e-3).sum()} of {len(last)} inputs above 3e-3"
    )
radius = np.abs(np.linalg.eigvals(W)).max() / np.linalg.norm(W, ord=2)
print(f"spectral radius of W: {radius:.2f} of its norm")
assert means["2"][-1] < 1e-3 < 0.02 < means["5"][-1]

# %% [markdown]
# Twice the bound does no harm to this matrix, whose spectral radius is about half its norm. At five
# times the bound some inputs still settle, but half of them have not after 4096 steps: their rates
# solve no fixed-point equation, and what stage 2 would solve for has no meaning. This is why SPIDE
# restricts the norm of the feedback.
#
# ## 4. Why $u_{rest} = -V_{th}$
#
# With $V_{th}^b - u_{rest}^b = 1$ a ternary neuron under a constant input $g$ should fire at the
# rate $\beta = g$. In $T_B$ steps it can only fire at multiples of $1/T_B$, and what is left in its
# potential decides at which (section 4.3). After positive spikes that lies between $u_{rest}^b$ and
# $V_{th}^b$:
#
# * $u_{rest}^b = -V_{th}^b$: it is positive as often as negative. The rate is $g$ **rounded** to
#   the nearest multiple.
# * $u_{rest}^b = 0$: it always has the sign of $g$. The rate is $g$ **truncated** towards zero.

# %%
backward_steps = 8
g = (np.arange(1024) + 0.5) / 512 - 1  # exact in binary, and never halfway between two rates


def settle(model: NeuronModel) -> np.ndarray:
    """Rates after `backward_steps` steps, one neuron for each input of `g`."""
    group = NeuronGroup(
        len(g), model.equations, threshold=model.threshold, reset=model.reset, method="euler"
    )
    group.v_threshold, group.v_rest, group.I = model.v_threshold, model.v_rest, g
    Network(group).run(backward_steps * ms)
    return group.spike_count[:] / backward_steps


rounded = settle(ternary(v_threshold=0.5, v_rest=-0.5))
truncated = settle(ternary(v_threshold=1.0, v_rest=0.0))
assert np.array_equal(rounded, np.round(g * backward_steps) / backward_steps)
assert np.array_equal(truncated, np.trunc(g * backward_steps) / backward_steps)

# %%
figure, panels = plt.subplots(
    2, 2, figsize=(9, 4.4), sharex=True, sharey="row", height_ratios=(1.5, 1)
)
for (above, below), beta, title in zip(
    panels.T,
    (rounded, truncated),
    (
        r"$u_{rest}^b = -0.5,\ V_{th}^b = 0.5$: rounding",
        r"$u_{rest}^b = 0,\ V_{th}^b = 1$: truncation",
    ),
    strict=True,
):
    plots.lines(above, g, {r"$\beta$": beta}, reference=(r"$\beta = g$", g))
    above.set_title(title)
    plots.levels(below, {"": 0})
    plots.errors_by_sign(below, g, beta - g)
    below.set(
        xlabel="input $g$", yticks=(-1 / 8, 0, 1 / 8), yticklabels=("$-1/T_B$", "0", "$1/T_B$")
    )
panels[0, 0].set_ylabel(r"rate $\beta$")
panels[1, 0].set_ylabel(r"error $\beta - g$")
panels[0, 1].get_legend().remove()
plt.show()

# %% [markdown]
# The thick lines are the mean errors for either sign. Truncation makes rates too small by
# $1/(2T_B)$ on average (Proposition 1) and the error twice as large (Proposition 2). This is why
# SPIDE rests its neurons at $-V_{th}$, in both stages.

# %%
for name, beta in (("rounding", rounded), ("truncation", truncated)):
    error = (beta - g)[g > 0] * backward_steps
    print(f"{name:10}  mean {error.mean():+.3f}/T_B   r.m.s. {np.sqrt((error**2).mean()):.3f}/T_B")
