#pragma once
// BENCH_FOR_EVERY_ISA before a function with plain loops: the compiler builds it for several
// instruction sets, and the widest the machine has is chosen when the program starts.

// Sanitizers start after the loader has chosen a clone, and would crash in the choosing.
#if defined(__x86_64__) && defined(__gnu_linux__) && !defined(__SANITIZE_ADDRESS__) && \
    !defined(__SANITIZE_THREAD__)
#define BENCH_FOR_EVERY_ISA [[gnu::target_clones("default", "avx2", "arch=x86-64-v4")]]
#else
#define BENCH_FOR_EVERY_ISA
#endif
