"""Settings of all tests."""

from __future__ import annotations

import gc

from hypothesis import HealthCheck, settings

from training.cli.doctor import combination

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


def pytest_collection_finish() -> None:
    """Keep what the imports left out of garbage collection.

    Brian2 collects garbage in every run of a network; with torch, Brian2 and sympy loaded that
    takes longer than most of these networks.
    """
    gc.collect()
    gc.freeze()
