"""Points whose workers die go on as long as they get further; a cluster without workers is told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from distributed import KilledWorker

from training.interruption import Interruption
from training.recipes import RECIPES
from training.sweeps.planning.plan import make_plan
from training.sweeps.running.clusters import ABSENT_SECONDS, Absence
from training.sweeps.running.queue import outcomes
from training.sweeps.running.worker import Task

POINT = make_plan("digits", RECIPES["digits"], {"dropout": [0.1]}).points[0]


class Future:
    """What Dask makes of a task: its outcome, or that its workers have died."""

    def __init__(self, key: str, outcome: str | None) -> None:
        self.key, self.outcome = key, outcome
        self.status = "error" if outcome is None else "finished"

    def result(self) -> str | None:
        return self.outcome

    def exception(self) -> BaseException:
        worker: Any = None
        return KilledWorker(self.key, worker, 3)


class Cluster:
    """A client of workers whose jobs end before a point does, but for the last one."""

    status = "running"

    def __init__(self, deaths: int) -> None:
        self.deaths, self.keys = deaths, list[str]()

    def submit(self, run: Callable[..., Any], task: Task, key: str, **options: Any) -> Future:
        self.keys.append(key)
        return Future(key, None if len(self.keys) <= self.deaths else "complete")

    def register_plugin(self, plugin: object) -> None: ...

    def unregister_worker_plugin(self, name: str) -> None: ...


@pytest.mark.parametrize(
    ("reached", "starts", "outcome"),
    [
        ([0, 5, 10, 15], 4, "complete"),  # further at every death
        ([0, 5, 5, 15], 2, "failed"),  # no further at the second
        ([0, 0, 5, 15], 1, "failed"),
    ],
)
def test_a_point_goes_on_as_long_as_it_gets_further(
    reached: list[int], starts: int, outcome: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = iter(reached)
    monkeypatch.setattr("training.sweeps.running.queue.iterations_done", lambda task: next(seen))
    cluster: Any = Cluster(deaths=3)
    task = Task("a", "digits", POINT, "0", Path(), Path())
    ((of, found, error),) = outcomes(cluster, [task], Interruption(), lambda: None)
    assert (of, found, len(set(cluster.keys))) == (task, outcome, starts)
    assert (error is None) == (outcome == "complete")
    assert error is None or "its workers died again and again before it got any further" in error


def test_a_cluster_without_workers_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    now, workers, said = [0.0], dict[str, object](), list[str]()

    class Client:
        def scheduler_info(self) -> dict[str, object]:
            return {"workers": workers}

    # A clock of that module alone: Dask's own threads go by the one of the process.
    clock = SimpleNamespace(monotonic=lambda: now[0])
    monkeypatch.setattr("training.sweeps.running.clusters.time", clock)
    client: Any = Client()
    absence = Absence(client)
    for now[0] in (0.9 * ABSENT_SECONDS, 1.1 * ABSENT_SECONDS, 2 * ABSENT_SECONDS):
        absence.look(said.append)
    assert len(said) == 1 and said[0].startswith("there has been no worker for 60 s: the sweep wai")
    workers["one"] = {}
    absence.look(said.append)
    workers.clear()
    now[0] += 0.9 * ABSENT_SECONDS
    absence.look(said.append)
    assert len(said) == 1
    now[0] += 0.2 * ABSENT_SECONDS
    absence.look(said.append)
    assert len(said) == 2
