"""The files of the benchmark: `results.json` and `results.md`.

Sections are kept apart, each with its provenance: those that were not run keep what they had.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.reporting.provenance import Provenance
from benchmarks.reporting.tables import Section, Table
from training.storage.files import write_atomically

JSON_FILE = "results.json"
MARKDOWN_FILE = "results.md"

FORMAT = 2
"""Of `results.json`. Files of format 1 have no number and are the sections themselves."""


class ResultsError(Exception):
    """Earlier results that cannot be read, and would be lost if they were written anew."""


@dataclass(frozen=True)
class Measured:
    """A section, and where it was measured."""

    section: Section
    provenance: Provenance

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Measured:
        """From what `dataclasses.asdict` gives."""
        section = values["section"]
        tables = [Table(**table) for table in section["tables"]]
        return cls(Section(section["headline"], tables), Provenance(**values["provenance"]))


def read(folder: Path) -> dict[str, Measured]:
    """The sections of earlier runs by name; none if there is no file.

    Raises
    ------
    ResultsError
        If the file cannot be read, is damaged or of a later format.
    """
    path = folder / JSON_FILE
    remedy = "restore it from a copy, or move it away to measure everything anew"
    try:
        stored = json.loads(path.read_text())
        written = stored.get("format", 1)
        if written == FORMAT:
            stored = stored["sections"]
        elif written != 1:
            raise ValueError(f"it has format {written}, and formats up to {FORMAT} are known")
        return {name: Measured.from_json(values) for name, values in stored.items()}
    except FileNotFoundError:
        return {}
    except (OSError, AttributeError, KeyError, TypeError, ValueError) as error:
        reason = f"{type(error).__name__}: {error}"
        raise ResultsError(f"'{path}' cannot be read ({reason}): {remedy}") from None


def write(folder: Path, sections: Mapping[str, Measured]) -> None:
    """Write both files."""
    folder.mkdir(parents=True, exist_ok=True)
    stored = {name: asdict(measured) for name, measured in sections.items()}
    values = {"format": FORMAT, "sections": stored}
    write_atomically(folder / JSON_FILE, (json.dumps(values, indent=1) + "\n").encode())
    write_atomically(folder / MARKDOWN_FILE, markdown(sections).encode())


def markdown(sections: Mapping[str, Measured]) -> str:
    """All tables, and under each section where it was measured."""
    parts = ["# Benchmark\n\nWritten by `make bench`.\n"]
    for name, measured in sections.items():
        here = measured.provenance
        parts.append(f"## {name}\n\n{measured.section.headline}\n")
        parts += [table.markdown() for table in measured.section.tables]
        parts.append(
            f"*{here.date}, commit {here.commit}; {here.processor}, {here.cores} cores, "
            f"{here.memory_gb:.0f} GB, {here.system}; Python {here.python}, NumPy {here.numpy}, "
            f"torch {here.torch}, Brian2 {here.brian2}, {here.compiler}*\n"
        )
    return "\n".join(parts)
