"""What is written for GeNN's CUDA backend, read as text: neither GeNN nor a GPU is needed.

GeNN makes a kernel of each model class in ``magicnetwork_model.cpp`` and functions that copy an
array to the GPU (push) and back (pull); ``main.cpp`` calls them.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from equations import TernaryCouple, integrate_and_fire
from networks import BackwardNetwork, ForwardNetwork
from networks.devices.genn import simulator as genn
from networks.devices.genn.installation import Installation
from tests.networks.builders import architecture
from tests.networks.devices.genn_available import needs_brian2genn

NETWORK = architecture("3C3s-4C3 (F3C3)", (2, 6, 4))
SAMPLES = 5

pytestmark = needs_brian2genn


@pytest.fixture
def no_gpu_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(backend: str) -> tuple[Installation, ...]:
        return ()

    monkeypatch.setattr(genn, "require_genn", nothing)


def project(stage: ForwardNetwork | BackwardNetwork, folder: Path) -> tuple[str, str]:
    """Generate a project without compiling it; return its model and its main program."""
    stage.simulator._generate(folder)  # type: ignore[attr-defined]
    return (folder / "magicnetwork_model.cpp").read_text(), (folder / "main.cpp").read_text()


def step_loop(main: str) -> str:
    """The body of the loop over the steps."""
    body = main.split("step < batch.steps(); step++)")[1].split("stepTime();")[0]
    return " ".join(body.split())


def test_stage_1(no_gpu_needed: None, tmp_path: Path) -> None:
    stage = ForwardNetwork(NETWORK, integrate_and_fire(), SAMPLES, device="genn", backend="cuda")
    model, main = project(stage, tmp_path)
    # A kernel for each population, which holds the whole batch, and for each connection.
    for layer in NETWORK.layers:
        neurons = SAMPLES * layer.units
        assert f'addNeuronPopulation<{layer.name}NEURON>("{layer.name}", {neurons},' in model
    for name in ("layer2_synapses", "feedback_synapses"):
        assert f"addSynapsePopulation<{name}WEIGHTUPDATE, {name}POSTSYN>" in model
        assert "SPARSE_INDIVIDUALG" in model
        # Weights are an array that each request brings, the connectivity is not sent again.
        assert f"batch.shared(brian::_dynamic_array_{name}_w.data()" in main
        assert f"pushw{name}ToDevice();" in main
        assert f"push{name}ConnectivityToDevice" not in main
    assert "$(addToInSyn,($(dropout_post)*$(w)))" in model.replace(" ", "")
    # Inputs are arrays as well; nothing is compiled for a value.
    assert "batch.each(Ilayer1" in main and "pushIlayer1ToDevice();" in main
    assert "batch.shared(&shared_v_thresholdlayer1, 1, 1);" in main
    # Scalars would be sent in every step: each neuron has its copy.
    assert "pushv_thresholdlayer1ToDevice();" in main
    scalars = re.findall(r"SET_EXTRA_GLOBAL_PARAMS\(\{(.*?)\}\);", model, re.DOTALL)
    assert scalars and not "".join(scalars).strip()
    assert "GENN_PREFERENCES.deviceSelectMethod" in model


def test_nothing_is_copied_from_step_to_step(no_gpu_needed: None, tmp_path: Path) -> None:
    stage = ForwardNetwork(NETWORK, integrate_and_fire(), SAMPLES, device="genn", backend="cuda")
    _, main = project(stage, tmp_path / "forward")
    frames = "{ if (batch.frames()) { batch.present(sample, step); pushIlayer1ToDevice(); }"
    assert step_loop(main) == frames
    backward = BackwardNetwork(NETWORK, TernaryCouple(), SAMPLES, device="genn", backend="cuda")
    _, main = project(backward, tmp_path / "backward")
    assert step_loop(main) == "{"


def test_stage_2_is_of_couples(no_gpu_needed: None, tmp_path: Path) -> None:
    stage = BackwardNetwork(NETWORK, TernaryCouple(), SAMPLES, device="genn", backend="cuda")
    model, main = project(stage, tmp_path)
    for layer in NETWORK.layers:
        for side in ("positive", "negative"):
            assert f'"{layer.name}_{side}", {SAMPLES * layer.units},' in model
            assert f"{layer.name}_resets_{side}WEIGHTUPDATE" in model
            assert f"pullspike_count{layer.name}_{side}FromDevice();" in main
    code = re.sub(r"\s", "", model)
    for sign in ("", "-"):
        factors = rf"{sign}\(*\$\(rescale_pre\)\)*\*\$\(dropout_pre\)"
        assert re.search(rf"\$\(addToInSyn,\(*{factors}", code)


def test_stage_2_of_ternary_neurons(no_gpu_needed: None, tmp_path: Path) -> None:
    stage = BackwardNetwork(
        NETWORK, TernaryCouple(), SAMPLES, as_couples=False, device="genn", backend="cuda"
    )
    model, main = project(stage, tmp_path)
    assert "$(s_pre)" in model and "pullspike_countlayer1FromDevice();" in main
