// How fast this processor multiplies bfloat16, beside float32. The instruction for it (VDPBF16PS) does twice
// as many multiplications as one for float32, but Intel's processors with AMX start one in two cycles where
// they start two of the others in each: theirs are meant for AMX, which virtual machines often hide.
#define _POSIX_C_SOURCE 199309L
#include "ckernels.h"

#if defined(__x86_64__)
#include <immintrin.h>
#include <time.h>

#define TARGET __attribute__((target("arch=x86-64-v4,avx512bf16")))
// Sums at a time: more than the latency of an instruction times the number that start in a cycle.
#define CHAINS 12
#define ROUNDS 512
#define TRIES 16

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

/// Sums live in registers only; the empty assembly keeps the compiler from computing any of it ahead.
#define MEASURE(name, instruction)                                            \
    TARGET static double name(void) {                                         \
        __m512 sums[CHAINS], factor = _mm512_setzero_ps();                    \
        for (int i = 0; i < CHAINS; i++) sums[i] = _mm512_setzero_ps();       \
        double start = now();                                                 \
        for (int round = 0; round < ROUNDS; round++) {                        \
            _Pragma("clang loop unroll(full)") for (int i = 0; i < CHAINS; i++) { \
                sums[i] = instruction;                                        \
                __asm__ volatile("" : "+v"(sums[i]), "+v"(factor));           \
            }                                                                 \
        }                                                                     \
        return now() - start;                                                 \
    }

MEASURE(time_float32, _mm512_fmadd_ps(factor, factor, sums[i]))
MEASURE(time_bfloat16, _mm512_dpbf16_ps(sums[i], (__m512bh)factor, (__m512bh)factor))

float ck_bfloat16_rate(void) {
    if (!ck_has_bfloat16_products()) return 0;
    // The shortest of several tries: others are lengthened by interrupts and by a clock that still rises.
    double single = 1, half = 1;
    for (int i = 0; i < TRIES; i++) {
        double time = time_float32();
        single = time < single ? time : single;
        time = time_bfloat16();
        half = time < half ? time : half;
    }
    return (float)(2 * single / half);
}

#else

float ck_bfloat16_rate(void) { return 0; }

#endif
