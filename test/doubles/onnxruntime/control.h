// What tests tell the proxy of ONNX Runtime, and ask it: plain C functions that it exports beside
// OrtGetApiBase, found by dlsym. Any thread may call them.
//
// The proxy is the ONNX Runtime that DEEPLAB_DOUBLE_ORT_REAL names (a path; needed), but for what
// concerns GPUs: it offers the CUDA and TensorRT providers, and a session on them runs the network
// on the CPU as a job of the stream that it was given, over memory of the CUDA driver's double.
//
// Environment, read when the library is loaded (deeplab_double_ort_reset reads it again):
//   DEEPLAB_DOUBLE_ORT_PROVIDERS  which it offers: "cuda,tensorrt" (default), "cuda" or "none"
//   DEEPLAB_DOUBLE_ORT_FAIL       "CreateSession:1:text;RunWithBinding:0:text": function, n-th call
//                                 (0: every one), what the status says; see deeplab_double_ort_fail
#pragma once

#include <stddef.h>

#if defined(__cplusplus)
extern "C" {
#endif

// Since the start or the last reset.
struct deeplab_double_ort_counters {
  unsigned long long gpu_sessions;      // made
  unsigned long long runs;              // of them, that RunWithBinding took
  unsigned long long inferences;        // that streams ran
  unsigned long long synchronizations;  // runs that waited for their end, for nobody said not to
  unsigned long long value_copies;      // runs that waited for a shape that depends on values
  unsigned long long engines_built;     // by the TensorRT provider
  unsigned long long engines_loaded;    // from its cache
  // Alive now:
  unsigned long long sessions, bindings, provider_options, outputs;
  unsigned long long arena_bytes;  // of the device, of all sessions
  // What ONNX Runtime leaves undefined: see deeplab_double_ort_misuses.
  unsigned long long misuses;
};

void deeplab_double_ort_count(struct deeplab_double_ort_counters* out);

// The n-th call from now of a function of the C interface ("CreateSession") that the proxy has of
// its own returns a status of this code (OrtErrorCode) and text; n = 0: every call. "Allocate" is
// the arena of a session. Returns 0 where there is no such function.
int deeplab_double_ort_fail(const char* function, unsigned long long nth, int code,
                            const char* text);
// Calls of such a function so far, failed ones too.
unsigned long long deeplab_double_ort_calls(const char* function);

// What the providers of the newest session on GPUs were told, one "CUDA device_id=0" a line, in the
// order of the providers; and "CUDA user_compute_stream" where there is one. Cut at `size`; returns
// how many.
size_t deeplab_double_ort_options(char* text, size_t size);
// Wrong uses, one line each; returns how many.
size_t deeplab_double_ort_misuses(char* text, size_t size);
// Counts, failures, options and misuses forgotten, and the environment read again. Nothing of a
// session may be alive or on its way.
void deeplab_double_ort_reset(void);

#if defined(__cplusplus)
}  // extern "C"
#endif
