"""Options of a command from a dataclass (tyro), with errors of one line."""

from __future__ import annotations

import contextlib
import io
import re
from collections.abc import Sequence
from typing import Any, TypeVar

import tyro
from tyro.conf import OmitArgPrefixes

from training.errors import UserError

Options = TypeVar("Options")


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
        If an option is unknown, lacks its value, or has one that is out of range.
    SystemExit
        After printing the help.
    """
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
        raise UsageError(_sentence(complaint.getvalue())) from None
    except ValueError as error:  # from the dataclass itself
        raise UsageError(str(error)) from None
    if unknown:
        raise UsageError(f"unknown option '{unknown[0]}': '{prog} --help' lists the options")
    return options


def _sentence(box: str) -> str:
    """Return what tyro draws in a box, up to the first rule, as one line."""
    lines = box.splitlines()[1:]
    message = []
    for line in lines:
        if "───" in line:
            break
        message.append(line.strip(" │"))
    return re.sub(r"\s+([.,])", r"\1", " ".join(message)).strip()
