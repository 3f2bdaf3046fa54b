"""The report keeps what was not measured again, and a tiny benchmark writes all of its files."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from benchmarks import __main__ as command
from benchmarks.bench import Bench
from benchmarks.measuring.effort import Effort
from benchmarks.reporting import report
from benchmarks.reporting.provenance import Provenance
from benchmarks.reporting.report import Measured
from benchmarks.reporting.tables import Section, Table
from training.recipes import RECIPES

TINY = Effort(
    warmup_iterations=2,
    rounds=2,
    runs=1,
    batch_sizes=(2, 16),  # less and more than the recipe's
    backward_steps=(3, 6),
    widths=(2, 4),
    thresholds=(0.5, 1.0),
    large=(),
)


@pytest.mark.slow
def test_a_tiny_benchmark(tmp_path: Path) -> None:
    recipe = replace(
        RECIPES["digits"], architecture="4C3s-4C3s (F4C3u)", batch_size=8, forward_steps=4,
        backward_steps=6,
    )  # fmt: skip
    bench = Bench("digits", recipe, tmp_path, TINY)
    known = command.run(bench, ("peers", "layers", "sweeps"), tmp_path)
    assert re.fullmatch(
        r"digits: \d+\.\dx dense \(\d+\.\d-\d+\.\d\), \d+ cores?", known["peers"].section.headline
    )
    assert report.read(tmp_path) == read_back(known)
    assert {path.name for path in tmp_path.iterdir()} == {
        "results.json", "results.md", "results.png",
    }  # fmt: skip
    text = (tmp_path / "results.md").read_text()
    assert "explicit Synapses" in text and "Sweep of T_B" in text and "Bandwidth" in text
    layers = known["layers"].section.tables[0]
    parts = list(zip(layers.texts("layer"), layers.texts("part"), strict=True))
    assert ("layer1", "synapses") in parts and ("layer2", "resets") in parts
    whole = known["layers"].section.tables[1].numbers("%")
    assert sum(whole[:-1]) == pytest.approx(100)


def read_back(known: dict[str, Measured]) -> dict[str, Measured]:
    """What JSON makes of it: lists in place of tuples."""
    return {
        name: replace(
            measured,
            section=Section(
                measured.section.headline,
                [
                    replace(table, columns=list(table.columns), rows=list(map(list, table.rows)))
                    for table in measured.section.tables
                ],
            ),
        )
        for name, measured in known.items()
    }


def test_sections_that_were_not_run_keep_their_results(tmp_path: Path) -> None:
    earlier = replace(Provenance.here(), commit="earlier")
    old = Measured(Section("old", [Table("t", ["a", "b"], [["x", 1.5], ["y", None]])]), earlier)
    report.write(tmp_path, {"layers": old, "peers": old})
    new = Measured(Section("new", []), Provenance.here())
    report.write(tmp_path, report.read(tmp_path) | {"peers": new})
    assert report.read(tmp_path) == {"layers": old, "peers": new}
    assert "| y | – |" in (tmp_path / "results.md").read_text()


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        '{"ratio": 8.8}',
        '{"peers": {"section": {"headline": "h"}}}',
        '{"format": 3, "sections": {}}',
        '{"format": 2}',
    ],
)
def test_results_that_cannot_be_read_are_kept(
    content: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is measured, and nothing written over them."""
    path = tmp_path / "results.json"
    path.write_text(content)
    options = ["--data-dir", "data", "--only", "peers", "--out", str(tmp_path)]
    monkeypatch.setattr(sys, "argv", ["benchmarks", *options])
    monkeypatch.setitem(command.SECTIONS, "peers", lambda bench: Section("measured", []))
    with pytest.raises(SystemExit, match=r"benchmarks: '.*results\.json' cannot be read \(.* anew"):
        command.main()
    assert path.read_text() == content
    path.unlink()
    path.mkdir()
    with pytest.raises(report.ResultsError, match="Is a directory"):
        report.read(tmp_path)


def test_results_of_earlier_versions_and_unknown_sections_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = Measured(Section("old", []), Provenance.here())
    content = {"peers": asdict(old), "of another version": asdict(old)}
    (tmp_path / "results.json").write_text(json.dumps(content))
    assert report.read(tmp_path) == {"peers": old, "of another version": old}
    monkeypatch.setitem(command.SECTIONS, "layers", lambda bench: Section("new", []))
    monkeypatch.setattr("benchmarks.reporting.picture.draw", lambda out, known: None)
    bench = Bench("digits", RECIPES["digits"], tmp_path, TINY)
    known = command.run(bench, ("layers",), tmp_path)
    assert list(known) == ["peers", "layers", "of another version"]
    assert json.loads((tmp_path / "results.json").read_text())["format"] == 2
    assert report.read(tmp_path) == known


def test_the_kept_results_can_be_read() -> None:
    assert "peers" in report.read(Path(command.__file__).parent)


def test_a_row_must_fit() -> None:
    with pytest.raises(ValueError, match="3 cells"):
        Table("t", ("a", "b"), [(1, 2, 3)])
