"""Devices that this machine lacks: told before the first point is trained, and of what is left."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from networks.devices import DeviceError
from networks.devices.programs.standalone import StandaloneSimulator
from networks.devices.runtime import RuntimeSimulator
from tests.training.cli.command import TINY, refusal
from training.errors import UserError
from training.recipes import RECIPES
from training.runs.train import train
from training.sweeps import sweep as module
from training.sweeps.folder import SweepFolder
from training.sweeps.planning.plan import make_plan
from training.sweeps.sweep import run_sweep
from training.sweeps.todo import check_devices, missing
from training.sweeps.where import Where

DIGITS = replace(
    RECIPES["digits"], architecture="6 (F6)", batch_size=700, epochs=1, forward_steps=4,
    backward_steps=5,
)  # fmt: skip


@pytest.fixture
def no_standalone(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise DeviceError("there is no such device here: get one")

    monkeypatch.setattr(StandaloneSimulator, "require", refuse)


@pytest.mark.usefixtures("no_standalone")
def test_refused_before_the_first_point_is_trained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(module, "connected", None)  # that would train
    said = refusal(
        capsys, "sweep", "digits", *TINY, "--vary", "device=runtime,cpp_standalone",
        "--out", str(tmp_path / "sweep.nc"),
    )  # fmt: skip
    assert said == (
        "spide: the point device=cpp_standalone, seed=0 cannot be trained: there is no such device "
        "here: get one"
    )
    assert not list(tmp_path.iterdir())


@pytest.mark.usefixtures("no_standalone")
def test_what_is_not_trained_here_needs_no_device(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = make_plan("digits", DIGITS, {"device": ["runtime", "cpp_standalone"]})
    folder = SweepFolder(tmp_path)
    there, lacking = plan.points
    with folder.locked():
        folder.fail(lacking, "there was no such device", "")
    check_devices(plan, folder, retry_failed=False)
    with pytest.raises(UserError, match="point device=cpp_standalone, seed=0 cannot be trained"):
        check_devices(plan, folder, retry_failed=True)
    folder.forget_failure(lacking)

    def connecting(*_: Any) -> None:
        raise InterruptedError

    monkeypatch.setattr(module, "connected", connecting)
    with pytest.raises(InterruptedError):  # the workers of a cluster may have it: no refusal
        run_sweep(plan, Where(tmp_path / "sweep.nc", scheduler="tcp://127.0.0.1:9"))
    assert folder.state(there) == "missing"


def test_what_is_complete_needs_no_device(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = make_plan("digits", DIGITS, {"device": ["runtime"]})
    (point,) = plan.points
    where = Where(tmp_path / "sweep.nc")

    def refuse() -> None:
        raise ValueError("there is no such device here: get one")

    with monkeypatch.context() as patch:
        patch.setattr(RuntimeSimulator, "require", refuse)
        with pytest.raises(UserError, match="device=runtime, seed=0 cannot be trained: there is"):
            run_sweep(plan, where)
    train(point.recipe, out=where.folder.run(point))
    monkeypatch.setattr(RuntimeSimulator, "require", refuse)
    assert run_sweep(plan, where).state.values.ravel().tolist() == ["complete"]


def test_points_that_failed_are_tried_again_if_that_is_asked_for(tmp_path: Path) -> None:
    plan = make_plan("digits", DIGITS, {"dropout": [0.1, 0.2, 0.3]})
    new, failed, begun = plan.points
    folder, said = SweepFolder(tmp_path), list[str]()
    train(begun.recipe, out=folder.run(begun), max_iterations=1)
    with folder.locked():
        folder.fail(failed, "the disk was full", "")
        assert missing(plan, folder, False, said.append) == [begun, new]
        assert folder.state(failed) == "failed"
        assert missing(plan, folder, True, said.append) == [begun, new, failed]
        assert folder.state(failed) == "missing"
    assert [line.split(";")[0] for line in said] == [
        "3 points: 1 begun, 1 failed, 1 missing", "3 points: 1 begun, 2 missing",
    ]  # fmt: skip
