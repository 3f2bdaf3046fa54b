"""Leftovers of killed builds go; the folder of a build that is going on stays."""

from __future__ import annotations

from pathlib import Path

import pytest
from brian2.utils.filelock import FileLock

from networks.brian.build_folders import build_folder


@pytest.mark.parametrize("other", ["abc123", "_cython_magic_1f.cpython-311-x86_64-linux-gnu.so"])
def test_only_what_nobody_builds_is_removed(other: str, tmp_path: Path) -> None:
    place = tmp_path / "mine.so"
    alive = tmp_path / f".{other}-a1b2c3d4"
    alive.mkdir()
    with FileLock(str(tmp_path / f"{other.partition('.')[0]}.lock")), build_folder(place):
        assert alive.is_dir()
    with build_folder(place) as folder:
        assert not alive.exists() and folder.is_dir()
    assert not folder.exists()
