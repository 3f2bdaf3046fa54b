"""Rooms import one way: no folder needs, by whatever detour, a folder that needs it.

Imports are read from the syntax trees, wherever in a module they stand: those of types and those
that wait until a function is called count as well.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("equations", "networks", "training")


def rooms(folder: Path) -> list[Path]:
    """The packages in a folder."""
    return sorted(path.parent for path in folder.glob("*/__init__.py"))


HOUSES = [
    folder
    for name in PACKAGES
    for folder in (ROOT / name, *sorted((ROOT / name).rglob("*")))
    if folder.is_dir() and len(rooms(folder)) > 1
]


def imported(text: str) -> Iterator[tuple[str, ...]]:
    """The dotted names that a module imports, in parts."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (tuple(alias.name.split(".")) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            yield from (tuple(f"{node.module}.{alias.name}".split(".")) for alias in node.names)


def needs(house: Path, root: Path) -> dict[str, set[str]]:
    """What each room of a folder imports of the others."""
    names = {room.name for room in rooms(house)}
    place = house.relative_to(root).parts
    return {
        room.name: {
            parts[len(place)]
            for module in room.rglob("*.py")
            for parts in imported(module.read_text())
            if parts[: len(place)] == place and len(parts) > len(place)
        }
        & (names - {room.name})
        for room in rooms(house)
    }


@pytest.mark.parametrize("house", HOUSES, ids=lambda house: str(house.relative_to(ROOT)))
def test_rooms_import_one_way(house: Path) -> None:
    try:
        TopologicalSorter(needs(house, ROOT)).prepare()
    except CycleError as error:
        pytest.fail(f"{house.relative_to(ROOT)}: {' imports '.join(reversed(error.args[1]))}")


def test_imports_are_found() -> None:
    assert needs(ROOT / "training", ROOT)["cli"] >= {"parallel", "recipes", "runs"}


def test_packages_import_one_way() -> None:
    """Training makes use of networks, networks of equations."""
    for number, name in enumerate(PACKAGES):
        above = set(PACKAGES[number + 1 :])
        for module in (ROOT / name).rglob("*.py"):
            assert not above & {parts[0] for parts in imported(module.read_text())}, module


def test_a_cycle_is_found(tmp_path: Path) -> None:
    """Of three rooms, one of them behind a function and one for its types."""
    for room, content in (
        ("first", "from house.second.module import name"),
        ("second", "def call():\n    import house.third.module"),
        ("third", "if TYPE_CHECKING:\n    from house import first"),
        ("fourth", "import house.first.module"),
    ):
        (tmp_path / "house" / room).mkdir(parents=True)
        (tmp_path / "house" / room / "__init__.py").touch()
        (tmp_path / "house" / room / "module.py").write_text(content)
    found = needs(tmp_path / "house", tmp_path)
    assert found["fourth"] == {"first"} and found["second"] == {"third"}
    with pytest.raises(CycleError):
        TopologicalSorter(found).prepare()
