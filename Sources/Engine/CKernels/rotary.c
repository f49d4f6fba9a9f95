// Rotary positions (Su et al. 2021, halves paired as in Llama) and the SwiGLU product (Shazeer 2020).
#include "decoder.h"
#include "vector.h"

CK_INLINE void rotate(const int type, void *x, size_t ldx, size_t heads, size_t d, const int32_t *positions,
                      const float *cosines, const float *sines, float direction, size_t begin, size_t end) {
    CK_CONTRACT
    const size_t half = d / 2;
    for (size_t t = begin; t < end; t++) {
        const float *c = cosines + (size_t)positions[t] * half, *s = sines + (size_t)positions[t] * half;
        for (size_t head = 0; head < heads; head++) {
            void *a = ck_row_out(type, x, t * ldx + head * d), *b = ck_row_out(type, a, half);
            CK_IN_PLACE
            for (size_t i = 0; i < half; i++) {
                float first = ck_load(type, a, i), second = ck_load(type, b, i), sine = direction * s[i];
                ck_store(type, a, i, first * c[i] - second * sine);
                ck_store(type, b, i, second * c[i] + first * sine);
            }
        }
    }
}

CK_INLINE float sigmoid(float x) { return 1.0f / (1.0f + ck_exp(-x)); }

CK_INLINE void swiglu_forward(const int type, const void *gate_up, void *y, size_t width, size_t begin,
                              size_t end) {
    for (size_t t = begin; t < end; t++) {
        const void *gate = ck_row(type, gate_up, 2 * t * width), *up = ck_row(type, gate, width);
        void *yt = ck_row_out(type, y, t * width);
        CK_IN_PLACE
        for (size_t j = 0; j < width; j++) {
            float g = ck_load(type, gate, j);
            ck_store(type, yt, j, g * sigmoid(g) * ck_load(type, up, j));
        }
    }
}

CK_INLINE void swiglu_backward(const int type, const void *gate_up, const void *dy, void *dgate_up,
                               size_t width, size_t begin, size_t end) {
    CK_CONTRACT
    for (size_t t = begin; t < end; t++) {
        const void *gate = ck_row(type, gate_up, 2 * t * width), *up = ck_row(type, gate, width);
        const void *dyt = ck_row(type, dy, t * width);
        void *dgate = ck_row_out(type, dgate_up, 2 * t * width), *dup = ck_row_out(type, dgate, width);
        CK_IN_PLACE
        for (size_t j = 0; j < width; j++) {
            float g = ck_load(type, gate, j), u = ck_load(type, up, j), slope = ck_load(type, dyt, j);
            float s = sigmoid(g), silu = g * s;
            ck_store(type, dgate, j, slope * u * (s + silu * (1.0f - s)));
            ck_store(type, dup, j, slope * silu);
        }
    }
}

#define VARIANT(name, type)                                                                                 \
    CK_DISPATCH static void rotate_##name(void *x, size_t ldx, size_t heads, size_t d,                      \
                                          const int32_t *positions, const float *cosines,                   \
                                          const float *sines, float direction, size_t begin, size_t end) {  \
        rotate(type, x, ldx, heads, d, positions, cosines, sines, direction, begin, end);                   \
    }                                                                                                       \
    CK_DISPATCH static void swiglu_forward_##name(const void *gate_up, void *y, size_t width, size_t begin, \
                                                  size_t end) {                                             \
        swiglu_forward(type, gate_up, y, width, begin, end);                                                \
    }                                                                                                       \
    CK_DISPATCH static void swiglu_backward_##name(const void *gate_up, const void *dy, void *dgate_up,     \
                                                   size_t width, size_t begin, size_t end) {                \
        swiglu_backward(type, gate_up, dy, dgate_up, width, begin, end);                                    \
    }

VARIANT(float32, CK_FLOAT32)
VARIANT(bfloat16, CK_BFLOAT16)

void ck_rotate_heads(int type, void *x, size_t ldx, size_t heads, size_t d, const int32_t *positions,
                     const float *cosines, const float *sines, float direction, size_t begin, size_t end) {
    (type == CK_BFLOAT16 ? rotate_bfloat16 : rotate_float32)(x, ldx, heads, d, positions, cosines, sines,
                                                             direction, begin, end);
}

void ck_swiglu_forward(int type, const void *gate_up, void *y, size_t width, size_t begin, size_t end) {
    (type == CK_BFLOAT16 ? swiglu_forward_bfloat16 : swiglu_forward_float32)(gate_up, y, width, begin, end);
}

void ck_swiglu_backward(int type, const void *gate_up, const void *dy, void *dgate_up, size_t width,
                        size_t begin, size_t end) {
    (type == CK_BFLOAT16 ? swiglu_backward_bfloat16 : swiglu_backward_float32)(gate_up, dy, dgate_up, width,
                                                                               begin, end);
}
