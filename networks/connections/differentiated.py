"""Differentiation by torch, whatever a caller has switched off around it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch


@contextmanager
def differentiated() -> Iterator[None]:
    """A context in which torch differentiates, within a `no_grad` or `inference_mode`, too."""
    with torch.inference_mode(False), torch.enable_grad():
        yield
