"""With what a sweep was trained: versions, commit, date."""

from __future__ import annotations

import platform
import subprocess
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

_PACKAGES = ("spide", "brian2", "numpy", "torch", "dask", "xarray")


def provenance() -> dict[str, str]:
    """Attributes for the results: date, Python, the versions of packages, and the commit.

    The commit is that of the checkout that this file is in, with a "+" if files differ from it,
    and left out elsewhere.
    """
    found = {
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
    }
    for package in _PACKAGES:
        try:
            found[f"{package}_version"] = version(package)
        except PackageNotFoundError:  # run from a checkout that is not installed
            continue
    commit = _git("rev-parse", "HEAD")
    if commit:
        changed = _git("status", "--porcelain", "--untracked-files=no")
        found["commit"] = commit + "+" if changed else commit
    return found


def _git(*words: str) -> str:
    """What git says of the checkout; nothing where this is none."""
    folder = Path(__file__).parent
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *words], capture_output=True, text=True, check=False
        )
    except OSError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
