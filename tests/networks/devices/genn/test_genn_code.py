"""What is written for GeNN's backends of GPUs, read as text: neither GeNN nor a GPU is needed.

GeNN makes a kernel of each model class in ``magicnetwork_model.cpp`` and functions that copy an
array to the GPU (push) and back (pull); ``main.cpp`` calls them.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from brian2 import prefs

from equations import NeuronModel, TernaryCouple, integrate_and_fire
from networks import Backend, BackwardNetwork, DeviceError, ForwardNetwork
from networks.devices.genn import simulator as genn
from networks.devices.genn.installation import Installation
from tests.networks.builders import architecture
from tests.networks.devices.genn.genn_available import needs_brian2genn

NETWORK = architecture("3C3s-4C3 (F3C3)", (2, 6, 4))
SAMPLES = 5

pytestmark = needs_brian2genn


@pytest.fixture(autouse=True)
def no_gpu_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(backend: str) -> tuple[Installation, ...]:
        return ()

    monkeypatch.setattr(genn, "require_genn", nothing)


def on(backend: Backend) -> dict[str, Any]:
    return {"device": "genn", "backend": backend}


def project(stage: ForwardNetwork | BackwardNetwork, folder: Path) -> tuple[str, str]:
    """Generate a project without compiling it; return its model and its main program."""
    stage.simulator._generate(folder)  # type: ignore[attr-defined]
    return (folder / "magicnetwork_model.cpp").read_text(), (folder / "main.cpp").read_text()


def step_loop(main: str) -> str:
    """The body of the loop over the steps."""
    body = main.split("step < batch.steps(); step++)")[1].split("stepTime();")[0]
    return " ".join(body.split())


def accesses(model: str, owner: str) -> dict[str, str]:
    """From the variables of a population or a connection to what GeNN may do with them."""
    body = re.split(rf"class {owner}(?:NEURON|WEIGHTUPDATE) :", model)[1].split("IMPLEMENT_MODEL")
    return dict(re.findall(r'\{"(\w+)", "\w+", VarAccess::(\w+)\}', body[0]))


@pytest.mark.parametrize("backend", ["cuda", "opencl"])
def test_stage_1(backend: Backend, tmp_path: Path) -> None:
    stage = ForwardNetwork(NETWORK, integrate_and_fire(), SAMPLES, **on(backend))
    model, main = project(stage, tmp_path)
    # Populations hold one sample; GeNN runs all samples of the batch in its kernels.
    assert f"model.setBatchSize({SAMPLES});" in model
    for layer in NETWORK.layers:
        assert f'addNeuronPopulation<{layer.name}NEURON>("{layer.name}", {layer.units},' in model
        assert accesses(model, layer.name) == {
            "i": "READ_ONLY",
            **dict.fromkeys(("v", "spike_count"), "READ_WRITE"),
            **dict.fromkeys(("I", "dropout"), "READ_ONLY_DUPLICATE"),
            **dict.fromkeys(
                ("leak", "v_rest", "v_threshold", "window_start", "window_steps"),
                "READ_ONLY_SHARED_NEURON",
            ),
        }
    sizes = {"layer2_synapses": 9 * 3 * 4, "feedback_synapses": 9 * 4 * 3}
    for name, size in sizes.items():
        assert f"addSynapsePopulation<{name}WEIGHTUPDATE, {name}POSTSYN>" in model
        assert "SPARSE_INDIVIDUALG" in model
        # All samples share the synapses, which hold no weights but places in a kernel.
        assert accesses(model, name) == {"place": "READ_ONLY"}
        assert f"allocatew{name}({size});" in main
        assert f"batch.shared(w{name}, {size});" in main and f"pushw{name}ToDevice({size});" in main
        assert f"push{name}ConnectivityToDevice" not in main
    assert "$(addToInSyn,($(dropout_post)*$(w)[$(place)]))" in model.replace(" ", "")
    # Inputs are arrays as well; nothing is compiled for a value.
    assert "batch.each(Ilayer1" in main and "pushIlayer1ToDevice();" in main
    assert f"std::fill_n(v_thresholdlayer1, {SAMPLES}, shared_v_thresholdlayer1);" in main
    # GeNN would send scalars to the GPU in every step.
    scalars = re.findall(r"SET_EXTRA_GLOBAL_PARAMS\(\{(.*?)\}\);", model, re.DOTALL)
    assert {each.strip() for each in scalars} == {"", '{"w", "float*"}'}


@pytest.mark.parametrize("backend", ["cuda", "opencl"])
def test_nothing_is_copied_from_step_to_step(backend: Backend, tmp_path: Path) -> None:
    stage = ForwardNetwork(NETWORK, integrate_and_fire(), SAMPLES, **on(backend))
    _, main = project(stage, tmp_path / "forward")
    frames = "{ if (batch.frames()) { batch.present(step); pushIlayer1ToDevice(); }"
    assert step_loop(main) == frames
    backward = BackwardNetwork(NETWORK, TernaryCouple(), SAMPLES, **on(backend))
    _, main = project(backward, tmp_path / "backward")
    assert step_loop(main) == "{"


def test_stage_2_is_of_couples(tmp_path: Path) -> None:
    stage = BackwardNetwork(NETWORK, TernaryCouple(), SAMPLES, **on("cuda"))
    model, main = project(stage, tmp_path)
    for layer in NETWORK.layers:
        for side in ("positive", "negative"):
            assert f'"{layer.name}_{side}", {layer.units},' in model
            assert f"{layer.name}_resets_{side}WEIGHTUPDATE" in model
            assert f"pullspike_count{layer.name}_{side}FromDevice();" in main
    code = re.sub(r"\s", "", model)
    for sign in ("", "-"):
        factors = rf"{sign}\(*\$\(span_ratio_pre\)\)*\*\$\(dropout_pre\)"
        assert re.search(rf"\$\(addToInSyn,\(*{factors}", code)


def test_stage_2_of_ternary_neurons(tmp_path: Path) -> None:
    stage = BackwardNetwork(NETWORK, TernaryCouple(), SAMPLES, couple=False, **on("cuda"))
    model, main = project(stage, tmp_path)
    assert "$(s_pre)" in model and "pullspike_countlayer1FromDevice();" in main


def test_blocks_are_warps_on_a_gpu(tmp_path: Path) -> None:
    """GeNN adds without atomics within a block that holds a whole layer."""
    stage = ForwardNetwork(NETWORK, integrate_and_fire(), SAMPLES, **on("cuda"))
    model, _ = project(stage, tmp_path)
    chosen = model.rindex("GENN_PREFERENCES.manualBlockSizes.fill(32);")
    assert chosen > model.rindex("GENN_PREFERENCES.blockSizeSelectMethod = BlockSizeSelect::MANUAL")
    assert model.rindex("blockSizeSelectMethod") < chosen < model.index("model.setName(")
    # Products are rounded before they are added; the user's options stay.
    users = model.rindex('GENN_PREFERENCES.userNvccFlags = "')
    ours = model.rindex('GENN_PREFERENCES.userNvccFlags += " --fmad=false";')
    assert users < ours < model.index("model.setName(")


def test_opencl_is_c(tmp_path: Path) -> None:
    """No templates, no namespaces; the functions of OpenCL C, and numbers without a suffix."""
    stage = BackwardNetwork(NETWORK, TernaryCouple(), SAMPLES, couple=False, **on("opencl"))
    model, _ = project(stage, tmp_path)
    codes = re.findall(r'SET_(?:SIM|RESET|SUPPORT|SIM_SUPPORT)_CODE\("(.*?)"\);', model, re.DOTALL)
    code = "".join(codes)
    assert "sign($(v))" in code and "fabs($(v))" in code and "(int)(" in code
    assert not re.search(r"template|std::|_brian|int_|sign_|\d\.\d*f\b", code)


def test_a_function_that_opencl_lacks(tmp_path: Path) -> None:
    drawn = integrate_and_fire()
    neuron = NeuronModel(drawn.model, "v % 9 >= v_threshold", drawn.reset, 1.0, -1.0)
    stage = ForwardNetwork(NETWORK, neuron, SAMPLES, **on("opencl"))
    with pytest.raises(
        ValueError, match=r"'layer\d' uses the function 'brian_mod', which GeNN's OpenCL"
    ):
        project(stage, tmp_path)


def test_the_users_preferences_stay(tmp_path: Path) -> None:
    stage = ForwardNetwork(NETWORK, integrate_and_fire(), SAMPLES, **on("cuda"))
    prefs["devices.genn.connectivity"] = "DENSE"
    try:
        model, _ = project(stage, tmp_path)
        assert "DENSE_INDIVIDUALG" not in model
        assert prefs["devices.genn.connectivity"] == "DENSE"
    finally:
        prefs["devices.genn.connectivity"] = "SPARSE"


def test_another_brian2genn_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable without its access would be one per sample, or none."""
    stage = ForwardNetwork(NETWORK, integrate_and_fire(), SAMPLES, **on("cuda"))
    text = Path.read_text

    def changed(self: Path, *arguments: Any) -> str:
        return text(self, *arguments).replace('{"v", "float"}', '{"v","float"}')

    monkeypatch.setattr(Path, "read_text", changed)
    with pytest.raises(DeviceError, match=r"declares 'v' of 'layer\d' in a way that is not known"):
        project(stage, tmp_path)


def test_batches_beyond_genns_grid() -> None:
    with pytest.raises(ValueError, match="fewer than 1024 samples side by side on backend 'cuda'"):
        ForwardNetwork(NETWORK, integrate_and_fire(), 1024, **on("cuda"))


def test_double_precision_on_opencl() -> None:
    with pytest.raises(ValueError, match="device 'genn' adds spikes in float32 only on backend"):
        ForwardNetwork(NETWORK, integrate_and_fire(), 2, dtype="float64", **on("opencl"))
