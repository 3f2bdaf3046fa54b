"""The report keeps what was not measured again, and a tiny benchmark writes all of its files."""

from __future__ import annotations

import json
import re
from dataclasses import replace
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
    batch_sizes=(2, 4),
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


def test_results_of_another_format_are_replaced(tmp_path: Path) -> None:
    (tmp_path / "results.json").write_text(json.dumps({"ratio": 8.8}))
    assert report.read(tmp_path) == {}


def test_a_row_must_fit() -> None:
    with pytest.raises(ValueError, match="3 cells"):
        Table("t", ("a", "b"), [(1, 2, 3)])
