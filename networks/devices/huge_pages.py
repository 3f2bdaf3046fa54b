"""State variables and kernels in huge pages of memory.

A processor's cache places memory by its physical address. Pages of 4 KiB lie there at random, so
that arrays which fit the cache may still push each other out of it, in some processes and not in
others: the same training took between 0.34 and 0.67 s per batch, settled when it started. Within a
huge page (2 MiB on x86) memory is laid out as the program sees it, and the slow cases are gone.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterable

import numpy as np
from brian2.core.base import BrianObject
from brian2.core.variables import ArrayVariable, DynamicArrayVariable

HUGE_PAGE = 2 << 20

#: Arrays begin on a cache line, or vectors would straddle two of them; and not all at the same
#: place of a page: loads and stores whose addresses agree in the last 12 bits wait for each other.
CACHE_LINE = 64
STAGGER = 5 * CACHE_LINE

#: Less than this stays in the cache wherever it is.
WORTHWHILE = 1 << 20


def move_to_huge_pages(objects: Iterable[BrianObject]) -> None:
    """Move the arrays of new Brian2 objects into one region of huge pages.

    Does nothing for small networks.

    Parameters
    ----------
    objects : iterable of BrianObject
        On the runtime device. Their values are kept. They have not been run yet: code remembers
        where arrays are.
    """
    variables = {
        variable: variable.get_value()
        for each in objects
        for variable in getattr(each, "variables", {}).values()
        if getattr(variable.owner, "name", None) == each.name  # others are references, as of clocks
        and isinstance(variable, ArrayVariable)
        and not isinstance(variable, DynamicArrayVariable)
    }
    sizes = [-(-array.nbytes // CACHE_LINE) * CACHE_LINE + STAGGER for array in variables.values()]
    if sum(sizes) < WORTHWHILE:
        return
    region = mmap.mmap(-1, sum(sizes) + HUGE_PAGE)
    if hasattr(mmap, "MADV_HUGEPAGE"):  # Linux; elsewhere arrays are at least aligned
        region.madvise(mmap.MADV_HUGEPAGE)
    memory = np.frombuffer(region, np.uint8)  # the arrays keep it, and it keeps the region
    start = -memory.ctypes.data % HUGE_PAGE
    for (variable, array), size in zip(variables.items(), sizes, strict=True):
        moved = memory[start : start + array.nbytes].view(array.dtype)
        moved[:] = array
        variable.device.arrays[variable] = moved
        start += size
