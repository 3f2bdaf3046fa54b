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
# # Neurons and couples
#
# SPIDE trains a spiking network with spikes alone. Two kinds of neurons are enough:
# integrate-and-fire neurons, whose rates settle at an equilibrium (stage 1), and *ternary couples*
# of the same neurons, whose signed rates carry the gradient (stage 2). [The first
# notebook](01_first_network.ipynb) trains a network of them; this one looks at both in plain
# Brian2; [the next one](03_equilibrium.ipynb) at what their rates settle at.
#
# Equation numbers are those of *SPIDE: A Purely Spike-based Method for Training Feedback Spiking
# Neural Networks*. Time is counted in steps, each 1 ms of Brian2's clock; potentials and currents
# have no unit.

# %%
import matplotlib.pyplot as plt
import numpy as np
from brian2 import (
    Network,
    NeuronGroup,
    SpikeMonitor,
    StateMonitor,
    Synapses,
    TimedArray,
    defaultclock,
    ms,
    mV,
    prefs,
)

from equations import (
    NeuronModel,
    TernaryCouple,
    average_rate_weight,
    integrate_and_fire,
    leaky_integrate_and_fire,
    ternary,
)
from equations.ternary_couple import CROSS_RESET
from spide import plots

plots.use_style()
prefs.codegen.target = "numpy"  # a handful of neurons: compiling would take longer than running
defaultclock.dt = 1 * ms  # one step

# %% [markdown]
# ## 1. The integrate-and-fire neuron
#
# In every step a neuron integrates, fires and resets (eq. 1):
#
# $$
# \begin{aligned}
# u[t+0.5] &= u[t] + \sum_j w_j s_j[t] + b\\
# s[t+1] &= H(u[t+0.5] - V_{th})\\
# u[t+1] &= u[t+0.5] - (V_{th} - u_{rest})\,s[t+1]
# \end{aligned}
# $$
#
# `equations` states this as Brian2 strings and nothing more. The potential $u$ is Brian2's `v`, the
# input from outside is the current `I`.

# %%
model = integrate_and_fire(v_threshold=1.0, v_rest=-1.0)
print(model.equations, "\nthreshold:", model.threshold, "\n\nreset:", model.reset)

# %% [markdown]
# A `NeuronGroup` takes the strings as they are. Two `StateMonitor`s see the potential twice in each
# step: before the threshold, $u[t+0.5]$, and after the reset, $u[t+1]$.


# %%
def neurons(model: NeuronModel, count: int = 1) -> NeuronGroup:
    """A Brian2 group of `count` neurons."""
    group = NeuronGroup(
        count, model.equations, threshold=model.threshold, reset=model.reset, method="euler"
    )
    if model.update:
        group.run_regularly(model.update, when="groups")
    group.v_threshold, group.v_rest, group.leak = model.v_threshold, model.v_rest, model.leak
    return group


def record(group: NeuronGroup) -> tuple[StateMonitor, StateMonitor]:
    """Monitors of u[t + 0.5] and u[t + 1]."""
    return (
        StateMonitor(group, "v", record=True, when="before_thresholds"),
        StateMonitor(group, "v", record=True, when="after_resets"),
    )


def potential(monitors: tuple[StateMonitor, StateMonitor]) -> list[np.ndarray]:
    """Both potentials of neuron 0."""
    return [monitor.v[0] for monitor in monitors]


# %%
neuron = neurons(model)
neuron.I = 0.23
trace = record(neuron)
Network(neuron, *trace).run(60 * ms)

# %% [markdown]
# Under a constant current the rate is the clipped-linear function $\sigma(x) = \min(1, \max(0, x))$
# of $x = I / (V_{th} - u_{rest})$. After $T$ steps it can only be one of $0, 1/T, \ldots, 1$.

# %%
current = np.linspace(-1, 3, 801)
sigma = np.clip(current / (model.v_threshold - model.v_rest), 0, 1)


