"""What a batch moves, counted on the device that needs nothing but a compiler."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.device_profile import Options, profile

pytestmark = pytest.mark.devices


def test_a_profile(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SPIDE_CACHE_DIR", str(tmp_path))
    moved, waited = profile(
        Options("digits", device="cpp_standalone", batch_size=4, forward_steps=3, backward_steps=2)
    )
    assert moved.texts("stage") == ["forward"] * 2 + ["backward"] * 2
    # Potentials at rest, counts at zero: most of what a batch holds is one value.
    whole, sent = moved.numbers("sent whole MB"), moved.numbers("sent MB")
    assert all(0 < less < more for less, more in zip(sent, whole, strict=True))
    assert all(seconds > 0 for seconds in waited.numbers("steps s"))
    for row in waited.rows:
        assert sum(row[2:6]) == pytest.approx(row[6])  # type: ignore[arg-type]


def test_the_runtime_device_moves_nothing() -> None:
    with pytest.raises(ValueError, match="device 'runtime' has no program: use 'cpp_standalone'"):
        profile(
            Options("digits", device="runtime", batch_size=2, forward_steps=1, backward_steps=1)
        )
