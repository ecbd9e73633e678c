// What tests tell the double of the CUDA driver, and ask it: plain C functions that it exports
// beside the driver's own, found by dlsym. Any thread may call them; none needs a context.
//
// Environment, read once when the library is loaded (a control function says the same later):
//   DEEPLAB_DOUBLE_CUDA_DEVICES       its devices, one or two kinds: "T4", "H100,Orin"; default T4
//   DEEPLAB_DOUBLE_CUDA_VERSION       the CUDA that the driver supports; default 12060
//   DEEPLAB_DOUBLE_CUDA_POOLS         0: no device has stream-ordered memory pools
//   DEEPLAB_DOUBLE_CUDA_DELAY_US      each job of a stream waits up to that long before it runs
//   DEEPLAB_DOUBLE_CUDA_PAGEABLE      early (default), late or scribble: see the function
//   DEEPLAB_DOUBLE_CUDA_MEMORY_LIMIT  bytes that each device has, where less than its kind's
//   DEEPLAB_DOUBLE_CUDA_FAIL          "cuMemAlloc_v2:3:2,cuLaunchKernel:1:700": function, n-th
//                                     call (0: every one), result
//   DEEPLAB_DOUBLE_CUDA_REPORT        a file that counters and leaks are written to at exit (JSON)
//
// A null stream is refused everywhere: work here belongs to streams of one's own.
#pragma once

#include <stddef.h>

#if defined(__cplusplus)
extern "C" {
#endif

struct CUstream_st;

// Bytes and numbers since the start or the last reset.
struct deeplab_double_cuda_counters {
  unsigned long long pinned_to_device, pageable_to_device;  // bytes that copies moved
  unsigned long long device_to_pinned, device_to_pageable;
  unsigned long long device_to_device;
  unsigned long long memset_bytes;
  unsigned long long to_device_copies, from_device_copies;    // how many, however many bytes
  unsigned long long device_allocations, pinned_allocations;  // how many were made
  unsigned long long device_bytes, peak_device_bytes;         // live now, and at most
  unsigned long long pinned_bytes;                            // live now
  unsigned long long launches, graph_launches, jobs;          // jobs: what streams were given
};

// When copies from memory that is not pinned read their source. The real driver may do either.
enum deeplab_double_cuda_pageable {
  DEEPLAB_DOUBLE_PAGEABLE_EARLY = 0,  // before the call returns; a copy back waits for its end
  DEEPLAB_DOUBLE_PAGEABLE_LATE = 1,   // in the stream's time; a copy back does not wait
  // As early, and the source is overwritten as soon as it was read: for sources nobody needs again.
  DEEPLAB_DOUBLE_PAGEABLE_SCRIBBLE = 2,
};

// Runs `run(argument)` on the stream's thread as a job of the device, after what was submitted
// before; captured into a graph like a launch, and run at each replay then: `argument` must live as
// long as the graph. Not a host function: it may use device memory, through the function below.
// Returns a CUresult.
int deeplab_double_cuda_enqueue(struct CUstream_st* stream, void (*run)(void*), void* argument);

// The host's pointer behind a device address. Within a job (above), an address that is not live is
// the job's fault: the context is lost with CUDA_ERROR_ILLEGAL_ADDRESS when it ends, and what is
// returned meanwhile is memory that nobody owns. Outside of jobs it is null then.
void* deeplab_double_cuda_host_address(unsigned long long address);
// The same, for a range that must be live from its first byte to its last.
void* deeplab_double_cuda_host_range(unsigned long long address, size_t bytes);

// The device whose context is current on the calling thread, or -1. Not a call of the driver: it is
// not counted and cannot fail.
int deeplab_double_cuda_current_device(void);

// The n-th call from now of a function, by its exported name ("cuMemAlloc_v2"), returns `result`
// and does nothing; n = 0: every call. Results that lose a context stay, as the driver's do.
// Returns 0 where there is no such function.
int deeplab_double_cuda_fail(const char* function, unsigned long long nth, int result);
// The device's context is lost now: work that waits is dropped, every later call says `result`.
void deeplab_double_cuda_lose(int device, int result);
// Calls of a function so far, refused ones too; by its exported name.
unsigned long long deeplab_double_cuda_calls(const char* function);
// Launches of a kernel that were accepted (a graph's at each replay).
unsigned long long deeplab_double_cuda_launches(const char* kernel);
void deeplab_double_cuda_count(struct deeplab_double_cuda_counters* out);

// Each job of a stream waits a random time up to this before it runs.
void deeplab_double_cuda_set_delay(unsigned microseconds, unsigned seed);
// 1: streams start nothing new; 0: they go on. Makes "not ready yet" last as long as a test needs.
void deeplab_double_cuda_hold(int held);
void deeplab_double_cuda_set_pageable(enum deeplab_double_cuda_pageable mode);
// Bytes of a device's memory; 0: as its kind has. Not below what is in use.
void deeplab_double_cuda_set_memory_limit(int device, unsigned long long bytes);

// What is alive, one line each kind, as text that is cut at `size`; returns how many there are.
size_t deeplab_double_cuda_leaks(char* text, size_t size);
// Everything as after loading with these devices (null: as they are): waits for work that runs,
// then forgets every object, count, failure and loss. Handles from before are not valid again. No
// thread may be in a call of the driver meanwhile. Returns 0 where a kind is unknown.
int deeplab_double_cuda_reset(const char* devices);

#if defined(__cplusplus)
}  // extern "C"
#endif
