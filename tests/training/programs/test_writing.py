"""What a compiled training cannot do is refused before anything is written."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.training.cli.command import TINY, refusal
from training.cli.command_line import main


@pytest.mark.parametrize(
    ("option", "said"),
    [
        (("--method", "implicit"), "method is 'implicit': a compiled training has 'spide' only"),
        (("--normalisation", "weight"), "normalisation is 'weight': a compiled training has"),
        (("--norm-restriction", "reparameterisation"), "a compiled training has 'projection' only"),
        (("--couple",), "couple is True: a compiled training has False only"),
        (("--synapses", "explicit"), "synapses are explicit, on device 'runtime': a compiled"),
        (("--device", "genn"), "synapses are explicit, on device 'genn': a compiled training has"),
        (("--backward-neuron", "trace"), "backward_neuron is 'trace': a compiled training has"),
    ],
)
def test_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], option: tuple[str, ...], said: str
) -> None:
    words = ("compile", "digits", "--out", str(tmp_path / "program"), *TINY, *option)
    assert said in refusal(capsys, *words)
    assert list(tmp_path.iterdir()) == []


def test_folders(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "--out DIR" in refusal(capsys, "compile", "digits")
    (tmp_path / "taken").write_text("")
    out = ("--out", str(tmp_path))
    assert "is not an empty folder" in refusal(capsys, "compile", "digits", *out)
    said = refusal(capsys, "collect", str(tmp_path), "--out", str(tmp_path / "run"))
    assert "holds no compiled training: give a folder that 'spide compile' wrote" in said


def test_what_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The folder is whole, holds no absolute path, and has trained nothing."""
    out = tmp_path / "program"
    assert main(["compile", "digits", "--out", str(out), *TINY]) == 0
    assert [each.name for each in tmp_path.iterdir()] == ["program"]
    names = {each.name for each in out.iterdir()}
    assert names == {"README.md", "build.sh", "sources", "forward", "backward", "data"}
    texts = [file for file in out.rglob("*") if file.suffix in (".h", ".cpp", ".sh", ".md")]
    assert texts
    assert not [file for file in texts if str(tmp_path) in file.read_text()]
    for stage in ("forward", "backward"):  # each list of spikes is cleared once, at its own end
        cleared = re.findall(
            r"batch.spikes\((\w+), (\d+)\)", (out / stage / "main.cpp").read_text()
        )
        assert cleared == [("_array_layer1__spikespace", "64")]
    said = refusal(capsys, "collect", str(out), "--out", str(tmp_path / "run"))
    assert "has trained nothing yet: run './train' in it" in said
