"""A step of a single neuron without a compiler: does Brian2 take its strings at all?

Brian2 reads most of a neuron when a run begins, and what it then says names its own objects. A
trial on NumPy takes some hundredths of a second, finds nearly all of that, and leaves the reason;
what only a compiler minds, such as a function without code for it, is said later.
"""

from __future__ import annotations

import numpy as np
from brian2.codegen.runtime.numpy_rt import NumpyCodeObject
from brian2.core.clocks import Clock
from brian2.core.network import Network
from brian2.groups.neurongroup import NeuronGroup

from equations import FORWARD, NeuronModel
from networks.brian.active_device import own_device
from networks.brian.network import STEP
from networks.one_line import in_one_line


def try_out(neuron: NeuronModel) -> None:
    """Simulate one step of one neuron, from rest and without input.

    Raises
    ------
    ValueError
        If Brian2 refuses an equation or a statement: units that do not fit each other, a threshold
        that is no condition, a syntax error, a constant that is no number; and while Brian2's
        device is not that of this process.
    """
    with own_device(), np.errstate(all="ignore"):  # what becomes of values is none of its business
        try:
            _simulate(neuron)
        except Exception as error:  # Brian2 raises its own kinds and Python's, one from another
            reason: BaseException = error
            while reason.__cause__ is not None:
                reason = reason.__cause__
            raise ValueError(
                f"the neuron '{neuron.name}' cannot be simulated: {in_one_line(reason)}"
            ) from None


class _TrialGroup(NeuronGroup):
    """A group that may be dropped half made, of which Brian2 would warn beside the refusal."""

    def __del__(self) -> None:
        pass


def _simulate(neuron: NeuronModel) -> None:
    group = _TrialGroup(
        1,
        neuron.equations + FORWARD.neuron_variables,
        threshold=neuron.threshold,
        reset=neuron.reset,
        method="euler",
        clock=Clock(STEP, name="trial_clock*"),
        name="trial*",
        codeobj_class=NumpyCodeObject,
        namespace=dict(neuron.namespace),
    )
    if neuron.update:
        group.run_regularly(neuron.update, when="start", codeobj_class=NumpyCodeObject)
    for name, value in {**neuron.constants, **neuron.initial}.items():
        group.variables[name].set_value(float(value))
    Network(group).run(STEP, namespace={})
