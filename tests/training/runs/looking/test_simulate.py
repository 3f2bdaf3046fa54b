"""One image step by step: potentials and spikes against the rates and the dense statement."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

from training.runs.looking.simulate import Recording, simulate
from training.runs.run import Run
from training.runs.train import train

RNG = np.random.default_rng(1)
LABELS = np.arange(40) % 2
OWN: dict[str, Any] = {
    "images": (RNG.normal(size=(40, 4)) + 2 * LABELS[:, None]).astype(np.float32),
    "labels": LABELS, "architecture": "6 (F6)", "batch_size": 8, "epochs": 1, "milestones": (),
    "forward_steps": 8, "backward_steps": 40, "dtype": "float64", "loss_scale": 400.0,
}  # fmt: skip
RECORD = ("layer1.v", "layer1.spikes", "backward.layer1.v", "backward.layer1.spikes")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return train(out=tmp_path_factory.mktemp("runs") / "run", **OWN)


@pytest.fixture(scope="module")
def result(run: Run) -> xr.Dataset:
    return simulate(run, 3, RECORD)


def test_stage_1_is_equation_2_step_by_step(run: Run, result: xr.Dataset) -> None:
    """u[t+1] = u[t] + W s[t] + F x + b - (V_th - u_rest) s[t+1], from the run's own weights."""
    weights = run.weights
    image = run.images.test[3][0].numpy().astype(float)
    v, s = np.zeros(6), np.zeros(6)
    for step in range(8):
        v = v + weights["feedback.weight"] @ s
        v = v + (weights["layer1.weight"] @ image + weights["layer1.bias"])
        s = (v >= 1.0).astype(float)
        v = v - 2.0 * s
        np.testing.assert_array_equal(result["layer1.spikes"].isel(step=step), s)
        np.testing.assert_allclose(result["layer1.v"].isel(step=step), v, atol=1e-12)


def test_the_file_describes_itself(result: xr.Dataset) -> None:
    assert result["step"].values.tolist() == list(range(8))
    assert result["backward.step"].values.tolist() == list(range(40))
    assert result["layer1.v"].attrs == {
        "long_name": "membrane potential of layer1",
        "recorded": "at the end of the step, after resets and arriving spikes",
    }
    assert result["layer1.spikes"].attrs["long_name"] == "spikes of layer1"


def test_more_steps_than_in_the_training(run: Run) -> None:
    longer = run.simulate(3, ["layer1.spikes"], forward_steps=11)
    assert longer["layer1.spikes"].sizes["step"] == longer.sizes["step"] == 11
    same = run.simulate(3)
    np.testing.assert_array_equal(longer["layer1.spikes"][:8], same["layer1.spikes"])
    with pytest.raises(ValueError, match="forward_steps must be at least 1, not 0"):
        run.simulate(3, forward_steps=0)


def test_the_rates_are_the_means_of_the_spikes(result: xr.Dataset) -> None:
    assert result["layer1.spikes"].sum() > 0
    np.testing.assert_allclose(
        result["layer1.spikes"].mean("step"), result["layer1.alpha"], atol=1e-15
    )


def test_stage_2_has_spikes_of_both_signs(run: Run, result: xr.Dataset) -> None:
    spikes = result["backward.layer1.spikes"]
    assert spikes.sizes["backward.step"] == 40
    assert {-1, 1} <= set(np.unique(spikes))
    image, label = run.images.test[3]
    step = run.trainer.step(image.numpy()[None], [int(label)], batch=8)
    np.testing.assert_allclose(spikes.mean("backward.step"), step.beta["layer1"][0], atol=1e-15)


def test_the_prediction_is_that_of_the_run(run: Run, result: xr.Dataset) -> None:
    image, label = run.images.test[3]
    assert result.attrs["label"] == int(label)
    assert result.attrs["predicted"] == run.predict(image.numpy()[None])[0]


def test_the_image_is_a_copy(run: Run) -> None:
    before = run.images.test[3][0].numpy().copy()
    found = run.simulate(3)
    found["image"] -= 1
    np.testing.assert_array_equal(run.images.test[3][0].numpy(), before)


@pytest.mark.parametrize("layer", ["layer1", "layer2"])
def test_maps_are_channel_row_column(tmp_path: Path, layer: str) -> None:
    """The means over steps are alpha and beta at every place of maps that are not square."""
    images = RNG.normal(size=(40, 2, 10, 4)) + LABELS[:, None, None, None]
    maps = {**OWN, "images": images.astype(np.float32), "architecture": "3C3s-4C3 (F3C3)"}
    run = train(out=tmp_path / "run", **maps)
    shape = {"layer1": (3, 5, 2), "layer2": (4, 5, 2)}[layer]
    result = simulate(run, 2, [f"{layer}.spikes", f"backward.{layer}.spikes"])
    spikes, signed = result[f"{layer}.spikes"], result[f"backward.{layer}.spikes"]
    assert spikes.dims[1:] == tuple(f"{layer}.{axis}" for axis in ("channel", "y", "x"))
    assert spikes.shape == (8, *shape) and signed.shape == (40, *shape)
    image, label = run.images.test[2]
    step = run.trainer.step(image.numpy()[None], [int(label)], batch=8)
    assert all(np.unique(rates[layer][0]).size > 2 for rates in (step.alpha, step.beta))
    np.testing.assert_allclose(spikes.mean("step"), step.alpha[layer][0], atol=1e-12)
    np.testing.assert_allclose(signed.mean("backward.step"), step.beta[layer][0], atol=1e-12)


