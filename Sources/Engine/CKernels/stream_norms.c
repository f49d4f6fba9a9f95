// RMS norm and layer norm on the residual stream of pre-norm transformers: the backward pass adds to the
// gradient that comes down the stream, and both passes apply the dropout of the branch that joins it.
#include "decoder.h"
#include "vector.h"

/// st = dropout(xt) + rt for row t.
CK_INLINE void join(const int type, const ck_layer_norm *n, const void *xt, const void *rt, void *st,
                    size_t t) {
    const size_t c = n->c;
    if (n->dropout.threshold) {
        uint64_t key = ck_mix(n->dropout.site ^ n->keys[t]);
        uint32_t low = (uint32_t)key, high = (uint32_t)(key >> 32);
        const uint32_t threshold = n->dropout.threshold;
        const float scale = n->dropout.scale;
        CK_IN_PLACE
        for (size_t j = 0; j < c; j++)
            ck_store(type, st, j,
                     ck_load(type, xt, j) * ck_keep(low, high, (uint32_t)j, threshold, scale)
                         + (rt ? ck_load(type, rt, j) : 0.0f));
    } else if (rt) {
        CK_IN_PLACE
        for (size_t j = 0; j < c; j++) ck_store(type, st, j, ck_load(type, xt, j) + ck_load(type, rt, j));
    } else if (st != xt) {
        memcpy(st, xt, c * ck_size(type));
    }
}

/// dxt = dropout(dst) for row t.
CK_INLINE void split(const int type, const ck_layer_norm *n, const void *dst, void *dxt, size_t t) {
    const size_t c = n->c;
    if (n->dropout.threshold) {
        uint64_t key = ck_mix(n->dropout.site ^ n->keys[t]);
        uint32_t low = (uint32_t)key, high = (uint32_t)(key >> 32);
        const uint32_t threshold = n->dropout.threshold;
        const float scale = n->dropout.scale;
        CK_IN_PLACE
        for (size_t j = 0; j < c; j++)
            ck_store(type, dxt, j, ck_load(type, dst, j) * ck_keep(low, high, (uint32_t)j, threshold, scale));
    } else {
        memcpy(dxt, dst, c * ck_size(type));
    }
}

CK_INLINE void rms_forward(const int type, const ck_layer_norm *n, const void *x, const void *residual,
                           void *sum, void *y, size_t begin, size_t end) {
    CK_LANES
    const size_t c = n->c;
    const float *gamma = n->gamma;
    for (size_t t = begin; t < end; t++) {
        void *st = ck_row_out(type, sum, t * c), *yt = ck_row_out(type, y, t * c);
        join(type, n, ck_row(type, x, t * c), residual ? ck_row(type, residual, t * c) : NULL, st, t);
        float squares = 0;
        for (size_t j = 0; j < c; j++) squares += ck_load(type, st, j) * ck_load(type, st, j);
        float inverse = 1.0f / ck_sqrt(squares / (float)c + n->epsilon);
        CK_IN_PLACE
        for (size_t j = 0; j < c; j++) ck_store(type, yt, j, ck_load(type, st, j) * inverse * gamma[j]);
        n->rstd[t] = inverse;
    }
}

CK_INLINE void rms_backward(const int type, const ck_layer_norm *n, const void *dy, const void *sum,
                            void *dsum, int accumulate, void *dx, float *dgamma, size_t begin, size_t end) {
    CK_LANES
    const size_t c = n->c;
    const float *gamma = n->gamma;
    for (size_t t = begin; t < end; t++) {
        const void *dyt = ck_row(type, dy, t * c), *st = ck_row(type, sum, t * c);
        void *dst = ck_row_out(type, dsum, t * c);
        float inverse = n->rstd[t], dot = 0;
        CK_IN_PLACE
        for (size_t j = 0; j < c; j++) {
            float slope = ck_load(type, dyt, j), normed = ck_load(type, st, j) * inverse;
            dot += slope * gamma[j] * normed;
            dgamma[j] += slope * normed;
        }
        float factor = dot / (float)c * inverse;
        if (accumulate) {
            CK_IN_PLACE
            for (size_t j = 0; j < c; j++)
                ck_store(type, dst, j,
                         ck_load(type, dst, j)
                             + (ck_load(type, dyt, j) * gamma[j] - ck_load(type, st, j) * factor) * inverse);
        } else {
            CK_IN_PLACE
            for (size_t j = 0; j < c; j++)
                ck_store(type, dst, j,
                         (ck_load(type, dyt, j) * gamma[j] - ck_load(type, st, j) * factor) * inverse);
        }
        if (dx) split(type, n, dst, ck_row_out(type, dx, t * c), t);
    }
}

#define VARIANT(name, type)                                                                                 \
    CK_DISPATCH static void rms_forward_##name(const ck_layer_norm *n, const void *x, const void *residual, \
                                               void *sum, void *y, size_t begin, size_t end) {              \
        rms_forward(type, n, x, residual, sum, y, begin, end);                                              \
    }                                                                                                       \
    CK_DISPATCH static void rms_backward_##name(const ck_layer_norm *n, const void *dy, const void *sum,    \
                                                void *dsum, int accumulate, void *dx, float *dgamma,        \
                                                size_t begin, size_t end) {                                 \
        rms_backward(type, n, dy, sum, dsum, accumulate, dx, dgamma, begin, end);                           \
    }

VARIANT(float32, CK_FLOAT32)
VARIANT(bfloat16, CK_BFLOAT16)

void ck_rms_norm_forward(int type, const ck_layer_norm *n, const void *x, const void *residual, void *sum,
                         void *y, size_t begin, size_t end) {
    (type == CK_BFLOAT16 ? rms_forward_bfloat16 : rms_forward_float32)(n, x, residual, sum, y, begin, end);
}

void ck_rms_norm_backward(int type, const ck_layer_norm *n, const void *dy, const void *sum, void *dsum,
                          int accumulate, void *dx, float *dgamma, size_t begin, size_t end) {
    (type == CK_BFLOAT16 ? rms_backward_bfloat16 : rms_backward_float32)(n, dy, sum, dsum, accumulate, dx,
                                                                         dgamma, begin, end);
}
