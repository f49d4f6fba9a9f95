// Products for decoding: a few rows by large weights, which are read once. Conventions are those of
// ckernels.h.
#pragma once
#include "ckernels.h"

/// A format of weights beside CK_FLOAT32 and CK_BFLOAT16: int8 with a scale for each output.
enum { CK_INT8 = 2 };

/// out[m, n] = scale · scales[n] · Σ x[m, i] · w[n, i] + bias[n] (+ out[m, n]). Sums are float32, in an order
/// that depends on k and the processor's vectors alone: neither on the number of rows nor on the range of
/// outputs that a call computes.
typedef struct {
    int weight_type;
    const void *weights;  // [N, k], ldw elements from row to row
    size_t ldw;
    const float *scales;  // [N] for CK_INT8, else NULL
    int x_type;
    const void *x;
    size_t ldx, rows, k;
    float scale;
    const float *bias;  // [N] or NULL
    int accumulate;
    int out_type;
    void *out;
    size_t ldo;
} ck_row_product;

/// Floats of scratch memory that a call needs.
size_t ck_row_product_scratch(const ck_row_product *product);
/// Computes the outputs begin..<end.
void ck_row_product_run(const ck_row_product *product, float *scratch, size_t begin, size_t end);

/// q[n, i] = w[n, i] / scales[n], rounded, with scales[n] = max |w[n, :]| / 127, rows begin..<end of [N, k].
void ck_quantize_rows(int type, const void *w, size_t ldw, size_t k, int8_t *q, float *scales, size_t begin,
                      size_t end);

/// The first largest of the v scores, and the logarithm of the sum of their exponentials, in one pass.
/// Returns the index; a NaN is never the largest.
size_t ck_most_likely(const float *scores, size_t v, float *log_sum);
