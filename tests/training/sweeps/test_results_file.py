"""The file of results while points are trained: written when due, and never the end of a sweep."""

from __future__ import annotations

from pathlib import Path

import pytest
import xarray as xr

from training.recipes import RECIPES
from training.sweeps import results_file
from training.sweeps.planning.plan import make_plan
from training.sweeps.results_file import WRITE_SECONDS, ResultsFile
from training.sweeps.where import Where


class Clock:
    """A clock that goes on by what is written, and when it is told."""

    def __init__(self, writing: float) -> None:
        self.now, self.writing = 1000.0, writing

    def monotonic(self) -> float:
        return self.now

    def write(self, content: xr.Dataset, path: Path) -> None:
        self.now += self.writing
        self.written.append(self.now)

    written: list[float]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Clock:
    clock = Clock(request.param)
    clock.written = []
    monkeypatch.setattr(results_file, "time", clock)
    monkeypatch.setattr(results_file, "write_netcdf", clock.write)
    return clock


def of_a_sweep(tmp_path: Path) -> ResultsFile:
    plan = make_plan("digits", RECIPES["digits"], {"dropout": [0.1]})
    where = Where(tmp_path / "sweep.nc")
    (where.folder.path / "failures").mkdir(parents=True)
    return ResultsFile(plan, where)


@pytest.mark.parametrize("clock", [0.0, 5.0], indirect=True)
def test_a_point_that_ended_is_written_when_that_is_due(clock: Clock, tmp_path: Path) -> None:
    """Also if no other ends after it; and writing takes a twentieth of the time at most."""
    file, said = of_a_sweep(tmp_path), list[str]()
    clock.now += 2 * WRITE_SECONDS
    file.look(said.append)
    assert not clock.written  # nothing has ended
    file.point_ended()
    file.look(said.append)
    file.look(said.append)
    assert len(clock.written) == 1
    pause = max(WRITE_SECONDS, 20 * clock.writing)
    file.point_ended()
    clock.now += 0.9 * pause
    file.look(said.append)
    assert len(clock.written) == 1
    clock.now += 0.2 * pause
    file.look(said.append)
    assert len(clock.written) == 2 and not said


@pytest.mark.parametrize("clock", [0.0], indirect=True)
def test_a_file_that_cannot_be_written_ends_no_sweep(
    clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stale(content: xr.Dataset, path: Path) -> None:
        raise OSError(116, "Stale file handle", str(path))

    said: list[str] = []
    file = of_a_sweep(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(results_file, "write_netcdf", stale)
        for _ in range(3):
            file.point_ended()
            clock.now += 2 * WRITE_SECONDS
            file.look(said.append)
        assert len(said) == 1 and "sweep.nc' cannot be used (Stale file handle)" in said[0]
        with pytest.raises(OSError, match="Stale"):  # the last writing has to succeed
            file.write()
    clock.now += 2 * WRITE_SECONDS
    file.look(said.append)
    assert len(clock.written) == 1
