// RMS norm and layer norm on the residual stream of pre-norm transformers: the backward pass adds to the gradient
// that comes down the stream, and both passes apply the dropout of the branch that joins it.
#include "decoder.h"
#include "vector.h"

/// st = dropout(xt) + rt for one row.
CK_INLINE void join(const float *xt, const float *rt, float *st, uint64_t token, ck_dropout dropout, size_t c) {
    if (dropout.threshold) {
        uint64_t key = ck_mix(dropout.site ^ token);
        uint32_t low = (uint32_t)key, high = (uint32_t)(key >> 32);
        CK_IN_PLACE
        for (size_t j = 0; j < c; j++)
            st[j] = xt[j] * ck_keep(low, high, (uint32_t)j, dropout.threshold, dropout.scale);
    } else if (st != xt) {
        memcpy(st, xt, c * sizeof(float));
    }
    if (rt) {
        CK_IN_PLACE
        for (size_t j = 0; j < c; j++) st[j] += rt[j];
    }
}

/// dxt = dropout(dst) for one row.
CK_INLINE void split(const float *dst, float *dxt, uint64_t token, ck_dropout dropout, size_t c) {
    if (dropout.threshold) {
        uint64_t key = ck_mix(dropout.site ^ token);
        uint32_t low = (uint32_t)key, high = (uint32_t)(key >> 32);
        CK_IN_PLACE
        for (size_t j = 0; j < c; j++)
            dxt[j] = dst[j] * ck_keep(low, high, (uint32_t)j, dropout.threshold, dropout.scale);
    } else {
        memcpy(dxt, dst, c * sizeof(float));
    }
}

CK_DISPATCH void ck_rms_norm_forward(const float *x, const float *residual, const float *gamma, float *sum,
                                     float *y, float *rstd, const uint64_t *keys, ck_dropout dropout,
                                     float epsilon, size_t c, size_t begin, size_t end) {
    CK_LANES
    for (size_t t = begin; t < end; t++) {
        float *st = sum + t * c, *yt = y + t * c;
        join(x + t * c, residual ? residual + t * c : NULL, st, keys[t], dropout, c);
        float squares = 0;
        for (size_t j = 0; j < c; j++) squares += st[j] * st[j];
        float inverse = 1.0f / sqrtf(squares / (float)c + epsilon);
        for (size_t j = 0; j < c; j++) yt[j] = st[j] * inverse * gamma[j];
        rstd[t] = inverse;
    }
}

CK_DISPATCH void ck_rms_norm_backward(const float *dy, const float *sum, const float *gamma, const float *rstd,
                                      float *dsum, int accumulate, float *dx, float *dgamma,
                                      const uint64_t *keys, ck_dropout dropout, size_t c, size_t begin,
                                      size_t end) {
    CK_LANES
    for (size_t t = begin; t < end; t++) {
        const float *dyt = dy + t * c, *st = sum + t * c;
        float *dst = dsum + t * c;
        float inverse = rstd[t], dot = 0;
        CK_IN_PLACE
        for (size_t j = 0; j < c; j++) {
            float normed = st[j] * inverse;
            dot += dyt[j] * gamma[j] * normed;
            dgamma[j] += dyt[j] * normed;
        }
        float mean = dot / (float)c;
        if (accumulate) {
            CK_IN_PLACE
            for (size_t j = 0; j < c; j++)
                dst[j] += (dyt[j] * gamma[j] - st[j] * inverse * mean) * inverse;
        } else {
            CK_IN_PLACE
            for (size_t j = 0; j < c; j++) dst[j] = (dyt[j] * gamma[j] - st[j] * inverse * mean) * inverse;
        }
        if (dx) split(dst, dx + t * c, keys[t], dropout, c);
    }
}

CK_DISPATCH void ck_stream_layer_norm_backward(const float *dy, const float *sum, const float *gamma,
                                               const float *mean, const float *rstd, float *dsum, int accumulate,
                                               float *dx, float *dgamma, float *dbeta, const uint64_t *keys,
                                               ck_dropout dropout, size_t c, size_t begin, size_t end) {
    CK_LANES
    for (size_t t = begin; t < end; t++) {
        const float *dyt = dy + t * c, *st = sum + t * c;
        float *dst = dsum + t * c;
        float average = mean[t], inverse = rstd[t], g = 0, gx = 0;
        CK_IN_PLACE
        for (size_t j = 0; j < c; j++) {
            float normed = (st[j] - average) * inverse;
            float scaled = dyt[j] * gamma[j];
            g += scaled;
            gx += scaled * normed;
            dgamma[j] += dyt[j] * normed;
            dbeta[j] += dyt[j];
        }
        g /= (float)c;
        gx /= (float)c;
        if (accumulate) {
            CK_IN_PLACE
            for (size_t j = 0; j < c; j++)
                dst[j] += (dyt[j] * gamma[j] - g - (st[j] - average) * inverse * gx) * inverse;
        } else {
            CK_IN_PLACE
            for (size_t j = 0; j < c; j++)
                dst[j] = (dyt[j] * gamma[j] - g - (st[j] - average) * inverse * gx) * inverse;
        }
        if (dx) split(dst, dx + t * c, keys[t], dropout, c);
    }
}
