"""The images of a data set, in memory."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from training.errors import DataError

if TYPE_CHECKING:
    from torch import Generator, Tensor
    from torch.utils.data import TensorDataset

    from training.data.own_data.mapped_files import MappedFiles

    Augmentation = Callable[[Tensor, Generator], Tensor]


@dataclass(frozen=True)
class Images:
    """Training and test images with their labels.

    Parameters
    ----------
    training, test : TensorDataset
        Pixels, shape (images, *input_shape), with frames (images, steps, *input_shape), and labels,
        shape (images,). The test pixels are what the network sees; the training pixels are too,
        unless there is an augmentation. Bytes are seen as the numbers that they are.
    augmentation : callable, optional
        From one training image, and a generator of random numbers, to what the network sees of it.
    plain : callable, optional
        From training images to what the network would see of them without augmentation.
    evaluated : {"test", "validation"}
        What the images of `test` are: `training.data.validation` puts others in their place.
    class_names : tuple of str
        What the classes are called, in the order of their numbers; empty if it is not known.
    files : MappedFiles, optional
        Those that pixels stay in until they are used.

    Raises
    ------
    DataError
        If pixels are NaN or infinite.
    """

    training: TensorDataset
    test: TensorDataset
    augmentation: Augmentation | None = None
    plain: Callable[[Tensor], Tensor] | None = None
    evaluated: Literal["test", "validation"] = "test"
    class_names: tuple[str, ...] = ()
    files: MappedFiles | None = None

    def __post_init__(self) -> None:
        import torch  # late: what a data set is can be said without waiting for it

        from training.data.read_before import ReadBefore
        from training.data.rows import Rows

        for name, part in (("training", self.training), ("test", self.test)):
            if isinstance(part, Rows | ReadBefore):  # looked at before they were chosen, or kept
                continue
            pixels = part.tensors[0]
            # Neither NaN nor infinity stays hidden between the two, and no copy is made.
            if pixels.is_floating_point() and not torch.stack(pixels.aminmax()).isfinite().all():
                raise DataError(
                    f"the {name} images hold NaN or infinite values: get the data set anew"
                )

    def refuse_changed(self) -> None:
        """Refuse images whose files have been written into since they were read.

        Raises
        ------
        DataError
        """
        if self.files is not None:
            self.files.refuse_changed()

    def fingerprint(self) -> str:
        """Return the SHA-256 of all pixels and labels: a run remembers what it was trained on.

        Returns
        -------
        str
            64 hexadecimal digits; types and shapes count as well as values.
        """
        from training.data.read_before import known_fingerprint
        from training.data.rows import columns_of

        if (known := known_fingerprint(self.training, self.test)) is not None:
            return known
        digest = hashlib.sha256()
        for part in (self.training, self.test):
            for column in columns_of(part):
                digest.update(f"{column.dtype} {column.shape}\n".encode())
                for block in column.blocks():
                    digest.update(block.contiguous().numpy().data)
        return digest.hexdigest()
