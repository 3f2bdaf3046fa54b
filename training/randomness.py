"""Random streams that depend on nothing but (seed, purpose, indices).

No generator lives longer than one draw: the permutation of an epoch, the dropout masks of an
iteration and the probes of the norm estimate each have a stream of their own. A run that is
resumed at any iteration therefore draws what the uninterrupted run would have drawn, and no
generator state has to be saved.
"""

from __future__ import annotations

import zlib

import numpy as np


def stream(seed: int, purpose: str, *indices: int) -> np.random.Generator:
    """Return the generator of one draw.

    Parameters
    ----------
    seed : int
        Seed of the run, at least 0.
    purpose : str
        What the numbers are for, such as ``"dropout"``; different purposes are independent.
    *indices : int
        The epoch, the iteration, the sample, whatever tells this draw from its siblings; every
        draw of one purpose has the same number of indices.
    """
    key = zlib.crc32(purpose.encode())
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(key, *indices)))


def integer_seed(seed: int, purpose: str, *indices: int) -> int:
    """Return a 63-bit seed for a library that keeps generators of its own (torch)."""
    return int(stream(seed, purpose, *indices).integers(2**63))
