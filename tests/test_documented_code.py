"""The Python of the README and of the guide runs as it stands, block after block."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import brian2
import numpy as np
import pytest
from brian2.codegen.runtime.numpy_rt import NumpyCodeObject

import spide

ROOT = Path(__file__).resolve().parent.parent


def execute(page: str) -> dict[str, Any]:
    """Run all Python blocks of a page; return the names that they define."""
    text = (ROOT / page).read_text()
    blocks = re.findall(r"^```python\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    names: dict[str, Any] = {}
    for block in blocks:
        exec(compile(block, page, "exec"), names)
    return names


def test_the_readme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names = execute("README.md")
    assert names["run"].evaluate().accuracy > 0.5
    assert names["trace"].values.shape[0] == names["run"].recipe.forward_steps


def test_from_python(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    names = execute("docs/guide/python.md")
    assert names["run"].recipe.epochs == 5
    errors = names["errors"]
    assert errors[1000] < errors[100] / 2 < errors[10] / 4
    assert "(8, 40)" in capsys.readouterr().out
    rates = names["forward"].run(names["rng"].random((8, 64)), steps=30).firing_rates
    assert 0 < rates["layer1"] < 1


def test_exchange(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names = execute("docs/guide/exchange.md")
    run, image = names["run"], names["image"]
    logits = run.run_network(image[None]).logits[0]
    for found in (names["output"], names["logits"][0]):
        assert abs(found.detach().numpy() - logits).max() < 1e-5
    assert abs(logits).max() > 0.01


def test_add_a_neuron(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.warns(spide.InexactGradientWarning, match="refractory"):
        names = execute("docs/guide/add_a_neuron.md")
    assert names["stage"].neuron.name == "adaptive"
    # Two steps of silence after a spike: no neuron fires more than every third step.
    assert names["result"].alpha["layer1"].max() == pytest.approx(1 / 3)
    spikes_of_brian2, spikes = refractory_spikes(names["refractory"])
    assert len(set(spikes.sum(axis=0))) > 5  # of neurons that fire differently often
    np.testing.assert_array_equal(spikes, spikes_of_brian2)


def refractory_spikes(neuron: spide.NeuronModel) -> tuple[np.ndarray, np.ndarray]:
    """Spikes (steps, neurons) by Brian2's refractoriness and by the page's neuron, a current each.

    The currents are dyadic, so that sums of them have no rounding.
    """
    neurons, steps = 50, 60
    currents = np.arange(neurons) / 32 - 0.125
    group = brian2.NeuronGroup(
        neurons,
        "dv/dt = I/ms : 1 (unless refractory)\nI : 1",
        threshold="v >= 1",
        reset="v -= 2",
        refractory=(neuron.parameters["hold"] + 1) * brian2.ms,
        method="euler",
        dt=1 * brian2.ms,
        codeobj_class=NumpyCodeObject,
    )
    group.I = currents
    monitor = brian2.SpikeMonitor(group, codeobj_class=NumpyCodeObject)
    brian2.Network(group, monitor).run(steps * brian2.ms)
    expected = np.zeros((steps, neurons))
    expected[np.rint(monitor.t / brian2.ms).astype(int), monitor.i] = 1

    network = spide.Architecture.parse(str(neurons), input_shape=(neurons,), classes=2)
    stage = spide.ForwardNetwork(network, neuron, batch_size=1, dtype="float64")
    zeros = {name: np.zeros(shape) for name, shape in network.parameter_shapes().items()}
    stage.set_parameters({**zeros, "layer1.weight": np.eye(neurons)})
    with spide.watch(stage["layer1"], "spikes") as watched:
        stage.run(currents[None], steps)
    return expected, watched.values.reshape(steps, neurons)


@pytest.mark.parametrize(
    "page", [page.relative_to(ROOT) for page in sorted((ROOT / "docs").rglob("*.md"))], ids=str
)
def test_files_that_a_page_names_are_there(page: Path) -> None:
    text = (ROOT / page).read_text()
    rooms = "equations|networks|training|tests|benchmarks|notebooks|docs"
    named = re.findall(rf"`((?:{rooms})/[\w/.]+?\.(?:py|md|ipynb|yml|npz))`", text)
    linked = [link for link in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in link]
    paths = [ROOT / name for name in named if "your_" not in name]
    for path in [*paths, *((ROOT / page).parent / link for link in linked)]:
        assert path.exists(), f"{page} names '{path}'"


def test_the_api_page_has_every_name() -> None:
    page = (ROOT / "docs/api.md").read_text()
    own, pictures = page.split(".. currentmodule:: training.plots")
    for text, names in ((own, spide.__all__), (pictures, spide.plots.__all__)):
        listed = re.findall(r"^(?:   |.. py:data:: )(\w+)$", text, re.MULTILINE)
        assert sorted(listed) == sorted(names)
