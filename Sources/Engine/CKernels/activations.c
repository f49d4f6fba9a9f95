// Activation functions and their derivatives.
#include "ckernels.h"
#include "vector.h"

#define SQRT_2_OVER_PI 0.7978845608028654f
#define INVERSE_SQRT_2PI 0.3989422804014327f

/// Normal distribution function and density at x: one exponential serves both
/// (Abramowitz and Stegun 7.1.26, absolute error 1.5e-7).
CK_INLINE void normal(float x, float *cdf, float *pdf) {
    CK_CONTRACT
    float z = (x < 0 ? -x : x) * 0.70710678118f;
    float e = ck_exp_below(-z * z);
    float t = 1.0f / (1.0f + 0.3275911f * z);
    float poly = 1.061405429f;
    poly = poly * t - 1.453152027f;
    poly = poly * t + 1.421413741f;
    poly = poly * t - 0.284496736f;
    poly = poly * t + 0.254829592f;
    float tail = 0.5f * poly * t * e;
    *cdf = x < 0 ? tail : 1.0f - tail;
    *pdf = INVERSE_SQRT_2PI * e;
}

CK_INLINE float gelu_erf(float x) {
    float cdf, pdf;
    normal(x, &cdf, &pdf);
    return x * cdf;
}
CK_INLINE float gelu_erf_slope(float x) {
    CK_CONTRACT
    float cdf, pdf;
    normal(x, &cdf, &pdf);
    return cdf + x * pdf;
}
CK_INLINE float gelu_tanh(float x) {
    CK_CONTRACT
    return 0.5f * x * (1.0f + ck_tanh(SQRT_2_OVER_PI * (x + 0.044715f * x * x * x)));
}
CK_INLINE float gelu_tanh_slope(float x) {
    CK_CONTRACT
    float t = ck_tanh(SQRT_2_OVER_PI * (x + 0.044715f * x * x * x));
    float squared = x * x > 1e4f ? 1e4f : x * x;  // there 1 − t² is 0, which an overflow would make NaN
    return 0.5f * (1.0f + t) + 0.5f * x * (1.0f - t * t) * SQRT_2_OVER_PI * (1.0f + 0.134145f * squared);
}
CK_INLINE float sigmoid(float x) { return 1.0f / (1.0f + ck_exp(-x)); }
CK_INLINE float sigmoid_slope(float x) {
    float s = sigmoid(x);
    return s * (1.0f - s);
}
CK_INLINE float silu(float x) { return x * sigmoid(x); }
CK_INLINE float silu_slope(float x) {
    CK_CONTRACT
    float s = sigmoid(x);
    return s * (1.0f + x * (1.0f - s));
}
CK_INLINE float quick_gelu(float x) { return x * sigmoid(1.702f * x); }
CK_INLINE float quick_gelu_slope(float x) {
    CK_CONTRACT
    float s = sigmoid(1.702f * x);
    return s * (1.0f + 1.702f * x * (1.0f - s));
}
CK_INLINE float relu(float x) { return x > 0 ? x : (x != x ? x : 0.0f); }
CK_INLINE float relu_slope(float x) { return x > 0 ? 1.0f : 0.0f; }
CK_INLINE float tanh_slope(float x) {
    float t = ck_tanh(x);
    return 1.0f - t * t;
}

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
