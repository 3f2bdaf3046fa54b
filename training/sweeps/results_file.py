"""The file of results, which is written anew while points are trained.

To gather the results of many long runs takes time: so a point that ends is in the file some seconds
later, or as much later as makes writing a small part of the whole. What lasts hours is not ended by
a file system that does not answer just then: only the last writing has to succeed.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import xarray as xr

from training.errors import UserError
from training.failures import reason
from training.storage.netcdf import write_netcdf
from training.sweeps.planning.plan import Plan
from training.sweeps.results import gather
from training.sweeps.taken import check_results
from training.sweeps.where import Where

WRITE_SECONDS = 10.0
"""Between two writings, at least."""

_SHARE = 0.05
"""Of the time, at most, that is spent with writing."""


class ResultsFile:
    """The file of results of a sweep that goes on.

    Parameters
    ----------
    plan : Plan
    where : Where
    """

    def __init__(self, plan: Plan, where: Where) -> None:
        self._plan, self._where = plan, where
        self._due = self._told = False
        self._next = time.monotonic() + WRITE_SECONDS

    def point_ended(self) -> None:
        """Take note that the file is not complete any more."""
        self._due = True

    def look(self, say: Callable[[str], None]) -> None:
        """Write the file if that is due; say in a line, once, that it cannot be written."""
        if not self._due or time.monotonic() < self._next:
            return
        began = time.monotonic()
        try:
            self.write()
        except (OSError, UserError) as error:
            if not self._told:
                say(f"no results were written just now, the points go on: {reason(error)}")
            self._told = True
        ended = time.monotonic()
        self._next = ended + max(WRITE_SECONDS, (ended - began) / _SHARE)

    def write(self) -> xr.Dataset:
        """Write the results anew, unless another sweep has written its own there meanwhile.

        Raises
        ------
        OSError, UserError
            If the file cannot be written, or is another sweep's by now.
        """
        check_results(self._where.out, self._plan, self._where.folder)
        results = gather(self._plan, self._where.folder)
        write_netcdf(results, self._where.out)
        self._due = False
        return results
