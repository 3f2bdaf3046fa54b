"""The command of the benchmark.

    python -m benchmarks --data-dir DIR [--only SECTION ...] [--quick] [--genn-python PYTHON]

Figures are written after every section; those of sections that are not run are kept. The last
line of the output is the headline.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import tyro

from benchmarks.bench import Bench
from benchmarks.measuring.effort import FULL, QUICK
from benchmarks.reporting import picture, report
from benchmarks.reporting.provenance import Provenance
from benchmarks.reporting.tables import Section
from benchmarks.sections import (
    cold_start,
    devices,
    dropout,
    large,
    layers,
    memory,
    peers,
    processes,
    sweeps,
)
from training.recipes import RECIPES

RECIPE = "mnist-feedback"

SectionName = Literal[
    "peers", "memory", "layers", "dropout", "sweeps", "processes", "cold-start", "large", "devices"
]

SECTIONS: dict[SectionName, Callable[[Bench], Section]] = {
    "peers": peers.measure,
    "memory": memory.measure,
    "layers": layers.measure,
    "dropout": dropout.measure,
    "sweeps": sweeps.measure,
    "processes": processes.measure,
    "cold-start": cold_start.measure,
    "large": large.measure,
    "devices": devices.measure,
}


@dataclass(frozen=True)
class Options:
    """Measure throughput and memory of mnist-feedback and of the networks around it.

    Parameters
    ----------
    data_dir
        Folder of the MNIST files, as torchvision reads them.
    only
        Sections to run; all by default.
    quick
        Few runs and few values: to see that it works, not to quote.
    genn_python
        Python of the environment with GeNN, .venv-genn/bin/python after make install-genn; GeNN
        is left out without it.
    out
        Where results.json, results.md and results.png go.
    """

    data_dir: Path
    only: tuple[SectionName, ...] = ()
    quick: bool = False
    genn_python: Path | None = None
    out: Path = Path("benchmarks")


def run(bench: Bench, names: tuple[SectionName, ...], out: Path) -> dict[str, report.Measured]:
    """Run sections, write the figures after each, draw them, and return all that there are.

    Raises
    ------
    ResultsError
        If there are earlier results that cannot be read; nothing is measured then.
    """
    known = report.read(out)
    for name, measure in SECTIONS.items():
        if name not in names:
            continue
        here = Provenance.here()  # the checkout may move on while it is measured
        known[name] = report.Measured(measure(bench), here)
        ours = {each: known[each] for each in SECTIONS if each in known}
        known = ours | known  # and what other versions measured
        report.write(out, known)
        print(f"{name}: {known[name].section.headline}", flush=True)
    picture.draw(out, known)
    return known


def main() -> None:
    """Run what was asked for and print the headline last."""
    options = tyro.cli(Options)
    effort = QUICK if options.quick else FULL
    bench = Bench(RECIPE, RECIPES[RECIPE], options.data_dir, effort, options.genn_python)
    try:
        known = run(bench, options.only or tuple(SECTIONS), options.out)
    except report.ResultsError as error:
        sys.exit(f"benchmarks: {error}")
    if "peers" in known:
        print(known["peers"].section.headline)


if __name__ == "__main__":
    main()
