"""CUDA 12 without its nvcc, which no package index has: clang compiles in its place.

What CUDA 12 consists of otherwise can be had as Python packages: headers, device library, the
assembler `ptxas` and the runtime. The variable ``CUDA_12_PACKAGES`` names a folder that they were
put into:

    pip install --no-deps --target FOLDER nvidia-cuda-nvcc-cu12 nvidia-cuda-runtime-cu12 \\
        nvidia-curand-cu12 nvidia-cuda-cccl-cu12

The toolkit that is made of them has an ``nvcc`` that understands the options which GeNN uses, and a
``fatbinary`` that passes what clang says on to that of the nvcc that is there.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from tests.networks.devices.genn.cuda_stand_in import headers

#: Its clang knows the architectures up to sm_90 and the headers of CUDA 12.
CLANG = shutil.which("clang++-19")

_NVCC = """#!/bin/bash
options=() architecture=80 link=
[ "$1" = --version ] && { echo "Cuda compilation tools, release 12.9, by clang"; exit 0; }
while [ $# -gt 0 ]; do
    case "$1" in
        --dryrun) echo "#$ TOP={toolkit}" >&2; exit 0 ;;
        -arch) architecture=${2#sm_}; shift ;;
        -x | -Xcudafe) shift ;;
        --compiler-options) options+=($2); shift ;;
        -dc) options+=(-c) ;;
        --shared) link=1 ;;
        --fmad=false) options+=(-ffp-contract=off) ;;
        -use_fast_math) options+=(-ffast-math -fgpu-flush-denormals-to-zero) ;;
        *) options+=("$1") ;;
    esac
    shift
done
if [ -n "$link" ]; then
    exec g++ -shared "${options[@]}" {toolkit}/lib64/libcudart_static.a -lpthread -ldl -lrt
fi
exec {clang} -x cuda --cuda-path={toolkit} --cuda-gpu-arch=sm_$architecture \\
    -Wno-unknown-cuda-version "${options[@]}"
"""

#: CUDA 13 gives images other names on its command line than CUDA 12, which clang knows.
_FATBINARY = """#!/bin/bash
options=()
for each in "$@"; do
    if [[ $each =~ ^--image=profile=(sm|compute)_([0-9a]+),file=(.*)$ ]]; then
        kind=elf; [ ${BASH_REMATCH[1]} = compute ] && kind=ptx
        options+=("--image3=kind=$kind,sm=${BASH_REMATCH[2]},file=${BASH_REMATCH[3]}")
    else
        options+=("$each")
    fi
done
exec {fatbinary} --compress=false "${options[@]}"
"""


def obstacle(nvcc: Path | None) -> str:
    """What is missing; empty if nothing is."""
    if "CUDA_12_PACKAGES" not in os.environ:
        return "CUDA_12_PACKAGES names no folder of CUDA 12's packages"
    if CLANG is None:
        return "there is no clang++-19"
    return "" if nvcc is not None else "there is no nvcc, whose fatbinary is needed"


def make_clang_toolkit(folder: Path, nvcc: Path) -> Path:
    """Put a toolkit together.

    Parameters
    ----------
    folder : Path
        Where.
    nvcc : Path
        Of a toolkit with a ``fatbinary``.

    Returns
    -------
    Path
        Its ``nvcc``.
    """
    packages = Path(os.environ["CUDA_12_PACKAGES"]) / "nvidia"
    for name in ("cuda_cccl", "cuda_nvcc", "cuda_runtime", "curand"):
        shutil.copytree(packages / name / "include", folder / "include", dirs_exist_ok=True)
    shutil.copytree(packages / "cuda_nvcc" / "bin", folder / "bin")
    shutil.copytree(packages / "cuda_nvcc" / "nvvm" / "libdevice", folder / "nvvm" / "libdevice")
    shutil.copytree(packages / "cuda_runtime" / "lib", folder / "lib64")
    (folder / "bin" / "ptxas").chmod(0o755)
    fatbinary = headers(nvcc).parent / "bin" / "fatbinary"
    words = {"{toolkit}": folder, "{clang}": CLANG, "{fatbinary}": fatbinary}
    for name, script in (("nvcc", _NVCC), ("fatbinary", _FATBINARY)):
        text = script
        for word, value in words.items():
            text = text.replace(word, str(value))
        (folder / "bin" / name).write_text(text)
        (folder / "bin" / name).chmod(0o755)
    return folder / "bin" / "nvcc"
