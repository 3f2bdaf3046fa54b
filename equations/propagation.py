"""What a spike does to the neurons it reaches, in each of the two stages.

Stage 1 (Algorithm 1, lines 7 and 11): ``u += D * (F s)``. The variational dropout mask D of a
connection acts on its targets.

Stage 2 (eq. 7 and 10; Algorithm 2, lines 7 and 11): the same connections transposed,
``u += F^T (D * m * s) (V_th^b - u_rest^b) / (V_th - u_rest)``. A spike takes
``V_th^b - u_rest^b`` from the potential of its neuron, and that is what it stands for, for its
targets as for beta (section 4.2: with a span other than 1 the outputs are rescaled). Dropout and
the mask ``m = (0 < alpha < 1)`` of stage 1 act on the neuron that fires, so its spike need not be
sent at all where either is zero.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class SynapseModel:
    """What a synapse does, and the variables it needs from the neurons on its two ends.

    Parameters
    ----------
    on_pre : str
        Brian2 statement run for each synapse of a neuron that fired; ``w`` is the weight.
    neuron_variables : str
        Brian2 equations of the variables that it reads, added to every neuron group.
    """

    on_pre: str
    neuron_variables: str


FORWARD = SynapseModel(
    on_pre="v_post += dropout_post * w",
    neuron_variables="""
    dropout : 1 (constant)
    """,
)

#: `span_ratio` is (V_th^b - u_rest^b) / (V_th - u_rest), the spans of stage 2 and stage 1.
BACKWARD = SynapseModel(
    on_pre="v_post += span_ratio_pre * dropout_pre * mask_pre * s_pre * w",
    neuron_variables="""
    dropout : 1 (constant)
    mask : 1 (constant)
    span_ratio : 1 (shared, constant)
    """,
)

#: Between couples the sign of a spike is the population it comes from, not a variable.
BACKWARD_SAME_SIGN = "v_post += span_ratio_pre * dropout_pre * mask_pre * w"
BACKWARD_OPPOSITE_SIGN = "v_post += -span_ratio_pre * dropout_pre * mask_pre * w"

#: Between neurons that fire with either sign, and neurons with the opposite input.
BACKWARD_NEGATED = "v_post += -span_ratio_pre * dropout_pre * mask_pre * s_pre * w"
