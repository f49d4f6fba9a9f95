// Dropout, additions, sums and table look-ups.
#include "ckernels.h"
#include "vector.h"

CK_DISPATCH void ck_dropout_rows(const float *x, float *y, const uint64_t *keys, ck_dropout dropout, size_t c,
                                 size_t begin, size_t end) {
    for (size_t t = begin; t < end; t++) {
        uint64_t key = ck_mix(dropout.site ^ keys[t]);
        uint32_t low = (uint32_t)key, high = (uint32_t)(key >> 32);
        CK_IN_PLACE
        for (size_t j = 0; j < c; j++)
            y[t * c + j] = x[t * c + j] * ck_keep(low, high, (uint32_t)j, dropout.threshold, dropout.scale);
    }
}

CK_DISPATCH void ck_add(const float *x, float *y, size_t count) {
    for (size_t i = 0; i < count; i++) y[i] += x[i];
}

CK_DISPATCH void ck_scale(float *x, float factor, size_t count) {
    for (size_t i = 0; i < count; i++) x[i] *= factor;
}

CK_DISPATCH void ck_add_column_sums(const float *x, size_t rows, size_t ldx, float *out, size_t begin, size_t end) {
    for (size_t first = begin; first < end; first += 64) {
        size_t width = end - first < 64 ? end - first : 64;
        float sums[64] = {0};
        if (width == 64) {
            for (size_t i = 0; i < rows; i++)
                for (size_t j = 0; j < 64; j++) sums[j] += x[i * ldx + first + j];
        } else {
            for (size_t i = 0; i < rows; i++)
                for (size_t j = 0; j < width; j++) sums[j] += x[i * ldx + first + j];
        }
        for (size_t j = 0; j < width; j++) out[first + j] += sums[j];
    }
}

CK_DISPATCH double ck_sum_of_squares(const float *x, size_t count) {
    CK_LANES
    double total = 0;
    for (size_t i = 0; i < count; i++) total += (double)x[i] * (double)x[i];
    return total;
}

CK_DISPATCH void ck_gather_rows(const float *table, const int32_t *ids, float *out, size_t c, int accumulate,
                                size_t begin, size_t end) {
    for (size_t t = begin; t < end; t++) {
        const float *row = table + (size_t)ids[t] * c;
        float *target = out + t * c;
        if (accumulate) {
            for (size_t j = 0; j < c; j++) target[j] += row[j];
        } else {
            memcpy(target, row, c * sizeof(float));
        }
    }
}

CK_DISPATCH void ck_scatter_add_rows(const float *dy, const int32_t *ids, size_t rows, float *table, size_t c,
                                     size_t begin, size_t end) {
    for (size_t t = 0; t < rows; t++) {
        float *target = table + (size_t)ids[t] * c;
        for (size_t j = begin; j < end; j++) target[j] += dy[t * c + j];
    }
}
