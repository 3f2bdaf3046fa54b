"""The command ``spide``: what it prints, and one clear line for every mistake."""

from __future__ import annotations

import importlib.metadata
import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import training.cli.commands
import training.cli.preparation
import training.data
from networks import CompilerNotFoundError
from training.cli.command_line import main
from training.data import DataSet, Images
from training.data.digits import DIGITS
from training.storage.sealed_json import seal

TINY = (
    *("--architecture", "4C3s (F4C3)", "--batch-size", "512", "--epochs", "2"),
    *("--forward-steps", "4", "--backward-steps", "5"),
)
LAST_LINE = re.compile(r"test accuracy \d{1,3}\.\d\d %  (.+)")


def refusal(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Run a command that must fail, and return its one line on stderr."""
    capsys.readouterr()
    assert main(arguments) in (1, 2)
    *lines, end = capsys.readouterr().err.split("\n")
    assert (len(lines), end) == (1, "")
    assert lines[0].startswith("spide: ")
    return lines[0]


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of two epochs of a tiny network."""
    path = tmp_path_factory.mktemp("trained") / "run"
    assert main(["train", "digits", "--out", str(path), *TINY]) == 0
    return path


def test_train_writes_a_complete_run_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "run"
    assert main(["train", "digits", "--out", str(out), *TINY, "--seed", "7"]) == 0
    printed = capsys.readouterr().out
    last = LAST_LINE.fullmatch(printed.splitlines()[-1])
    assert last is not None and last[1] == str(out)
    assert {path.name for path in out.iterdir()} == {
        "recipe.json",
        "metrics.jsonl",
        "writer.lock",
        "checkpoints",
        "pictures",
    }
    recipe = json.loads((out / "recipe.json").read_text())
    assert recipe["name"] == "digits"
    assert (recipe["recipe"]["seed"], recipe["recipe"]["forward_steps"]) == (7, 4)
    records = [json.loads(line) for line in (out / "metrics.jsonl").read_text().splitlines()]
    assert [record["kind"] for record in records] == [*["training"] * 3, "test"] * 2
    assert printed.splitlines()[-1].split()[2] == f"{100 * records[-1]['accuracy']:.2f}"


def test_evaluate_repeats_the_accuracy(trained: Path, capsys: pytest.CaptureFixture[str]) -> None:
    records = (trained / "metrics.jsonl").read_text().splitlines()
    accuracy = json.loads(records[-1])["accuracy"]
    assert main(["evaluate", str(trained)]) == 0
    expected = f"test accuracy {100 * accuracy:.2f} %  {trained}"
    assert capsys.readouterr().out.splitlines()[-1] == expected
    assert main(["evaluate", str(trained), "--checkpoint", "best"]) == 0
    best = max(json.loads(r)["accuracy"] for r in records if json.loads(r)["kind"] == "test")
    assert f"test accuracy {100 * best:.2f} %" in capsys.readouterr().out


def test_max_iterations_and_resume(tmp_path: Path, trained: Path) -> None:
    """Stopped after 4 of 6 iterations and resumed: the weights of the whole run."""
    out = str(tmp_path / "run")
    assert main(["train", "digits", "--out", out, *TINY, "--max-iterations", "4"]) == 0
    assert main(["train", "digits", "--resume", out]) == 0
    name = "checkpoints/iteration-00000006.safetensors"
    assert (tmp_path / "run" / name).read_bytes() == (trained / name).read_bytes()


def test_more_epochs_when_resuming(tmp_path: Path) -> None:
    out = tmp_path / "run"
    assert main(["train", "digits", "--out", str(out), *TINY, "--max-iterations", "1"]) == 0
    assert main(["train", "digits", "--resume", str(out), "--epochs", "1"]) == 0
    assert json.loads((out / "recipe.json").read_text())["recipe"]["epochs"] == 1
    assert [path.name for path in (out / "checkpoints").glob("*3.json")]


def test_a_finished_run_says_so_at_once(
    copy: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*arguments: object, **keywords: object) -> None:
        raise AssertionError("nothing is to be built or loaded")

    monkeypatch.setattr(training.cli.commands, "build_for_all", refuse)
    monkeypatch.setattr(training.cli.commands, "load_images", refuse)
    kept = [*copy.glob("checkpoints/*"), copy / "metrics.jsonl"]
    before = [path.read_bytes() for path in kept]
    (copy / "pictures" / "curves.png").unlink()
    command = ["train", "digits", "--resume", str(copy)]
    for options in ([], ["--epochs", "1"], ["--max-iterations", "6"]):
        assert main([*command, *options]) == 0
        said, _, last = capsys.readouterr().out.splitlines()
        assert said.startswith("the run is finished, with 2 epochs (6 iterations): for more, give ")
        assert LAST_LINE.fullmatch(last)
    assert (copy / "pictures" / "curves.png").exists()
    line = refusal(capsys, *command, "--max-iterations", "5")
    assert "--max-iterations 5 lies below the 6 iterations that the run already has" in line
    assert [path.read_bytes() for path in kept] == before
    more = ["--epochs", "9", "--max-iterations", "6"]
    assert main([*command, *more]) == 0
    assert capsys.readouterr().out.startswith("the run already has 6 iterations: for more, give -")


@pytest.mark.parametrize("command", [["evaluate"], ["train", "digits", "--resume"]])
def test_other_images_than_those_of_the_run(
    command: list[str],
    copy: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One pixel differs: neither an accuracy nor weights come of it."""

    def other(data_set: DataSet, data_dir: Path) -> Images:
        images = DIGITS.read(data_set, data_dir)
        images.test.tensors[0][7, 0, 3, 3] += 1
        return images

    monkeypatch.setattr(training.data, "DATA_SETS", (replace(DIGITS, read=other),))
    monkeypatch.setattr(training.cli.commands, "build_for_all", None)
    before = (copy / "recipe.json").read_bytes()
    options = ["--epochs", "3"] if "train" in command else []
    line = refusal(capsys, *command, str(copy), *options, "--data-dir", "elsewhere")
    assert "the images of digits in 'elsewhere' are not those that the run in" in line
    assert (copy / "recipe.json").read_bytes() == before


@pytest.mark.parametrize(
    ("options", "noted"),
    [
        (["--milestones", "3", "15", "20"], "note: with 15 epochs nothing happens at milestone 15"),
        (["--milestones", "3", "14"], None),
        (["--epochs", "1"], None),  # the recipe's own milestones
    ],
)
def test_milestones_that_come_too_late_are_noted(
    options: list[str],
    noted: str | None,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(training.cli.commands, "train_anew", lambda *arguments: 0)
    assert main(["train", "digits", *options]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith(noted) if noted else printed == ""


def test_a_device_that_cannot_be_used_is_refused_before_anything_is_built(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training.cli.commands, "load_images", None)
    monkeypatch.setattr(training.cli.commands, "build_for_all", None)
    for name in ("GENN_PATH", "PATH", "CUDA_PATH"):
        monkeypatch.delenv(name, raising=False)
    line = refusal(capsys, "train", "digits", "--device", "genn", "--out", str(tmp_path / "run"))
    assert "brian2genn is not installed" in line or "GeNN was not found" in line
    assert not list(tmp_path.iterdir())


def test_info(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["info", "mnist-feedback", "--batch-size", "2"]) == 0
    printed = capsys.readouterr().out
    for part in ("64 x 14 x 14", "19,600", "274,826", "4,194,304", "9,277,440", "MiB libraries"):
        assert part in printed
    assert main(["info", "mnist-lenet", "--synapses", "explicit"]) == 0
    assert "606,740" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [[], ["--help"], ["-h"]])
def test_help_lists_commands_and_recipes(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 0
    printed = capsys.readouterr().out
    for part in ("spide train RECIPE", "spide evaluate", "spide info", "mnist-lenet  ", "digits"):
        assert part in printed


@pytest.mark.parametrize("command", ["train", "evaluate", "info", "doctor"])
@pytest.mark.parametrize("option", ["--help", "-h"])
def test_help_of_a_command_stands_alone(
    command: str, option: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([command, option]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith(f"usage: spide {command}")
    assert re.search(rf"examples?:\n  spide {command}", printed)
    assert "{recipes}" not in printed


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"spide {importlib.metadata.version('spide')}\n"


def test_help_of_a_recipe_shows_its_own_defaults(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit:
        main(["train", "mnist-lenet", "--help"])
    assert not exit.value.code
    printed = capsys.readouterr().out
    for option in ("--architecture", "--forward-steps", "--seed", "--resume", "--data-dir"):
        assert option in printed
    assert "15C5-P2-40C5-P2-300" in printed and "appendix D.3" in printed


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["train", "digits", "--help"],
        ["info", "mnist-feedback"],
        ["train", "digits", "--v-rest", "2"],
        ["train", "digits", "--batch-size", "1438"],
        ["train", "digits", "--architecture", "16C3s-8C3s (F16C5)"],
        ["train", "digits", "--synapses", "shared", "--device", "cpp_standalone"],
        ["train", "digits", "--out", f"{os.devnull}/run"],
        ["train", "digits", "--resume", "/nowhere"],
        ["evaluate", "/nowhere"],
    ],
)
def test_neither_help_nor_mistakes_wait_for_brian2(arguments: list[str]) -> None:
    code = (
        "import sys; from training.cli.command_line import main\n"
        "try: main(sys.argv[1:])\n"
        "except SystemExit: pass\n"
        "assert not {'brian2', 'torch', 'sklearn'} & set(sys.modules), 'slow'"
    )
    subprocess.run([sys.executable, "-c", code, *arguments], check=True, capture_output=True)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["fly"], "unknown command 'fly': choose train, evaluate, info or doctor"),
        (["trian"], "unknown command 'trian' (did you mean 'train'?): choose train,"),
        (["train", "digts"], "unknown recipe 'digts' (did you mean 'digits'?): choose one of"),
        (["train", "digits", "--epoch", "2"], "option '--epoch' (did you mean '--epochs'?): 'sp"),
        (["train", "digits", "--epoch=2"], "option '--epoch' (did you mean '--epochs'?)"),
        (["train", "digits", "--max_iteration", "2"], "(did you mean '--max-iterations'?)"),
        (["info", "digits", "--fedback-norm", "2"], "(did you mean '--feedback-norm'?)"),
        (["train", "digits", "--milestones", "10,13"], "(did you mean '--milestones 10 13'?)"),
        (["train", "digits", "--milestones=[10, 13]"], "(did you mean '--milestones 10 13'?)"),
        (["train", "digits", "--data-set", "mnits"], "'mnits' (did you mean 'mnist'?): choose"),
        (["train", "digits", "--device", "gen"], "'gen' (did you mean 'genn'?): choose one of"),
        (["evaluate", "run", "--checkpoint", "bets"], "(did you mean 'best'?): choose one of"),
        (["evaluate", "run", "--data", "data"], "option '--data' (did you mean '--data-dir'?)"),
        (["train"], "needs a recipe: choose one of digits, mnist-feedback, mnist-lenet, fash"),
        (["train", "mnits"], "unknown recipe 'mnits': choose one of digits, mnist-feedback, "),
        (["info", "mnits"], "unknown recipe 'mnits'"),
        (["train", "digits", "--xyz", "3"], "unknown option '--xyz': 'spide train digits --help'"),
        (["train", "digits", "extra"], "'extra' belongs to no option"),
        (["train", "digits", "--epochs"], "--epochs needs a value"),
        (["train", "digits", "--epochs", "many"], "--epochs: invalid literal for int()"),
        (
            ["train", "digits", "--dtype", "int8"],
            "--dtype cannot be 'int8': choose one of float32, float64",
        ),
        (["train", "digits", "--epochs", "0"], "epochs must be at least 1, not 0"),
        (["train", "digits", "--batch-size", "0"], "batch_size must be at least 1, not 0"),
        (["train", "digits", "--forward-steps", "0"], "forward_steps must be at least 1, not 0"),
        (
            ["train", "digits", "--backward-steps", "-2"],
            "backward_steps must be at least 1, not -2",
        ),
        (["train", "digits", "--learning-rate", "0"], "learning_rate must be positive, not 0.0"),
        (["train", "digits", "--learning-rate", "nan"], "learning_rate must be positive, not nan"),
        (["train", "digits", "--learning-rate", "1e300"], "1e+300, which float32 cannot hold"),
        (["train", "digits", "--weight-decay", "1e-60"], "1e-60, which float32 cannot hold"),
        (["train", "digits", "--loss-scale", "inf"], "loss_scale must be positive, not inf"),
        (["train", "digits", "--leak", "nan"], "leak"),
        (["train", "digits", "--forward-steps", "16777217"], "must be at most 16,777,216, not 167"),
        (["train", "digits", "--epochs", "1000001"], "epochs must be at most 1,000,000"),
        (["train", "digits", "--seed", "-1"], "seed must be at least 0, not -1"),
        (["train", "digits", "--seed", "1" * 20], "seed must be at most 9,223,372,036,854,775,807"),
        (["train", "digits", "--milestones", "13", "10"], "milestones must increase, not (13, 10)"),
        (["train", "digits", "--batch-size", "1438"], "larger than the 1,437 training images of d"),
        (["train", "digits", "--v-threshold", "-1"], "the threshold is -1.0: it must be positive"),
        (
            ["train", "digits", "--synapses", "shared", "--device", "cpp_standalone"],
            "shared synapses cannot run on device 'cpp_standalone': use 'explicit'",
        ),
        (["train", "digits", "--out", f"{os.devnull}/run"], f"('{os.devnull}' is a file): choose"),
        (["train", "digits", "--out", os.devnull], "exists and is not an empty folder"),
        (["train", "digits", "--out", "n" * 300], "(File name too long): choose a shorter name"),
        (["train", "digits", "--max-iterations", "0"], "--max-iterations must be at least 1"),
        (["train", "digits", "--v-rest", "3"], "potential is 3.0: it must lie below the threshold"),
        (["train", "digits", "--data-set", "imagenet"], "no data set 'imagenet': choose one of"),
        (["train", "digits", "--architecture", "16C3-banana"], "layer 2, 'banana', of '16C3-ban"),
        (["train", "digits", "--architecture", "16C3s-8C3s (F16C5)"], "the feedback, '(F16C5)'"),
        (["train", "digits", "--architecture", "8-8C3"], "layer 2, '8C3'"),
        (["train", "mnist-feedback", "--data-dir", "/nowhere"], "download=True"),
        (["train", "digits", "--resume", "/nowhere"], "'/nowhere' holds no run"),
        (["evaluate", "/nowhere"], "'/nowhere' holds no run"),
        (["evaluate"], "needs a run folder: spide evaluate RUN_DIR"),
        (["info", "digits", "--architecture", "8C3 (F8C3"], "cannot read the architecture"),
    ],
)
def test_mistakes_get_one_line_and_leave_nothing_behind(
    arguments: list[str],
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert message in refusal(capsys, *arguments)
    assert not list(tmp_path.iterdir())


def test_out_and_resume_exclude_each_other(capsys: pytest.CaptureFixture[str]) -> None:
    line = refusal(capsys, "train", "digits", "--out", "a", "--resume", "b")
    assert "--out and --resume exclude each other" in line


def test_occupied_and_unwritable_folders(
    trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = {path: path.stat().st_mtime_ns for path in trained.rglob("*")}
    line = refusal(capsys, "train", "digits", "--out", str(trained), *TINY)
    assert f"already holds a run: continue it with --resume '{trained}'" in line
    assert {path: path.stat().st_mtime_ns for path in trained.rglob("*")} == before
    (tmp_path / "file").touch()
    line = refusal(capsys, "train", "digits", "--out", str(tmp_path / "file" / "run"), *TINY)
    assert "cannot write the run folder" in line


def test_a_file_in_place_of_the_default_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "runs").touch()
    assert "/runs' is a file): choose another --out" in refusal(capsys, "train", "digits", *TINY)


def test_resume_refuses_other_options_and_recipes(
    trained: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (trained / "recipe.json").read_text()
    line = refusal(capsys, "train", "digits", "--resume", str(trained), "--batch-size", "64")
    assert "--batch-size cannot be 64 when resuming" in line and "has 512" in line
    line = refusal(capsys, "train", "mnist-lenet", "--resume", str(trained))
    assert "holds a run of the recipe 'digits', not 'mnist-lenet'" in line
    assert (trained / "recipe.json").read_text() == before


@pytest.fixture
def copy(trained: Path, tmp_path: Path) -> Path:
    """A copy of a run, to be spoilt."""
    for path in trained.rglob("*"):
        if path.is_file():
            target = tmp_path / path.relative_to(trained)
            target.parent.mkdir(exist_ok=True)
            target.write_bytes(path.read_bytes())
    return tmp_path


@pytest.mark.parametrize("command", [["evaluate"], ["train", "digits", "--resume"]])
def test_damaged_and_foreign_checkpoints(
    command: list[str], copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tensors = copy / "checkpoints" / "iteration-00000006.safetensors"
    state = copy / "checkpoints" / "iteration-00000006.json"
    whole, content = tensors.read_bytes(), json.loads(state.read_text())

    tensors.write_bytes(whole[:1000])
    assert "is damaged or truncated" in refusal(capsys, *command, str(copy))

    tensors.write_bytes(whole)
    state.write_text(state.read_text()[:-20])
    assert "is damaged" in refusal(capsys, *command, str(copy))

    content = {key: content[key] for key in ("name", "recipe", "progress", "sha256")}
    for field, value in (("architecture", "4C3s"), ("learning_rate", 0.07), ("seed", 3)):
        other = {**content, "recipe": {**content["recipe"], field: value}}
        state.write_bytes(seal(other))
        assert f"is of the {field} '{value}'" in refusal(capsys, *command, str(copy))

    state.unlink()
    for path in (copy / "checkpoints").glob("*.json"):
        path.unlink()
    assert "there is no checkpoint" in refusal(capsys, *command, str(copy))


def test_weights_that_are_not_numbers(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from training.runs.checkpoint import load_latest, save

    spoilt = load_latest(copy / "checkpoints")
    spoilt.parameters["layer1.weight"][0] = np.nan
    save(copy / "checkpoints", spoilt)
    assert "'layer1.weight' holds NaN" in refusal(capsys, "evaluate", str(copy))


def test_without_compiler(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(*arguments: object, **keywords: object) -> None:
        raise CompilerNotFoundError("there is no C++ compiler: install g++")

    monkeypatch.setattr(training.cli.preparation, "method_over_cores", refuse)
    line = refusal(capsys, "train", "digits", "--out", str(tmp_path / "run"), *TINY)
    assert "there is no C++ compiler: install g++" in line
    assert not (tmp_path / "run").exists()


def test_as_a_module() -> None:
    result = subprocess.run(
        [sys.executable, "-m", "training", "train", "nothing"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith("spide: unknown recipe 'nothing'")


@pytest.mark.parametrize("options", [["train", "digits", "--help"], ["info", "digits"]])
def test_a_reader_that_has_left_is_no_mistake(options: list[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)  # as `spide ... | head` does
    try:
        result = subprocess.run(
            [sys.executable, "-m", "training", *options], stdout=writing, stderr=subprocess.PIPE
        )
    finally:
        os.close(writing)
    assert (result.returncode, result.stderr) == (141, b"")


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["train", "digits", "--help"],
        ["info", "digits"],
        ["evaluate", "n\xe4chste-\u8d70"],
        ["train", "digits", "--epochs", "many"],
        ["train", "digits", "--milestones", "10,13"],
        ["train", "digits", "--out", f"{os.devnull}/n\xe4chste"],
        ["train", "mnist-feedback", "--data-dir", "\u6570\u636e"],
        ["train", "\u6570\u5b57"],
    ],
)
def test_without_unicode_it_says_the_same(arguments: list[str], tmp_path: Path) -> None:
    printed = []
    for encoding in ("utf-8", "ascii"):
        environment = {**os.environ, "PYTHONIOENCODING": encoding, "LC_ALL": "C"}
        result = subprocess.run(
            [sys.executable, "-m", "training", *arguments],
            env=environment,
            cwd=tmp_path,
            capture_output=True,
        )
        assert b"Traceback" not in result.stderr
        text = result.stdout.decode(encoding), result.stderr.decode(encoding)
        printed.append((result.returncode, *text))
    plain, ascii_ = printed
    assert plain[0] == ascii_[0]
    assert plain[2].encode("ascii", "backslashreplace").decode() == ascii_[2]
    assert ascii_[2].count("\n") == (1 if plain[0] else 0)
    if plain[0] == 0 and "--help" not in arguments:
        assert plain[1] == ascii_[1]


@pytest.mark.parametrize(
    "arguments", [["evaluate", b"\xff"], ["train", "digits", "--resume", b"\xff"]]
)
def test_names_that_are_no_text(arguments: list[str | bytes]) -> None:
    """A file may be called anything, whatever the encoding of the system."""
    command = [sys.executable, "-m", "training", *arguments]
    result = subprocess.run(command, capture_output=True)
    assert result.returncode == 1
    assert result.stderr.startswith(b"spide: '\\udcff' holds no run")
    assert result.stderr.count(b"\n") == 1
