"""xarray data sets as NetCDF files that are there whole or not at all."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from training.storage.files import write_atomically
from training.storage.places import check_file
from training.storage.system_errors import naming

if TYPE_CHECKING:
    from xarray import Dataset

_FIRST_BYTES = 2**16
"""Of memory: the library takes more when it is full."""


def check_netcdf(path: Path) -> None:
    """Refuse a path at which no NetCDF file can be written.

    Raises
    ------
    UserError
    """
    check_file(path, "the results", [".nc"])


def write_netcdf(content: Dataset, path: Path) -> None:
    """Write a data set; its folder is made.

    It is put together in memory: where a disk is full, the library of NetCDF says ``HDF error``, or
    that a permission is missing.

    Raises
    ------
    OSError
        If it cannot be written; nothing is left of the attempt.
    """
    from netCDF4 import Dataset as File
    from xarray.backends import NetCDF4DataStore

    file = File(path.name, "w", memory=_FIRST_BYTES)
    content.dump_to_store(NetCDF4DataStore(file))
    with naming(path):
        path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, file.close())
