"""One style, told twice: in the style file and as colours that survive a change of style."""

from __future__ import annotations

import subprocess
import sys
import threading
from itertools import pairwise
from time import sleep
from typing import Any

import matplotlib as mpl
import pytest

from tests.training.plots.axes import axes, texts
from training.plots import bars, grouped_bars, power_law, styled, trace, use_style
from training.plots.style import COLOURS, STYLE, styled_in_turn


def test_the_style_file_has_the_same_colours() -> None:
    with styled():
        assert tuple(mpl.rcParams["axes.prop_cycle"].by_key()["color"]) == COLOURS


def test_the_style_lasts_as_long_as_it_should() -> None:
    with mpl.rc_context():
        mpl.rcParams["axes.spines.top"] = True
        seen = []
        with styled():
            seen.append(mpl.rcParams["axes.spines.top"])
        seen.append(mpl.rcParams["axes.spines.top"])
        use_style()
        seen.append(mpl.rcParams["axes.spines.top"])
    assert seen == [False, True, False]
    assert STYLE.exists()


def test_pictures_in_threads_leave_the_users_style_alone() -> None:
    begun, ended = threading.Event(), threading.Event()

    def first() -> None:
        with styled_in_turn():
            begun.set()
            ended.wait(0.5)  # the second one would be within, and end after it

    def second() -> None:
        begun.wait()
        with styled_in_turn():
            ended.set()
            sleep(0.1)

    before = dict(mpl.rcParams)
    threads = [threading.Thread(target=each) for each in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert dict(mpl.rcParams) == before


def test_colours_do_not_depend_on_the_style_at_the_end() -> None:
    drawn: Any = trace(axes(), [0.5], [0.5])
    (line,) = drawn.get_lines()
    assert line.get_color() == COLOURS[0]


def test_importing_the_plots_imports_no_matplotlib() -> None:
    program = "import sys, training.plots; print('matplotlib' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == "False\n"


def test_bars_have_their_numbers() -> None:
    drawn: Any = bars(axes(), {"ours": 100.0, "dense": 10.0})
    assert [patch.get_width() for patch in drawn.patches] == [100, 10]
    assert texts(drawn) == ["100", "10"]
    assert [tick.get_text() for tick in drawn.get_yticklabels()] == ["ours", "dense"]


def test_grouped_bars_do_not_overlap() -> None:
    drawn: Any = grouped_bars(axes(), ["a", "b"], {"measured": [1.0, 2.0], "bound": [0.5, 1.0]})
    extents = sorted((p.get_y(), p.get_y() + p.get_height()) for p in drawn.patches)
    for (_, end), (start, _) in pairwise(extents):
        assert start >= end - 1e-12
    assert sorted(p.get_width() for p in drawn.patches) == [0.5, 1, 1, 2]


def test_power_laws_have_their_values_as_ticks() -> None:
    drawn: Any = power_law(axes(), [1, 4, 16], [2.0, 4.0, 8.0])
    assert drawn.get_lines()[0].get_xydata().tolist() == [[1, 2], [4, 4], [16, 8]]
    assert drawn.get_xticks().tolist() == [1, 4, 16]
    assert drawn.get_yticks().tolist() == pytest.approx([2, 4, 8])


def test_small_bars_beside_large_ones_are_seen_and_told() -> None:
    groups = {"one": [1e6, 20.0], "other": [0.0, 1e3]}
    drawn: Any = grouped_bars(axes(), ["a", "b"], groups, logarithmic=True)
    assert drawn.get_xscale() == "log"
    low, high = drawn.get_xlim()
    assert low < 20 and high > 1e6
    assert [text.get_text() for text in drawn.texts] == ["1e+06", "20", "0", "1e+03"]
