"""What ``spide sweep`` refuses as it reads its options: one line, and nothing is made."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.cli.command import refusal
from training.cli.commands.sweep_command import read_variation


def test_commas_between_values_and_spaces_within() -> None:
    """As the guide says."""
    assert read_variation("milestones=1 2,2", drawn=False) == ("milestones", [(1, 2), (2,)])
    guide = (Path(__file__).parents[3] / "docs/guide/sweeps.md").read_text()
    assert '--vary "milestones=1 2,2"' in guide


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (
            ["--vary", "epochs=1,2", "--workers", "1", "--scheduler", "tcp://a:1"],
            "spide: --workers 1 are processes of this machine, and the cluster at 'tcp://a:1' has "
            "its own: leave --workers or --scheduler out",
        ),
        (
            ["--vary", "epochs=1..1e30", "--mode", "random", "--draws", "2"],
            "spide: no whole numbers are drawn from 1.0 to 1e+30, which 64 bits cannot hold: "
            "choose a smaller range",
        ),
    ],
)
def test_refused_in_a_line(
    options: list[str],
    told: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert refusal(capsys, "sweep", "digits", *options) == told
    assert not list(tmp_path.iterdir())
