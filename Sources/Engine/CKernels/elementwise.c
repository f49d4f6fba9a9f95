// Dropout, additions, sums and table look-ups.
#include "ckernels.h"
#include "vector.h"

CK_INLINE void dropout_rows(const int type, const void *x, void *y, const uint64_t *keys, ck_dropout dropout,
                            size_t c, size_t begin, size_t end) {
    for (size_t t = begin; t < end; t++) {
        uint64_t key = ck_mix(dropout.site ^ keys[t]);
        uint32_t low = (uint32_t)key, high = (uint32_t)(key >> 32);
        const void *xt = ck_row(type, x, t * c);
        void *yt = ck_row_out(type, y, t * c);
        CK_IN_PLACE
        for (size_t j = 0; j < c; j++)
            ck_store(
                type, yt, j,
                ck_load(type, xt, j) * ck_keep(low, high, (uint32_t)j, dropout.threshold, dropout.scale));
    }
}

/// The product is rounded before it is added, as in two passes: fp32 runs keep their bits.
CK_INLINE void add_dropped_rows(const int type, const float *x, void *y, const uint64_t *keys,
                                ck_dropout dropout, size_t c, size_t begin, size_t end) {
    for (size_t t = begin; t < end; t++) {
        uint64_t key = ck_mix(dropout.site ^ keys[t]);
        uint32_t low = (uint32_t)key, high = (uint32_t)(key >> 32);
        const float *xt = x + t * c;
        void *yt = ck_row_out(type, y, t * c);
        CK_IN_PLACE
        for (size_t j = 0; j < c; j++) {
            float kept = xt[j] * ck_keep(low, high, (uint32_t)j, dropout.threshold, dropout.scale);
            ck_store(type, yt, j, ck_load(type, yt, j) + kept);
        }
    }
}

CK_INLINE void add_column_sums(const int type, const void *x, size_t rows, size_t ldx, float *out,
                               size_t begin, size_t end) {
    for (size_t first = begin; first < end; first += 64) {
        size_t width = end - first < 64 ? end - first : 64;
        float sums[64] = {0};
        // With a constant width the sums stay in registers while the rows pass by.
        if (width == 64) {
            for (size_t i = 0; i < rows; i++) {
                const void *row = ck_row(type, x, i * ldx + first);
                for (size_t j = 0; j < 64; j++) sums[j] += ck_load(type, row, j);
            }
        } else {
            for (size_t i = 0; i < rows; i++)
                for (size_t j = 0; j < width; j++) sums[j] += ck_load(type, x, i * ldx + first + j);
        }
        for (size_t j = 0; j < width; j++) out[first + j] += sums[j];
    }
}

CK_INLINE void multiply(const int type, const void *x, void *y, size_t count) {
    CK_IN_PLACE
    for (size_t i = 0; i < count; i++) ck_store(type, y, i, ck_load(type, y, i) * ck_load(type, x, i));
}

/// One row of up to three tables, added. `table_type` is that of the tables, `type` that of the output; both
/// and `accumulate` are constants after inlining.
CK_INLINE void gather_row(const int table_type, const int type, const int accumulate, const void *a,
                          const void *b, const void *d, void *target, size_t c) {
    if (d) {
        for (size_t j = 0; j < c; j++)
            ck_store(type, target, j,
                     ck_load(table_type, a, j) + ck_load(table_type, b, j) + ck_load(table_type, d, j)
                         + (accumulate ? ck_load(type, target, j) : 0));
    } else if (b) {
        for (size_t j = 0; j < c; j++)
            ck_store(type, target, j,
                     ck_load(table_type, a, j) + ck_load(table_type, b, j)
                         + (accumulate ? ck_load(type, target, j) : 0));
    } else if (accumulate) {
        for (size_t j = 0; j < c; j++)
            ck_store(type, target, j, ck_load(type, target, j) + ck_load(table_type, a, j));
    } else {
        for (size_t j = 0; j < c; j++) ck_store(type, target, j, ck_load(table_type, a, j));
    }
}

