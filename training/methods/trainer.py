"""What the training loop asks of the networks, whether one process has them or several."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from training.methods.two_stage import Prediction, TwoStageResult

Array = NDArray[np.floating]


class Trainer(Protocol):
    """Both stages of a batch; `TwoStageTrainer` says what the methods mean."""

    def set_parameters(self, parameters: Mapping[str, Array]) -> None:
        """Write parameters into the synapses of both networks."""

    def predict(
        self, images: Array, dropout_masks: Mapping[str, Array] | None = None
    ) -> Prediction:
        """Run stage 1 and the readout."""

    def gradients(
        self,
        images: Array,
        labels: NDArray[np.integer],
        dropout_masks: Mapping[str, Array] | None = None,
    ) -> TwoStageResult:
        """Run both stages of a batch."""
