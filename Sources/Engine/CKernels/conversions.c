// Copies between float32 and bfloat16.
#include "ckernels.h"
#include "vector.h"

CK_DISPATCH static void widen(const uint16_t *x, float *y, size_t count) {
    for (size_t i = 0; i < count; i++) y[i] = ck_widen(x[i]);
}

CK_DISPATCH static void narrow(const float *x, uint16_t *y, size_t count) {
    for (size_t i = 0; i < count; i++) y[i] = ck_narrow(x[i]);
}

void ck_convert(int x_type, const void *x, int y_type, void *y, size_t count) {
    if (x_type == y_type) {
        memmove(y, x, count * (x_type == CK_FLOAT32 ? 4 : 2));
    } else if (x_type == CK_BFLOAT16) {
        widen(x, y, count);
    } else {
        narrow(x, y, count);
    }
}

/// `add` and `scale` are constants after inlining, so that no loop has a condition in it.
CK_INLINE void narrow_sum_of(const float *x, int add, int scale, const uint16_t *factor, uint16_t *y,
                             size_t count) {
    CK_IN_PLACE for (size_t i = 0; i < count; i++) {
        float sum = add ? x[i] + ck_widen(y[i]) : x[i];
        y[i] = ck_narrow(scale ? sum * ck_widen(factor[i]) : sum);
    }
}

CK_DISPATCH void ck_narrow_sum(const float *x, int add, const uint16_t *factor, uint16_t *y, size_t count) {
    if (factor) {
        add ? narrow_sum_of(x, 1, 1, factor, y, count) : narrow_sum_of(x, 0, 1, factor, y, count);
    } else {
        add ? narrow_sum_of(x, 1, 0, factor, y, count) : narrow_sum_of(x, 0, 0, factor, y, count);
    }
}

int ck_has_bfloat16_products(void) {
#if defined(__x86_64__)
    return __builtin_cpu_supports("avx512bf16") != 0;
#else
    return 0;
#endif
}
