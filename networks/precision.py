"""What a precision makes of a neuron's parameters, known without waiting for Brian2 and torch."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import DTypeLike

from equations import NeuronModel
from networks.arrays import real_number


def span_in(dtype: DTypeLike, v_threshold: float, v_rest: float) -> float:
    """``V_th - u_rest`` as neurons of a precision subtract it from their potential.

    Both are rounded before the difference is taken, as in a reset of Brian2: in float32 it may be
    another number than the rounded difference.
    """
    threshold, rest = np.array([v_threshold, v_rest], dtype)
    return float(threshold - rest)


def check_precision(neuron: NeuronModel, dtype: str) -> None:
    """Refuse parameters and initial values of a neuron that are others in its precision.

    Raises
    ------
    ValueError
        If one becomes 0 or infinite there, or the threshold no longer lies above the resting and
        the initial potential.
    """
    given = {**neuron.constants, **neuron.initial}
    values = {name: float(value) for name, value in given.items()}
    with np.errstate(over="ignore", under="ignore"):
        rounded = {name: float(np.dtype(dtype).type(value)) for name, value in values.items()}
    for name, value in values.items():
        if not math.isfinite(rounded[name]) or (value != 0 and rounded[name] == 0):
            raise ValueError(
                f"{name} is {value}, which is {rounded[name]} in {dtype}: choose another value"
                + ("" if dtype == "float64" else ", or dtype float64")
            )
    initial = {"the initial v": neuron.initial["v"]} if "v" in neuron.initial else {}
    for name, value in {"v_rest": neuron.v_rest, **initial}.items():
        if rounded[name.rpartition(" ")[2]] >= rounded["v_threshold"]:
            raise ValueError(
                f"{name} {value} and v_threshold {neuron.v_threshold} are the same number in "
                f"{dtype}: choose others, or dtype float64"
            )


def check_rescale(rescale: float, span: float, dtype: np.dtype) -> float:
    """Return the factor on the spikes of stage 2; refuse 0, negative values and no numbers.

    Raises
    ------
    ValueError
        If `rescale` is not positive and finite, or `rescale` times `span` is not, in `dtype`.
    """
    rescale = real_number(rescale, "rescale")
    with np.errstate(over="ignore", under="ignore"):
        factor = dtype.type(span * rescale)
    if not (rescale > 0 and 0 < factor < math.inf):
        raise ValueError(
            f"rescale is {rescale} and V_th^b - u_rest^b is {span}: their product must be positive "
            f"and finite in {dtype}"
        )
    return rescale
