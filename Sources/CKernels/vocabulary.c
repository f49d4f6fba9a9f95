// Cross-entropy over a vocabulary with its gradient in place.
#include "decoder.h"
#include "vector.h"

CK_DISPATCH void ck_token_cross_entropy(float *logits, const int32_t *targets, size_t v, float smoothing,
                                        float scale, int gradient, double *losses, uint8_t *correct, size_t begin,
                                        size_t end) {
    CK_LANES
    for (size_t i = begin; i < end; i++) {
        float *x = logits + i * v;
        const size_t target = (size_t)targets[i];
        float maximum = x[0], total = 0, sum = 0;
        for (size_t j = 1; j < v; j++) maximum = x[j] > maximum ? x[j] : maximum;
        for (size_t j = 0; j < v; j++) total += ck_exp(x[j] - maximum);
        const float aim = x[target];
        int first = aim == maximum;
        if (first)
            for (size_t j = 0; j < target; j++)
                if (x[j] == maximum) first = 0;
        correct[i] = (uint8_t)first;
        const double normalizer = (double)maximum + log((double)total);
        double loss = normalizer - (1.0 - (double)smoothing) * (double)aim;
        if (smoothing > 0) {
            for (size_t j = 0; j < v; j++) sum += x[j];
            loss -= (double)smoothing * (double)sum / (double)v;
        }
        losses[i] = loss;
        if (!gradient) continue;
        const float factor = scale / total, share = scale * smoothing / (float)v;
        for (size_t j = 0; j < v; j++) x[j] = ck_exp(x[j] - maximum) * factor - share;
        x[target] -= scale * (1.0f - smoothing);
    }
}
