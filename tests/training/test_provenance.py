"""What results say of the code that made them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

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
