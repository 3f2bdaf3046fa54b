"""Names of variables that Brian2 keeps to itself, and that others of our rooms refer to."""

from __future__ import annotations

SPIKES = "_spikespace"
"""Of a group: the numbers of the neurons that fire in a step, and how many they are at the end."""
