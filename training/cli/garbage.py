"""Garbage collection, which Brian2 asks for in every run."""

from __future__ import annotations

import gc


def keep_everything() -> None:
    """Take all present objects out of garbage collection.

    Brian2 collects garbage in every run. What is imported and built by now stays to the end of the
    process, and looking through it every time takes longer than simulating a small network.
    """
    gc.freeze()