def test_a_leak_in_the_count_is_no_spike(tmp_path: Path) -> None:
    leaky = train(out=tmp_path / "run", **{**OWN, "leak": 0.75})
    result = simulate(leaky, 0, ["layer1.spikes", "layer1.spike_count"])
    weighted = sum(
        result["layer1.spikes"].isel(step=step).astype(float) * 0.75 ** (7 - step)
        for step in range(8)
    )
    assert set(np.unique(result["layer1.spikes"])) == {0, 1}
    np.testing.assert_allclose(weighted, result["layer1.spike_count"].isel(step=7), atol=1e-12)


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Three layers of leaky neurons, of which each works a step later than the one before."""
    options = {**OWN, "architecture": "6-5-4 (F6)", "leak": 0.75, "propagation": "synchronous"}
    return train(out=tmp_path_factory.mktemp("runs") / "run", **options, couple=True)


@pytest.mark.parametrize("layer", ["layer1", "layer2", "layer3"])
def test_a_layer_of_a_pipeline_has_its_own_steps(pipeline: Run, layer: str) -> None:
    """Rates that are the leak-weighted means of the spikes: no spike is lost, none invented."""
    names = [f"{layer}.spikes", f"{layer}.v", f"backward.{layer}_positive.spikes"]
    result = simulate(pipeline, 1, [*names, f"backward.{layer}_negative.spikes"])
    spikes = result[f"{layer}.spikes"]
    assert spikes.sizes["step"] == result[f"{layer}.v"].sizes["step"] == 8
    decay = 0.75 ** np.arange(7, -1, -1)
    rates = np.tensordot(decay, spikes.values.astype(float), 1) / decay.sum()
    assert spikes.sum() > 0
    np.testing.assert_allclose(rates, result[f"{layer}.alpha"], rtol=1e-12)
    np.testing.assert_array_equal(spikes.values.any(axis=0), result[f"{layer}.alpha"].values > 0)

    image, label = pipeline.images.test[1]
    beta = pipeline.trainer.step(image.numpy()[None], [int(label)], batch=8).beta[layer][0]
    both = [result[f"backward.{layer}_{sign}.spikes"] for sign in ("positive", "negative")]
    assert both[0].sizes["backward.step"] == 40 and both[0].sum() + both[1].sum() > 0
    decay = 0.75 ** np.arange(39, -1, -1)
    net = both[0].values.astype(float) - both[1].values
    np.testing.assert_allclose(np.tensordot(decay, net, 1) / decay.sum(), beta, atol=1e-12)


def test_one_name_is_one_recording(run: Run) -> None:
    one = run.simulate(3, "layer1.v")
    assert [name for name in one if "layer1.v" in str(name)] == ["layer1.v"]
    assert "layer1.spikes" not in one


def test_methods_without_that_network_are_named_with_what_there_is(tmp_path: Path) -> None:
    own = {name: value for name, value in OWN.items() if name != "backward_steps"}
    surrogate = train(out=tmp_path / "torch", **own, method="surrogate")
    said = r"the method surrogate has no forward network: it runs in torch; .*forward_network\(1\)"
    with pytest.raises(ValueError, match=rf"cannot record 'layer1\.v': {said}"):
        surrogate.simulate(0)
    with pytest.raises(AttributeError, match=said):
        _ = surrogate.trainer.forward
    image = surrogate.images.test.tensors[0][:1].numpy()
    rates = surrogate.network.forward_network(1).run(image, 8).alpha  # the remedy
    np.testing.assert_allclose(
        rates["layer1"], surrogate.run_network(image).alpha["layer1"], atol=1e-12
    )
    implicit = train(out=tmp_path / "implicit", **own, method="implicit")
    said = "the method implicit has no backward network: only forward"
    with pytest.raises(ValueError, match=rf"cannot record 'backward\.layer1\.v': {said}"):
        implicit.simulate(0, "backward.layer1.v")


def test_direct_feedback_has_the_weights_in_both_stages(tmp_path: Path) -> None:
    trainer = train(out=tmp_path / "run", **OWN, method="feedback_alignment").trainer
    for stage in (trainer.forward, trainer.backward):
        assert stage.weights.keys() == trainer.weights.keys()
        for name, values in trainer.weights.items():
            np.testing.assert_array_equal(stage.weights[name], values)


@pytest.mark.parametrize("text", ["v", "layer1.", "middle.layer1.v", "a.b.c.d"])
def test_names_that_cannot_be_read(text: str) -> None:
    with pytest.raises(ValueError, match=f"cannot record '{text}': write LAYER.VARIABLE"):
        Recording.read(text)


@pytest.mark.parametrize(
    ("image", "record", "sentence"),
    [
        (0, ["layer2.v"], "there is no 'layer2' .did you mean 'layer1'.., only layer1"),
        (0, ["layer1.u"], "no variable 'u' to watch"),
        (0, [], "there is nothing to record"),
        (900, ["layer1.v"], "there is no test image 900: there are 8, from 0 on"),
    ],
)
def test_refused_in_one_sentence(run: Run, image: int, record: list[str], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        simulate(run, image, record)
