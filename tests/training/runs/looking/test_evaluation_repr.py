"""What a notebook shows of an evaluation."""

from __future__ import annotations

import numpy as np

from training.runs.looking.evaluation import Evaluation


def test_an_evaluation_is_shown_in_one_line() -> None:
    labels, predicted = np.arange(4), np.array([0, 1, 2, 0])
    evaluation = Evaluation(0.25, labels, predicted, np.full(4, 0.25), 4)
    assert repr(evaluation) == "<Evaluation of 4 images: 75.00%, loss 0.25>"
