"""Options of a command from a dataclass (tyro), with errors of one line."""

from __future__ import annotations

import contextlib
import io
import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import fields, is_dataclass
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

import tyro
from tyro.conf import OmitArgPrefixes

from training.errors import UserError
from training.suggestions import did_you_mean

Options = TypeVar("Options")

_WITH_COMMAS = re.compile(r"\[?\(?-?\d+(?:\s*,\s*-?\d+)*,?\)?\]?")
"""A list as it is written elsewhere, such as ``10,13`` or ``[10, 13]``."""

_CHOICE = re.compile(
    r"invalid choice '(?P<word>[^']*)' for argument '(?P<option>[^']*)'.*\((?P<choices>.*)\)"
)
_MISSING = re.compile(r"Missing value for argument '(?P<option>[^']*)'")
_REQUIRED = re.compile(r"Missing from (?P<prog>[^:]*): (?P<options>.*)")
_OF_OPTION = re.compile(r"Error parsing (?P<option>--[\w-]+): (?P<reason>.*)")
_OF_COMMAND = re.compile(r"Error parsing \w+: (?P<sentence>.*)")
"""Complaints of tyro; the last is what a command itself says of its options."""

_NO_NUMBER = (
    (
        re.compile(r"invalid literal for int\(\) with base 10: (?P<value>.*)"),
        "it is a whole number",
    ),
    (re.compile(r"could not convert string to float: (?P<value>.*)"), "it is a number"),
    (
        re.compile(r"Could not find valid parse for arguments: \[(?P<value>.*)\]"),
        "it takes whole numbers, with spaces between them",
    ),
)
"""Complaints of Python and tyro about a value, and what it should be."""


class UsageError(UserError):
    """A command line that cannot be read."""


def parse(
    kind: type[Options],
    arguments: Sequence[str],
    prog: str,
    description: str | None = None,
    default: Any = None,
) -> Options:
    """Make a dataclass from command-line options.

    Parameters
    ----------
    kind : type
        The dataclass; its docstring explains the options.
    arguments : sequence of str
        What follows the command.
    prog : str
        The command, for messages.
    description : str, optional
        Text above the options in the help; the dataclass's docstring if not given.
    default : object, optional
        Where the options that are not given come from.

    Raises
    ------
    UsageError
        If an option is unknown, lacks its value, or has one that is out of range, or one of several
        values is given twice.
    SystemExit
        After printing the help.
    """
    _refuse_repeated(kind, arguments)
    complaint = io.StringIO()
    try:
        with contextlib.redirect_stderr(complaint):
            options, unknown = tyro.cli(
                kind,
                prog=prog,
                description=description,
                args=list(arguments),
                default=default,
                return_unknown_args=True,
                config=(OmitArgPrefixes,),
            )
    except SystemExit as exit:
        if not exit.code:
            raise
        sentence = _sentence(complaint.getvalue())
        if missing := _missing(kind, sentence):
            raise UsageError(f"{prog} needs {missing}") from None
        raise UsageError(_explained(sentence, arguments)) from None
    except ValueError as error:  # from the dataclass itself
        raise UsageError(str(error)) from None
    if unknown:
        raise UsageError(_unknown(unknown[0], kind if default is None else default, prog))
    return options


def fields_given(kind: type[Any], arguments: Sequence[str]) -> list[str]:
    """The fields of a dataclass that are among the options, also with the value that they had.

    Parameters
    ----------
    kind : type
        The dataclass.
    arguments : sequence of str
        What `parse` could read.
    """
    words = [word[2:].partition("=")[0].replace("-", "_") for word in arguments if word[:2] == "--"]
    written = {name for word in words for name in (word, word.removeprefix("no_"))}
    return [field.name for field in fields(kind) if field.name in written]


def _refuse_repeated(kind: type[Any], arguments: Sequence[str]) -> None:
    """Refuse an option of several values that is given twice: tyro would take the last ones.

    Of an option with one value the last one counts, as everywhere.
    """
    words = [word.partition("=")[0] for word in arguments if word.startswith("--")]
    for name in _of_several_values(kind):
        option = f"--{name.replace('_', '-')}"
        if sum(word.replace("_", "-") == option for word in words) > 1:
            raise UsageError(
                f"{option} is given twice, and only the last one would count: give it once, with "
                "all its values"
            )


