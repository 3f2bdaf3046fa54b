"""Damaged run files: the right result, or one sentence and no other weights."""

from __future__ import annotations

import contextlib
import io
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import training.runs.prepare
from tests.faults.commands import TINY, content
from training.cli.command_line import main
from training.runs.files.folder import open_run

pytestmark = pytest.mark.faults

MUTATIONS = 360
TRAIN = ("train", "digits", *TINY, "--epochs", "3", "--learning-rate", "10")  # restless
CLOCK = ("images_per_second", "cpu_seconds")
"""Fields of records that depend on the clock."""

END = "checkpoints/iteration-00000009.safetensors"

Generator = np.random.Generator
Damage = Callable[[Path, Path, Generator], None]


def spide(*arguments: str) -> tuple[int, str, list[str]]:
    """Return exit status, output and the lines of the complaint; a traceback fails the test."""
    output, complaint = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(complaint):
        status = main(arguments)
    return status, output.getvalue(), complaint.getvalue().splitlines()


def result_of_evaluation(path: Path, which: str) -> tuple[int, list[str], list[str]]:
    status, output, complaint = spide("evaluate", str(path), "--checkpoint", which)
    found = re.findall(r"weights of iteration \d+|test accuracy [\d.]+ %", output)
    return status, found, complaint


@pytest.fixture(scope="module", autouse=True)
def _built_once(without_pictures: None) -> Iterator[None]:
    """Networks of the same values are those of the command before."""
    built: dict[str, Any] = {}
    build = training.runs.prepare.method_over_cores  # type: ignore[attr-defined]

    def build_once(*arguments: Any, **options: Any) -> Any:
        # Everything that settles a network has a complete `repr`, but the architecture.
        key = repr((arguments[0].notation, arguments[1:], sorted(options.items())))
        if key not in built:
            built[key] = build(*arguments, **options)
        return built[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training.runs.prepare, "method_over_cores", build_once)
        yield


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Stopped in the second epoch, the newest checkpoint not the best; complete; another."""
    folder = tmp_path_factory.mktemp("runs")
    for name, options in {
        "stopped": ("--seed", "4", "--max-iterations", "5"),
        "whole": ("--seed", "4"),
        "other": ("--seed", "1", "--max-iterations", "5"),
    }.items():
        assert spide(*TRAIN, "--out", str(folder / name), *options)[0] == 0
    return folder


@pytest.fixture(scope="module")
def right(runs: Path) -> list[list[str]]:
    """What evaluating the undamaged run may give: its newest and its best weights."""
    last, best = (result_of_evaluation(runs / "stopped", which)[1] for which in ("last", "best"))
    assert len(last) == len(best) == 2 and last != best
    return [last, best]


def flip_a_bit(file: Path, other: Path, rng: Generator) -> None:
    damaged = bytearray(file.read_bytes())
    damaged[rng.integers(len(damaged))] ^= 1 << int(rng.integers(8))
    file.write_bytes(damaged)


def change_a_digit(file: Path, other: Path, rng: Generator) -> None:
    damaged = bytearray(file.read_bytes())
    digits = [n for n, byte in enumerate(damaged) if chr(byte).isdigit()]
    if digits:
        damaged[rng.choice(digits)] = ord("0") + int(rng.integers(10))
    file.write_bytes(damaged)


def truncate(file: Path, other: Path, rng: Generator) -> None:
    whole = file.read_bytes()
    file.write_bytes(whole[: rng.integers(len(whole))])


def delete(file: Path, other: Path, rng: Generator) -> None:
    file.unlink()


def lengthen(file: Path, other: Path, rng: Generator) -> None:
    file.write_bytes(file.read_bytes() + rng.bytes(int(rng.integers(1, 20))))


def blank_a_block(file: Path, other: Path, rng: Generator) -> None:
    """As a crash of the machine leaves it on some file systems."""
    damaged = bytearray(file.read_bytes())
    start = int(rng.integers(len(damaged)))
    damaged[start : start + 512] = bytes(len(damaged[start : start + 512]))
    file.write_bytes(damaged)


def swap_in_the_folder(file: Path, other: Path, rng: Generator) -> None:
    names = sorted(path for path in file.parents[len(file.parents) - len(other.parents)].rglob("*"))
    alike = [path for path in names if path.is_file() and path != file]
    partner = alike[rng.integers(len(alike))]
    mine, theirs = file.read_bytes(), partner.read_bytes()
    file.write_bytes(theirs)
    partner.write_bytes(mine)


def take_from_another_run(file: Path, other: Path, rng: Generator) -> None:
    if other.exists():
        file.write_bytes(other.read_bytes())


DAMAGES: tuple[Damage, ...] = (
    *(flip_a_bit, flip_a_bit, flip_a_bit, change_a_digit, change_a_digit, truncate),
    *(delete, lengthen, blank_a_block, swap_in_the_folder, take_from_another_run),
)


@pytest.mark.parametrize("seed", range(MUTATIONS))
def test_damage(seed: int, runs: Path, right: list[list[str]], tmp_path: Path) -> None:
    copy = tmp_path / "run"
    shutil.copytree(runs / "stopped", copy)
    rng = np.random.default_rng(seed)
    names = sorted(content(copy))
    name = names[rng.integers(len(names))]
    damage = DAMAGES[rng.integers(len(DAMAGES))]
    damage(copy / name, runs / "other" / name, rng)
    damaged = content(copy)
    told = f"{damage.__name__} of {name}"

    for which in ("last", "best"):
        status, found, complaint = result_of_evaluation(copy, which)
        if status == 0:
            assert found in right, told
        else:
            assert len(complaint) == 1 and complaint[0].startswith("spide: "), (told, complaint)
    assert content(copy) == damaged, told

    status, _, complaint = spide("train", "digits", "--resume", str(copy))
    if status == 0:
        assert (copy / END).read_bytes() == (runs / "whole" / END).read_bytes(), told
        if damage is not take_from_another_run:  # records are evidence, no part of a result
            assert_no_record_is_wrong(copy, runs)
    else:
        (line,) = [line for line in complaint if "left out" not in line]
        assert line.startswith("spide: "), told
        assert content(copy) == damaged, told


def assert_no_record_is_wrong(resumed: Path, runs: Path) -> None:
    """What is left of the records is what the undamaged runs have, but for the clock."""
    expected = [
        timeless(record)
        for name in ("stopped", "whole")
        for record in open_run(runs / name).records()
    ]
    records = [timeless(record) for record in open_run(resumed).records()]
    assert len(records) == len({(r["kind"], r["iteration"]) for r in records})
    known = expected[0].keys()  # a bit in its name, and the checksum is another value
    for record in records:
        assert {name: record[name] for name in record if name in known} in expected


def timeless(record: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in record.items() if name not in CLOCK}
