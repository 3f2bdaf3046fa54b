"""N-MNIST: MNIST's digits, filmed by an event camera that moves in three saccades.

60,000 + 10,000 recordings of 34 x 34 pixels. As in the experiments of the authors (Xiao et al.,
2021), the movement is taken out of the events, and stage 1 sees spikes: whether there was an event
of a polarity in a window of 3 ms, for 30 windows, which is the first saccade.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from networks.input_scaling import InputScaling
from training.data.data_set import DataSet
from training.data.download import from_tonic, tonic_remedy
from training.data.events.frames import Events, by_time
from training.data.events.recordings import Recording, Recordings
from training.data.events.tonic_import import tonic_module

SIZE, STEPS = 34, 30
WINDOW = 3000
"""Microseconds of a step."""

_EVENT_BYTES = 5


def _parts(folder: Path, data_set: DataSet) -> tuple[list[Recording], list[Recording]]:
    """``Train/0/00002.bin`` and so on, as tonic unpacks them."""

    def part(name: str) -> list[Recording]:
        return [
            (path, label)
            for label in range(data_set.classes)
            for path in sorted((folder / name / str(label)).iterdir())
            if path.suffix == ".bin"
        ]

    return part("Train"), part("Test")


def _frames(path: Path) -> NDArray[np.uint8]:
    if path.stat().st_size % _EVENT_BYTES:
        raise ValueError(f"its {path.stat().st_size:,} bytes are no events of {_EVENT_BYTES}")
    source = tonic_module("datasets.nmnist")
    events = source.stabilize(tonic_module("io").read_mnist_file(str(path), source.NMNIST.dtype))
    read = Events(*(events[name].astype(np.int64) for name in ("t", "x", "y", "p")))
    return by_time(read, STEPS, WINDOW, (SIZE, SIZE)).astype(np.uint8)


_RECORDINGS = Recordings(
    kind="N-MNIST",
    folder="NMNIST",
    unpacked=("Train", "Test"),
    to_get=partial(tonic_remedy, "NMNIST", options=(", train=True", ", train=False")),
    parts=_parts,
    frames=_frames,
    dtype="uint8",
)


N_MNIST = DataSet(
    "n-mnist",
    (2, SIZE, SIZE),
    10,
    (60_000, 10_000),
    _RECORDINGS.images,
    pixel_bytes=(0, 0),
    frames=STEPS,
    whole_numbers=True,
    scaling=InputScaling("0 or 1, whether there was an event"),
    fetch=partial(from_tonic, kind="NMNIST"),
)
