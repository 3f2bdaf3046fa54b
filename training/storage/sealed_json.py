"""JSON files that say whether they are what was written: a format, a checksum, types.

The checksum is the SHA-256 of the content without it, as JSON with sorted keys and no spaces: any
other value, name or digit gives another one. Files of format 1 have none; what can be checked of
them is checked.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Hashable, Mapping
from functools import cache
from typing import Any, TypeVar, cast

from pydantic import ConfigDict, TypeAdapter, ValidationError

FORMAT = 2
"""What is written. Readers take formats from 1 on, and refuse newer ones."""

STRICT = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)
"""For the ``__pydantic_config__`` of a dataclass: nothing is converted, ignored or left out."""

Kind = TypeVar("Kind")


class NewerFormatError(Exception):
    """A file of a later version of spide."""


def seal(content: Mapping[str, Any]) -> bytes:
    """Return a file's bytes, with format and checksum.

    Parameters
    ----------
    content : mapping
        What JSON can represent.
    """
    whole = {"format": FORMAT, **content}
    return json.dumps({**whole, "checksum": _checksum(whole)}, indent=2).encode()


def unseal(
    kind: type[Kind],
    text: bytes,
    complete: Callable[[dict[str, Any]], dict[str, Any]],
) -> Kind:
    """Read what `seal` wrote.

    Parameters
    ----------
    kind : type
        A dataclass with `STRICT` for its ``__pydantic_config__``.
    text : bytes
        The file.
    complete : callable
        Adds to the checked content what versions that wrote it did not know yet.

    Raises
    ------
    ValueError
        If the content is not what was written, or not of that kind.
    NewerFormatError
        If a later version of spide wrote it.
    """
    try:
        content = json.loads(text.decode())
    except RecursionError:
        raise ValueError("its brackets are nested too deeply") from None
    if not isinstance(content, dict):
        raise ValueError("it is no JSON object")
    checksum = content.pop("checksum", None)
    if checksum is not None and checksum != _checksum(content):
        raise ValueError("its checksum is not that of its content")
    written = content.pop("format", 1)
    if type(written) is not int or written < 1 or (checksum is None and written == FORMAT):
        raise ValueError(f"with checksum {checksum} it cannot be of format {written}")
    if written > FORMAT:
        raise NewerFormatError(
            f"has format {written}, this version of spide reads formats up to {FORMAT}: use the "
            "version that wrote it"
        )
    try:
        return _reader(cast(Hashable, kind)).validate_json(json.dumps(complete(content)))
    except ValidationError as error:
        raise ValueError(first_reason(error)) from None


@cache
def _reader(kind: Any) -> TypeAdapter[Any]:
    """Made once for each kind: that takes far longer than reading a file."""
    return TypeAdapter(kind)


def first_reason(error: ValidationError) -> str:
    """Return the first thing that is wrong, in one line."""
    first = error.errors(include_url=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    reason = " ".join(first["msg"].split())
    return f"{place}: {reason}" if place else reason


def _checksum(content: Mapping[str, Any]) -> str:
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
