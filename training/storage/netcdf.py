"""xarray data sets as NetCDF files that are there whole or not at all."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING

from training.storage.places import check_file
from training.storage.system_errors import naming

if TYPE_CHECKING:
    from xarray import Dataset


def check_netcdf(path: Path) -> None:
    """Refuse a path at which no NetCDF file can be written.

    Raises
    ------
    UserError
    """
    check_file(path, "the results", [".nc"])


def write_netcdf(content: Dataset, path: Path) -> None:
    """Write a data set under a unique name beside the file, force it to the disk, and rename it.

    Raises
    ------
    OSError
        If it cannot be written; nothing is left of the attempt.
    """
    temporary = path.with_name(f".{path.name}.{token_hex(8)}.tmp")
    try:
        with naming(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            content.to_netcdf(temporary, engine="netcdf4")
            with temporary.open("rb+") as file:
                os.fsync(file.fileno())
            temporary.replace(path)
    except BaseException:
        with suppress(OSError):  # which the first error has told
            temporary.unlink(missing_ok=True)
        raise
