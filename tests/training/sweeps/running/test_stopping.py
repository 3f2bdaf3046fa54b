"""Points that run are told to stop, and nothing of a sweep is left in its workers."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from distributed import Client, LocalCluster

from training.interruption import Interruption
from training.recipes import RECIPES
from training.sweeps.planning.plan import make_plan
from training.sweeps.running.queue import outcomes
from training.sweeps.running.stopping import Belongs, Stop, stop_of, workers_of
from training.sweeps.running.worker import Outcome, Task

POINTS = make_plan("digits", RECIPES["digits"], {"dropout": [0.0, 0.1, 0.2]}).points


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    """One worker, a thread of this process."""
    with (
        LocalCluster(
            n_workers=1, threads_per_worker=1, processes=False, dashboard_address=":0"
        ) as cluster,
        Client(cluster) as client,
    ):
        yield client


def left(client: Client) -> list[str]:
    """What is left of sweeps in the workers, and in the scheduler for workers to come."""
    cluster: Any = client.cluster
    places = [cluster.scheduler.worker_plugins, *(w.plugins for w in cluster.workers.values())]
    return [name for plugins in places for name in plugins if name.startswith("spide")]


def tasks(sweep: str) -> list[Task]:
    return [Task(sweep, "digits", point, "0", Path(), Path()) for point in POINTS]


def test_points_end_and_nothing_is_left(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[bool] = []

    def train(task: Task, stop: Interruption) -> Outcome:
        seen.append(stop.requested)
        return "complete"

    monkeypatch.setattr("training.sweeps.running.queue.run_point", train)
    for sweep in ("first", "second"):
        found = list(outcomes(client, tasks(sweep), Interruption(), lambda: None))
        assert [outcome for _, outcome, _ in found] == ["complete"] * 3
        assert left(client) == []
    assert seen == [False] * 6


@pytest.mark.parametrize("abandoned", [False, True])
def test_the_point_that_runs_stops_and_others_do_not_begin(
    client: Client, monkeypatch: pytest.MonkeyPatch, abandoned: bool
) -> None:
    """Whether the sweep is interrupted, or whoever reads its outcomes goes away."""
    begun, ended = threading.Event(), threading.Event()
    asked: list[bool] = []

    def train(task: Task, stop: Interruption) -> Outcome:
        asked.append(stop.requested)
        begun.set()
        deadline = time.monotonic() + 60
        while not stop.requested and time.monotonic() < deadline:
            time.sleep(0.01)
        assert stop.requested
        ended.set()
        return "stopped"

    monkeypatch.setattr("training.sweeps.running.queue.run_point", train)
    interruption: Any = Stop()
    name = f"stopping-{abandoned}"

    def tick() -> None:
        if begun.is_set() and abandoned:
            raise InterruptedError
        interruption.asked = begun.is_set()

    if abandoned:
        with pytest.raises(InterruptedError):
            list(outcomes(client, tasks(name), interruption, tick))
    else:
        found = list(outcomes(client, tasks(name), interruption, tick))
        assert [outcome for _, outcome, _ in found] == ["stopped"] * 3
    assert ended.wait(60)
    # What was handed out already is told as it begins.
    assert asked[0] is False and all(asked[1:])
    assert left(client) == []


def test_a_worker_that_does_not_belong_to_a_sweep_trains_nothing_of_it(client: Client) -> None:
    """It has come, or come again, after the sweep was stopped."""

    def asked() -> bool:
        return stop_of("one").requested

    with workers_of(client, "one") as stop:
        assert client.submit(asked, pure=False).result() is False
        stop()
        assert client.submit(asked, pure=False).result() is True
        assert left(client) == []
    with workers_of(client, "other"):
        assert client.submit(asked, pure=False).result() is True


def test_a_worker_that_closes_gives_its_point_to_another_one() -> None:
    """Its point must not count as stopped."""
    with (
        LocalCluster(
            n_workers=1, threads_per_worker=1, processes=False, dashboard_address=":0"
        ) as cluster,
        Client(cluster) as client,
    ):
        client.register_plugin(Belongs("closing"))
        (worker,) = cluster.workers.values()
        (plugin,) = [p for p in worker.plugins.values() if isinstance(p, Belongs)]
        cluster.scale(0)
        deadline = time.monotonic() + 60
        while worker.plugins and time.monotonic() < deadline:
            time.sleep(0.01)
        assert not worker.plugins and not plugin.stop.requested
