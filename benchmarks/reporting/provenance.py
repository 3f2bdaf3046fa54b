"""Where and with what a figure was measured."""

from __future__ import annotations

import os
import platform
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import torch

from training.provenance import commit

RESULTS = "benchmarks/results.*"
"""The results of the benchmark themselves are about to be rewritten: they change no code."""


@dataclass(frozen=True)
class Provenance:
    """Machine, versions, commit and date of a measurement."""

    date: str
    commit: str
    processor: str
    cores: int
    memory_gb: float
    system: str
    python: str
    numpy: str
    torch: str
    brian2: str
    compiler: str

    @classmethod
    def here(cls) -> Provenance:
        """Of this process, now; the commit is that of the first call."""
        return cls(
            date=datetime.now(UTC).isoformat(timespec="seconds"),
            commit=commit(RESULTS),
            processor=_processor(),
            cores=torch.get_num_threads(),
            memory_gb=os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9,
            system=f"{platform.system()} {platform.machine()}",
            python=platform.python_version(),
            numpy=version("numpy"),
            torch=version("torch"),
            brian2=version("brian2"),
            compiler=_first_line(os.environ.get("CXX", "g++"), "--version"),
        )


def processor_name(cpuinfo: str) -> str:
    """Name, family and model of the first processor in the text of Linux's ``/proc/cpuinfo``.

    A virtual machine's name alone may be that of many generations. "AVX-512" is added where
    kernels use vectors of 64 bytes.
    """
    values: dict[str, str] = {}
    for line in cpuinfo.splitlines():
        key, _, value = line.partition(":")
        values.setdefault(key.strip(), value.strip())
    if "model name" not in values:
        return platform.machine()
    details = [f"{key} {values[key]}" for key in ("cpu family", "model") if key in values]
    if "avx512bw" in values.get("flags", "").split():
        details.append("AVX-512")
    return f"{values['model name']} ({', '.join(details)})" if details else values["model name"]


def _processor() -> str:
    cpu = Path("/proc/cpuinfo")
    return processor_name(cpu.read_text() if cpu.exists() else "")


def _first_line(*command: str) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError:
        return ""
    lines = done.stdout.splitlines() if done.returncode == 0 else []
    return lines[0] if lines else ""