def respond(model: NeuronModel, steps: int) -> tuple[np.ndarray, np.ndarray]:
    """Spikes per step and leak-weighted average rate, from rest, of one neuron per current."""
    group = neurons(model, len(current))
    group.I = current
    Network(group).run(steps * ms)
    spikes = group.spike_count[:] if model.leak == 1 else group.activity[:]
    return spikes / steps, group.spike_count[:] / average_rate_weight(model.leak, steps)


coarse = respond(model, 10)[0]
fine = respond(model, 200)[0]

# %%
figure, (left, right) = plt.subplots(1, 2, figsize=(9, 2.9), width_ratios=(1.7, 1))
plots.trace(left, *potential(trace))
plots.levels(left, {"$V_{th}$": model.v_threshold, "$u_{rest}$": model.v_rest})
left.set_title("IF neuron, current $I$ = 0.23")
rates = {"$T$ = 10": coarse, "$T$ = 200": fine}
plots.lines(right, current, rates, reference=(r"$\sigma$", sigma))
right.set(xlabel="current $I$", ylabel="rate (spikes per step)", title="Rate after $T$ steps")
plt.show()

# %% [markdown]
# The reset subtracts $V_{th} - u_{rest}$. What exceeds the threshold is kept, so a reset rarely
# ends at $u_{rest}$ exactly, and no input is lost: what is left in $u$ after $T$ steps is all that
# separates the rate from $\sigma$.

# %%
assert np.all(np.abs(fine - sigma) <= 1 / 200)

# %% [markdown]
# ### The same neuron in millivolts and milliseconds
#
# Brian2 computes with units, and so may a neuron. With 10 mV for every unit of potential, and rest,
# start and threshold at -70, -60 and -50 mV, a current of 0.23 per step is one of 2.3 mV per ms.
# The strings keep their form; only the units behind the colons and the values are others.

# %%
in_millivolts = NeuronModel(
    """
    dv/dt = I/dt : volt
    I : volt (constant)
    spike_count : 1
    """,
    threshold="v >= v_threshold",
    reset="""
    v -= v_threshold - v_rest
    spike_count += 1
    """,
    v_threshold=-50 * mV,
    v_rest=-70 * mV,
    initial={"v": -60 * mV},
    name="millivolts",
)
physical = neurons(in_millivolts)
physical.v, physical.I = -60 * mV, 2.3 * mV
physical_trace = record(physical)
Network(physical, *physical_trace).run(60 * ms)

scaled = (physical_trace[1].v[0] / mV + 60) / 10
np.testing.assert_allclose(scaled, trace[1].v[0], atol=1e-12)
assert physical.spike_count[0] == neuron.spike_count[0] == 7

# %%
figure, axes = plt.subplots(figsize=(9, 2.6))
before, after = (monitor.v[0] / mV for monitor in physical_trace)
plots.trace(axes, before, after, start=-60)
plots.levels(axes, {"$V_{th}$": -50, "$u_{rest}$": -70})
axes.set(xlabel="time (ms)", ylabel="potential (mV)", title="7 spikes in 60 ms, as above")
plt.show()

# %% [markdown]
# Weights and biases of such a neuron are potentials too. Stage 1 takes it as it is; [notebook
# 6](06_own_neuron.ipynb) trains a network of neurons with units.

# %% [markdown]
# ## 2. The leaky neuron
#
# A leaky neuron multiplies its potential by `leak` after the reset. It forgets, and so must its
# rate: the equilibrium of section 3.2 is now one of leak-weighted averages, in which a spike $k$
# steps ago counts $\mathrm{leak}^k$. The variable `spike_count` is that weighted sum (without a
# leak, the plain one).

# %%
leaky = leaky_integrate_and_fire(v_threshold=1.0, v_rest=-1.0, leak=0.8)
leaky_neuron = neurons(leaky)
leaky_neuron.I = 0.23
leaky_trace = record(leaky_neuron)
Network(leaky_neuron, *leaky_trace).run(60 * ms)
leaky_plain, leaky_weighted = respond(leaky, 200)

