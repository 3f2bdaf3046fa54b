"""Compiling the C++ project that Brian2 generates, in a third of the usual time.

Each of its many small files includes the same large headers, which takes far longer than the few
lines of the file. They are compiled once, as a precompiled header; a compiler that cannot use it
reads the header itself.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from brian2.core.preferences import prefs

from networks.devices.errors import DeviceError

PRELUDE = """
#include "objects.h"
#include "brianlib/common_math.h"
#include "brianlib/stdint_compat.h"
#include <climits>
#include <cmath>
#include <ctime>
#include <fstream>
#include <iostream>
"""

RULES = """
CXXFLAGS += -include prelude.h

# The longest file by far, and nothing in it is run more than once.
objects.o: CXXFLAGS += -O1

$(OBJS): prelude.h.gch

prelude.h.gch: prelude.h
\t$(CXX) -c -Wno-write-strings $(OPTIMISATIONS) -I. -x c++-header prelude.h -o prelude.h.gch
"""


def compile_project(folder: Path) -> None:
    """Make the program ``main`` of a generated project and remove what it took.

    Parameters
    ----------
    folder : Path
        A project of Brian2's C++ standalone device, with `PRELUDE` as ``prelude.h``, not compiled.

    Raises
    ------
    DeviceError
        If it does not compile.
    """
    with (folder / "makefile").open("a") as file:
        file.write(RULES)
    # Nothing will be compiled twice, so nobody needs to know which file depends on which.
    (folder / "make.deps").touch()
    preferences = prefs.devices.cpp_standalone
    options = preferences.extra_make_args_unix
    if options == ["-j"]:  # the default: as many compilers as files
        options = [f"-j{os.cpu_count() or 1}"]
    # What the compiler leaves if it is killed goes with the folder.
    environment = {**os.environ, "TMPDIR": str(folder)}
    command = [preferences.make_cmd_unix, *options]
    try:
        result = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True
        )
    except FileNotFoundError:
        raise DeviceError(
            f"the device 'cpp_standalone' needs '{command[0]}': install it (Debian/Ubuntu: apt "
            "install make; conda: conda install make)"
        ) from None
    if result.returncode:
        lines = [line for line in result.stderr.splitlines() if "error" in line.lower()]
        raise DeviceError(
            f"the generated C++ project does not compile ('{' '.join(command)}'): "
            f"{(lines or [result.stderr.strip()])[0]}"
        )
    for rest in (*folder.rglob("*.o"), folder / "prelude.h.gch"):
        rest.unlink()
