// Rotary positions (Su et al. 2021, halves paired as in Llama) and the SwiGLU product (Shazeer 2020).
#include "decoder.h"
#include "vector.h"

CK_DISPATCH void ck_rotate_heads(float *x, size_t ldx, size_t heads, size_t d, const int32_t *positions,
                                 const float *cosines, const float *sines, float direction, size_t begin,
                                 size_t end) {
    CK_CONTRACT
    const size_t half = d / 2;
    for (size_t t = begin; t < end; t++) {
        const float *c = cosines + (size_t)positions[t] * half, *s = sines + (size_t)positions[t] * half;
        for (size_t head = 0; head < heads; head++) {
            float *a = x + t * ldx + head * d, *b = a + half;
            CK_IN_PLACE
            for (size_t i = 0; i < half; i++) {
                float first = a[i], second = b[i], sine = direction * s[i];
                a[i] = first * c[i] - second * sine;
                b[i] = second * c[i] + first * sine;
            }
        }
    }
}

CK_INLINE float sigmoid(float x) { return 1.0f / (1.0f + ck_exp(-x)); }

CK_DISPATCH void ck_swiglu_forward(const float *gate_up, float *y, size_t width, size_t begin, size_t end) {
    for (size_t t = begin; t < end; t++) {
        const float *gate = gate_up + 2 * t * width, *up = gate + width;
        float *yt = y + t * width;
        for (size_t j = 0; j < width; j++) yt[j] = gate[j] * sigmoid(gate[j]) * up[j];
    }
}

CK_DISPATCH void ck_swiglu_backward(const float *gate_up, const float *dy, float *dgate_up, size_t width,
                                    size_t begin, size_t end) {
    CK_CONTRACT
    for (size_t t = begin; t < end; t++) {
        const float *gate = gate_up + 2 * t * width, *up = gate + width, *dyt = dy + t * width;
        float *dgate = dgate_up + 2 * t * width, *dup = dgate + width;
        CK_IN_PLACE
        for (size_t j = 0; j < width; j++) {
            float g = gate[j], u = up[j], s = sigmoid(g), silu = g * s;
            dgate[j] = dyt[j] * u * (s + silu * (1.0f - s));
            dup[j] = dyt[j] * silu;
        }
    }
}
