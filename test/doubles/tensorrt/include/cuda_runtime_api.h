// What TensorRT's own headers want of the CUDA runtime's header: the names of two handles. Lets
// them be compiled, by tests only, where there is no CUDA toolkit.
#pragma once

typedef struct CUstream_st* cudaStream_t;
typedef struct CUevent_st* cudaEvent_t;
