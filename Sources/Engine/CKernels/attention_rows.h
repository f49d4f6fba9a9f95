// What both attention kernels do to a row of scores: mask, softmax, dropout.
#pragma once
#include "ckernels.h"
#include "vector.h"

// Whole tiles of both kernels, 6 and 8 rows. Their scores against 512 keys are 96 KiB, which stay in cache.
#define ROWS 48   // query rows a block
#define LANES 16  // columns of a register tile

CK_INLINE size_t padded(size_t length) { return (length + LANES - 1) / LANES * LANES; }

/// Some keys of the sequence: begin … end − 1.
typedef struct {
    size_t begin, end;
} key_range;

/// The keys that a query row sees; the last query of a causal sequence sees them all, but for a window.
CK_INLINE key_range visible(const ck_attention *a, size_t row) {
    size_t end = a->causal ? row + 1 + a->length - a->queries : a->length;
    if (a->window == CK_NO_WINDOW) return (key_range){0, end};
    size_t position = a->positions ? (size_t)a->positions[row] : row + a->length - a->queries;
    size_t last = position + a->window + 1;
    return (key_range){position > a->window ? position - a->window : 0, last < end ? last : end};
}

/// The bias of a head by how far a key stands behind a query row's place, so that key j has element j.
CK_INLINE ptrdiff_t bias_of_row(const ck_attention *a, size_t head, size_t row) {
    size_t position = a->positions ? (size_t)a->positions[row] : row + a->length - a->queries;
    return (ptrdiff_t)(head * a->ld_bias) - (ptrdiff_t)position;
}

/// Adds the bias to the scores of a row.
CK_INLINE void add_bias(const ck_attention *a, size_t head, size_t row, float *s, key_range keys) {
    if (!a->bias) return;
    const float *bias = a->bias + bias_of_row(a, head, row);
    for (size_t j = keys.begin; j < keys.end; j++) s[j] += bias[j];
}

/// The keys that some of a block's rows see. Positions ascend, so the first row sees the first and the last
/// row the last; the first is that of a register tile.
CK_INLINE key_range visible_to_rows(const ck_attention *a, size_t first, size_t rows) {
    return (key_range){visible(a, first).begin / LANES * LANES, visible(a, first + rows - 1).end};
}

CK_INLINE uint64_t row_key(const ck_attention *a, size_t head, size_t row) {
    return ck_mix(ck_mix(a->dropout.site + head) ^ a->keys[row]);
}

/// Scores of a row to probabilities, with dropout; returns the log of the sum of exponentials.
CK_INLINE float softmax_row(const ck_attention *a, size_t head, size_t row, float *s, key_range keys) {
    CK_LANES
    const size_t begin = keys.begin, end = keys.end;
    float maximum = s[begin];
    for (size_t j = begin + 1; j < end; j++) maximum = s[j] > maximum ? s[j] : maximum;
    float total = 0;
    for (size_t j = begin; j < end; j++) {
        // No score is above the maximum, so that the cheaper exponential will do.
        s[j] = ck_exp_below(s[j] - maximum);
        total += s[j];
    }
    float inverse = 1.0f / total;
    if (a->dropout.threshold) {
        uint64_t key = row_key(a, head, row);
        uint32_t low = (uint32_t)key, high = (uint32_t)(key >> 32);
        const uint32_t threshold = a->dropout.threshold;
        const float scale = a->dropout.scale;
        for (size_t j = begin; j < end; j++)
            s[j] *= inverse * ck_keep(low, high, (uint32_t)j, threshold, scale);
    } else {
        for (size_t j = begin; j < end; j++) s[j] *= inverse;
    }
    return maximum + logf(total);
}

/// From scores and the gradients of probabilities to dropped probabilities and the gradients of scores. `dot`
/// is Σ_j dP_j P_j = dout · out, with or without dropout.
CK_INLINE void softmax_row_backward(const ck_attention *a, size_t head, size_t row, float *s, float *ds,
                                    float lse, float dot, key_range keys) {
    CK_LANES
    const size_t begin = keys.begin, end = keys.end;
    if (a->dropout.threshold) {
        uint64_t key = row_key(a, head, row);
        uint32_t low = (uint32_t)key, high = (uint32_t)(key >> 32);
        const uint32_t threshold = a->dropout.threshold;
        const float scale = a->dropout.scale;
        for (size_t j = begin; j < end; j++) {
            // The probability again: the logarithm of the sum that the forward pass kept normalises it at
            // once.
            float p = ck_exp_below(s[j] - lse);
            float keep = ck_keep(low, high, (uint32_t)j, threshold, scale);
            s[j] = p * keep;
            ds[j] = p * (ds[j] * keep - dot);
        }
    } else {
        for (size_t j = begin; j < end; j++) {
            float p = ck_exp_below(s[j] - lse);
            s[j] = p;
            ds[j] = p * (ds[j] - dot);
        }
    }
}