# %%
figure, (left, right) = plt.subplots(1, 2, figsize=(9, 2.9), width_ratios=(1.7, 1))
plots.trace(left, *potential(trace), linewidth=0.7, label="IF")
plots.trace(left, *potential(leaky_trace), color="C2", label="LIF, leak 0.8")
plots.levels(left, {"$V_{th}$": leaky.v_threshold, "$u_{rest}$": leaky.v_rest})
left.set_title("The same current, $I$ = 0.23")
left.legend(loc="lower right", bbox_to_anchor=(1, 0.98), ncols=2)
rates = {"leak-weighted": leaky_weighted, "plain average": leaky_plain}
plots.lines(right, current, rates, reference=(r"$\sigma$", sigma), dots="leak-weighted")
right.set(xlabel="current $I$", ylabel="rate", title="LIF rate after 200 steps")
plt.show()

# %% [markdown]
# Below a current of $(1 - \mathrm{leak})\,V_{th} = 0.2$ the leaky neuron never fires. Beyond, its
# leak-weighted rate scatters around $\sigma$: only the last few steps count, so that more of them
# do not make it more precise.

# %%
assert np.all(np.abs(leaky_weighted - sigma) <= 1 - leaky.leak)

# %% [markdown]
# ## 3. The ternary neuron and the ternary couple
#
# Gradients have a sign. Stage 2 therefore needs spikes $s \in \{-1, 0, +1\}$ (eq. 6), fired where
# $|u| \ge V_{th}$. Hardware rarely has such a neuron, but two common ones can play its part
# (section 4.1). They receive opposite inputs; the spikes of neuron 1 count as $+1$, those of neuron
# 2 as $-1$. Each resets the other through a synapse of weight $V_{th} - u_{rest}$.


# %%
def driven(model: NeuronModel, currents: np.ndarray) -> NeuronGroup:
    """Neurons whose current changes from step to step; `currents` is (steps, neurons)."""
    group = neurons(model, currents.shape[1])
    group.namespace["currents"] = TimedArray(currents, dt=1 * ms)
    group.run_regularly("I = currents(t, i)", when="start")
    return group


def coupled(
    couple: TernaryCouple, currents: np.ndarray
) -> tuple[NeuronGroup, NeuronGroup, Network]:
    """Neurons 1 and 2 of couples, in a network with the synapses by which they reset each other."""
    first, second = driven(couple.neuron, currents), driven(couple.neuron, -currents)
    network = Network(first, second)
    for source, target in ((first, second), (second, first)):
        reset = Synapses(source, target, "w : 1", on_pre=CROSS_RESET)
        reset.connect(j="i")
        reset.w = couple.span
        network.add(reset)
    return first, second, network


# %%
steps = np.arange(60)
wave = 0.22 * np.sin(2 * np.pi * steps / 60) + 0.1 * np.sin(2 * np.pi * steps / 14)

single = driven(ternary(v_threshold=0.5, v_rest=-0.5), wave[:, None])
# The reset writes the sign of a spike, s, so the monitor looks after it.
single_spikes = SpikeMonitor(single, variables="s", when="after_resets")
single_trace = record(single)
Network(single, single_spikes, *single_trace).run(60 * ms)

couple = TernaryCouple(v_threshold=0.5, v_rest=-0.5)
first, second, network = coupled(couple, wave[:, None])
first_spikes, second_spikes = SpikeMonitor(first), SpikeMonitor(second)
first_trace, second_trace = record(first), record(second)
network.add(first_spikes, second_spikes, *first_trace, *second_trace)
network.run(60 * ms)

# %%
figure, rows = plt.subplots(
    3, 2, figsize=(9, 4.8), sharex=True, sharey="row", height_ratios=(1, 2, 0.6)
)
for inputs, potentials, spikes in rows.T:
    plots.levels(potentials, {"$V_{th}$": couple.v_threshold, "$-V_{th}$": -couple.v_threshold})
    for axes in (inputs, spikes):
        plots.levels(axes, {"": 0})
    spikes.set(xlabel="time (steps)", xlim=(0, 60), yticks=(-1, 0, 1), ylim=(-1.2, 1.2))

