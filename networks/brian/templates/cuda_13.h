// GeNN 4 with CUDA 13, in which one function that it calls takes one argument more.
//
// Included before GeNN's own sources; with a null pointer the function does what it did before.
#ifndef SPIDE_CUDA_13_H
#define SPIDE_CUDA_13_H

#include <cuda.h>

#undef cuCtxCreate
#define cuCtxCreate(context, flags, device) cuCtxCreate_v4(context, NULL, flags, device)

#endif
