"""Downloading data sets, where torchvision or tonic know from where; they compare the sums."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from networks.one_line import in_one_line
from training.data.events.tonic_import import EXTRA, tonic_module
from training.errors import DataError
from training.storage.system_errors import cause, remedy

_OF_THE_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EPERM, errno.EACCES)
"""Errors that no second try mends."""

FLAG = "'spide train' and 'spide evaluate' do so with --download"


def torchvision_remedy(kind: str, data_dir: Path) -> str:
    """How to get a data set of torchvision, as the end of a sentence."""
    return (
        f'get it with: python -c "from torchvision.datasets import {kind}; '
        f'{kind}({str(data_dir)!r}, download=True)" ({FLAG})'
    )


def tonic_remedy(kind: str, data_dir: Path, options: tuple[str, ...] = ("",)) -> str:
    """How to get a data set of tonic, as the end of a sentence.

    Parameters
    ----------
    kind : str
        Name of the class in ``tonic.datasets``.
    data_dir : Path
        Folder of all data sets.
    options : tuple of str
        Further arguments, one call for each.
    """
    calls = "; ".join(f"{kind}({str(data_dir)!r}{option})" for option in options)
    return f'get it with: python -c "from tonic.datasets import {kind}; {calls}" ({EXTRA}; {FLAG})'


def from_torchvision(data_dir: Path, kind: str) -> None:
    """Download both parts of one of torchvision's data sets, if they are not there.

    Raises
    ------
    DataError
        If that fails.
    """
    from training.data.from_torchvision.torchvision_import import datasets

    with _told(kind, data_dir):
        for train in (True, False):
            getattr(datasets, kind)(str(data_dir), train=train, download=True)


def from_tonic(data_dir: Path, kind: str) -> None:
    """Download one of tonic's data sets, if it is not there.

    Raises
    ------
    DataError
        If that fails, or tonic is not installed.
    """
    source = getattr(tonic_module("datasets"), kind)
    with _told(kind, data_dir):
        if hasattr(source, "train_url"):
            for train in (True, False):
                source(str(data_dir), train=train)
        else:
            source(str(data_dir))


def cannot_be_downloaded(data_dir: Path) -> None:
    """Refuse to download what nobody else has."""
    raise DataError("data of your own cannot be downloaded: leave --download out")


@contextmanager
def _told(kind: str, data_dir: Path) -> Iterator[None]:
    """Say in one sentence what a download met: it can be anything, of the network or the disk."""
    try:
        yield
    except MemoryError:
        raise
    except ImportError as error:
        raise DataError(
            f"{kind} cannot be downloaded without what cannot be imported ({in_one_line(error)}): "
            "install it, or put the files there yourself"
        ) from None
    except Exception as error:
        if isinstance(error, OSError) and error.errno in _OF_THE_DISK:
            raise DataError(
                f"{kind} cannot be downloaded into '{data_dir}' ({cause(error)}): {remedy(error)}"
            ) from None
        reason = in_one_line(error)
        raise DataError(
            f"{kind} cannot be downloaded into '{data_dir}' ({reason}): try again, or put the "
            "files there yourself"
        ) from None
