// What both attention kernels do to a row of scores: mask, softmax, dropout.
#pragma once
#include "ckernels.h"
#include "vector.h"

#define ROWS 48   // query rows a block
#define LANES 16  // columns of a register tile

CK_INLINE size_t padded(size_t length) { return (length + LANES - 1) / LANES * LANES; }

/// Number of keys that query row i sees; the last query of a causal sequence sees them all.
CK_INLINE size_t visible(const ck_attention *a, size_t row) {
    return a->causal ? row + 1 + a->length - a->queries : a->length;
}

CK_INLINE uint64_t row_key(const ck_attention *a, size_t head, size_t row) {
    return ck_mix(ck_mix(a->dropout.site + head) ^ a->keys[row]);
}

/// Scores of a row to probabilities, with dropout; returns the log of the sum of exponentials.
CK_INLINE float softmax_row(const ck_attention *a, size_t head, size_t row, float *s, size_t count) {
    CK_LANES
    float maximum = s[0];
    for (size_t j = 1; j < count; j++) maximum = s[j] > maximum ? s[j] : maximum;
    float total = 0;
    for (size_t j = 0; j < count; j++) {
        s[j] = ck_exp_below(s[j] - maximum);
        total += s[j];
    }
    float inverse = 1.0f / total;
    if (a->dropout.threshold) {
        uint64_t key = row_key(a, head, row);
        uint32_t low = (uint32_t)key, high = (uint32_t)(key >> 32);
        const uint32_t threshold = a->dropout.threshold;
        const float scale = a->dropout.scale;
        for (size_t j = 0; j < count; j++) s[j] *= inverse * ck_keep(low, high, (uint32_t)j, threshold, scale);
    } else {
        for (size_t j = 0; j < count; j++) s[j] *= inverse;
    }
    return maximum + logf(total);
}

/// From scores and the gradients of probabilities to dropped probabilities and the gradients of scores. `dot` is
/// Σ_j dP_j P_j = dout · out, with or without dropout.
CK_INLINE void softmax_row_backward(const ck_attention *a, size_t head, size_t row, float *s, float *ds, float lse,
                                    float dot, size_t count) {
    CK_LANES
    if (a->dropout.threshold) {
        uint64_t key = row_key(a, head, row);
        uint32_t low = (uint32_t)key, high = (uint32_t)(key >> 32);
        const uint32_t threshold = a->dropout.threshold;
        const float scale = a->dropout.scale;
        for (size_t j = 0; j < count; j++) {
            float p = ck_exp_below(s[j] - lse);
            float keep = ck_keep(low, high, (uint32_t)j, threshold, scale);
            s[j] = p * keep;
            ds[j] = p * (ds[j] * keep - dot);
        }
    } else {
        for (size_t j = 0; j < count; j++) {
            float p = ck_exp_below(s[j] - lse);
            s[j] = p;
            ds[j] = p * (ds[j] - dot);
        }
    }
}
