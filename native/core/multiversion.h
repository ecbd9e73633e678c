// DEEPLAB_MULTIVERSION before a function builds it for several instruction sets; the loader picks
// one when the library is opened. Every version gives the same bits: no contraction, no reordering.
//
// GNU indirect functions are resolved before the sanitizers' run time is ready, and exist only with
// glibc: elsewhere there is one version, for the baseline.
#pragma once

#if defined(__x86_64__) && defined(__gnu_linux__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define DEEPLAB_MULTIVERSION __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define DEEPLAB_MULTIVERSION
#endif
