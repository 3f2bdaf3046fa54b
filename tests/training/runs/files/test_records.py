"""The log: a damaged line costs that line, and is said."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from training.runs.files.records import encode, read_records


def training(iteration: int, **changed: Any) -> dict[str, Any]:
    return {
        "kind": "training",
        "iteration": iteration,
        "epoch": iteration / 3,
        "loss": 0.1 + 0.2,
        "accuracy": 1 / 3,
        "images_per_second": 1e5 / 7,
        "learning_rate": 0.05,
        "feedback_norm": 1.5,
        "firing_rates_forward": {"layer1": 0.1},
        "firing_rates_backward": {"layer1": 0.01},
        **changed,
    }


TEST = {"kind": "test", "iteration": 3, "epoch": 1.0, "loss": 0.5, "accuracy": 0.25}


def test_what_is_written_is_read_and_a_cut_off_end_is_left_out_in_silence(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    records = [training(1), training(2, feedback_norm=None), TEST]
    lines = b"".join(map(encode, records))
    (tmp_path / "log").write_bytes(lines + encode(training(3))[:-1])
    assert read_records(tmp_path / "log") == records
    assert read_records(tmp_path / "none") == []
    assert caplog.messages == []


def without(record: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in record.items() if name != key}


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (encode(training(2)).replace(b"0.05", b"0.06"), "its checksum is not that of its content"),
        (encode(training(2)).replace(b"loss", b"l\xffss"), "can't decode byte 0xff"),
        (encode(training(2))[:-20] + b"\n", "Unterminated string"),
        (b"\n", "Expecting value"),
        (b"[" * 100_000 + b"\n", "recursion"),
        (b"3\n", "it is no JSON object"),
        (b"null\n", "it is no JSON object"),
        (b"{}\n", "Unable to extract tag using discriminator 'kind'"),
        (training(2, kind="trial"), "does not match any of the expected tags"),
        (without(training(2), "accuracy"), "training.accuracy: Field required"),
        (without(training(2), "firing_rates_forward"), "firing_rates_forward: Field required"),
        (training(2, loss="0.3"), "training.loss: Input should be a valid number"),
        (training(2, loss=float("nan")), "training.loss: Input should be a finite number"),
        (training(2, accuracy=1.5), "training.accuracy: Input should be less than or equal to 1"),
        ({**training(2), "iteration": 2.0}, "training.iteration: Input should be a valid integer"),
        (training(2, firing_rates_backward={"layer1": None}), "layer1: Input should be a valid"),
        (without(TEST, "loss"), "test.loss: Field required"),
    ],
)
def test_a_damaged_line_costs_that_line(
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    line: bytes | dict[str, Any],
    reason: str,
) -> None:
    damaged = line if isinstance(line, bytes) else json.dumps(line).encode() + b"\n"
    (tmp_path / "log").write_bytes(encode(training(1)) + damaged + encode(TEST))
    assert read_records(tmp_path / "log") == [training(1), TEST]
    (message,) = caplog.messages
    assert f"left out 1 of 3 lines of '{tmp_path / 'log'}'" in message
    assert "(the first is line 2: " in message and reason in message
    assert "\n" not in message


def test_any_digit_that_has_changed_is_found(tmp_path: Path) -> None:
    line = encode(training(2))
    digits = [position for position, byte in enumerate(line) if chr(byte).isdigit()]
    assert len(digits) > 50
    for position in digits:
        changed = b"7" if line[position : position + 1] != b"7" else b"3"
        (tmp_path / "log").write_bytes(line[:position] + changed + line[position + 1 :])
        # In the name of the checksum, it is a line without one whose values are right; in the last
        # digit of a number, it may be the same number.
        read = [{name: r[name] for name in training(2)} for r in read_records(tmp_path / "log")]
        assert read in ([], [training(2)])


def test_lines_of_earlier_versions_have_no_checksum(tmp_path: Path) -> None:
    (tmp_path / "log").write_text(json.dumps(training(1)) + "\n" + json.dumps(TEST) + "\n")
    assert read_records(tmp_path / "log") == [training(1), TEST]
