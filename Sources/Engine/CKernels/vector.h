// What the vector loops share: dispatch, fast exponential, keyed dropout.
#pragma once
#include "ckernels.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

// One binary for a mixed cluster: the widest clone that the processor has is chosen when the program is
// loaded.
#if defined(__x86_64__)
#define CK_DISPATCH __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define CK_DISPATCH
#endif
#define CK_INLINE static inline __attribute__((always_inline))
// Sums may be reordered into vector lanes; NaN and infinity keep their meaning.
#define CK_LANES _Pragma("clang fp reassociate(on) contract(fast)")
#define CK_CONTRACT _Pragma("clang fp contract(fast)")

// For loops whose output may be one of their inputs, element by element. The check for overlaps that the
// compiler puts before a loop would choose scalar code there: the backward loop of GELU took 7.6% of a step
// so, and 1.1% with this.
#define CK_IN_PLACE _Pragma("clang loop vectorize(assume_safety)")

CK_INLINE float ck_bits_to_float(uint32_t bits) {
    float value;
    memcpy(&value, &bits, 4);
    return value;
}

CK_INLINE uint32_t ck_float_to_bits(float value) {
    uint32_t bits;
    memcpy(&bits, &value, 4);
    return bits;
}

/// bfloat16 to float: exact.
CK_INLINE float ck_widen(uint16_t bits) { return ck_bits_to_float((uint32_t)bits << 16); }

/// float to bfloat16: nearest, ties to even; a NaN stays a NaN.
CK_INLINE uint16_t ck_narrow(float value) {
    uint32_t bits = ck_float_to_bits(value);
    uint32_t rounded = (bits + 0x7FFFu + ((bits >> 16) & 1u)) >> 16;
    // Rounding could carry the bits of a NaN over into infinity or zero: they are cut instead, and one is
    // set.
    uint32_t quiet = (bits >> 16) | 0x40u;
    return (uint16_t)(value != value ? quiet : rounded);
}

/// Element i of memory that holds floats or, where `type` is CK_BFLOAT16, bfloat16; `type` is a constant
/// after inlining.
CK_INLINE float ck_load(int type, const void *memory, size_t i) {
    return type == CK_BFLOAT16 ? ck_widen(((const uint16_t *)memory)[i]) : ((const float *)memory)[i];
}

CK_INLINE void ck_store(int type, void *memory, size_t i, float value) {
    if (type == CK_BFLOAT16) {
        ((uint16_t *)memory)[i] = ck_narrow(value);
    } else {
        ((float *)memory)[i] = value;
    }
}

CK_INLINE size_t ck_size(int type) { return type == CK_BFLOAT16 ? 2 : 4; }

/// The memory from element i on.
CK_INLINE const void *ck_row(int type, const void *memory, size_t i) {
    return (const char *)memory + i * ck_size(type);
}

CK_INLINE void *ck_row_out(int type, void *memory, size_t i) { return (char *)memory + i * ck_size(type); }

/// √x; unlike `sqrtf` it leaves `errno` alone, so that loops with it vectorise whatever the flags.
CK_INLINE float ck_sqrt(float x) { return __builtin_elementwise_sqrt(x); }

/// e^r · 2^−n for x = r + n·ln 2, |r| ≤ ln2/2 (Cody and Waite's reduction, then the Taylor polynomial of
/// degree 7); *power is n + 0x4B400000.
CK_INLINE float ck_exp_reduced(float x, uint32_t *power) {
    CK_CONTRACT
    const float shift = 12582912.0f;  // 1.5 · 2^23: adding it rounds to an integer
    float n = x * 1.44269504f + shift;
    memcpy(power, &n, 4);
    n -= shift;
    // ln 2 in two parts, the first of so few bits that its product with n is exact.
    float r = x - n * 0.693359375f;
    r = r + n * 2.12194440e-4f;
    float p = 1.98412698e-4f;
    p = p * r + 1.38888889e-3f;
    p = p * r + 8.33333333e-3f;
    p = p * r + 4.16666667e-2f;
    p = p * r + 1.66666667e-1f;
    p = p * r + 0.5f;
    p = p * r + 1.0f;
    return p * r + 1.0f;
}

/// e^x, relative error below 2e-7; 0 below −87.3, +∞ above 88.7, NaN stays NaN.
CK_INLINE float ck_exp(float x) {
    float bounded = x < -87.33f ? -87.33f : x;
    bounded = bounded > 88.72f ? 88.72f : bounded;
    uint32_t bits;
    float p = ck_exp_reduced(bounded, &bits);
    // 2^n in two factors, since n reaches 128
    uint32_t half = (uint32_t)((int32_t)(bits - 0x4B400000u) >> 1);
    uint32_t rest = (bits - 0x4B400000u) - half;
    float value = p * ck_bits_to_float((half + 127u) << 23) * ck_bits_to_float((rest + 127u) << 23);
    value = x < -87.33f ? 0.0f : value;
    value = x > 88.72f ? INFINITY : value;
    return x != x ? x : value;
}

/// The same for x ≤ 88, as in a softmax, in fewer instructions.
CK_INLINE float ck_exp_below(float x) {
    uint32_t bits;
    float p = ck_exp_reduced(x < -87.33f ? -87.33f : x, &bits);
    float value = p * ck_bits_to_float((bits + (127u - 0x4B400000u)) << 23);
    return x < -87.33f ? 0.0f : value;
}

/// tanh(x) = 1 − 2 / (e^{2x} + 1), with the odd series where that cancels.
CK_INLINE float ck_tanh(float x) {
    CK_CONTRACT
    float squared = x * x;
    float series =
        x * (1.0f + squared * (-0.333333333f + squared * (0.133333333f + squared * -0.0539682540f)));
    float large = 1.0f - 2.0f / (ck_exp(2.0f * x) + 1.0f);
    return squared < 0.0225f ? series : large;
}

/// The finaliser of SplitMix64: the key of a row from the key of the site and the key of the token.
CK_INLINE uint64_t ck_mix(uint64_t z) {
    z += 0x9E3779B97F4A7C15ull;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
    return z ^ (z >> 31);
}

/// 32 random bits for column `index` of the row with this key (two multiply–xorshift rounds). All products
/// are of 32 bits: AVX2 has none of 64.
CK_INLINE uint32_t ck_random(uint32_t low, uint32_t high, uint32_t index) {
    uint32_t x = (index * 0x9E3779B9u) ^ low;
    x = (x ^ (x >> 16)) * 0x85EBCA6Bu;
    x = (x ^ (x >> 13)) + high;
    x = (x ^ (x >> 15)) * 0xC2B2AE35u;
    return x ^ (x >> 16);
}

/// The factor that dropout applies to column `index`: 0 or scale.
CK_INLINE float ck_keep(uint32_t low, uint32_t high, uint32_t index, uint32_t threshold, float scale) {
    return ck_random(low, high, index) >= threshold ? scale : 0.0f;
}
