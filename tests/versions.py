"""The core of the tests on every supported Python that is found, as a table.

``make test-versions``. Each Python has an environment of its own, ``.venv-3.12`` beside the others,
in which pip chooses the newest versions of everything for it; they are kept. What is not part of
the core does not depend on versions, or takes long: notebooks, benchmarks, several processes.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]

VERSIONS = ("3.11", "3.12", "3.13")

PACKAGES = ("Brian2", "numpy", "torch", "Cython")

CORE = (
    "tests/equations",
    "tests/networks",
    "tests/theory/test_random_networks.py",
    "tests/theory/test_recorded_cases.py",
    "tests/theory/test_theorem_1.py",
    "tests/training/methods",
    "tests/training/runs",
    "tests/training/updates",
    "tests/training/cli/test_run_folders.py",
)


@dataclass(frozen=True)
class Outcome:
    """How the tests went.

    Parameters
    ----------
    passed, failed, skipped : int
    seconds : float
    """

    passed: int
    failed: int
    skipped: int
    seconds: float

    @classmethod
    def of(cls, report: Path) -> Outcome:
        """Read pytest's JUnit report; without one, pytest itself has failed."""
        if not report.exists():
            return cls(0, 1, 0, 0.0)
        (suite,) = ElementTree.parse(report).getroot().iter("testsuite")
        tests, failures, errors, skipped = (
            int(suite.attrib[name]) for name in ("tests", "failures", "errors", "skipped")
        )
        failed = failures + errors
        return cls(tests - failed - skipped, failed, skipped, float(suite.attrib["time"]))


def find(version: str) -> Path | None:
    """A Python of that version that starts, on the path or among pyenv's; None without one."""
    name = f"python{version}"
    pyenv = sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/{name}"))
    for candidate in (shutil.which(name), *pyenv):
        if candidate is None:
            continue
        asked = [str(candidate), "-c", "import ensurepip, venv"]
        if subprocess.run(asked, capture_output=True).returncode == 0:
            return Path(candidate)
    return None


def environment(version: str, python: Path) -> Path:
    """The Python of the environment, which is made if there is none or pyproject.toml is newer.

    Raises
    ------
    subprocess.CalledProcessError
        If it cannot be made.
    """
    folder = ROOT / f".venv-{version}"
    own, done = folder / "bin" / "python", folder / ".installed"
    wanted = ROOT / "pyproject.toml"
    if not done.exists() or done.stat().st_mtime < wanted.stat().st_mtime:
        subprocess.run([python, "-m", "venv", folder], check=True)
        install: list[str | Path] = [own, "-m", "pip", "install", "--quiet", "--editable", ".[dev]"]
        subprocess.run(install, cwd=ROOT, check=True)
        done.touch()
    return own


def versions_in(python: Path) -> list[str]:
    """The versions of `PACKAGES` in an environment."""
    code = f"from importlib.metadata import version\nfor p in {PACKAGES}: print(version(p))"
    asked = subprocess.run([python, "-c", code], check=True, capture_output=True, text=True)
    return asked.stdout.split()


def run_tests(python: Path, arguments: Sequence[str]) -> Outcome:
    """Run pytest in an environment."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command: list[str | Path] = [python, "-m", "pytest", "--quiet", f"--junitxml={report}"]
        command += arguments
        subprocess.run(command, cwd=ROOT, check=False)
        return Outcome.of(report)


def row(*cells: object) -> str:
    return f"| {' | '.join(map(str, cells))} |"


def main(arguments: Sequence[str]) -> int:
    """Run the core, or what pytest's arguments name; return 1 if anything failed."""
    lines = [
        row("Python", *PACKAGES, "passed", "failed", "skipped", "minutes"),
        row(*["---"] * (5 + len(PACKAGES))),
    ]
    failed, found = False, False
    for version in VERSIONS:
        python = find(version)
        if python is None:
            lines.append(row(version, "not found", *[""] * (3 + len(PACKAGES))))
            continue
        own = environment(version, python)
        outcome = run_tests(own, arguments or CORE)
        counts = (outcome.passed, outcome.failed, outcome.skipped)
        lines.append(row(version, *versions_in(own), *counts, f"{outcome.seconds / 60:.1f}"))
        found, failed = True, failed or outcome.failed > 0 or outcome.passed == 0
    print(*lines, sep="\n")
    return int(failed or not found)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
