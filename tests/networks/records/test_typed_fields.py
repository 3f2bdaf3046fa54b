"""Fields of records: plain values of their types, in their ranges."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from networks.records.typed_fields import (
    Count,
    CountOrZero,
    Interval,
    Positive,
    check_fields,
    field_types,
)


@dataclass(frozen=True)
class Record:
    count: Count = 1
    zero: CountOrZero = 0
    most: Annotated[int, Interval(least=2, most=2**63 - 1)] = 2
    any_number: float = 0.0
    positive: Positive = 1.0
    share: Annotated[float, Interval(least=0, below=1)] = 0.0
    decay: Annotated[float, Interval(least=0)] = 0.0
    part: Annotated[float, Interval(0, 1, hint="0.5 is half")] = 0.0
    truth: bool = False
    text: str = ""
    word: Literal["one", "other"] = "one"
    counts: tuple[int, ...] = ()
    anything: object = None

    def __post_init__(self) -> None:
        check_fields(self)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("count", 0, "must be at least 1, not 0"),
        ("count", 1.0, "must be a whole number, not 1.0"),
        ("count", True, "must be a whole number, not True"),
        ("zero", -1, "must be at least 0, not -1"),
        ("most", 1, "must be at least 2, not 1"),
        ("most", 2**63, "must be at most 9,223,372,036,854,775,807, not 9223372036854775808"),
        ("most", -(2**63) - 1, "must be at least 2, not -9223372036854775809"),
        ("any_number", "1", "must be a number, not '1'"),
        ("positive", 0, "must be positive, not 0.0"),
        ("positive", math.inf, "must be positive, not inf"),
        ("positive", math.nan, "must be positive, not nan"),
        ("decay", math.inf, "must be a finite number, not inf"),
        ("share", 1, "must be in [0, 1), not 1.0"),
        ("share", -0.5, "must be in [0, 1), not -0.5"),
        ("part", 1.5, "must be from 0 to 1, not 1.5: 0.5 is half"),
        ("truth", 1, "must be True or False, not 1"),
        ("text", 1, "must be a text, not 1"),
        ("word", "two", "must be one of one, other, not 'two'"),
        ("word", 1, "must be a text, not 1"),
        ("counts", 3, "must be whole numbers, such as (30, 60), not 3"),
        ("counts", (3, 0), "must be at least 1, not 0"),
    ],
)
def test_what_a_field_cannot_be_is_refused_by_its_name(name: str, value: Any, said: str) -> None:
    with pytest.raises(ValueError) as refusal:
        Record(**{name: value})
    assert str(refusal.value).startswith(f"{name} {said}")


def test_values_become_plain_ones() -> None:
    record = Record(np.int64(3), share=np.float32(0.5), truth=np.True_, counts=[np.int8(2)])  # type: ignore[arg-type]
    assert record == Record(3, share=0.5, truth=True, counts=(2,))
    kinds = [type(each) for each in (record.count, record.share, record.truth, record.counts[0])]
    assert kinds == [int, float, bool, int]
    assert Record(any_number=-math.inf, anything=record).anything is record


def test_types_are_without_ranges() -> None:
    types = field_types(Record)
    assert (types["most"], types["part"], types["counts"]) == (int, float, tuple[int, ...])


@given(st.floats(0, 1, exclude_max=True))
def test_every_number_of_a_range_is_kept(number: float) -> None:
    assert Record(share=number).share == number
