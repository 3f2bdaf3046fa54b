"""Settings of all tests, and how they are spread over the cores.

pytest-xdist starts a process per core. A file is run by one of them, so that what it builds or
trains for several tests is made once. Files with slow tests come first: no process is left with a
long one at the end.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator

import pytest

if "PYTEST_XDIST_WORKER" in os.environ:
    # The processes fill the cores. Threads that wait for each other's would be many times slower;
    # torch asks when it is imported. Tests of threads say how many they want.
    os.environ.setdefault("OMP_NUM_THREADS", "1")

from hypothesis import HealthCheck, settings

from training.cli.reports.doctor import combination

settings.register_profile(
    "fixed",
    deadline=None,  # the first example of a kind may compile a module
    derandomize=True,  # the same examples on every machine and in every run
    max_examples=20,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("fixed")


def pytest_report_header() -> str:
    """Which of the supported combinations of versions the tests ran on."""
    return combination()


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """A process per core; for a single file none but this one, which begins at once."""
    (*others, file) = config.args
    alone = not others and ".py" in file
    return 0 if alone else os.cpu_count() or 1


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Slow files first."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)  # stable


def pytest_collection_finish() -> None:
    """Keep what the imports left out of garbage collection.

    Brian2 collects garbage in every run of a network; with torch, Brian2 and sympy loaded that
    takes longer than most of these networks.
    """
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="module")
def without_pictures() -> Iterator[None]:
    """Trainings that draw nothing: that takes longer than all the rest; `test_pictures` draws."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("training.runs.logbook.draw_pictures", lambda run, history: None)
        yield
