// What tests tell the double of TensorRT, and ask it: plain C functions that libnvinfer.so.10
// exports beside TensorRT's own, found by dlsym. Any thread may call them.
//
// Environment, read when the library is loaded (deeplab_double_trt_set says the same later); each
// name begins with DEEPLAB_DOUBLE_TRT_:
//   ONNXRUNTIME    path of the ONNX Runtime that computes; needed to build and to deserialize
//   THREADS        its threads for one engine; default 1. With those of a CPU session, and its
//                  other options as they are by default, an engine's bits are that session's
//   VERSION        which TensorRT it is, "10.3.0" or "10.3.0.26"; default that of its headers
//   FAIL           "enqueueV3:3,deserializeCudaEngine:1:text": method, n-th call (0: every one),
//                  and what the log says then
//   UNSUPPORTED    "NonZero,Einsum": operators that the ONNX parser refuses
//   CONTEXT_BYTES  device memory for the activations of a context; default: from its shapes
//   BUILD          how engines are built: see below; default normal
//   BUILD_STEP_MS  how long each step of a phase takes; default 0
//   REPORT         a file that counters, leaks and misuses are written to at exit (JSON)
//
// BUILD is one of
//   normal
//   fail       no implementation is found for a node: an error in the log, and null
//   hang       a step that does not end, and asks the progress monitor for ever
//   stuck      the same, and asks nobody
//   abort      the process aborts in the middle
//   segv       the process is killed by a wrong access in the middle
//   rotate     an engine whose channels each give the next one's values
//   nan        an engine with a NaN in every 64th value
//   drift      an engine whose values are off by a hundredth of themselves
#pragma once

#include <stddef.h>

#if defined(__cplusplus)
extern "C" {
#endif

// Since the start or the last reset.
struct deeplab_double_trt_counters {
  unsigned long long enqueues;       // enqueueV3 that returned true, captured ones too
  unsigned long long inferences;     // networks that streams ran: a graph's at each replay
  unsigned long long images;         // in them: their batch extents
  unsigned long long deserialized;   // engines
  unsigned long long built;          // plans
  unsigned long long timing_hits;    // layers whose tactics a build took from its timing cache
  unsigned long long timing_misses;  // and those that it had to measure
  // Alive now:
  unsigned long long runtimes, engines, contexts, builders, configs, networks, timing_caches;
  unsigned long long host_memories, parsers;
  // Wrong uses that TensorRT leaves undefined: see deeplab_double_trt_misuses.
  unsigned long long misuses;
};

// The n-th call from now of a method fails as it does in TensorRT (null or false) and logs `text`,
// or what the double says by itself where that is null; n = 0: every call. Methods by their names
// ("enqueueV3"), factories as "createInferRuntime". Returns 0 where none of that name can fail.
int deeplab_double_trt_fail(const char* method, unsigned long long nth, const char* text);
// Calls of such a method so far, failed ones too.
unsigned long long deeplab_double_trt_calls(const char* method);

// One of the settings above by its name without the prefix; null or empty: its default. Returns 0,
// and changes nothing, where it means nothing.
int deeplab_double_trt_set(const char* name, const char* value);

void deeplab_double_trt_count(struct deeplab_double_trt_counters* out);
// Objects that are alive, one line each kind, as text that is cut at `size`; returns how many.
size_t deeplab_double_trt_leaks(char* text, size_t size);
// What was done that TensorRT does not allow but may not notice: an object destroyed before what
// came from it, one context in two threads at once, a context gone or its memory shared while its
// work runs. One line each; returns how many.
size_t deeplab_double_trt_misuses(char* text, size_t size);
// Everything as after loading: settings as the environment has them; counts, failures, misuses and
// the logger forgotten. Objects that are alive stay so.
void deeplab_double_trt_reset(void);

#if defined(__cplusplus)
}  // extern "C"
#endif
