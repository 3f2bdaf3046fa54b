"""CIFAR10-DVS: 10,000 images of CIFAR-10, filmed by an event camera of 128 x 128 pixels.

As in appendix F.4: events are accumulated into 30 frames of equally many, which are made smaller,
48 x 48 pixels, by interpolation; a random crop of the frames padded by 4 pixels, the same for all
frames of a recording, augments them. Pixels are numbers of events, not normalised. The first nine
tenths of every class, by number, are trained on, as in the authors' code.

The interpolation is one of real numbers. That of the authors goes through images of 8 bits, in
which numbers above 255 wrap around; no result needs that.
"""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from networks.input_scaling import InputScaling
from training.data.data_set import DataSet
from training.data.download import from_tonic, tonic_remedy
from training.data.events.frames import Events, by_number
from training.data.events.recordings import Recording, Recordings
from training.data.events.tonic_import import tonic_module
from training.data.from_torchvision.cifar_classes import CLASSES

if TYPE_CHECKING:
    from torch import Tensor

    from training.data.images import Images

SENSOR, SIZE, PADDING, STEPS = 128, 48, 4, 30


def _parts(folder: Path, data_set: DataSet) -> tuple[list[Recording], list[Recording]]:
    """``airplane/cifar10_airplane_0.aedat4`` and so on: a folder per class."""
    training: list[Recording] = []
    test: list[Recording] = []
    each = data_set.sizes[0] // len(CLASSES)
    for label, name in enumerate(CLASSES):
        found = [path for path in (folder / name).iterdir() if path.suffix in _READERS]
        found.sort(key=_number)
        training += [(path, label) for path in found[:each]]
        test += [(path, label) for path in found[each:]]
    return training, test


def _number(path: Path) -> tuple[int, str]:
    """The number at the end of a name: 10 comes after 9."""
    digits = re.search(r"(\d+)$", path.stem)
    return (int(digits[1]) if digits else -1, path.name)


def _aedat4(path: Path) -> Events:
    """The files that tonic downloads."""
    events = tonic_module("io").read_aedat4(str(path))
    names = events.dtype.names
    return Events(*(events[name].astype(np.int64) for name in names))


def _aedat2(path: Path) -> Events:
    """The files as they were first published: a column counts from the right, 0 is brighter."""
    io: Any = tonic_module("io")
    version, start = io.read_aedat_header_from_file(str(path))[:2]
    raw = io.get_aer_events_from_file(str(path), version, start)
    address = raw["address"].astype(np.int64)
    return Events(
        raw["timeStamp"].astype(np.int64),
        SENSOR - 1 - (address >> 1 & 0x7F),
        address >> 8 & 0x7F,
        1 - (address & 1),
    )


_READERS = {".aedat4": _aedat4, ".aedat": _aedat2}
"""By the ending of a file's name."""


def _frames(path: Path) -> NDArray[np.float32]:
    import torch

    from training.data.from_torchvision.torchvision_import import transforms

    counts = by_number(_READERS[path.suffix](path), STEPS, (SENSOR, SENSOR))
    smaller = transforms.functional.resize(
        torch.from_numpy(counts.astype(np.float32)),
        [SIZE, SIZE],
        transforms.InterpolationMode.BILINEAR,
        antialias=True,  # as PIL's own, which the authors use
    )
    frames: NDArray[np.float32] = smaller.numpy()
    return frames


_RECORDINGS = Recordings(
    kind="CIFAR10-DVS",
    folder="CIFAR10DVS",
    unpacked=CLASSES,
    to_get=partial(tonic_remedy, "CIFAR10DVS"),
    parts=_parts,
    frames=_frames,
    dtype="float32",
)


def _as_they_are(frames: Tensor) -> Tensor:
    return frames


def _load(data_set: DataSet, data_dir: Path) -> Images:
    from training.data.random_crop import RandomCrop

    crop = RandomCrop(PADDING)
    return _RECORDINGS.images(data_set, data_dir, augmentation=crop, plain=_as_they_are)


CIFAR10_DVS = DataSet(
    "cifar10-dvs",
    (2, SIZE, SIZE),
    10,
    (9_000, 1_000),
    _load,
    pixel_bytes=(0, 0),
    frames=STEPS,
    scaling=InputScaling("numbers of events, made smaller by interpolation"),
    class_names=CLASSES,
    fetch=partial(from_tonic, kind="CIFAR10DVS"),
)
