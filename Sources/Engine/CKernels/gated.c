// Gated linear units (Shazeer 2020) with any activation but SiLU's, which rotary.c has.
#include "activations.h"
#include "decoder.h"

typedef struct {
    void (*forward)(const void *wide, void *y, size_t width, size_t begin, size_t end);
    void (*backward)(const void *wide, const void *dy, void *dwide, size_t width, size_t begin, size_t end);
} loops;

/// A row of `wide` holds the input of the activation, then what its value is multiplied by.
#define LOOPS_OF(name, type, value, slope)                                                               \
    CK_DISPATCH static void name##_forward(const void *wide, void *y, size_t width, size_t begin,        \
                                           size_t end) {                                                 \
        for (size_t t = begin; t < end; t++) {                                                           \
            const void *gate = ck_row(type, wide, 2 * t * width), *up = ck_row(type, gate, width);       \
            void *yt = ck_row_out(type, y, t * width);                                                   \
            CK_IN_PLACE                                                                                  \
            for (size_t j = 0; j < width; j++)                                                           \
                ck_store(type, yt, j, value(ck_load(type, gate, j)) * ck_load(type, up, j));             \
        }                                                                                                \
    }                                                                                                    \
    CK_DISPATCH static void name##_backward(const void *wide, const void *dy, void *dwide, size_t width, \
                                            size_t begin, size_t end) {                                  \
        for (size_t t = begin; t < end; t++) {                                                           \
            const void *gate = ck_row(type, wide, 2 * t * width), *up = ck_row(type, gate, width);       \
            const void *dyt = ck_row(type, dy, t * width);                                               \
            void *dgate = ck_row_out(type, dwide, 2 * t * width), *dup = ck_row_out(type, dgate, width); \
            CK_IN_PLACE                                                                                  \
            for (size_t j = 0; j < width; j++) {                                                         \
                float g = ck_load(type, gate, j), u = ck_load(type, up, j), d = ck_load(type, dyt, j);   \
                ck_store(type, dgate, j, d * u * slope(g));                                              \
                ck_store(type, dup, j, d * value(g));                                                    \
            }                                                                                            \
        }                                                                                                \
    }

#define LOOPS(name, value, slope)                                    \
    LOOPS_OF(name##_float32, CK_FLOAT32, value, slope)               \
    LOOPS_OF(name##_bfloat16, CK_BFLOAT16, value, slope)             \
    static const loops name##_loops[] = {                            \
        {name##_float32_forward, name##_float32_backward},           \
        {name##_bfloat16_forward, name##_bfloat16_backward}};

LOOPS(gelu_erf, gelu_erf, gelu_erf_slope)
LOOPS(gelu_tanh, gelu_tanh, gelu_tanh_slope)
LOOPS(relu, relu, relu_slope)
LOOPS(tanh, ck_tanh, tanh_slope)
LOOPS(quick_gelu, quick_gelu, quick_gelu_slope)
LOOPS(sigmoid, sigmoid, sigmoid_slope)

static const loops *find(int kind, int type) {
    switch (kind) {
        case CK_GELU_ERF: return gelu_erf_loops + type;
        case CK_GELU_TANH: return gelu_tanh_loops + type;
        case CK_RELU: return relu_loops + type;
        case CK_TANH: return tanh_loops + type;
        case CK_QUICK_GELU: return quick_gelu_loops + type;
        case CK_SIGMOID: return sigmoid_loops + type;
        default: __builtin_trap();
    }
}

void ck_gated_forward(int kind, int type, const void *wide, void *y, size_t width, size_t begin, size_t end) {
    find(kind, type)->forward(wide, y, width, begin, end);
}

void ck_gated_backward(int kind, int type, const void *wide, const void *dy, void *dwide, size_t width,
                       size_t begin, size_t end) {
    find(kind, type)->backward(wide, dy, dwide, width, begin, end);
}