CK_INLINE void gather_rows(const int table_type, const int type, const ck_table *tables, int count, void *out,
                           size_t c, int accumulate, size_t begin, size_t end) {
    for (size_t t = begin; t < end; t++) {
        void *target = ck_row_out(type, out, t * c);
        const void *a = ck_row(table_type, tables[0].rows, (size_t)tables[0].ids[t] * c);
        const void *b = count > 1 ? ck_row(table_type, tables[1].rows, (size_t)tables[1].ids[t] * c) : NULL;
        const void *d = count > 2 ? ck_row(table_type, tables[2].rows, (size_t)tables[2].ids[t] * c) : NULL;
        // Two calls with a constant each: at -O2 no condition is taken out of a loop.
        if (accumulate) {
            gather_row(table_type, type, 1, a, b, d, target, c);
        } else {
            gather_row(table_type, type, 0, a, b, d, target, c);
        }
    }
}

CK_INLINE void scatter_add_rows(const int type, const int table_type, const void *dy, const int32_t *ids,
                                size_t rows, void *table, size_t c, size_t begin, size_t end) {
    // Threads split the columns, so that rows of one id are added in the order of t on any number of threads.
    for (size_t t = 0; t < rows; t++) {
        void *target = ck_row_out(table_type, table, (size_t)ids[t] * c);
        const void *source = ck_row(type, dy, t * c);
        CK_IN_PLACE
        for (size_t j = begin; j < end; j++)
            ck_store(table_type, target, j, ck_load(table_type, target, j) + ck_load(type, source, j));
    }
}

CK_DISPATCH static void dropout_float32(const void *x, void *y, const uint64_t *keys, ck_dropout d, size_t c,
                                        size_t begin, size_t end) {
    dropout_rows(CK_FLOAT32, x, y, keys, d, c, begin, end);
}
CK_DISPATCH static void dropout_bfloat16(const void *x, void *y, const uint64_t *keys, ck_dropout d, size_t c,
                                         size_t begin, size_t end) {
    dropout_rows(CK_BFLOAT16, x, y, keys, d, c, begin, end);
}
void ck_dropout_rows(int type, const void *x, void *y, const uint64_t *keys, ck_dropout dropout, size_t c,
                     size_t begin, size_t end) {
    (type == CK_BFLOAT16 ? dropout_bfloat16 : dropout_float32)(x, y, keys, dropout, c, begin, end);
}

CK_DISPATCH static void add_dropped_float32(const float *x, void *y, const uint64_t *keys, ck_dropout d,
                                            size_t c, size_t begin, size_t end) {
    add_dropped_rows(CK_FLOAT32, x, y, keys, d, c, begin, end);
}
CK_DISPATCH static void add_dropped_bfloat16(const float *x, void *y, const uint64_t *keys, ck_dropout d,
                                             size_t c, size_t begin, size_t end) {
    add_dropped_rows(CK_BFLOAT16, x, y, keys, d, c, begin, end);
}
void ck_add_dropped_rows(int type, const float *x, void *y, const uint64_t *keys, ck_dropout dropout,
                         size_t c, size_t begin, size_t end) {
    (type == CK_BFLOAT16 ? add_dropped_bfloat16 : add_dropped_float32)(x, y, keys, dropout, c, begin, end);
}

CK_DISPATCH static void column_sums_float32(const void *x, size_t rows, size_t ldx, float *out, size_t begin,
                                            size_t end) {
    add_column_sums(CK_FLOAT32, x, rows, ldx, out, begin, end);
}
CK_DISPATCH static void column_sums_bfloat16(const void *x, size_t rows, size_t ldx, float *out, size_t begin,
                                             size_t end) {
    add_column_sums(CK_BFLOAT16, x, rows, ldx, out, begin, end);
}
void ck_add_column_sums(int type, const void *x, size_t rows, size_t ldx, float *out, size_t begin,
                        size_t end) {
    (type == CK_BFLOAT16 ? column_sums_bfloat16 : column_sums_float32)(x, rows, ldx, out, begin, end);
}

