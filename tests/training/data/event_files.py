"""Recordings of event cameras in their original formats, written by tests.

======================  ==========================================================================
``.bin`` (N-MNIST)      5 bytes an event: x, y, then a bit of polarity and 23 of the time
``.aedat`` (version 2)  lines of text beginning with #, then big-endian pairs of address and time
``.aedat4``             a description in XML, then packets of events, both as FlatBuffers
======================  ==========================================================================
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from training.data import DataSet, find
from training.data.events.frames import Events

Write = Callable[[Path, Events], None]


def random_events(seed: int, count: int, size: int, duration: int) -> Events:
    """Events at random places, in the order of time."""
    rng = np.random.default_rng(seed)
    t = np.sort(rng.integers(0, duration, count))
    x, y = rng.integers(0, size, (2, count))
    return Events(t, x, y, rng.integers(0, 2, count))


def write_bin(path: Path, events: Events) -> None:
    """The format of N-MNIST's authors."""
    path.parent.mkdir(parents=True, exist_ok=True)
    columns = (
        events.x,
        events.y,
        events.polarity << 7 | events.t >> 16,
        events.t >> 8 & 0xFF,
        events.t & 0xFF,
    )
    path.write_bytes(np.stack(columns, axis=1).astype(np.uint8).tobytes())


def write_aedat2(path: Path, events: Events) -> None:
    """What a DVS128 camera's software writes; see `training.data.events.cifar10_dvs`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    address = events.y << 8 | (127 - events.x) << 1 | (1 - events.polarity)
    pairs = np.stack((address, events.t), axis=1).astype(">u4")
    header = b"#!AER-DAT2.0\r\n# This is a raw AE data file - do not edit\r\n"
    path.write_bytes(header + pairs.tobytes())


def write_aedat4(path: Path, events: Events) -> None:
    """One stream of events, in one packet, not compressed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    description = (
        b'<dv version="2.0"><node name="outInfo"><node name="0">'
        b'<attr key="typeIdentifier">EVTS</attr><node name="info">'
        b'<attr key="sizeX">128</attr><attr key="sizeY">128</attr></node></node></node></dv>'
    )
    packet = _sized(_packet(events))
    content = b"#!AER-DAT4.0\r\n" + _sized(_header(description))
    path.write_bytes(content + struct.pack("<II", 0, len(packet)) + packet)


def _sized(content: bytes) -> bytes:
    return struct.pack("<I", len(content)) + content


def _header(description: bytes) -> bytes:
    """A FlatBuffer with a table whose third field is a text; the first two have defaults."""
    start = struct.pack("<I4s", 20, b"IOHE") + struct.pack("<HHHHHxx", 10, 8, 0, 0, 4)
    table = struct.pack("<iI", 12, 4)
    return start + table + struct.pack("<I", len(description)) + description + bytes(4)


def _packet(events: Events) -> bytes:
    """A FlatBuffer with a table whose only field is a vector of events, 16 bytes each."""
    layout = np.dtype(
        {
            "names": ["t", "x", "y", "on"],
            "formats": ["<i8", "<i2", "<i2", "?"],
            "offsets": [0, 8, 10, 12],
            "itemsize": 16,
        }
    )
    values = np.zeros(len(events.t), layout)
    for name, column in zip(
        layout.names or (), (events.t, events.x, events.y, events.polarity), strict=True
    ):
        values[name] = column
    start = struct.pack("<I4s", 16, b"EVTS") + struct.pack("<HHHxx", 6, 8, 4)
    table = struct.pack("<iI", 8, 4)
    return start + table + struct.pack("<I", len(values)) + values.tobytes()


def recording(number: int) -> Events:
    """An event every 3 ms at least, so that every frame has one."""
    return random_events(number, 400, 34, 90_000)


def write_n_mnist(root: Path, per_class: int = 2) -> DataSet:
    """Recordings of every class in both parts."""
    for part, first in (("Train", 0), ("Test", 1000)):
        for label in range(10):
            for number in range(per_class):
                path = root / "NMNIST" / part / str(label) / f"{number:05}.bin"
                write_bin(path, recording(first + 10 * label + number))
    return replace(find("n-mnist"), sizes=(10 * per_class, 10 * per_class))


def write_cifar10_dvs(root: Path, write: Write, ending: str) -> DataSet:
    """Eleven recordings of every class, ten of which are trained on."""
    for label, name in enumerate(find("cifar10-dvs").class_names):
        for number in range(11):
            path = root / "CIFAR10DVS" / name / f"cifar10_{name}_{number}{ending}"
            write(path, random_events(100 * label + number, 900, 128, 10**6))
    return replace(find("cifar10-dvs"), sizes=(100, 10))
