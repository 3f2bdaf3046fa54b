"""torchvision is importable, with or without its compiled operators."""

from __future__ import annotations

import subprocess
import sys


def run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False
    )


def test_import_gives_data_sets_and_transforms() -> None:
    code = (
        "from training.data.from_torchvision.torchvision_import import datasets, transforms\n"
        "print(datasets.MNIST.__name__, transforms.RandomCrop.__name__)"
    )
    assert run(code).stdout.split() == ["MNIST", "RandomCrop"]


def test_works_where_the_operators_cannot_be_loaded() -> None:
    """As beside a CPU build of torch: loading a shared library fails."""
    code = (
        "import torch\n"
        "def refuse(path): raise OSError('libcudart.so: cannot open shared object file')\n"
        "torch.ops.load_library = refuse\n"
        "from training.data.from_torchvision.torchvision_import import datasets\n"
        "import torchvision.extension\n"
        "print(torchvision.extension._has_ops(), datasets.CIFAR10.__name__)"
    )
    assert run(code).stdout.split() == ["False", "CIFAR10"]


def test_other_failures_are_not_hidden() -> None:
    """A torchvision whose operators are there but whose import fails keeps its own message."""
    code = (
        "import importlib, sys, types\n"
        "extension = types.ModuleType('torchvision.extension')\n"
        "extension._has_ops = lambda: True\n"
        "sys.modules['torchvision.extension'] = extension\n"
        "original = importlib.import_module\n"
        "def fail(name, *arguments, **options):\n"
        "    if name == 'torchvision': raise RuntimeError('something else')\n"
        "    return original(name, *arguments, **options)\n"
        "importlib.import_module = fail\n"
        "import training.data.from_torchvision.torchvision_import"
    )
    result = run(code)
    assert result.returncode != 0
    assert "something else" in result.stderr
