"""What ``spide`` prints: help that stands alone, and one clear line for every mistake."""

from __future__ import annotations

import dataclasses
import importlib.metadata
import os
import re
from pathlib import Path

import numpy as np
import pytest

import training.cli.commands.training_commands
import training.runs.prepare
from networks import CompilerNotFoundError
from tests.training.cli.children import Ended, run_all
from tests.training.cli.command import TINY, refusal
from training.cli.command_line import main
from training.cli.commands.compare_command import Compare
from training.cli.commands.compile_command import Collect, Compile
from training.cli.commands.energy_command import Energy
from training.cli.commands.evaluate_command import Evaluate
from training.cli.commands.exchange_commands import Export, Import
from training.cli.commands.reproduce_command import Reproduce
from training.cli.commands.simulate_command import Simulate
from training.cli.commands.sweep_command import Sweep
from training.cli.help_texts import HELP
from training.experiments.request import NAMES
from training.recipes.earlier import END


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


@pytest.mark.parametrize(
    ("command", "options"),
    [
        ("evaluate", Evaluate), ("simulate", Simulate), ("energy", Energy), ("compare", Compare),
        ("sweep", Sweep), ("reproduce", Reproduce), ("export", Export), ("import", Import),
        ("compile", Compile), ("collect", Collect),
    ],
)  # fmt: skip
def test_help_names_every_option(command: str, options: type) -> None:
    """But for those of recipes, of which it says where they are listed."""
    names = {field.name for field in dataclasses.fields(options)} - {"recipe"}
    given = {name for name in names if name not in ("run_dir", "run_dirs", "file", "folder")}
    missing = {name for name in given if f"--{name.replace('_', '-')}" not in HELP[command]}
    assert not missing


def test_help_names_every_target() -> None:
    for target in NAMES:
        assert re.search(rf"\b{target}\b", HELP["reproduce"]), target


def test_help_says_what_may_change_when_a_run_is_resumed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit):
        main(["train", "digits", "--help"])
    resume = capsys.readouterr().out.partition("--resume")[2].partition("--max-iterations")[0]
    assert set(re.findall(r"--([a-z-]+)", resume)) == {name.replace("_", "-") for name in END}


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


QUICK = [
    ["--help"],
    ["train", "digits", "--help"],
    ["info", "mnist-feedback"],
    ["train", "digits", "--v-rest", "2"],
    ["train", "digits", "--batch-size", "1438"],
    ["train", "digits", "--architecture", "16C3s-8C3s (F16C5)"],
    ["train", "digits", "--synapses", "shared", "--device", "genn"],
    ["train", "digits", "--out", f"{os.devnull}/run"],
    ["train", "digits", "--resume", "/nowhere"],
    ["evaluate", "/nowhere"],
    ["simulate", "/nowhere", "--steps", "3"],
    ["energy", "/nowhere"],
    ["compare", "/nowhere", "/neither"],
    ["compile", "digits", "--dtype", "float16"],
    ["collect", "/nowhere"],
    ["export", "/nowhere", "network.nir"],
    ["import", "/nowhere.nir"],
    ["sweep", "digits", "--vary", "epoch=3"],
    ["sweep", "nowhere.toml"],
    ["reproduce", "figure33"],
    ["reproduce", "table1", "--seeds", "0"],
]

TELL_WHAT_IS_SLOW = """
import atexit
names = {"brian2", "torch", "sklearn"}
atexit.register(lambda: print("loaded:", *names & set(sys.modules), file=sys.stderr))
"""


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> list[Ended]:
    """The commands that should be quick, each in a process of its own."""
    return run_all(QUICK, tmp_path_factory.mktemp("quick"), before=TELL_WHAT_IS_SLOW)


@pytest.mark.parametrize("number", range(len(QUICK)), ids=lambda number: " ".join(QUICK[number]))
def test_neither_help_nor_mistakes_wait_for_brian2(number: int, ended: list[Ended]) -> None:
    *_, loaded = ended[number].error.decode().splitlines()
    assert loaded == "loaded:"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["fly"],
            "unknown command 'fly': choose train, evaluate, simulate, energy, compare, sweep, "
            "reproduce, export, import, compile, collect, info or doctor",
        ),
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
        (
            ["train", "mnits"],
            "unknown recipe 'mnits' (did you mean 'n-mnist'?): choose one of digits, ",
        ),
        (["train", "wine.npz"], ", and give your data with --data wine.npz"),
        (["info", "mnits"], "unknown recipe 'mnits'"),
        (["train", "digits", "--xyz", "3"], "unknown option '--xyz': 'spide train digits --help'"),
        (["train", "digits", "extra"], "'extra' belongs to no option"),
        (["train", "digits", "--epochs"], "--epochs needs a value"),
        (["train", "digits", "--milestones", "2", "--milestones=3"], "--milestones is given twice"),
        (
            ["simulate", "run", "--record", "layer1.v", "--record", "layer2.v"],
            "--record is given twice, and only the last one would count: give it once",
        ),
        (["compile", "--out", "p"], "the recipe comes first: spide compile RECIPE --out p, with"),
        (["sweep", "--vary", "x=1"], "the recipe comes first: spide sweep RECIPE --vary x=1, wi"),
        (
            ["compile", "digits", "--realisation", "explicit-couples", "--out", "p"],
            "realisation is 'explicit-couples': a compiled training has 'fast' only; choose that",
        ),
        (
            ["sweep", "digits", "--draws", "3", "--vary", "backward_steps=1,2"],
            "draws is 3, and mode 'grid' draws nothing: give --mode random, or leave --draws out",
        ),
        (
            ["sweep", "digits", "--mode", "random", "--vary", "backward_steps=1,2"],
            "mode 'random' needs a number of draws: give --draws",
        ),
        (
            ["train", "digits", "--epochs", "many"],
            "spide: --epochs cannot be 'many': it is a whole",
        ),
        (
            ["train", "digits", "--epochs", "it's"],
            "--epochs cannot be 'it's': it is a whole number",
        ),
        (
            ["train", "digits", "--epochs", "/a/long/path" * 10],
            f"--epochs cannot be '{'/a/long/path' * 10}': it is a whole number",
        ),
        (["train", "digits", "--learning-rate", "1e"], "--learning-rate cannot be '1e': it is a n"),
        (["evaluate", "run", "--forward-steps", "x"], "--forward-steps cannot be 'x': it is a who"),
        (
            ["train", "digits", "--milestones", "3", "x"],
            "--milestones cannot be '3 x': it takes whole numbers, with spaces between them",
        ),
        (
            ["train", "digits", "--max-iterations", "0"],
            "spide: --max-iterations must be at least 1",
        ),
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
            ["train", "digits", "--synapses", "shared", "--device", "genn"],
            "shared synapses cannot run on device 'genn': use 'explicit'",
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


