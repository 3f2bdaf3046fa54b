"""Hypothesis strategy for architectures in the paper's notation, by the kind of their feedback."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from hypothesis import strategies as st

from tests.oracles.reference_wiring import Shape, wire

LARGEST_SIDE = 12

#: What becomes of layer 1's size on the way to layer N, and with it the kind of the feedback.
Family = Literal["dense", "no feedback", "kept", "halved", "doubled"]
FAMILIES: tuple[Family, ...] = ("dense", "no feedback", "kept", "halved", "doubled")

#: Kinds of feedback that lead from layer N back to layer 1.
FEEDBACKS: dict[Family, tuple[str | None, ...]] = {
    "dense": ("", "", None),
    "no feedback": (None,),
    "kept": ("C1", "C3", "C5"),
    "halved": ("C1u", "C3u", "C5u"),
    "doubled": ("C1s", "C3s", "C5s"),
}

#: Heights and widths of the input: even after a first halving, or small enough to double.
SIDES: dict[Family, tuple[int, ...]] = {
    "dense": tuple(range(1, 6)),
    "no feedback": tuple(range(2, LARGEST_SIDE + 1)),
    "kept": tuple(range(2, LARGEST_SIDE + 1)),
    "halved": (4, 8, 12),
    "doubled": tuple(range(2, 6)),
}

CHANNELS = st.one_of(st.integers(1, 6), st.sampled_from((8, 12, 17)))


@dataclass(frozen=True)
class RandomConnection:
    """A connection's symbol in the notation, and its shapes.

    `weight_shape` is PyTorch's; it is empty for pooling.
    """

    name: str
    symbol: str
    source: Shape

    @property
    def target(self) -> Shape:
        """Shape of the target population."""
        return wire(self.symbol, self.source).target_shape

    @property
    def per_channel(self) -> Shape:
        """Shape of one value per target channel, broadcasting over the positions."""
        return (self.target[0], *(1 for _ in self.target[1:]))

    @property
    def weight_shape(self) -> Shape:
        """Shape of the parameter."""
        if self.symbol.startswith("P"):
            return ()
        if "C" not in self.symbol:
            return (self.target[0], math.prod(self.source))
        size = int(self.symbol.split("C")[1].rstrip("su"))
        if self.symbol.endswith("u"):
            return (self.source[0], self.target[0], size, size)
        return (self.target[0], self.source[0], size, size)


@dataclass(frozen=True)
class RandomArchitecture:
    """A notation, the input it is for, and its connections in order, the feedback last."""

    notation: str
    input_shape: Shape
    connections: tuple[RandomConnection, ...]


def fits(symbol: str, source: Shape) -> bool:
    """Whether a layer can follow a population, and stays small."""
    if symbol.isdigit():
        return True
    if len(source) == 1:
        return False
    if symbol.endswith("u"):
        return 2 * max(source[1:]) <= LARGEST_SIDE
    loses_a_border = symbol.startswith("P") or "C2" in symbol
    return min(source[1:]) >= 2 or not loses_a_border


def grow(draw: st.DrawFn, source: Shape, name: str, kinds: list[str]) -> RandomConnection:
    """A layer on a population, of one of the kinds that fit it: ``C3s``, ``P2``, ``""``."""
    kind = draw(st.sampled_from([kind for kind in kinds if fits(kind or "1", source)]))
    return RandomConnection(name, kind if kind == "P2" else f"{draw(CHANNELS)}{kind}", source)


def kinds_by_layer(draw: st.DrawFn, family: Family) -> list[list[str]]:
    """What layers 1 to N may be."""
    if family == "dense":
        return [[""]] * draw(st.integers(1, 4))
    same = ["C1", "C3", "C5"]
    halving = ["C1s", "C3s", "C5s", "P2"]
    doubling = ["C1u", "C3u", "C5u"]
    if family == "no feedback":
        everything = [*same, *halving, *doubling, "C2", "C2s", "C2u", ""]
        return [everything] * draw(st.integers(1, 4))
    later = [same] * draw(st.integers(0, 2))
    if family != "kept":
        later.insert(draw(st.integers(0, len(later))), halving if family == "halved" else doubling)
    return [[*same, *halving], *later]


@st.composite
def random_architectures(draw: st.DrawFn, family: Family) -> RandomArchitecture:
    """Architectures of a family, on small images or on features."""
    side = st.sampled_from(SIDES[family])
    images = st.tuples(st.integers(1, 3), side, side)
    features = st.tuples(st.integers(1, 9))
    input_shape: Shape = draw(st.one_of(images, features) if family == "dense" else images)

    connections: list[RandomConnection] = []
    shape = input_shape
    for number, kinds in enumerate(kinds_by_layer(draw, family), start=1):
        connections.append(grow(draw, shape, f"layer{number}", kinds))
        shape = connections[-1].target
    notation = "-".join(connection.symbol for connection in connections)

    kind = draw(st.sampled_from(FEEDBACKS[family]))
    if kind is not None:
        symbol = f"{connections[0].target[0]}{kind}"
        connections.append(RandomConnection("feedback", symbol, shape))
        notation += f" (F{symbol})"
    return RandomArchitecture(notation, input_shape, tuple(connections))
