"""All pictures of the project: functions that draw into Axes and return them, in one style.

``use_style()`` once, then for example ``raster(axes, steps, neurons)``. Runs, notebooks and
benchmarks draw with these and nothing else.
"""

from training.plots.bars import bars, class_probabilities, grouped_bars, power_law
from training.plots.confusion import confusion_matrix
from training.plots.curves import (
    Curve,
    error_curves,
    errors_of_runs,
    firing_rate_curves,
    loss_curves,
)
from training.plots.dynamics.couple import couple_in_slow_motion
from training.plots.dynamics.rates import distance, rate_histogram, rates_over_time
from training.plots.dynamics.spikes import impulses, raster
from training.plots.dynamics.traces import levels, sawtooth, trace
from training.plots.gradients import agreement, gradient_against_exact
from training.plots.images import examples, kernels, rate_maps
from training.plots.lines import bundle, errors_by_sign, lines, staircase
from training.plots.style import panels, styled, use_style
from training.plots.sweeps import sweep_heat_map, sweep_lines, sweep_points

__all__ = [
    "Curve",
    "agreement",
    "bars",
    "bundle",
    "class_probabilities",
    "confusion_matrix",
    "couple_in_slow_motion",
    "distance",
    "error_curves",
    "errors_by_sign",
    "errors_of_runs",
    "examples",
    "firing_rate_curves",
    "gradient_against_exact",
    "grouped_bars",
    "impulses",
    "kernels",
    "levels",
    "lines",
    "loss_curves",
    "panels",
    "power_law",
    "raster",
    "rate_histogram",
    "rate_maps",
    "rates_over_time",
    "sawtooth",
    "staircase",
    "styled",
    "sweep_heat_map",
    "sweep_lines",
    "sweep_points",
    "trace",
    "use_style",
]
