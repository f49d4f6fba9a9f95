// Optimiser updates: one pass over values, gradients and moments.
#include "ckernels.h"
#include "vector.h"

CK_DISPATCH void ck_adamw(float *value, const float *gradient, float *m, float *v, ck_adamw_step s, size_t count) {
    CK_CONTRACT
    float decay = 1.0f - s.learning_rate * s.weight_decay;
    float step = s.learning_rate / s.bias_correction1;
    CK_IN_PLACE
    for (size_t i = 0; i < count; i++) {
        float g = gradient[i] * s.gradient_scale;
        float mi = m[i] + (g - m[i]) * s.one_minus_beta1;
        float vi = v[i] * s.beta2 + g * g * s.one_minus_beta2;
        m[i] = mi;
        v[i] = vi;
        float denominator = sqrtf(vi) / s.bias_correction2_sqrt + s.epsilon;
        value[i] = value[i] * decay - step * mi / denominator;
    }
}

CK_DISPATCH void ck_sgd(float *value, const float *gradient, float *buffer, ck_sgd_step s, size_t count) {
    CK_CONTRACT
    CK_IN_PLACE
    for (size_t i = 0; i < count; i++) {
        float g = gradient[i] * s.gradient_scale + s.weight_decay * value[i];
        float b = s.first ? g : s.momentum * buffer[i] + g;
        buffer[i] = b;
        value[i] -= s.learning_rate * b;
    }
}