CK_DISPATCH static void multiply_float32(const void *x, void *y, size_t count) {
    multiply(CK_FLOAT32, x, y, count);
}
CK_DISPATCH static void multiply_bfloat16(const void *x, void *y, size_t count) {
    multiply(CK_BFLOAT16, x, y, count);
}
void ck_multiply(int type, const void *x, void *y, size_t count) {
    (type == CK_BFLOAT16 ? multiply_bfloat16 : multiply_float32)(x, y, count);
}

#define GATHER(name, table_type, type)                                                                   \
    CK_DISPATCH static void gather_##name(const ck_table *tables, int count, void *out, size_t c,        \
                                          int accumulate, size_t begin, size_t end) {                    \
        gather_rows(table_type, type, tables, count, out, c, accumulate, begin, end);                    \
    }                                                                                                    \
    CK_DISPATCH static void scatter_##name(const void *dy, const int32_t *ids, size_t rows, void *table, \
                                           size_t c, size_t begin, size_t end) {                         \
        scatter_add_rows(type, table_type, dy, ids, rows, table, c, begin, end);                         \
    }
GATHER(float32, CK_FLOAT32, CK_FLOAT32)
GATHER(mixed, CK_FLOAT32, CK_BFLOAT16)
GATHER(bfloat16, CK_BFLOAT16, CK_BFLOAT16)

void ck_gather_rows(int table_type, int type, const ck_table *tables, int count, void *out, size_t c,
                    int accumulate, size_t begin, size_t end) {
    if (table_type == CK_BFLOAT16) {
        gather_bfloat16(tables, count, out, c, accumulate, begin, end);
    } else if (type == CK_BFLOAT16) {
        gather_mixed(tables, count, out, c, accumulate, begin, end);
    } else {
        gather_float32(tables, count, out, c, accumulate, begin, end);
    }
}

void ck_scatter_add_rows(int type, int table_type, const void *dy, const int32_t *ids, size_t rows,
                         void *table, size_t c, size_t begin, size_t end) {
    if (table_type == CK_BFLOAT16) {
        scatter_bfloat16(dy, ids, rows, table, c, begin, end);
    } else if (type == CK_BFLOAT16) {
        scatter_mixed(dy, ids, rows, table, c, begin, end);
    } else {
        scatter_float32(dy, ids, rows, table, c, begin, end);
    }
}

CK_DISPATCH void ck_add(const float *x, float *y, size_t count) {
    for (size_t i = 0; i < count; i++) y[i] += x[i];
}

CK_DISPATCH void ck_scale(float *x, float factor, size_t count) {
    for (size_t i = 0; i < count; i++) x[i] *= factor;
}

CK_DISPATCH void ck_scale_bfloat16(uint16_t *x, float factor, size_t count) {
    for (size_t i = 0; i < count; i++) ck_store(CK_BFLOAT16, x, i, ck_load(CK_BFLOAT16, x, i) * factor);
}

enum { SCALE_WIDTH = 64 };  // elements that stay in registers while they get all factors

/// `width` is a constant after inlining where it is SCALE_WIDTH.
CK_INLINE void scale_block(float *x, const float *factors, size_t factor_count, const size_t width) {
    float block[SCALE_WIDTH] = {0};
    memcpy(block, x, width * sizeof(float));
    for (size_t f = 0; f < factor_count; f++) {
        for (size_t i = 0; i < SCALE_WIDTH; i++) block[i] *= factors[f];
    }
    memcpy(x, block, width * sizeof(float));
}

CK_DISPATCH void ck_scale_by_each(float *x, const float *factors, size_t factor_count, size_t count) {
    size_t start = 0;
    for (; start + SCALE_WIDTH <= count; start += SCALE_WIDTH)
        scale_block(x + start, factors, factor_count, SCALE_WIDTH);
    if (start < count) scale_block(x + start, factors, factor_count, count - start);
}

CK_DISPATCH double ck_sum_of_squares(const float *x, size_t count) {
    CK_LANES
    double total = 0;
    for (size_t i = 0; i < count; i++) total += (double)x[i] * (double)x[i];
    return total;
}
