"""Recordings of an event camera as images with a frame per step, made once and then mapped.

Reading the events of tens of thousands of files takes minutes, and their frames gigabytes. They are
therefore written as NumPy arrays into a folder beside the recordings, and mapped into memory: the
frames of a batch alone take memory. They are read through once, for the fingerprint by which a run
knows its images (`training.data.events.kept_sum`). The folder's name is a sum over what it was made
of: names and contents of the recordings (`training.data.events.contents`), and the way of making
frames. Others have another folder.
"""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from networks.one_line import in_one_line
from training.data.data_set import DataSet
from training.data.events.contents import Contents, contents_of
from training.data.events.kept_sum import keep_sum, kept_sum
from training.data.events.mapped_frames import PARTS, MappedFrames
from training.data.events.tonic_import import missing
from training.errors import DataError
from training.storage.arrays import write_array
from training.storage.system_errors import cause, remedy

if TYPE_CHECKING:
    from torch import Tensor

    from training.data.images import Augmentation, Images

Recording = tuple[Path, int]
"""A file, and its label."""

_Parts = Sequence[Sequence[Recording]]

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Recordings:
    """How a data set of recordings is laid out and made into frames.

    Parameters
    ----------
    kind : str
        What to call it.
    folder : str
        Within the folder of all data sets.
    unpacked : tuple of str
        Names of what tonic unpacks into that folder.
    to_get : callable
        From the folder of all data sets to how to get the files.
    parts : callable
        From that folder and the data set to the recordings that are trained on, and those for
        testing; ``FileNotFoundError`` if there are none.
    frames : callable
        From a file to its frames, shape (steps, *input_shape). Whatever it raises is told of the
        file.
    dtype : str
        Type of a pixel.
    version : int
        Of this way of making frames.
    """

    kind: str
    folder: str
    unpacked: tuple[str, ...]
    to_get: Callable[[Path], str]
    parts: Callable[[Path, DataSet], tuple[list[Recording], list[Recording]]]
    frames: Callable[[Path], NDArray[np.generic]]
    dtype: str
    version: int = 1

    def images(
        self,
        data_set: DataSet,
        data_dir: Path,
        augmentation: Augmentation | None = None,
        plain: Callable[[Tensor], Tensor] | None = None,
    ) -> Images:
        """Frames and labels of both parts, made now if they are not there.

        Parameters
        ----------
        data_set : DataSet
            With its numbers of recordings, frames, and the shape of a frame.
        data_dir : Path
            Folder of all data sets.
        augmentation, plain : callable, optional
            See `Images`.

        Returns
        -------
        Images
            Pixels of shape (recordings, frames, *input_shape), mapped into memory.

        Raises
        ------
        DataError
            If recordings are missing, damaged or cannot be read, for want of a permission or of
            what reads them, or their frames cannot be written or are damaged.
        """
        # Imported late: what a data set is can be said without waiting for torch.
        import torch
        from torch.utils.data import TensorDataset

        from training.data.images import Images
        from training.data.read_before import ReadBefore

        folder = data_dir / self.folder
        recordings = self._listed(folder, data_set)
        contents = contents_of([path for part in recordings for path, _ in part], folder)
        made = folder / f"frames-{self._sum_of(recordings, contents, folder, data_set)}"
        if not made.is_dir():
            self._make(made, recordings, contents, data_set)
        frames = MappedFrames(made, self.kind, self.dtype, self._shape(data_set), data_set.sizes)
        # Of before the reading: what changes meanwhile is read again at the next start.
        states = frames.states()
        arrays = [torch.from_numpy(array) for array in frames.arrays()]
        parts = arrays[:2], arrays[2:]
        fingerprint = kept_sum(made, states)
        if fingerprint is None:
            whole = Images(TensorDataset(*parts[0]), TensorDataset(*parts[1]))
            fingerprint = whole.fingerprint()
            keep_sum(made, states, fingerprint, "frames")
        training, test = (ReadBefore(*part, fingerprint=fingerprint) for part in parts)
        names = data_set.class_names
        return Images(training, test, augmentation, plain, class_names=names)

    def _listed(self, folder: Path, data_set: DataSet) -> tuple[list[Recording], list[Recording]]:
        try:
            parts = self.parts(folder, data_set)
        except OSError as error:
            if isinstance(error, FileNotFoundError | NotADirectoryError):
                if self._there(folder):
                    raise DataError(
                        f"{self.kind} in '{folder.parent}' lacks the folder '{error.filename}': "
                        f"{self._to_get_anew(folder.parent)}"
                    ) from None
                raise DataError(
                    f"{self.kind} is not in '{folder.parent}': choose another --data-dir, or "
                    f"{self.to_get(folder.parent)}"
                ) from None
            raise DataError(
                f"'{error.filename}' cannot be read ({error.strerror}): change its permissions, or "
                "choose another --data-dir"
            ) from None
        for name, part, size in zip(PARTS, parts, data_set.sizes, strict=True):
            if len(part) != size:
                raise DataError(
                    f"{self.kind} in '{folder.parent}' holds {len(part):,} {name} recordings, not "
                    f"{size:,}: {self._to_get_anew(folder.parent)}"
                )
        return parts

    def _there(self, folder: Path) -> list[str]:
        """What tonic has unpacked, or someone else."""
        return [name for name in self.unpacked if (folder / name).exists()]

    def _to_get_anew(self, data_dir: Path) -> str:
        """How to get what is wrong, as the end of a sentence.

        tonic takes an archive with some thousands of recordings beside it for the whole data set,
        whatever they hold. It unpacks the archive again where none are there.
        """
        folder = data_dir / self.folder
        names = ", ".join(f"'{name}'" for name in self._there(folder))
        return f"delete {names} in '{folder}' and {self.to_get(data_dir)}"

    def _sum_of(self, parts: _Parts, contents: Contents, folder: Path, data_set: DataSet) -> str:
        """A sum over names and contents of the files, and over what is made of them."""
        digest = hashlib.sha256(
            f"{self.version} {self.dtype} {data_set.frames} {data_set.input_shape}\n"
            f"{contents.sum}\n".encode()
        )
        for part in parts:
            for path, label in part:
                name = path.relative_to(folder).as_posix()
                digest.update(f"{name} {label}\n".encode())
        return digest.hexdigest()[:16]

    def _make(self, made: Path, parts: _Parts, contents: Contents, data_set: DataSet) -> None:
        """Write the folder of frames, all or nothing."""
        count = sum(map(len, parts))
        _LOG.warning(
            "spide: making frames of %s recordings of %s, once; this takes some minutes",
            f"{count:,}", self.kind,
        )  # fmt: skip
        unfinished = made.with_name(f".{made.name}-{os.getpid()}-{token_hex(4)}.tmp")
        try:
            unfinished.mkdir()
            for name, part in zip(PARTS, parts, strict=True):
                shape, file = self._shape(data_set), unfinished / f"{name}_images.npy"
                frames = (self._frames(each, shape, made.parents[1]) for each, _ in part)
                write_array(file, (len(part), *shape), self.dtype, frames)
                labels = np.array([label for _, label in part], np.int64)
                write_array(unfinished / f"{name}_labels.npy", labels.shape, np.int64, [labels])
            contents.refuse_changed()
            unfinished.rename(made)
        except OSError as error:
            if made.is_dir():  # another process was faster, and made the same
                return
            raise DataError(
                f"the frames of {self.kind} cannot be written into '{made}' ({error.strerror}): "
                "make room for them, or choose a --data-dir that can be written"
            ) from None
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)

    def _frames(self, path: Path, shape: tuple[int, ...], data_dir: Path) -> NDArray[np.generic]:
        try:
            path.open("rb").close()  # readers tell in their own ways what the system refuses
            frames = self.frames(path)
        except (DataError, MemoryError):
            raise
        except ImportError as error:
            raise missing(error) from None
        except OSError as error:
            raise DataError(f"'{path}' cannot be read ({cause(error)}): {remedy(error)}") from None
        except Exception as error:  # whatever a reader meets in files that can be anything
            reason = in_one_line(error)
            raise DataError(
                f"'{path}' is damaged ({reason}): {self._to_get_anew(data_dir)}"
            ) from None
        assert frames.shape == shape and frames.dtype == self.dtype
        return np.ascontiguousarray(frames)

    def _shape(self, data_set: DataSet) -> tuple[int, ...]:
        assert data_set.frames is not None
        return (data_set.frames, *data_set.input_shape)