@pytest.mark.parametrize("named", [("--data-set", "mnist"), ("--data_set=digits",)])
def test_two_data_sets_of_which_one_would_go_unused(
    named: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The recipe's own is named too: that it is given says that it is meant."""
    np.savez(tmp_path / "own.npz", images=np.zeros((40, 3)), labels=np.arange(40) % 2)
    own = ["--data", str(tmp_path / "own.npz"), "--architecture", "4", "--batch-size", "8"]
    words = ["train", "digits", "--out", str(tmp_path / "run"), *own, *named]
    assert "--data and --data-set exclude each other: give the data" in refusal(capsys, *words)
    assert not (tmp_path / "run").exists()


def test_a_file_in_place_of_the_default_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "runs").touch()
    assert "/runs' is a file): choose another --out" in refusal(capsys, "train", "digits", *TINY)


@pytest.mark.parametrize(
    ("options", "refused"),
    [
        (
            ["--milestones", "3", "15", "20"],
            "spide: milestones 15, 20 would change nothing: the training has 15 epochs; leave them "
            "out of --milestones, or choose more --epochs",
        ),
        (
            ["--epochs", "1", "--warmup-iterations", "46"],
            "spide: warmup_iterations is 46, and the training has 45 iterations, so that the "
            "learning rate would never have its initial value: choose fewer --warmup-iterations, "
            "or more --epochs",
        ),
        (["--milestones", "3", "14"], None),
        (["--epochs", "1"], None),  # the recipe's own milestones
        (["--epochs", "1", "--warmup-iterations", "45"], None),
    ],
)
def test_a_schedule_that_the_training_does_not_get_to(
    options: list[str],
    refused: str | None,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(training.cli.commands.training_commands, "train_anew", lambda *arguments: 0)
    if refused:
        assert refusal(capsys, "train", "digits", *options) == refused
    else:
        assert main(["train", "digits", *options]) == 0


def test_a_device_that_cannot_be_used_is_refused_before_anything_is_built(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training.runs.prepare, "find", None)
    monkeypatch.setattr(training.runs.prepare, "method_over_cores", None)
    for name in ("GENN_PATH", "PATH", "CUDA_PATH"):
        monkeypatch.delenv(name, raising=False)
    line = refusal(capsys, "train", "digits", "--device", "genn", "--out", str(tmp_path / "run"))
    assert "brian2genn is not installed" in line or "GeNN was not found" in line
    assert not list(tmp_path.iterdir())


def test_without_compiler(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(*arguments: object, **keywords: object) -> None:
        raise CompilerNotFoundError("there is no C++ compiler: install g++")

    monkeypatch.setattr(training.runs.prepare, "method_over_cores", refuse)
    line = refusal(capsys, "train", "digits", "--out", str(tmp_path / "run"), *TINY)
    assert "there is no C++ compiler: install g++" in line
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("export", "run"), "spide export needs --to nir|torch and --out PATH"),
        (("export", "run", "--to", "nir"), "spide export needs --out PATH"),
        (("import", "file"), "spide import needs --recipe STR and --out PATH"),
        (("collect", "folder"), "spide collect needs --out PATH"),
        (("collect", "--out", "x"), "spide collect needs FOLDER"),
        (("evaluate", "--forward-steps", "5"), "spide evaluate needs RUN_DIR"),
        (("simulate", "--image", "3"), "spide simulate needs RUN_DIR"),
        (("energy", "--images", "3"), "spide energy needs RUN_DIR"),
        (("export", "--to", "nir"), "spide export needs RUN_DIR and --out PATH"),
        (("import", "--recipe", "digits"), "spide import needs FILE and --out PATH"),
    ],
)
def test_options_that_a_command_needs(
    words: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert refusal(capsys, *words) == f"spide: {said}"
