"""How much is measured."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Large:
    """A recipe whose network is only run once, with so many images."""

    name: str
    recipe: str
    batch_size: int


ALEXNET_F = Large("AlexNet-F", "cifar10-alexnet-f", 16)
CIFARNET_F = Large("CIFARNet-F", "cifar10-cifarnet-f", 8)


@dataclass(frozen=True)
class Effort:
    """Numbers of runs, and the values that sweeps go through.

    Parameters
    ----------
    warmup_iterations : int
        Training iterations before anything is measured: firing rates settle.
    rounds : int
        Rounds of ours against the peers.
    explicit_samples : int
        Images of the peer with explicit synapses; each takes about a gigabyte and a minute. With 0
        that peer is left out.
    runs : int
        Of which the fastest counts, outside the peers.
    share_runs : int
        The same for one share alone: its time is split into parts, and what is not compiled reads
        memory that the cache no longer holds, which suffers first from a host's other guests.
    turns : int
        Of one process against several, some seconds each.
    batch_sizes, backward_steps, widths, thresholds : tuple of int or float
        Values of the sweeps.
    large : tuple of Large
    device_networks : tuple of str
        Of `benchmarks.device_task.NETWORKS`.
    device_warmup_iterations : int
        Training iterations before devices are compared.
    device_rounds : int
        Processes for each device; the first compiles.
    device_cache : bool
        Whether what devices compiled before is looked for, instead of compiling in a first round.
    device_batches : int
        Batches that each of them counts.
    """

    warmup_iterations: int = 100
    rounds: int = 7
    explicit_samples: int = 1
    runs: int = 3
    share_runs: int = 25
    turns: int = 15
    batch_sizes: tuple[int, ...] = (1, 2, 4, 8, 16, 32, 64, 128, 256)
    backward_steps: tuple[int, ...] = (25, 50, 100, 200, 400)
    widths: tuple[int, ...] = (16, 32, 64, 128)
    thresholds: tuple[float, ...] = (0.5, 1.0, 2.0, 4.0, 8.0)
    large: tuple[Large, ...] = (ALEXNET_F, CIFARNET_F)
    device_networks: tuple[str, ...] = ("digits", "784-400-10")
    device_warmup_iterations: int = 40
    device_rounds: int = 2
    device_cache: bool = False
    device_batches: int = 5


FULL = Effort()
QUICK = Effort(
    warmup_iterations=10,
    rounds=2,
    explicit_samples=0,
    runs=1,
    share_runs=3,
    turns=2,
    batch_sizes=(4, 32, 128),
    backward_steps=(25, 100),
    widths=(16, 64),
    thresholds=(1.0, 4.0),
    large=(ALEXNET_F,),
    device_networks=("small",),
    device_warmup_iterations=5,
    device_rounds=1,
    device_cache=True,
    device_batches=2,
)
