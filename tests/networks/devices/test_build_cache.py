"""Programs on disk are whole or refused, and made by one process only."""

from __future__ import annotations

import errno
import os
import re
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from networks import DeviceError
from networks.devices.programs.build_cache import MANIFEST, cache_folder, find_or_build


@pytest.fixture
def cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty cache."""
    monkeypatch.setenv("SPIDE_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache"


def build(folder: Path) -> list[Path]:
    """Something that looks like a program."""
    (folder / "main").write_text("program")
    (folder / "arrays").mkdir()
    (folder / "arrays" / "sources").write_bytes(bytes(1000))
    (folder / "source.cpp").write_text("not needed to run")
    return [folder / "main", folder / "arrays" / "sources"]


def test_it_is_built_once(cache: Path) -> None:
    builds: list[Path] = []

    def count(folder: Path) -> list[Path]:
        builds.append(folder)
        return build(folder)

    folder = find_or_build("key", count)
    assert folder == cache / "key" == find_or_build("key", count)
    assert len(builds) == 1 and builds[0] != folder
    assert {each.name for each in cache.iterdir()} == {"key", "key.lock"}


def test_many_at_once_build_it_once(cache: Path) -> None:
    builds = []

    def slowly(folder: Path) -> list[Path]:
        builds.append(folder)
        time.sleep(0.2)
        return build(folder)

    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda _: find_or_build("key", slowly), range(4)))
    assert set(found) == {cache / "key"} and len(builds) == 1


def truncate(folder: Path) -> None:
    os.truncate(folder / "arrays" / "sources", 500)


def change(folder: Path) -> None:
    (folder / "arrays" / "sources").write_bytes(b"x" * 1000)


def lose(folder: Path) -> None:
    (folder / "main").unlink()


def lose_the_manifest(folder: Path) -> None:
    (folder / MANIFEST).unlink()


def empty_the_manifest(folder: Path) -> None:
    (folder / MANIFEST).write_text("")


def list_nothing(folder: Path) -> None:
    (folder / MANIFEST).write_text("{}")


def list_other_things(folder: Path) -> None:
    (folder / MANIFEST).write_text('["main"]')


def end_in_a_byte_that_is_no_text(folder: Path) -> None:
    (folder / MANIFEST).write_bytes((folder / MANIFEST).read_bytes()[:-1] + b"\xff")


@pytest.mark.parametrize(
    "damage",
    [
        truncate,
        change,
        lose,
        lose_the_manifest,
        empty_the_manifest,
        list_nothing,
        list_other_things,
        end_in_a_byte_that_is_no_text,
    ],
)
def test_a_damaged_build_is_refused(cache: Path, damage: Callable[[Path], None]) -> None:
    damage(find_or_build("key", build))
    said = f"the compiled program in '{cache / 'key'}' is incomplete or was changed"
    with pytest.raises(DeviceError, match=re.escape(said) + ".*delete that folder"):
        find_or_build("key", build)


def test_a_build_that_fails_leaves_nothing(cache: Path) -> None:
    def fail(folder: Path) -> list[Path]:
        build(folder)
        raise DeviceError("it does not compile")

    with pytest.raises(DeviceError, match="it does not compile"):
        find_or_build("key", fail)
    assert {each.name for each in cache.iterdir()} == {"key.lock"}
    find_or_build("key", build)


def test_a_build_that_is_killed_leaves_nothing_that_is_used(cache: Path) -> None:
    code = """
        import sys, time
        from networks.devices.programs.build_cache import find_or_build

        def build(folder):
            (folder / "main").write_text("half")
            print("half", flush=True)
            time.sleep(60)

        find_or_build("key", build)
    """
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None and process.stdout.readline() == "half\n"
        process.kill()
    assert not (cache / "key").exists()
    assert len(list(cache.glob(".key-*"))) == 1
    assert (find_or_build("key", build) / "main").read_text() == "program"
    assert {each.name for each in cache.iterdir()} == {"key", "key.lock"}


def test_a_full_disk(cache: Path) -> None:
    def fail(folder: Path) -> list[Path]:
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(DeviceError, match=r"No space left on device.*set SPIDE_CACHE_DIR"):
        find_or_build("key", fail)


def test_a_cache_that_cannot_be_made(cache: Path) -> None:
    cache.write_text("a file")
    with pytest.raises(DeviceError, match="SPIDE_CACHE_DIR"):
        find_or_build("key", build)


def test_the_cache_is_the_users(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("SPIDE_CACHE_DIR", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr("sys.platform", "linux")
    assert cache_folder() == tmp_path / "spide"
