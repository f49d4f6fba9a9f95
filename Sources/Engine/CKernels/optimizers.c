// Optimiser updates: one pass over values, gradients and moments.
#include "ckernels.h"
#include "vector.h"

CK_INLINE float adamw(float value, float gradient, float *m, float *v, const ck_adamw_step *s, float decay,
                      float step) {
    CK_CONTRACT
    float g = gradient * s->gradient_scale;
    // torch.optim.AdamW interpolates the first moment, and so do we: the other form rounds differently.
    float mi = *m + (g - *m) * s->one_minus_beta1;
    float vi = *v * s->beta2 + g * g * s->one_minus_beta2;
    *m = mi;
    *v = vi;
    float denominator = ck_sqrt(vi) / s->bias_correction2_sqrt + s->epsilon;
    return value * decay - step * mi / denominator;
}

// One function, so that rows that are decayed alone get the bits of those that are updated.
CK_DISPATCH float ck_adamw_decay(ck_adamw_step s) { return 1.0f - s.learning_rate * s.weight_decay; }

CK_DISPATCH static void adamw_values(float *value, const float *gradient, float *m, float *v, ck_adamw_step s,
                                     float decay, size_t count) {
    float step = s.learning_rate / s.bias_correction1;
    CK_IN_PLACE
    for (size_t i = 0; i < count; i++) value[i] = adamw(value[i], gradient[i], m + i, v + i, &s, decay, step);
}

CK_DISPATCH static void adamw_values_and_copy(float *value, const float *gradient, float *m, float *v,
                                              uint16_t *copy, ck_adamw_step s, float decay, size_t count) {
    float step = s.learning_rate / s.bias_correction1;
    CK_IN_PLACE
    for (size_t i = 0; i < count; i++) {
        float updated = adamw(value[i], gradient[i], m + i, v + i, &s, decay, step);
        value[i] = updated;
        copy[i] = ck_narrow(updated);
    }
}

void ck_adamw(float *value, const float *gradient, float *m, float *v, uint16_t *copy, ck_adamw_step step,
              size_t count) {
    float decay = ck_adamw_decay(step);
    if (copy) {
        adamw_values_and_copy(value, gradient, m, v, copy, step, decay, count);
    } else {
        adamw_values(value, gradient, m, v, step, decay, count);
    }
}

/// The loop of SGD; `first` is a constant after inlining.
CK_INLINE void sgd(const int first, float *value, const float *gradient, float *buffer, const ck_sgd_step *s,
                   size_t count) {
    CK_CONTRACT
    CK_IN_PLACE
    for (size_t i = 0; i < count; i++) {
        float g = gradient[i] * s->gradient_scale + s->weight_decay * value[i];
        float b = first ? g : s->momentum * buffer[i] + g;
        buffer[i] = b;
        value[i] -= s->learning_rate * b;
    }
}

CK_DISPATCH void ck_sgd(float *value, const float *gradient, float *buffer, ck_sgd_step s, size_t count) {
    if (s.first) {
        sgd(1, value, gradient, buffer, &s, count);
    } else {
        sgd(0, value, gradient, buffer, &s, count);
    }
}
