// Dropout + residual + layer norm in one pass, forward and backward.
#include "ckernels.h"
#include "vector.h"

CK_DISPATCH void ck_layer_norm_forward(const float *x, const float *residual, const float *gamma,
                                       const float *beta, float *sum, float *y, float *mean, float *rstd,
                                       const uint64_t *keys, ck_dropout dropout, float epsilon, size_t c,
                                       size_t begin, size_t end) {
    CK_LANES
    for (size_t t = begin; t < end; t++) {
        const float *xt = x + t * c;
        float *st = sum + t * c, *yt = y + t * c;
        if (dropout.threshold) {
            uint64_t key = ck_mix(dropout.site ^ keys[t]);
            uint32_t low = (uint32_t)key, high = (uint32_t)(key >> 32);
            CK_IN_PLACE
            for (size_t j = 0; j < c; j++)
                st[j] = xt[j] * ck_keep(low, high, (uint32_t)j, dropout.threshold, dropout.scale);
        } else if (st != xt) {
            memcpy(st, xt, c * sizeof(float));
        }
        if (residual) {
            const float *rt = residual + t * c;
            CK_IN_PLACE
            for (size_t j = 0; j < c; j++) st[j] += rt[j];
        }
        float total = 0;
        for (size_t j = 0; j < c; j++) total += st[j];
        float average = total / (float)c;
        float squares = 0;
        for (size_t j = 0; j < c; j++) {
            float d = st[j] - average;
            squares += d * d;
        }
        float inverse = 1.0f / sqrtf(squares / (float)c + epsilon);
        CK_IN_PLACE
        for (size_t j = 0; j < c; j++) yt[j] = (st[j] - average) * inverse * gamma[j] + beta[j];
        mean[t] = average;
        rstd[t] = inverse;
    }
}

CK_DISPATCH void ck_layer_norm_backward(const float *dy, const float *sum, const float *gamma, const float *mean,
                                        const float *rstd, float *dsum, float *dx, float *dgamma, float *dbeta,
                                        const uint64_t *keys, ck_dropout dropout, size_t c, size_t begin,
                                        size_t end) {
    CK_LANES
    for (size_t t = begin; t < end; t++) {
        const float *dyt = dy + t * c, *st = sum + t * c;
        float *dst = dsum + t * c;
        float average = mean[t], inverse = rstd[t];
        float g = 0, gx = 0;
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
        CK_IN_PLACE
        for (size_t j = 0; j < c; j++) {
            float normed = (st[j] - average) * inverse;
            dst[j] = (dyt[j] * gamma[j] - g - normed * gx) * inverse;
        }
        if (dx) {
            float *dxt = dx + t * c;
            if (dropout.threshold) {
                uint64_t key = ck_mix(dropout.site ^ keys[t]);
                uint32_t low = (uint32_t)key, high = (uint32_t)(key >> 32);
                CK_IN_PLACE
                for (size_t j = 0; j < c; j++)
                    dxt[j] = dst[j] * ck_keep(low, high, (uint32_t)j, dropout.threshold, dropout.scale);
            } else {
                memcpy(dxt, dst, c * sizeof(float));
            }
        }
    }
}
