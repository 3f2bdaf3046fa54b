"""What docstrings name is there: a name that has moved or gone is a lie to who looks for it.

Names are read from the syntax trees, nothing is imported. Single backticks are for names of this
project and of its files; what belongs to others or is a value stands in double ones.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("equations", "networks", "training", "benchmarks", "tests")
SOURCES = [ROOT / "spide.py", *(p for name in PACKAGES for p in (ROOT / name).rglob("*.py"))]

IN_BACKTICKS = re.compile(r"(?<!`)`([A-Za-z_][\w.]*)`(?!`)")
DOTTED = re.compile(rf"(?<![\w./`-])((?:{'|'.join(PACKAGES)})(?:\.[A-Za-z_]\w*)+)(?![\w/])")


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


@cache
def names_in(node: ast.AST) -> frozenset[str]:
    """Everything that is called something within a node, and texts that are identifiers."""
    found: set[str] = set()
    for each in ast.walk(node):
        for attribute in ("id", "attr", "arg", "name", "asname"):
            if isinstance(value := getattr(each, attribute, None), str):
                found.update(value.split("."))
        if isinstance(each, ast.Constant) and str(each.value).isidentifier():
            found.add(str(each.value))
    return frozenset(found)


@cache
def all_names() -> frozenset[str]:
    """Identifiers, modules and files of the project."""
    found = {name for path in SOURCES for name in names_in(tree(path))}
    found |= {path.stem for path in SOURCES}
    for package in PACKAGES:
        found |= {path.name for path in (ROOT / package).rglob("*")}
    return frozenset(found)


@cache
def classes() -> dict[str, list[ast.ClassDef]]:
    """Classes by name."""
    found: dict[str, list[ast.ClassDef]] = {}
    for path in SOURCES:
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ClassDef):
                found.setdefault(node.name, []).append(node)
    return found


def has_member(name: str, member: str) -> bool:
    """Whether a class, or one that it is derived from, has it; of others' classes none is known."""
    if name not in classes():
        return name not in ("object", "ABC")
    for node in classes()[name]:
        if member in names_in(node):
            return True
        bases = [base.id for base in node.bases if isinstance(base, ast.Name)]
        if any(has_member(base, member) for base in bases):
            return True
    return False


def exists(name: str) -> bool:
    """Whether a dotted name is a module, or something in one."""
    place, parts = ROOT, name.split(".")
    while parts and (place / parts[0]).is_dir():
        place /= parts.pop(0)
    if parts and (place / f"{parts[0]}.py").is_file():
        place /= f"{parts.pop(0)}.py"
    else:
        place /= "__init__.py"
    if not parts:
        return True
    if not place.is_file() or parts[0] not in names_in(tree(place)):
        return False
    return len(parts) == 1 or has_member(parts[0], parts[1])


def wrong_names(text: str) -> Iterator[str]:
    """The names in a docstring that are none."""
    for match in DOTTED.finditer(IN_BACKTICKS.sub(r" \1 ", text)):
        if not exists(match[1]):
            yield match[1]
    for match in IN_BACKTICKS.finditer(text):
        first, *rest = match[1].split(".")
        if first in PACKAGES and rest:
            continue  # seen above
        known = match[1] in all_names() or {first, *rest} <= all_names()
        if not known or (rest and first in classes() and not has_member(first, rest[0])):
            yield match[1]


def docstrings(path: Path) -> Iterator[tuple[int, str]]:
    """Texts that stand alone, with their lines."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield node.lineno, str(node.value.value)


@pytest.mark.parametrize("room", ["spide.py", *PACKAGES])
def test_docstrings_name_what_is_there(room: str) -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line} {name}"
        for path in SOURCES
        if path.relative_to(ROOT).parts[0] == room
        for line, text in docstrings(path)
        for name in wrong_names(text)
    ]
    assert not wrong


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("see `training.methods.two_stage`", 1),
        ("which process writes here (training.runs.files.locks)", 1),
        ("`training.methods.method.Method.gradients_of`", 1),
        ("as `TwoStageTrainer.leaps` does", 1),
        ("by `split_trainers`, or by `launch_all`", 2),
        ("`TwoStageTrainer.step`, `launch` and `training.methods.spide.Spide`", 0),
        ("``anything.of.others`` and training.", 0),
    ],
)
def test_a_name_that_is_none_is_found(text: str, wrong: int) -> None:
    assert len(list(wrong_names(text))) == wrong
