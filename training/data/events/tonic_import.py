"""tonic, which reads recordings of event cameras: an extra that is asked for when it is needed."""

from __future__ import annotations

import importlib
from typing import Any

from networks.one_line import in_one_line
from training.errors import DataError

EXTRA = "in spide's checkout, pip install -e '.[events]'"


def tonic_module(name: str) -> Any:
    """A module of tonic.

    Raises
    ------
    DataError
        If it cannot be imported.
    """
    try:
        return importlib.import_module(f"tonic.{name}")
    except ImportError as error:
        raise missing(error) from None


def missing(error: ImportError) -> DataError:
    """The refusal where tonic, or what it imports only when it reads, is not installed."""
    return DataError(
        f"the recordings of event cameras are read by tonic and aedat, which cannot be imported "
        f"({in_one_line(error)}): {EXTRA}"
    )
