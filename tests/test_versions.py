"""The table of ``make test-versions``: what is counted, and that it names real tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import versions
from tests.versions import CORE, ROOT, Outcome, find

REPORT = (
    '<testsuites><testsuite name="pytest" errors="1" failures="2" skipped="3" tests="10" '
    'time="90.0"></testsuite></testsuites>'
)


def test_what_pytest_reports(tmp_path: Path) -> None:
    (tmp_path / "report.xml").write_text(REPORT)
    assert Outcome.of(tmp_path / "report.xml") == Outcome(4, 3, 3, 90.0)


def test_a_pytest_that_does_not_start_is_a_failure(tmp_path: Path) -> None:
    assert Outcome.of(tmp_path / "report.xml").failed


def test_the_core_is_there() -> None:
    assert [name for name in CORE if not (ROOT / name).exists()] == []


def test_a_python_that_nobody_has() -> None:
    assert find("3.0") is None


@pytest.mark.parametrize(
    ("outcomes", "status"),
    [
        ([Outcome(5, 0, 1, 60.0), None, Outcome(6, 0, 0, 90.0)], 0),
        ([Outcome(5, 0, 1, 60.0), None, Outcome(6, 1, 0, 90.0)], 1),
        ([Outcome(0, 0, 0, 1.0), None, None], 1),
        ([None, None, None], 1),
    ],
)
def test_the_table_and_the_status(
    outcomes: list[Outcome | None],
    status: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    by_version = dict(zip(versions.VERSIONS, outcomes, strict=True))
    monkeypatch.setattr(versions, "find", lambda v: Path(v) if by_version[v] else None)
    monkeypatch.setattr(versions, "environment", lambda version, python: python)
    monkeypatch.setattr(versions, "versions_in", lambda python: ["2.9.0", "2.3.5", "2.13.0", "3.1"])
    monkeypatch.setattr(versions, "run_tests", lambda python, _: by_version[str(python)])
    assert versions.main([]) == status
    head, _, *rows = capsys.readouterr().out.splitlines()
    assert head.startswith("| Python | Brian2 | numpy |")
    assert [row.split(" | ")[0] for row in rows] == ["| 3.11", "| 3.12", "| 3.13"]
    assert {row.count("|") for row in rows} == {head.count("|")}
    if outcomes[0] is not None:
        first = outcomes[0]
        counts = f"| {first.passed} | {first.failed} | {first.skipped} | {first.seconds / 60:.1f} |"
        assert rows[0].endswith(counts)
    assert "not found" in "".join(rows)
