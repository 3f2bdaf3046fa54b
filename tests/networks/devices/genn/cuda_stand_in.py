"""A CUDA toolkit whose driver answers what GeNN asks of it while it generates code.

GeNN looks at the GPU before it writes anything, so that without one nothing could be compiled. This
toolkit has the compiler and the headers of the real one, and libraries that say that there is one
GPU, of a chosen architecture. Nothing can be run with it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

_DRIVER = """
#include <cuda.h>
extern "C" {
CUresult CUDAAPI cuDeviceGet(CUdevice *device, int) { *device = 0; return CUDA_SUCCESS; }
CUresult CUDAAPI cuCtxSetCurrent(CUcontext) { return CUDA_SUCCESS; }
CUresult CUDAAPI cuCtxDestroy(CUcontext) { return CUDA_SUCCESS; }
CUresult CUDAAPI cuModuleLoad(CUmodule *, const char *) { return CUDA_ERROR_NOT_SUPPORTED; }
CUresult CUDAAPI cuModuleUnload(CUmodule) { return CUDA_ERROR_NOT_SUPPORTED; }
CUresult CUDAAPI cuModuleGetFunction(CUfunction *, CUmodule, const char *)
{ return CUDA_ERROR_NOT_SUPPORTED; }
CUresult CUDAAPI cuFuncGetAttribute(int *, CUfunction_attribute, CUfunction)
{ return CUDA_ERROR_NOT_SUPPORTED; }
CUresult CUDAAPI cuGetErrorName(CUresult, const char **name)
{ *name = "stand-in"; return CUDA_SUCCESS; }
#if CUDA_VERSION >= 13000
CUresult CUDAAPI cuCtxCreate(CUcontext *, CUctxCreateParams *, unsigned int, CUdevice)
#else
CUresult CUDAAPI cuCtxCreate(CUcontext *, unsigned int, CUdevice)
#endif
{ return CUDA_SUCCESS; }
}
"""

_RUNTIME = """
#include <cstring>
#include <cuda_runtime_api.h>
extern "C" {
cudaError_t CUDARTAPI cudaGetDeviceCount(int *count) { *count = 1; return cudaSuccess; }
cudaError_t CUDARTAPI cudaSetDevice(int) { return cudaSuccess; }
cudaError_t CUDARTAPI cudaRuntimeGetVersion(int *version)
{ *version = CUDART_VERSION; return cudaSuccess; }
cudaError_t CUDARTAPI cudaDeviceGetPCIBusId(char *id, int length, int)
{ strncpy(id, "0000:00:00.0", length); return cudaSuccess; }
const char *CUDARTAPI cudaGetErrorString(cudaError_t) { return "stand-in"; }
cudaError_t CUDARTAPI cudaGetDeviceProperties(struct cudaDeviceProp *properties, int)
{
    memset(properties, 0, sizeof(*properties));
    strcpy(properties->name, "stand-in");
    properties->major = ARCHITECTURE / 10;
    properties->minor = ARCHITECTURE % 10;
    properties->totalGlobalMem = size_t(80) << 30;
    properties->warpSize = 32;
    properties->maxThreadsPerBlock = 1024;
    properties->multiProcessorCount = 108;
    const int threads[] = {1024, 1024, 64}, blocks[] = {2147483647, 65535, 65535};
    for (int d = 0; d < 3; d++)
    {
        properties->maxThreadsDim[d] = threads[d];
        properties->maxGridSize[d] = blocks[d];
    }
    return cudaSuccess;
}
}
"""


def find_nvcc() -> Path | None:
    """The CUDA compiler, of ``CUDA_PATH`` or on the ``PATH``."""
    given = os.environ.get("CUDA_PATH")
    found = shutil.which("nvcc", path=f"{given}/bin" if given else None)
    return Path(found) if found else None


def missing_header(nvcc: Path) -> str:
    """What GeNN includes and the toolkit lacks; empty if it is complete.

    A toolkit in parts may lack cuRAND: ``NVCC_APPEND_FLAGS=-I...`` may name its headers.
    """
    done = subprocess.run(
        [nvcc, "-E", "-x", "cu", "-"],
        input="#include <curand_kernel.h>\n",
        capture_output=True,
        text=True,
    )
    return "curand_kernel.h" if done.returncode else ""


def headers(nvcc: Path) -> Path:
    """The folder of its headers, which the compiler itself knows."""
    done = subprocess.run(
        [nvcc, "--dryrun", "-c", "-x", "cu", "/dev/null"],
        capture_output=True,
        text=True,
        check=True,
    )
    (top,) = {
        line.partition("=")[2].strip()
        for line in done.stderr.splitlines()
        if line.startswith("#$ TOP=")
    }
    return Path(top) / "include"


def make_toolkit(folder: Path, nvcc: Path, architecture: int) -> Path:
    """Write such a toolkit.

    Parameters
    ----------
    folder : Path
        Where.
    nvcc : Path
        The real compiler.
    architecture : int
        Compute capability times ten, such as 80.

    Returns
    -------
    Path
        What ``CUDA_PATH`` must be; ``lib64`` in it is where the libraries are.
    """
    (folder / "bin").mkdir(parents=True)
    (folder / "lib64").mkdir()
    script = folder / "bin" / "nvcc"
    script.write_text(f'#!/bin/sh\nexec "{nvcc}" "$@"\n')
    script.chmod(0o755)
    (folder / "include").symlink_to(headers(nvcc))
    for name, source in (("cuda", _DRIVER), ("cudart", _RUNTIME)):
        subprocess.run(
            [
                *("g++", "-shared", "-fPIC", "-x", "c++", "-", f"-DARCHITECTURE={architecture}"),
                *("-I", str(folder / "include"), "-o", str(folder / "lib64" / f"lib{name}.so")),
            ],
            input=source,
            text=True,
            check=True,
        )
    return folder
