"""What torchrun tells a process about itself and its siblings, in environment variables.

All siblings do the same and meet the same mistakes, but a user wants to read a thing once: only
the first process prints, and of a mistake tells whichever process is the first to meet it (the
others may already be gone, or not yet be there).
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

_PATIENCE = timedelta(seconds=10)
"""For torchrun's store, which has been there for longer than this process."""


@dataclass(frozen=True)
class Launch:
    """The place of this process among its siblings.

    Parameters
    ----------
    rank : int
        Its number, from 0.
    size : int
        Number of processes; 1 without torchrun.
    local_size : int
        Of those, the ones on this machine.
    host, port : str, int
        Where torchrun keeps a store for all of them.
    attempt : str
        Tells this start of the processes from others that torchrun makes.
    restarts : int
        How often torchrun has started them again.
    """

    rank: int = 0
    size: int = 1
    local_size: int = 1
    host: str = ""
    port: int = 0
    attempt: str = ""
    restarts: int = 0

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Launch:
        """Read it from the environment variables of this process."""
        if "TORCHELASTIC_RUN_ID" not in environment:
            return cls()
        return cls(
            rank=int(environment["RANK"]),
            size=int(environment["WORLD_SIZE"]),
            local_size=int(environment["LOCAL_WORLD_SIZE"]),
            host=environment["MASTER_ADDR"],
            port=int(environment["MASTER_PORT"]),
            attempt=environment["TORCHELASTIC_RUN_ID"]
            + environment.get("TORCHELASTIC_RESTART_COUNT", ""),
            restarts=int(environment.get("TORCHELASTIC_RESTART_COUNT", "0")),
        )

    @property
    def by_torchrun(self) -> bool:
        """Whether torchrun started this process."""
        return self.attempt != ""

    @property
    def leads(self) -> bool:
        """Whether this process is the one that prints and writes."""
        return self.rank == 0

    @property
    def command(self) -> tuple[str, ...]:
        """The words that start ``spide`` in as many processes."""
        if self.size == 1:
            return ("spide",)
        nodes = self.size // self.local_size
        machines = ("--nnodes", str(nodes)) if nodes > 1 else ()
        return ("torchrun", *machines, "--nproc-per-node", str(self.local_size), "-m", "training")

    @contextlib.contextmanager
    def printing_once(self) -> Iterator[None]:
        """A context in which only the first process has a standard output.

        Raises
        ------
        BrokenPipeError
            If nobody reads it any more; at the latest on leaving, when nothing is kept back.
        """
        if self.leads:
            try:
                yield
            finally:
                sys.stdout.flush()
            return
        with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):
            yield

    def report(self, message: str) -> None:
        """Print a line on standard error, unless a sibling has already reported something."""
        if self.size == 1 or self._is_first_to_report():
            print(message, file=sys.stderr, flush=True)

    def _is_first_to_report(self) -> bool:
        from torch.distributed import TCPStore  # type: ignore[attr-defined]  # slow to import

        try:
            store = TCPStore(self.host, self.port, is_master=False, timeout=_PATIENCE)
            return store.add(f"spide/reports/{self.attempt}", 1) == 1
        except RuntimeError:
            return True  # better twice than never
