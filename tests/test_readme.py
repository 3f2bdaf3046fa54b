"""The Python of the README runs as it stands, block after block."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

README = Path(__file__).resolve().parent.parent / "README.md"


def test_the_python_blocks(capsys: pytest.CaptureFixture[str]) -> None:
    blocks = re.findall(r"^```python\n(.*?)^```", README.read_text(), re.DOTALL | re.MULTILINE)
    names: dict[str, Any] = {}
    for block in blocks:
        exec(compile(block, str(README), "exec"), names)
    shape, *_ = capsys.readouterr().out.splitlines()
    assert shape.startswith("(8, 40)")
    rates = names["forward"].run(names["rng"].random((8, 64)), steps=30).firing_rates
    assert 0 < rates["layer1"] < 1
