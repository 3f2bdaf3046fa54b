"""The stamp of a measurement tells machines apart."""

from __future__ import annotations

import platform

from benchmarks.reporting.provenance import processor_name

TWO = """processor : 0
cpu family\t: 26
model\t\t: 2
model name\t: AMD EPYC
flags\t\t: fpu avx2 {more}

processor : 1
cpu family\t: 99
model name\t: another
"""


def test_processors_of_one_name_are_told_apart() -> None:
    assert processor_name(TWO.format(more="sse")) == "AMD EPYC (cpu family 26, model 2)"
    assert processor_name(TWO.format(more="avx512bw")) == (
        "AMD EPYC (cpu family 26, model 2, AVX-512)"
    )


def test_without_details_there_is_still_a_name() -> None:
    assert processor_name("model name : Some CPU") == "Some CPU"
    assert processor_name("") == platform.machine()
