// Activation functions and their slopes, element by element, for the loops that apply them.
#pragma once
#include "ckernels.h"
#include "vector.h"

#define SQRT_2_OVER_PI 0.7978845608028654f
#define INVERSE_SQRT_2PI 0.3989422804014327f

/// Normal distribution function and density at x: one exponential serves both
/// (Abramowitz and Stegun 7.1.26, absolute error 1.5e-7). `erff` would keep the loops scalar.
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
