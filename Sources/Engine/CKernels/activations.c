// Loops of activation functions and their derivatives.
#include "activations.h"

/// Value and derivative at once: GELU's share an exponential, which the compiler finds after inlining.
#define LOOPS_OF(name, type, value, slope)                                                                \
    CK_DISPATCH static void name##_forward(const void *x, void *y, size_t count) {                        \
        CK_IN_PLACE                                                                                       \
        for (size_t i = 0; i < count; i++) ck_store(type, y, i, value(ck_load(type, x, i)));              \
    }                                                                                                     \
    CK_DISPATCH static void name##_forward_with_slope(void *x, void *y, size_t count) {                   \
        CK_IN_PLACE                                                                                       \
        for (size_t i = 0; i < count; i++) {                                                              \
            float input = ck_load(type, x, i);                                                            \
            ck_store(type, y, i, value(input));                                                           \
            ck_store(type, x, i, slope(input));                                                           \
        }                                                                                                 \
    }

#define LOOPS(name, value, slope)                        \
    LOOPS_OF(name##_float32, CK_FLOAT32, value, slope)   \
    LOOPS_OF(name##_bfloat16, CK_BFLOAT16, value, slope) \
    static const loops name##_loops[] = {                \
        {name##_float32_forward, name##_float32_forward_with_slope}, \
        {name##_bfloat16_forward, name##_bfloat16_forward_with_slope}};

typedef struct {
    void (*forward)(const void *, void *, size_t);
    void (*forward_with_slope)(void *, void *, size_t);
} loops;

LOOPS(gelu_erf, gelu_erf, gelu_erf_slope)
LOOPS(gelu_tanh, gelu_tanh, gelu_tanh_slope)
LOOPS(relu, relu, relu_slope)
LOOPS(silu, silu, silu_slope)
LOOPS(tanh, ck_tanh, tanh_slope)
LOOPS(quick_gelu, quick_gelu, quick_gelu_slope)
LOOPS(sigmoid, sigmoid, sigmoid_slope)

static const loops *find(int kind, int type) {
    switch (kind) {
        case CK_GELU_ERF: return gelu_erf_loops + type;
        case CK_GELU_TANH: return gelu_tanh_loops + type;
        case CK_RELU: return relu_loops + type;
        case CK_SILU: return silu_loops + type;
        case CK_TANH: return tanh_loops + type;
        case CK_QUICK_GELU: return quick_gelu_loops + type;
        case CK_SIGMOID: return sigmoid_loops + type;
        default: __builtin_trap();
    }
}

void ck_activation_forward(int kind, int type, const void *x, void *y, size_t count) {
    find(kind, type)->forward(x, y, count);
}

void ck_activation_forward_with_slope(int kind, int type, void *x, void *y, size_t count) {
    find(kind, type)->forward_with_slope(x, y, count);
}
