"""What a spike of stage 2 teaches, and how the weights follow once per batch.

The gradient of a weight is ``m_i beta_i alpha_j / (V_th - u_rest)`` (Algorithm 2, lines 16-21), and
``beta_i`` is nothing but a sum of spikes, ``(V_th^b - u_rest^b) sum_t leak^(T_B - 1 - t) s_i[t]``
over the total weight of T_B steps. So no rate needs to be computed in stage 2. Each spike of a
couple i leaves

    dw += lesson * m_i * s_i * alpha_j

behind in the synapses that join i to the neurons j below (section 4.2), and when the last spike has
been fired, ``dw`` is the gradient. The *lesson* is what one spike is worth: the same number for all
spikes of a stage without leak, one that grows towards the end of the stage with leak.

Who knows what:

===============  ==================================================================
``dw``           the synapse; it sums over time, and a shared kernel over its synapses
``s``, ``m``     the neuron that fires (``s`` is the side of a couple that fired)
``alpha``        the neuron on the other end, which has kept its rate of stage 1; an input unit has
                 its average input, a bias its constant 1, which is not written
``lesson``       broadcast: constants of both stages and the time, nothing of any neuron
===============  ==================================================================

No neuron learns anything that does not arrive through its own synapses, and dropout, which is part
of what a spike transmits, is no part of what it teaches (as in Algorithm 2). The readout, which has
no spikes, learns from the loss itself.

Between two batches every weight changes on its own (`UPDATE`): decay, momentum and learning rate
are those of stochastic gradient descent. The norm of the feedback (appendix D.2) is the one number
that is not local to a synapse: it is measured elsewhere and broadcast to `RESTRICT`.
"""

from __future__ import annotations

from dataclasses import dataclass

#: Added to the neurons of stage 2.
NEURON_VARIABLES = """
alpha : 1 (constant)
lesson : 1 (shared)
lesson_gain : 1 (shared, constant)
lesson_leak : 1 (shared, constant)
lesson_end : 1 (shared, constant)
"""

#: What stands in the place of neurons in front of layer 1.
INPUT_UNIT = "alpha : 1 (constant)"


@dataclass(frozen=True)
class Teaching:
    """What one spike of a couple does to the synapses that join its neuron to those below.

    Parameters
    ----------
    weight, bias : str
        Brian2 statements. A bias is the weight of a neuron that fires at every step.
    """

    weight: str
    bias: str


#: Of a ternary neuron, which fires with either sign.
SIGNED = Teaching(
    "dw += lesson_pre * mask_pre * s_pre * alpha_post", "dw += lesson_pre * mask_pre * s_pre"
)
#: Of a ternary neuron whose input is the opposite of the error.
SIGNED_NEGATED = Teaching(
    "dw += -lesson_pre * mask_pre * s_pre * alpha_post", "dw += -lesson_pre * mask_pre * s_pre"
)
#: Of the two sides of a couple.
POSITIVE = Teaching("dw += lesson_pre * mask_pre * alpha_post", "dw += lesson_pre * mask_pre")
NEGATIVE = Teaching("dw += -lesson_pre * mask_pre * alpha_post", "dw += -lesson_pre * mask_pre")

#: With a leak a spike counts ``leak**k`` if k steps follow it, in beta and therefore here; run at
#: the start of every step. `lesson_end` is the last step of the layer's stage.
LESSON = "lesson = lesson_gain * lesson_leak ** (lesson_end - t/dt)"


def lesson_gain(span: float, rescale: float, total_weight: float) -> float:
    """What a spike in the last step of stage 2 is worth.

    Parameters
    ----------
    span : float
        V_th^b - u_rest^b, what a spike stands for.
    rescale : float
        1/(V_th - u_rest) of stage 1.
    total_weight : float
        That of T_B steps, see `average_rate_weight`; T_B itself without a leak.
    """
    return span * rescale / total_weight


#: A learned number. The learning rate is that of the scaled loss: divided by s_l (section 4.3).
WEIGHT = """
w : 1
dw : 1
velocity : 1
momentum : 1 (shared, constant)
weight_decay : 1 (shared, constant)
learning_rate : 1 (shared, constant)
norm : 1 (shared, constant)
norm_limit : 1 (shared, constant)
"""

#: Run once per batch, by every weight for itself.
UPDATE = """
velocity = momentum * velocity + (dw + weight_decay * w)
w -= learning_rate * velocity
dw = 0
"""

#: Then, by the weights of the feedback: ``W <- min(c, ||W||) W / ||W||`` (Algorithm 2, line 25).
RESTRICT = "w *= norm_limit / clip(norm, norm_limit, inf)"
