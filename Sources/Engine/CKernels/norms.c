// Dropout + residual + layer norm in one pass, forward and backward.
#include "ckernels.h"
#include "vector.h"

CK_INLINE void forward_rows(const int type, const ck_layer_norm *n, const void *x, const void *residual,
                            void *sum, void *y, size_t begin, size_t end) {
    CK_LANES
    const size_t c = n->c;
    for (size_t t = begin; t < end; t++) {
        const void *xt = ck_row(type, x, t * c);
        const void *rt = residual ? ck_row(type, residual, t * c) : NULL;
        void *st = ck_row_out(type, sum, t * c), *yt = ck_row_out(type, y, t * c);
        if (n->dropout.threshold) {
            uint64_t key = ck_mix(n->dropout.site ^ n->keys[t]);
            uint32_t low = (uint32_t)key, high = (uint32_t)(key >> 32);
            const uint32_t threshold = n->dropout.threshold;
            const float scale = n->dropout.scale;
            if (rt) {
                CK_IN_PLACE
                for (size_t j = 0; j < c; j++)
                    ck_store(type, st, j,
                             ck_load(type, xt, j) * ck_keep(low, high, (uint32_t)j, threshold, scale)
                                 + ck_load(type, rt, j));
            } else {
                CK_IN_PLACE
                for (size_t j = 0; j < c; j++)
                    ck_store(type, st, j,
                             ck_load(type, xt, j) * ck_keep(low, high, (uint32_t)j, threshold, scale));
            }
        } else if (rt) {
            CK_IN_PLACE
            for (size_t j = 0; j < c; j++) ck_store(type, st, j, ck_load(type, xt, j) + ck_load(type, rt, j));
        } else if (st != xt) {
            memcpy(st, xt, c * ck_size(type));
        }
        float total = 0;
        for (size_t j = 0; j < c; j++) total += ck_load(type, st, j);
        float average = total / (float)c;
        // A second pass over a row that lies in the first cache: the mean of squares less the square of the
        // mean cancels.
        float squares = 0;
        for (size_t j = 0; j < c; j++) {
            float d = ck_load(type, st, j) - average;
            squares += d * d;
        }
        float inverse = 1.0f / ck_sqrt(squares / (float)c + n->epsilon);
        const float *gamma = n->gamma, *beta = n->beta;
        if (beta) {
            CK_IN_PLACE
            for (size_t j = 0; j < c; j++)
                ck_store(type, yt, j, (ck_load(type, st, j) - average) * inverse * gamma[j] + beta[j]);
        } else {
            CK_IN_PLACE
            for (size_t j = 0; j < c; j++)
                ck_store(type, yt, j, (ck_load(type, st, j) - average) * inverse * gamma[j]);
        }
        n->mean[t] = average;
        n->rstd[t] = inverse;
    }
}

CK_INLINE void backward_rows(const int type, const ck_layer_norm *n, const void *dy, const void *sum,
                             void *dsum, int accumulate, void *dx, float *dgamma, float *dbeta, size_t begin,
                             size_t end) {
    CK_LANES
    const size_t c = n->c;
    const float *gamma = n->gamma;
    for (size_t t = begin; t < end; t++) {
        const void *dyt = ck_row(type, dy, t * c), *st = ck_row(type, sum, t * c);
        void *dst = ck_row_out(type, dsum, t * c);
        float average = n->mean[t], inverse = n->rstd[t];
        float g = 0, gx = 0;
        CK_IN_PLACE
        for (size_t j = 0; j < c; j++) {
            float slope = ck_load(type, dyt, j);
            float normed = (ck_load(type, st, j) - average) * inverse;
            float scaled = slope * gamma[j];
            g += scaled;
            gx += scaled * normed;
            dgamma[j] += slope * normed;
            dbeta[j] += slope;
        }
        g /= (float)c;
        gx /= (float)c;
        if (dx && n->dropout.threshold) {
            void *dxt = ck_row_out(type, dx, t * c);
            uint64_t key = ck_mix(n->dropout.site ^ n->keys[t]);
            uint32_t low = (uint32_t)key, high = (uint32_t)(key >> 32);
            const uint32_t threshold = n->dropout.threshold;
            const float scale = n->dropout.scale;
            CK_IN_PLACE
            for (size_t j = 0; j < c; j++) {
                float normed = (ck_load(type, st, j) - average) * inverse;
                float slope = (accumulate ? ck_load(type, dst, j) : 0)
                              + (ck_load(type, dyt, j) * gamma[j] - g - normed * gx) * inverse;
                ck_store(type, dst, j, slope);
                ck_store(type, dxt, j, slope * ck_keep(low, high, (uint32_t)j, threshold, scale));
            }
            continue;
        }
        CK_IN_PLACE
        for (size_t j = 0; j < c; j++) {
            float normed = (ck_load(type, st, j) - average) * inverse;
            ck_store(type, dst, j,
                     (accumulate ? ck_load(type, dst, j) : 0)
                         + (ck_load(type, dyt, j) * gamma[j] - g - normed * gx) * inverse);
        }
        if (dx) memcpy(ck_row_out(type, dx, t * c), dst, c * ck_size(type));
    }
}

#define VARIANT(name, type)                                                                             \
    CK_DISPATCH static void forward_##name(const ck_layer_norm *n, const void *x, const void *residual, \
                                           void *sum, void *y, size_t begin, size_t end) {              \
        forward_rows(type, n, x, residual, sum, y, begin, end);                                         \
    }                                                                                                   \
    CK_DISPATCH static void backward_##name(const ck_layer_norm *n, const void *dy, const void *sum,    \
                                            void *dsum, int accumulate, void *dx, float *dgamma,        \
                                            float *dbeta, size_t begin, size_t end) {                   \
        backward_rows(type, n, dy, sum, dsum, accumulate, dx, dgamma, dbeta, begin, end);               \
    }

VARIANT(float32, CK_FLOAT32)
VARIANT(bfloat16, CK_BFLOAT16)

void ck_layer_norm_forward(int type, const ck_layer_norm *n, const void *x, const void *residual, void *sum,
                           void *y, size_t begin, size_t end) {
    if (type == CK_BFLOAT16) {
        forward_bfloat16(n, x, residual, sum, y, begin, end);
    } else {
        forward_float32(n, x, residual, sum, y, begin, end);
    }
}

void ck_layer_norm_backward(int type, const ck_layer_norm *n, const void *dy, const void *sum, void *dsum,
                            int accumulate, void *dx, float *dgamma, float *dbeta, size_t begin, size_t end) {
    if (type == CK_BFLOAT16) {
        backward_bfloat16(n, dy, sum, dsum, accumulate, dx, dgamma, dbeta, begin, end);
    } else {
        backward_float32(n, dy, sum, dsum, accumulate, dx, dgamma, dbeta, begin, end);
    }
}
