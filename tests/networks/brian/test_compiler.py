"""Without a C++ compiler nothing runs: Brian2's own fallback is silent and ruinously slow."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from brian2 import prefs
from brian2.codegen.runtime.cython_rt import extension_manager

from equations import TernaryCouple, integrate_and_fire
from networks import (
    BackwardNetwork,
    CompilationError,
    CompilerNotFoundError,
    ForwardNetwork,
    require_compiler,
)
from networks.brian.code_generation import compiler
from tests.networks.builders import architecture


@pytest.fixture
def no_compiler(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine whose compiler fails, and which has compiled nothing before."""
    for variable in ("CC", "CXX"):
        monkeypatch.setenv(variable, str(tmp_path / "no-such-compiler"))
    cache = prefs.codegen.runtime.cython.cache_dir
    prefs.codegen.runtime.cython.cache_dir = str(tmp_path / "cache")
    compiler._obstacle.cache_clear()
    yield
    prefs.codegen.runtime.cython.cache_dir = cache
    compiler._obstacle.cache_clear()


@pytest.mark.usefixtures("no_compiler")
def test_the_remedy_is_named() -> None:
    with pytest.raises(
        CompilerNotFoundError, match=r"no working C\+\+ compiler .*no-such-compiler.* install g\+\+"
    ):
        require_compiler()


@pytest.mark.usefixtures("no_compiler")
def test_the_remedy_helps_the_same_session(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CompilerNotFoundError):
        require_compiler()
    for variable in ("CC", "CXX"):
        monkeypatch.delenv(variable)
    require_compiler()


@pytest.mark.usefixtures("no_compiler")
def test_no_network_is_built() -> None:
    with pytest.raises(CompilerNotFoundError):
        ForwardNetwork(architecture(), integrate_and_fire(), 1)
    with pytest.raises(CompilerNotFoundError):
        BackwardNetwork(architecture(), TernaryCouple(), 1)


def test_a_cython_that_brian2_cannot_use_is_not_a_missing_compiler(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(extension_manager, "Cython", None)  # Brian2 2.5 beside Cython 3.1
    with pytest.raises(CompilationError, match=r"no Cython .*is installed.*make install") as told:
        require_compiler()
    assert not isinstance(told.value, CompilerNotFoundError)


def test_with_a_compiler_nothing_is_said() -> None:
    require_compiler()
