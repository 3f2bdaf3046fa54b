"""SPIDE's Algorithms 1 and 2 (appendix E) in dense NumPy, for tests to compare against.

Nothing here is event-driven and nothing comes from the project: at every step each connection is
one matrix product with all spikes, zeros included, in float64. Variables carry the paper's symbols.
Layers count from 0 here; spikes, potentials and rates are one array (batch, units) per layer.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array
from scipy.special import log_softmax

from tests.oracles.reference_wiring import Array, Indices, Shape, wire_all


@dataclass(frozen=True)
class ReferenceResult:
    """What the two stages compute for one batch.

    Rates are NCHW and keyed ``layer1``, ...; gradients have the keys and shapes of the parameters.
    `loss` is the mean cross-entropy; `output_gradient` and `gradients` are those of s_l times it.
    """

    logits: Array
    loss: float
    alpha: dict[str, Array]
    beta: dict[str, Array]
    output_gradient: Array
    gradients: dict[str, Array]


@dataclass(frozen=True)
class Network:
    """Matrices F_l and W (targets, sources), biases b_l and dropout masks D_l and D_f.

    `W` is None in a network without feedback.
    """

    F: list[csr_array]
    b: list[Array]
    D: list[Array]
    W: csr_array | None
    D_f: Array


def average(signals: Sequence[Array], leak: float) -> Array:
    """Leak-weighted average over the steps: the k-th before the last counts leak^k (section 3.2).

    The running sums of signal and weight take the same roundings, so that a neuron that fires at
    every step has a rate of exactly 1.
    """
    total, weight = np.zeros_like(signals[0]), 0.0
    for signal in signals:
        total, weight = leak * total + signal, leak * weight + 1.0
    return total / weight


def forward_stage(
    network: Network, x: Array, *, v_threshold: float, v_rest: float, steps: int, leak: float
) -> list[Array]:
    """Algorithm 1: the rates alpha of all layers; `x` has one frame, or one for each step."""
    F, b, D, W, D_f = network.F, network.b, network.D, network.W, network.D_f
    N = len(F)
    x = np.broadcast_to(x, (steps, *x.shape[1:]))
    u = [np.zeros_like(mask) for mask in D]
    s: list[list[Array]] = [[] for _ in F]
    for t in range(steps):
        for i in range(N):
            below = s[i - 1][t] if i > 0 else x[t]
            u[i] = u[i] + D[i] * (below @ F[i].T + b[i])
            if i == 0 and t > 0 and W is not None:
                u[i] = u[i] + D_f * (s[N - 1][t - 1] @ W.T)
            s[i].append((u[i] >= v_threshold).astype(np.float64))
            u[i] = leak * (u[i] - (v_threshold - v_rest) * s[i][t])
    return [average(train, leak) for train in s]


def backward_stage(
    network: Network,
    g: Array,
    m: list[Array],
    rescale: float,
    *,
    v_threshold: float,
    v_rest: float,
    steps: int,
    leak: float,
) -> list[Array]:
    """Algorithm 2, lines 2-14: the rates beta of all layers.

    `rescale` is 1/(V_th - u_rest) of stage 1, the other potentials are those of stage 2. A spike
    stands for what it takes from the potential (section 4.2).
    """
    F, D, W, D_f = network.F, network.D, network.W, network.D_f
    N, span = len(F), v_threshold - v_rest
    u = [np.zeros_like(mask) for mask in D]
    s: list[list[Array]] = [[] for _ in F]
    for t in range(steps):
        for i in reversed(range(N)):
            if i == N - 1:
                u[i] = u[i] + g
                if t > 0 and W is not None:
                    u[i] = u[i] + rescale * ((D_f * m[0] * s[0][t - 1]) @ W)
            else:
                u[i] = u[i] + rescale * ((D[i + 1] * m[i + 1] * s[i + 1][t]) @ F[i + 1])
            s[i].append(span * np.sign(u[i]) * (np.abs(u[i]) >= v_threshold))
            u[i] = leak * (u[i] - s[i][t])
    return [average(train, leak) for train in s]


def two_stage(
    notation: str,
    input_shape: Shape,
    classes: int,
    parameters: Mapping[str, Array],
    images: Array,
    labels: Indices,
    *,
    v_threshold: float,
    v_rest: float,
    v_threshold_backward: float,
    v_rest_backward: float,
    forward_steps: int,
    backward_steps: int,
    loss_scale: float,
    leak: float = 1.0,
    dropout_masks: Mapping[str, Array] | None = None,
) -> ReferenceResult:
    """Both stages and the gradients for one batch.

    Parameters
    ----------
    notation : str
        The paper's notation, such as ``"64C5s-64C5s-64C5 (F64C3u)"``.
    input_shape : tuple of int
        (C, H, W) or (features,).
    classes : int
        Number of classes.
    parameters : mapping of str to array
        ``layer1.weight``, ``layer1.bias``, ..., ``feedback.weight``, ``readout.weight`` and
        ``readout.bias`` in PyTorch's layout; pooling layers have none.
    images : array
        (B, *input_shape), or one frame for each step: (T_F, B, *input_shape).
    labels : array of int
        (B,).
    v_threshold, v_rest, v_threshold_backward, v_rest_backward : float
        V_th and u_rest of stage 1, then of stage 2.
    forward_steps, backward_steps : int
        T_F and T_B.
    loss_scale : float
        s_l, the factor on the mean cross-entropy.
    leak : float
        Factor on the membrane potentials after the reset; 1 is the IF neuron.
    dropout_masks : mapping of str to array, optional
        D_l as ``layer1``, ... and D_f as ``feedback``, scaled by 1 / (1 - r): one value per
        sample and target neuron, (B, C, H, W), or channel, (B, C, 1, 1) or (B, C).
    """
    wirings, feedback = wire_all(notation, input_shape)
    names = [f"layer{i + 1}" for i in range(len(wirings))]
    batch = len(labels)
    x = np.asarray(images, np.float64).reshape((-1, batch, math.prod(input_shape)))
    W_o, b_o = parameters["readout.weight"], parameters["readout.bias"]

    def bias(name: str, shape: Shape) -> Array:
        per_channel = parameters.get(f"{name}.bias", np.zeros(1))
        return np.repeat(per_channel, math.prod(shape) // per_channel.size)

    def mask(name: str, shape: Shape) -> Array:
        per_channel = (dropout_masks or {}).get(name, np.ones(batch)).reshape((batch, -1))
        return np.repeat(per_channel, math.prod(shape) // per_channel.shape[1], axis=1)

    layers = list(zip(names, wirings, strict=True))
    network = Network(
        F=[wiring.matrix(parameters.get(f"{name}.weight")) for name, wiring in layers],
        b=[bias(name, wiring.target_shape) for name, wiring in layers],
        D=[mask(name, wiring.target_shape) for name, wiring in layers],
        W=feedback.matrix(parameters["feedback.weight"]) if feedback else None,
        D_f=mask("feedback", wirings[0].target_shape),
    )

    alpha = forward_stage(
        network, x, v_threshold=v_threshold, v_rest=v_rest, steps=forward_steps, leak=leak
    )
    m = [((alpha_i > 0) & (alpha_i < 1)).astype(np.float64) for alpha_i in alpha]
    x_bar = average(list(x), leak)

    o = alpha[-1] @ W_o.T + b_o
    log_probabilities = log_softmax(o, axis=1)
    loss = -float(log_probabilities[np.arange(batch), labels].mean())
    dL_do = loss_scale / batch * (np.exp(log_probabilities) - np.eye(classes)[labels])
    g = dL_do @ W_o

    rescale = 1.0 / (v_threshold - v_rest)
    beta = backward_stage(
        network,
        g,
        m,
        rescale,
        v_threshold=v_threshold_backward,
        v_rest=v_rest_backward,
        steps=backward_steps,
        leak=leak,
    )

    # Algorithm 2, lines 15-21.
    gradients: dict[str, Array] = {}
    delta = [rescale * m_i * beta_i for m_i, beta_i in zip(m, beta, strict=True)]
    for (name, wiring), delta_i, below in zip(layers, delta, [x_bar, *alpha[:-1]], strict=True):
        if f"{name}.weight" in parameters:
            weight, channels = parameters[f"{name}.weight"], wiring.target_shape[0]
            gradients[f"{name}.weight"] = wiring.gradient(delta_i, below, weight)
            gradients[f"{name}.bias"] = delta_i.reshape((batch, channels, -1)).sum(axis=(0, 2))
    if feedback:
        W = parameters["feedback.weight"]
        gradients["feedback.weight"] = feedback.gradient(delta[0], alpha[-1], W)
    gradients["readout.weight"] = dL_do.T @ alpha[-1]
    gradients["readout.bias"] = dL_do.sum(axis=0)

    def by_layer(rates: list[Array]) -> dict[str, Array]:
        shapes = [(batch, *wiring.target_shape) for wiring in wirings]
        return {n: r.reshape(s) for n, r, s in zip(names, rates, shapes, strict=True)}

    output_gradient = g.reshape((batch, *wirings[-1].target_shape))
    return ReferenceResult(o, loss, by_layer(alpha), by_layer(beta), output_gradient, gradients)
