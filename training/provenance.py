"""With what results were made: versions, commit, date."""

from __future__ import annotations

import platform
import subprocess
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

_PACKAGES = ("spide", "brian2", "numpy", "torch", "dask", "xarray")


def provenance() -> dict[str, str]:
    """Attributes for the results: date, Python, the versions of packages, and the commit.

    See `commit`, which is left out where there is none.
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
    if commit():
        found["commit"] = commit()
    return found


@cache
def commit(results: str = "") -> str:
    """The commit of the checkout that this file is in, with a "+" if files differ from it.

    It is the one of the first call in this process. What takes long asks when it begins: the
    checkout may have moved on when its results are written, and that code did not run.

    Parameters
    ----------
    results : str
        Files of the checkout that may differ, as a pattern from its top; none if empty.

    Returns
    -------
    str
        Empty where this is no checkout.
    """
    found = _git("rev-parse", "HEAD")
    ignored = [f":(exclude,top){results}"] if results else []
    files = ["--untracked-files=no", "--", ":/", *ignored]
    return found + "+" if found and _git("status", "--porcelain", *files) else found


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