def _of_several_values(kind: type[Any]) -> Iterator[str]:
    """Yield the fields, of a dataclass and of those in it, whose values follow one option."""
    for name, hint in get_type_hints(kind, include_extras=True).items():
        marks = getattr(hint, "__metadata__", ())
        bare = get_args(hint)[0] if marks else hint
        if is_dataclass(bare):
            yield from _of_several_values(bare)  # type: ignore[arg-type]
        elif get_origin(bare) is tuple and tyro.conf.UseAppendAction not in marks:
            yield name


def _missing(kind: type[Any], sentence: str) -> str:
    """Return what tyro says that a command needs, places by the names of their fields."""
    match = _REQUIRED.match(sentence)
    if match is None:
        return ""
    places = [
        name.upper() for name, hint in get_type_hints(kind, include_extras=True).items()
        if tyro.conf.Positional in getattr(hint, "__metadata__", ())
    ]  # fmt: skip
    told = [] if match["options"].startswith("--") else places
    for name, choices, value in re.findall(r"(--[\w-]+) (?:\{([^}]*)\}|(\S+))", match["options"]):
        told.append(f"{name} {choices.replace(',', '|') or value}")
    return " and ".join(told)


def _unknown(word: str, kind: Any, prog: str) -> str:
    """Return what to say of a word that tyro could not place."""
    lists = f"'{prog} --help' lists the options"
    if not word.startswith("-"):
        return f"'{word}' belongs to no option: {lists}"
    name = word.partition("=")[0]
    return f"unknown option '{name}'{did_you_mean(name.replace('_', '-'), _flags(kind))}: {lists}"


def _flags(kind: Any) -> Iterator[str]:
    """Yield the options of a dataclass or of an instance, which may hold others."""
    for field in fields(kind):
        value = getattr(kind, field.name, None)
        if is_dataclass(value):
            yield from _flags(value)
        else:
            yield f"--{field.name.replace('_', '-')}"


def _explained(sentence: str, arguments: Sequence[str]) -> str:
    """Return tyro's complaint with what may have been meant."""
    if match := _CHOICE.search(sentence):
        choices = re.findall(r"'([^']*)'", match["choices"])
        word = match["word"]
        return (
            f"{match['option']} cannot be '{word}'{did_you_mean(word, choices)}: choose one of "
            f"{', '.join(choices)}"
        )
    if match := _MISSING.search(sentence):
        return f"{match['option']} needs a value"
    if match := _OF_COMMAND.match(sentence):
        return match["sentence"]
    words = [word for each in arguments for word in each.split("=", 1)]
    for option, value in itertools.pairwise(words):
        numbers = re.findall(r"-?\d+", value)
        if option in sentence and "," in value and _WITH_COMMAS.fullmatch(value):
            meant = " ".join((option, *numbers))
            return f"cannot read '{option} {value}' (did you mean '{meant}'?)"
    if match := _OF_OPTION.match(sentence):
        return _no_number(match["option"], match["reason"], words) or sentence
    return sentence


def _no_number(option: str, reason: str, words: Sequence[str]) -> str | None:
    """Return what to say of a value that is no number; None if that is not the reason."""
    for pattern, what in _NO_NUMBER:
        if match := pattern.search(reason):
            value = match["value"][1:-1].replace("', '", " ")  # it is quoted, or are its parts
            # A long one was broken into lines.
            written = {"".join(word.split()): word for word in words}
            given = written.get("".join(value.split()), value)
            return f"{option} cannot be '{given}': {what}"
    return None


def _sentence(box: str) -> str:
    """Return what tyro draws in a box, from its title to the first rule, as one line.

    Where there is no Unicode the box has no sides, and a rule of its own below the title.
    """
    message: list[str] = []
    for line in box.splitlines()[1:]:
        text = line.strip(" │")
        if text and not text.strip("─-"):
            if message:
                break
            continue
        message.append(text)
    return re.sub(r"\s+([.,])", r"\1", " ".join(message)).strip()
