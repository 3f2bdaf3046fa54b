"""Reading one of torchvision's data sets, with errors that say what to do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import torch
from torch import Tensor

from networks.one_line import in_one_line
from training.data.data_set import DataSet
from training.data.download import torchvision_remedy
from training.data.files import check_sums, require_files
from training.errors import DataError
from training.storage import system_errors

Part = tuple[Tensor, Tensor]
"""Pixels, shape (images, channels, height, width), and labels, shape (images,)."""


def read(
    data_set: DataSet,
    kind: str,
    data_dir: Path,
    files: Sequence[Path],
    parts: Callable[[], tuple[Part, Part]],
    archive: str | None = None,
) -> tuple[Part, Part]:
    """Read the training and the test part of a data set; nothing is downloaded or written.

    Parameters
    ----------
    data_set : DataSet
        What the files must hold.
    kind : str
        Name of the class in ``torchvision.datasets``.
    data_dir : Path
        torchvision's ``root``.
    files : sequence of Path
        What must be there.
    parts : callable
        Reads both parts, with torchvision.
    archive : str, optional
        Name of the archive that the files come in.

    Returns
    -------
    tuple
        Bytes and int64 labels of the training part and of the test part.

    Raises
    ------
    DataError
        If files are missing, damaged, not those of the data set, or cannot be read.
    """
    remedy = torchvision_remedy(kind, data_dir)
    require_files(kind, data_dir, files, remedy, archive)
    try:
        training, test = parts()
    except MemoryError:
        raise
    except ImportError as error:
        raise DataError(
            f"{kind} is read by torchvision, of which something cannot be imported "
            f"({in_one_line(error)}): in spide's checkout, pip install -e ."
        ) from None
    except OSError as error:
        raise DataError(
            f"'{error.filename or data_dir}' cannot be read ({system_errors.cause(error)}): "
            f"{system_errors.remedy(error)}"
        ) from None
    except Exception as error:  # whatever a reader meets in files that can be anything
        reason = in_one_line(error)
        raise _damaged(kind, data_dir, reason, remedy) from None
    named = (("training", training), ("test", test))
    for (name, (pixels, labels)), size in zip(named, data_set.sizes, strict=True):
        fault = _fault(data_set, name, pixels, labels, size)
        if fault is not None:
            raise _damaged(kind, data_dir, fault, remedy)
    check_sums(kind, files, data_set.checksums, remedy)
    return training, test


def _fault(data_set: DataSet, name: str, pixels: Tensor, labels: Tensor, size: int) -> str | None:
    """Return what is wrong with a part of a data set, or None."""
    if tuple(pixels.shape[1:]) != data_set.input_shape or pixels.dtype != torch.uint8:
        shape = " x ".join(map(str, pixels.shape[1:]))
        expected = " x ".join(map(str, data_set.input_shape))
        return f"its {name} images are {shape} of {pixels.dtype}, not {expected} bytes"
    if len(pixels) != size or labels.shape != (size,):
        return (
            f"it holds {len(pixels):,} {name} images and {len(labels):,} labels, not {size:,} of "
            "each"
        )
    if labels.dtype != torch.int64:
        return f"its {name} labels are {labels.dtype}, not integers"
    if labels.min() < 0 or labels.max() >= data_set.classes:
        return (
            f"its {name} labels run from {int(labels.min())} to {int(labels.max())}, not from 0 to "
            f"{data_set.classes - 1}"
        )
    return None


def _damaged(kind: str, data_dir: Path, reason: str, remedy: str) -> DataError:
    return DataError(
        f"{kind} in '{data_dir}' is damaged ({reason}): delete its folder there and {remedy}"
    )
