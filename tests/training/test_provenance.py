"""What results say of the code that made them."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.reporting.provenance import RESULTS
from training.provenance import commit, provenance


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    """The commit is asked for anew in each test, and after it."""
    commit.cache_clear()
    yield
    commit.cache_clear()


def test_the_commit_is_that_of_the_beginning(monkeypatch: pytest.MonkeyPatch) -> None:
    at_first = commit()
    if not at_first:
        pytest.skip("no checkout")
    assert len(at_first.rstrip("+")) == 40
    monkeypatch.setenv("PATH", "")  # git would give another answer now: none
    assert provenance()["commit"] == at_first


def test_without_git_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert "commit" not in provenance()


def test_results_that_are_written_anew_change_no_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def git(*words: str) -> None:
        who = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
        subprocess.run(["git", "-C", str(tmp_path), *who, *words], check=True, capture_output=True)

    for folder, name in (("benchmarks", "results.json"), ("training", "code.py")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / name).write_text("first")
    git("init")
    git("add", "-A")
    git("commit", "-m", "first")
    monkeypatch.setattr("training.provenance.__file__", str(tmp_path / "training" / "code.py"))
    (tmp_path / "benchmarks" / "results.json").write_text("second")
    assert commit().endswith("+") and not commit(RESULTS).endswith("+")
    commit.cache_clear()
    (tmp_path / "training" / "code.py").write_text("second")
    assert commit(RESULTS).endswith("+")
