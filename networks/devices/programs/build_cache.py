"""Compiled programs on disk: made once, found again by every later process.

A program is built in a temporary folder beside its place and renamed when it is complete, under a
lock. The manifest in it lists its files with their hashes and is checked before use: a build
that was cut short or changed is refused, whatever it would have computed.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from brian2.utils.filelock import FileLock

from networks.brian.build_folders import build_folder, what_prevents
from networks.devices.errors import DeviceError

MANIFEST = "manifest.json"

#: The environment variable that moves the cache.
CACHE_VARIABLE = "SPIDE_CACHE_DIR"


def cache_folder() -> Path:
    """The user's folder of compiled programs: ``SPIDE_CACHE_DIR``, or the platform's cache."""
    if given := os.environ.get(CACHE_VARIABLE):
        return Path(given).absolute()
    if sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return base / "spide"


def find_or_build(key: str, build: Callable[[Path], Iterable[Path]]) -> Path:
    """The folder of a program, made if there is none.

    Parameters
    ----------
    key : str
        `fingerprint` of the program.
    build : callable
        Makes it in an empty folder and returns the files that it needs to run.

    Returns
    -------
    Path
        A folder whose files agree with its manifest.

    Raises
    ------
    DeviceError
        If it cannot be built or is damaged.
    """
    folder = cache_folder() / key
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{folder}.lock"):
            if not folder.exists():
                _build(folder, build)
    except OSError as error:
        raise DeviceError(
            f"cannot build a program in '{folder.parent}' ({error.strerror or error}): make it "
            f"writable, with room for some megabytes, or set {CACHE_VARIABLE} to another folder"
        ) from None
    _check(folder)
    return folder


def _build(folder: Path, build: Callable[[Path], Iterable[Path]]) -> None:
    with build_folder(folder) as temporary:
        try:
            files = build(temporary)
        except DeviceError:
            cause = what_prevents(temporary)
            if cause is not None:
                raise cause from None
            raise
        manifest = {str(path.relative_to(temporary)): _hash(path) for path in files}
        (temporary / MANIFEST).write_text(json.dumps(manifest, indent=1))
        temporary.rename(folder)


def _check(folder: Path) -> None:
    try:
        manifest = json.loads((folder / MANIFEST).read_text())
        if not isinstance(manifest, dict) or not manifest:
            raise ValueError("its manifest lists no files")
        wrong = [name for name, known in manifest.items() if _hash(folder / name) != known]
    except (OSError, ValueError) as error:
        wrong = [str(error)]
    if wrong:
        raise DeviceError(
            f"the compiled program in '{folder}' is incomplete or was changed ({wrong[0]}): delete "
            "that folder, it will be built again"
        )


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
