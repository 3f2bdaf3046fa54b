"""What a compiled training cannot do is refused before anything is written."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

import spide
from tests.training.cli.command import TINY, refusal
from training.cli.command_line import main
from training.data import find
from training.errors import UserError
from training.programs.numbers import schedule_bytes
from training.recipes import RECIPES
from training.runs.files.folder import open_run


@pytest.mark.parametrize(
    ("option", "said"),
    [
        (("--method", "implicit"), "method is 'implicit': a compiled training has 'spide' only"),
        (("--normalisation", "weight"), "normalisation is 'weight': a compiled training has"),
        (("--norm-restriction", "reparameterisation"), "a compiled training has 'projection' only"),
        (("--couple",), "couple is True: a compiled training has False only"),
        (("--synapses", "explicit"), "synapses are explicit, on device 'runtime': a compiled"),
        (("--device", "genn"), "device is 'genn': a compiled training has 'cpp_standalone' only"),
        (("--backward-neuron", "trace"), "backward_neuron is 'trace': a compiled training has"),
        (("--threads", "2"), "is told when it starts, as in './train 2': leave --threads out"),
        (("--evaluate-every", "3"), "evaluate_every is 3: a compiled training has 0 only"),
        (
            ("--learning", "rates"),
            "learning is 'rates': a compiled training has 'spikes' only; lea",
        ),
        (("--device", "runtime"), "device is 'runtime': a compiled training has 'cpp_standalone'"),
        (
            ("--stop-at-accuracy", "0.9"),
            "stop_at_accuracy is 0.9: a compiled training has 0.0",
        ),
    ],
)
def test_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], option: tuple[str, ...], said: str
) -> None:
    words = ("compile", "digits", "--out", str(tmp_path / "program"), *TINY, *option)
    assert said in refusal(capsys, *words)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["program", "not/yet/there/program"])
def test_more_epochs_than_the_disk_has_room_for(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """1,437 images of digits in batches of 32: 5,748 bytes of order and 45 times 72 an epoch."""
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage._replace(free=8_987_999_999))
    out = tmp_path / name
    said = refusal(capsys, "compile", "digits", "--out", str(out), "--epochs", "1000000")
    assert f"takes 9.0 GB, and '{tmp_path}' has 9.0 GB free; choose fewer epochs, or" in said
    assert list(tmp_path.iterdir()) == []


def test_what_the_schedule_takes(tmp_path: Path) -> None:
    recipe = spide.compile("digits", tmp_path / "program", epochs=3, milestones=())
    written = sum(
        file.stat().st_size
        for file in (tmp_path / "program" / "data").iterdir()
        if file.name.startswith(("order-", "learning_rates")) or file.suffix == ".streams"
    )
    assert written == schedule_bytes(recipe, find("digits").load(tmp_path))


def test_folders(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "--out DIR" in refusal(capsys, "compile", "digits")
    (tmp_path / "taken").write_text("")
    out = ("--out", str(tmp_path))
    assert "is not an empty folder" in refusal(capsys, "compile", "digits", *out)
    said = refusal(capsys, "collect", str(tmp_path), "--out", str(tmp_path / "run"))
    assert "holds no compiled training: give a folder that 'spide compile' wrote" in said


def test_the_same_from_python(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """File for file what the command writes, and refused with the same words."""
    by_command, by_name, by_recipe = (tmp_path / name for name in ("command", "name", "recipe"))
    assert main(["compile", "digits", "--out", str(by_command), *TINY]) == 0
    fields = vars(open_run(by_command / "data").recipe)
    tiny = {name: value for name, value in fields.items() if value != vars(RECIPES["digits"])[name]}
    del tiny["device"], tiny["synapses"], tiny["learning"]  # as the program carries it out
    carried_out = spide.compile("digits", by_name, **tiny)
    assert carried_out.learning == "spikes" and carried_out.device == "cpp_standalone"
    assert contents(by_name) == contents(by_command)
    assert spide.compile(RECIPES["digits"], by_recipe, **tiny) == carried_out
    capsys.readouterr()
    for options, said in (
        ({"method": "implicit"}, "method is 'implicit': a compiled training has 'spide' only"),
        ({"epoch": 3}, "a recipe has no field 'epoch'"),
        ({"epochs": 0}, "epochs"),
        ({"learning": "rates"}, "learning is 'rates': a compiled training has 'spikes' only"),
        ({"device": "runtime"}, "device is 'runtime': a compiled training has"),
    ):
        with pytest.raises((UserError, ValueError), match=said):
            spide.compile("digits", tmp_path / "refused", **options)
    assert not (tmp_path / "refused").exists()
    with pytest.raises(UserError, match="is not an empty folder"):
        spide.compile("digits", by_name, **tiny)
    assert capsys.readouterr().out == ""


def contents(folder: Path) -> dict[str, bytes]:
    """The training's own sources and all numbers; Brian2 counts what it generates in a process."""
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for part in ("sources", "data")
        for file in (folder / part).rglob("*")
        if file.is_file() and file.name != "recipe.json"  # which knows when it was written
    }


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
