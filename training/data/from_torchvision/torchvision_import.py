"""torchvision's data sets and transforms, whether or not its compiled operators can be loaded.

torchvision and torch must be built alike. A torchvision for CUDA beside a torch for the CPU cannot
load its operators (detection, nothing that a data set needs), and then the import as a whole
fails, because torchvision describes operators that do not exist. Declaring them is enough; calling
one would still fail.
"""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from torchvision import datasets, transforms

__all__ = ["datasets", "transforms"]

_DESCRIBED = ("nms", "qnms")
"""Operators that torchvision describes on import without asking whether they are there."""

try:
    importlib.import_module("torchvision")
except RuntimeError:
    _extension = sys.modules.get("torchvision.extension")
    if _extension is None or _extension._has_ops():
        raise
    # The declaration lasts as long as this object.
    _declared = torch.library.Library("torchvision", "DEF")
    for _name in _DESCRIBED:
        _declared.define(f"{_name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    importlib.import_module("torchvision")

if not TYPE_CHECKING:
    from torchvision import datasets, transforms
