"""Brian2 gives what an independent dense implementation recorded, with every realisation."""

from __future__ import annotations

from pathlib import Path

import pytest

from networks import SynapsesKind
from tests.oracles.recorded_cases import CASES, assert_reproduced, load_case, run_case


@pytest.mark.parametrize("couple", [False, True], ids=["ternary", "couple"])
@pytest.mark.parametrize("synapses", ["shared", "explicit"])
@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_reproduces_the_recorded_case(path: Path, synapses: SynapsesKind, couple: bool) -> None:
    case = load_case(path)
    assert_reproduced(run_case(case, synapses=synapses, couple=couple), case)


def test_every_case_fires_in_both_stages() -> None:
    """Equal rates would mean little if they were all zero."""
    for case in map(load_case, CASES):
        assert (case.forward_rate > 0).all() and (case.backward_rate > 0).all(), case.name
