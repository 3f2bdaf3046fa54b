"""The course of a run as its pictures show it: memory grows with its evaluations alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

Record = dict[str, Any]

POINTS = 200
"""Most points of a curve."""


@dataclass
class Point:
    """Means over consecutive iterations.

    Parameters
    ----------
    count : int
        Number of iterations.
    epoch, loss, accuracy : float
        Their means.
    firing_rates_forward, firing_rates_backward : dict of float
        Their means by layer.
    """

    count: int
    epoch: float
    loss: float
    accuracy: float
    firing_rates_forward: dict[str, float]
    firing_rates_backward: dict[str, float]

    @classmethod
    def of(cls, record: Record) -> Point:
        """Return one iteration."""
        return cls(
            1,
            record["epoch"],
            record["loss"],
            record["accuracy"],
            dict(record["firing_rates_forward"]),
            dict(record["firing_rates_backward"]),
        )

    def merge(self, later: Point) -> None:
        """Make this the mean over the iterations of both."""
        whole = self.count + later.count
        mine, theirs = self.count / whole, later.count / whole

        def mean(one: float, other: float) -> float:
            return mine * one + theirs * other

        self.count = whole
        self.epoch = mean(self.epoch, later.epoch)
        self.loss = mean(self.loss, later.loss)
        self.accuracy = mean(self.accuracy, later.accuracy)
        for rates, others in (
            (self.firing_rates_forward, later.firing_rates_forward),
            (self.firing_rates_backward, later.firing_rates_backward),
        ):
            for layer in rates:
                rates[layer] = mean(rates[layer], others.get(layer, rates[layer]))


@dataclass
class History:
    """Points of the training, at most `POINTS`, and all evaluations.

    While there are few iterations, each is a point. When there would be too many points,
    neighbours are merged, and from then on a point has twice as many iterations; so no iteration
    is ever left out, and all points but the last have the same number.

    Attributes
    ----------
    training : list of Point
        In the order of the iterations.
    test : list of (float, float, float)
        Epoch, loss and accuracy of every evaluation.
    last_epoch : float
        Of the last iteration.
    evaluated : str
        ``test`` or ``validation``: the images of the evaluations.
    """

    training: list[Point] = field(default_factory=list)
    test: list[tuple[float, float, float]] = field(default_factory=list)
    last_epoch: float = 0.0
    evaluated: str = "test"
    _width: int = 1

    @classmethod
    def of(cls, records: Iterable[Record]) -> History:
        """Return the history of records."""
        history = cls()
        for record in records:
            history.add(record)
        return history

    def add(self, record: Record) -> None:
        """Add the record of one more iteration or evaluation."""
        if record["kind"] != "training":
            self.evaluated = record["kind"]
            self.test.append((record["epoch"], record["loss"], record["accuracy"]))
            return
        self.last_epoch = record["epoch"]
        point = Point.of(record)
        if self.training and self.training[-1].count < self._width:
            self.training[-1].merge(point)
            return
        if len(self.training) == POINTS:
            self._merge_neighbours()
        self.training.append(point)

    def _merge_neighbours(self) -> None:
        for one, later in zip(self.training[::2], self.training[1::2], strict=True):
            one.merge(later)
        self.training = self.training[::2]
        self._width *= 2
