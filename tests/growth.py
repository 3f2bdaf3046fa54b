"""What a process holds while a script works in it: objects, memory, and what is frozen."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path

_SAY = """
import gc, sys
import psutil

begun = gc.get_freeze_count()  # Python 3.12 itself begins with some

def say():
    gc.collect()
    frozen = gc.get_freeze_count() - begun
    held = len(gc.get_objects()), psutil.Process().memory_info().rss, frozen
    print("held", *held, file=sys.stderr)

"""


@dataclass(frozen=True)
class Held:
    """What a process holds.

    Parameters
    ----------
    objects : int
        Python objects that garbage collection looks at, after a collection.
    memory : int
        Bytes of memory.
    frozen : int
        Objects that have been taken out of garbage collection.
    """

    objects: int
    memory: int
    frozen: int


def measure(script: str, *arguments: object) -> list[Held]:
    """Run a script in a process of its own; return what it held at every call of ``say()``."""
    result = subprocess.run(
        [sys.executable, "-c", _SAY + textwrap.dedent(script), *map(str, arguments)],
        cwd=Path(__file__).parents[1],
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    lines = [line.split() for line in result.stderr.splitlines()]
    return [Held(*map(int, words[1:])) for words in lines if words[:1] == ["held"]]


def assert_flat(held: list[Held], objects: int = 0, mebibytes: int = 2) -> None:
    """Nothing that stays: no more objects than `objects`, and less than `mebibytes`.

    Counted from the second look on: the allocator's pools fill up once.
    """
    _, first, *others = held
    assert others
    for each in others:
        assert each.objects - first.objects <= objects
        assert each.memory - first.memory < mebibytes * 2**20
