// Cross-entropy over a vocabulary with its gradient.
#include "decoder.h"
#include "vector.h"

CK_INLINE void cross_entropy(const float *logits, const int32_t *targets, size_t v, float smoothing,
                             float scale, const int type, void *gradient, double *losses, uint8_t *correct,
                             size_t begin, size_t end) {
    CK_LANES
    for (size_t i = begin; i < end; i++) {
        const float *x = logits + i * v;
        const size_t target = (size_t)targets[i];
        float maximum = x[0], total = 0, sum = 0;
        for (size_t j = 1; j < v; j++) maximum = x[j] > maximum ? x[j] : maximum;
        for (size_t j = 0; j < v; j++) total += ck_exp_below(x[j] - maximum);
        // Read now: the gradient may be written over the logits.
        const float aim = x[target];
        int first = aim == maximum;
        if (first)
            for (size_t j = 0; j < target; j++)
                if (x[j] == maximum) first = 0;
        correct[i] = (uint8_t)first;
        double loss = (double)maximum + log((double)total) - (1.0 - (double)smoothing) * (double)aim;
        if (smoothing > 0) {
            for (size_t j = 0; j < v; j++) sum += x[j];
            loss -= (double)smoothing * (double)sum / (double)v;
        }
        losses[i] = loss;
        if (!gradient) continue;
        void *dx = ck_row_out(type, gradient, i * v);
        const float factor = scale / total, share = scale * smoothing / (float)v;
        const float slope = ck_exp_below(aim - maximum) * factor - share - scale * (1.0f - smoothing);
        CK_IN_PLACE
        // Exponentials are computed again: to keep them would take a pass over memory as large as the logits.
        for (size_t j = 0; j < v; j++) ck_store(type, dx, j, ck_exp_below(x[j] - maximum) * factor - share);
        ck_store(type, dx, target, slope);
    }
}

#define VARIANT(name, type)                                                                                  \
    CK_DISPATCH static void cross_entropy_##name(                                                            \
        const float *logits, const int32_t *targets, size_t v, float smoothing, float scale, void *gradient, \
        double *losses, uint8_t *correct, size_t begin, size_t end) {                                        \
        cross_entropy(logits, targets, v, smoothing, scale, type, gradient, losses, correct, begin, end);    \
    }

VARIANT(float32, CK_FLOAT32)
VARIANT(bfloat16, CK_BFLOAT16)

void ck_token_cross_entropy(const float *logits, const int32_t *targets, size_t v, float smoothing,
                            float scale, int type, void *gradient, double *losses, uint8_t *correct,
                            size_t begin, size_t end) {
    (type == CK_BFLOAT16 ? cross_entropy_bfloat16 : cross_entropy_float32)(
        logits, targets, v, smoothing, scale, gradient, losses, correct, begin, end);
}
