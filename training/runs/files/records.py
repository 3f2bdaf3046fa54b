"""Lines of ``metrics.jsonl``: one JSON object each, with a checksum of its own.

A line that is damaged is left out of what is read. Lines of earlier versions have no checksum; of
those, types and ranges are checked.
"""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal
from zlib import crc32

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from training.storage.sealed_json import STRICT, first_reason

Record = dict[str, Any]

_Share = Annotated[float, Field(ge=0, le=1)]
_NotNegative = Annotated[float, Field(ge=0)]
# What a later version adds to a line is its own affair.
_OPEN = ConfigDict({**STRICT, "extra": "ignore"})


@dataclass(frozen=True)
class _Training:
    """What a line of an iteration holds at least, see `training_record` in `metrics`."""

    __pydantic_config__ = _OPEN

    kind: Literal["training"]
    iteration: Annotated[int, Field(ge=1)]
    epoch: _NotNegative
    loss: float
    accuracy: _Share
    images_per_second: _NotNegative
    learning_rate: _NotNegative
    feedback_norm: _NotNegative | None
    firing_rates_forward: dict[str, _NotNegative]
    firing_rates_backward: dict[str, _NotNegative]


@dataclass(frozen=True)
class _Test:
    """What a line of an evaluation holds at least."""

    __pydantic_config__ = _OPEN

    kind: Literal["test", "validation"]
    iteration: Annotated[int, Field(ge=0)]
    epoch: _NotNegative
    loss: float
    accuracy: _Share


def encode(record: Record) -> bytes:
    """Return the line of a record, its end included."""
    return json.dumps({**record, "crc32": _checksum(record)}).encode() + b"\n"


def read_records(path: Path) -> list[Record]:
    """Read a log; damaged lines are left out, and said in one warning.

    A last line without an end is left out without a word: the program died while writing it, or
    is writing it now.
    """
    try:
        *lines, _cut_off = path.read_bytes().split(b"\n")
    except FileNotFoundError:
        return []
    kinds = _reader()
    records, damaged = [], []
    for number, line in enumerate(lines, start=1):
        try:
            records.append(_decode(line, kinds))
        except ValidationError as error:
            damaged.append(f"line {number}: {first_reason(error)}")
        except (ValueError, RecursionError) as error:
            damaged.append(f"line {number}: {error}")
    if damaged:
        logging.getLogger(__name__).warning(
            "spide: left out %d of %d lines of '%s', which are damaged (the first is %s)",
            len(damaged),
            len(lines),
            path,
            damaged[0],
        )
    return records


@cache
def _reader() -> TypeAdapter[_Training | _Test]:
    """Made once: that takes longer than reading the log of a short run."""
    return TypeAdapter(Annotated[_Training | _Test, Field(discriminator="kind")])


def _decode(line: bytes, kinds: TypeAdapter[Any]) -> Record:
    """Return the record of a line.

    Raises
    ------
    ValueError
        If it is not what was written, or no record.
    """
    record = json.loads(line.decode())
    if not isinstance(record, dict):
        raise ValueError("it is no JSON object")
    checksum = record.pop("crc32", None)
    if checksum is not None and checksum != _checksum(record):
        raise ValueError("its checksum is not that of its content")
    kinds.validate_json(line)
    return record


def _checksum(record: Record) -> str:
    return f"{crc32(json.dumps(record).encode()):08x}"
