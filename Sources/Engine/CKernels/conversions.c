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

int ck_has_bfloat16_products(void) {
#if defined(__x86_64__)
    return __builtin_cpu_supports("avx512bf16") != 0;
#else
    return 0;
#endif
}