inputs, potentials, spikes = rows[:, 0]
inputs.set_title("Ternary neuron")
plots.staircase(inputs, wave, color="0.2")
plots.trace(potentials, *potential(single_trace), color="0.2")
plots.impulses(spikes, single_spikes.t / ms, single_spikes.s)

inputs, potentials, spikes = rows[:, 1]
inputs.set_title("Ternary couple")
for name, output, colour, monitors, fired in (
    ("neuron 1", +1, "C0", first_trace, first_spikes),
    ("neuron 2", -1, "C1", second_trace, second_spikes),
):
    plots.staircase(inputs, output * wave, color=colour)
    plots.trace(potentials, *potential(monitors), color=colour, label=name)
    plots.impulses(spikes, fired.t / ms, output, colour)
handles = potentials.get_legend_handles_labels()
inputs.legend(*handles, loc="lower right", bbox_to_anchor=(1, 0.98), ncols=2)
for row, label in zip(rows, ("input $I$", "potential $u$", "spikes"), strict=True):
    row[0].set(ylabel=label)
    row[1].set(ylabel="")
for axes in rows[:2].flat:
    axes.set(xlabel="")
plt.show()

# %% [markdown]
# The two potentials of the couple mirror each other at all times, and its output $S_1 + (-S_2)$ is
# that of the ternary neuron: not approximately, but spike for spike. Here are 300 couples and 300
# ternary neurons under the same noise.

# %%
rng = np.random.default_rng(1)
noise = rng.normal(0.0, 0.4, size=(400, 300))

many = driven(ternary(couple.v_threshold, couple.v_rest), noise)
many_spikes = SpikeMonitor(many, variables="s", when="after_resets")
Network(many, many_spikes).run(400 * ms)

first, second, network = coupled(couple, noise)
sides = {+1: SpikeMonitor(first), -1: SpikeMonitor(second)}
network.add(*sides.values())
network.run(400 * ms)

for output, side in sides.items():
    same_sign = many_spikes.s == output
    assert np.array_equal(side.i, many_spikes.i[same_sign])
    assert np.array_equal(side.t, many_spikes.t[same_sign])
assert np.array_equal(first.v, many.v) and np.array_equal(second.v, -many.v)
print(f"{many_spikes.num_spikes} spikes of either sign, all of them equal")

# %% [markdown]
# One spike in slow motion. In Brian2's schedule all neurons first integrate, those above the
# threshold fire, synapses deliver, and those that fired reset. The neurons below have
# $V_{th} = 0.75$ and $u_{rest} = -0.25$; under an input of $0.25$ neuron 1 arrives exactly at
# $V_{th}$ in step 3. Its spike lifts neuron 2 from $-V_{th}$ to $-u_{rest}$, and it resets itself
# to $u_{rest}$.

# %%
slow = TernaryCouple(v_threshold=0.75, v_rest=-0.25)
first, second, network = coupled(slow, np.full((5, 1), 0.25))
moments = [
    [
        StateMonitor(side, "v", record=True, when=when)
        for when in ("before_thresholds", "after_synapses", "after_resets")
    ]
    for side in (first, second)
]
network.add(*moments)
network.run(5 * ms)
# Of both neurons the three moments of every step: (neuron, step, moment)
motion = np.array([[monitor.v[0] for monitor in side] for side in moments]).transpose(0, 2, 1)
assert motion[0, 2].tolist() == [0.75, 0.75, -0.25]
assert motion[1, 2].tolist() == [-0.75, 0.25, 0.25]

# %%
figure, axes = plt.subplots(figsize=(9, 3.2))
plots.couple_in_slow_motion(axes, motion, 3, slow.v_threshold, slow.v_rest)
plt.show()
