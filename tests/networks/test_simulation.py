"""Where and how networks are simulated: what does not go together is refused at once."""

from __future__ import annotations

import pytest

from networks.devices.facts import Backend
from networks.simulation import Simulation


@pytest.mark.parametrize("backend", ["cuda", "opencl"])
def test_a_gpu_takes_a_batch_as_a_whole(backend: Backend) -> None:
    for threads in (0, 1):
        assert Simulation(device="genn", backend=backend, threads=threads).undivided
    said = f"threads is 4: backend '{backend}' of device 'genn' simulates a whole batch at once"
    with pytest.raises(ValueError, match=f"{said}.*use threads 1, or leave threads out"):
        Simulation(device="genn", backend=backend, threads=4)


def test_a_backend_where_there_is_none_to_choose() -> None:
    refused = pytest.raises(
        ValueError, match="backend is 'cpu', and the device 'runtime' has no choice of backends: "
    )
    with refused:
        Simulation(backend="cpu")
    with refused:
        Simulation.of(None, {"backend": "cpu"})
    with refused:
        Simulation.of(Simulation(device="genn", backend="cpu"), {"device": "runtime"})
    on_genn = Simulation.of(None, {"backend": "cpu", "device": "genn"})
    assert (on_genn.device, on_genn.backend) == ("genn", "cpu")


def test_programs_of_a_cpu_are_as_many_as_threads() -> None:
    assert Simulation(device="genn", backend="cpu", threads=4).threads == 4
    assert Simulation(device="cpp_standalone", threads=4).threads == 4


def test_no_more_threads_than_samples() -> None:
    Simulation(threads=3).check_batch(3)
    Simulation().check_batch(1)  # as many as there are cores, and samples
    with pytest.raises(ValueError, match="threads is 3, more than the 2 images of a batch that"):
        Simulation(threads=3).check_batch(2)
