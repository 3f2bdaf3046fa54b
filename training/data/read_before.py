"""Images that have been read through before: what that told need not be found out again.

Data sets of gigabytes are files mapped into memory. Reading them whole at every start, only to know
that they are what they were, would take longer than a small training.
"""

from __future__ import annotations

from torch import Tensor
from torch.utils.data import TensorDataset


class ReadBefore(TensorDataset):
    """One part of a data set whose pixels are known to be finite and whose fingerprint is known.

    Parameters
    ----------
    *tensors : Tensor
        Pixels and labels.
    fingerprint : str
        Of the whole data set, as `Images.fingerprint` tells it. Whoever keeps it sees to it that
        it is that of these tensors.
    """

    def __init__(self, *tensors: Tensor, fingerprint: str) -> None:
        super().__init__(*tensors)
        self.fingerprint = fingerprint


def known_fingerprint(*parts: TensorDataset) -> str | None:
    """The fingerprint of a data set whose parts are all as they were read; None for any other."""
    known = {part.fingerprint if isinstance(part, ReadBefore) else None for part in parts}
    return known.pop() if len(known) == 1 else None
