// The register tiles of row_products.c for one width of vectors; included once for each instruction set with
// LANES floats to a vector, TARGET_INLINE for functions of that set, and NAME(x) to tell its names apart.

typedef float NAME(floats) __attribute__((vector_size(4 * LANES)));
typedef uint32_t NAME(words) __attribute__((vector_size(4 * LANES)));
typedef int8_t NAME(bytes) __attribute__((vector_size(LANES)));

/// Half `half` of a step of 2 · LANES weights. One word holds two bfloat16: the low ones are shifted, the
/// high ones masked, so that nothing moves between lanes; `arrange` puts the inputs in that order.
TARGET_INLINE NAME(floats) NAME(weights)(const int format, const void *w, const int half) {
    if (format == CK_BFLOAT16) {
        NAME(words) pairs;
        memcpy(&pairs, w, sizeof pairs);
        return (NAME(floats))(half ? pairs & 0xFFFF0000u : pairs << 16);
    }
    if (format == CK_INT8) {
        NAME(bytes) bytes;
        memcpy(&bytes, (const int8_t *)w + half * LANES, sizeof bytes);
        return __builtin_convertvector(bytes, NAME(floats));
    }
    NAME(floats) floats;
    memcpy(&floats, (const float *)w + half * LANES, sizeof floats);
    return floats;
}

/// The sum of all lanes, always in this order: the upper half is added to the lower one until one is left.
TARGET_INLINE float NAME(total)(NAME(floats) x) {
#if LANES == 16
    x += __builtin_shufflevector(x, x, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7);
    x += __builtin_shufflevector(x, x, 4, 5, 6, 7, 0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3);
    x += __builtin_shufflevector(x, x, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1);
#elif LANES == 8
    x += __builtin_shufflevector(x, x, 4, 5, 6, 7, 0, 1, 2, 3);
    x += __builtin_shufflevector(x, x, 2, 3, 0, 1, 2, 3, 0, 1);
#else
    x += __builtin_shufflevector(x, x, 2, 3, 0, 1);
#endif
    return x[0] + x[1];
}

/// sums[r][c] = Σ x[r][i] · w[c][i] over whole steps and a last one filled up with zeros. The additions of a
/// sum and their order are the same in tiles of every size. Meanwhile memory is asked for what comes next:
/// `ahead.stride` bytes for each step of each column, or where that is 0 these weights further on.
TARGET_INLINE void NAME(tile)(const int format, const int rows, const int columns, const void *w, size_t ldw,
                              const float *x, size_t ldx, size_t k, ck_ahead ahead, float *sums) {
    CK_CONTRACT
    NAME(floats) acc[4][8] = {0};
    const size_t whole = k / (2 * LANES), bytes = ck_weight_size(format);
    const char *weights = w;
    for (size_t step = 0; step < whole; step++) {
        UNROLL for (int half = 0; half < 2; half++) {
            NAME(floats) weight[8];
            UNROLL for (int c = 0; c < columns; c++) {
                const char *place = weights + (c * ldw + step * 2 * LANES) * bytes;
                if (half == 0) __builtin_prefetch(ahead.stride ? ahead.place : place + SINGLE_AHEAD);
                if (half == 0) ahead.place += ahead.stride;
                weight[c] = NAME(weights)(format, place, half);
            }
            UNROLL for (int r = 0; r < rows; r++) {
                NAME(floats) input;
                memcpy(&input, x + r * ldx + (2 * step + half) * LANES, sizeof input);
                UNROLL for (int c = 0; c < columns; c++) acc[r][c] += input * weight[c];
            }
        }
    }
    if (whole * 2 * LANES < k) {
        UNROLL for (int c = 0; c < columns; c++) {
            char last[8 * LANES] = {0};
            memcpy(last, weights + (c * ldw + whole * 2 * LANES) * bytes, (k - whole * 2 * LANES) * bytes);
            UNROLL for (int half = 0; half < 2; half++) {
                NAME(floats) weight = NAME(weights)(format, last, half);
                UNROLL for (int r = 0; r < rows; r++) {
                    NAME(floats) input;
                    memcpy(&input, x + r * ldx + (2 * whole + half) * LANES, sizeof input);
                    acc[r][c] += input * weight;
                }
            }
        }
    }
    UNROLL for (int r = 0; r < rows; r++)
        UNROLL for (int c = 0; c < columns; c++) sums[r * columns + c] = NAME(total)(acc[r][c]);
}

/// `rows` rows from `row` on and the outputs begin..<end, `columns` at a time and the rest one by one.
TARGET_INLINE void NAME(strip)(const int format, const int rows, const int columns, const ck_row_product *p,
                               const float *x, size_t ldx, size_t row, size_t begin, size_t end,
                               ck_ahead ahead) {
    float sums[32];
    size_t n = begin;
    for (; n + columns <= end; n += columns) {
        const char *w = (const char *)p->weights + n * p->ldw * ck_weight_size(format);
        NAME(tile)(format, rows, columns, w, p->ldw, x, ldx, p->k, ahead, sums);
        ahead.place += p->k / (2 * LANES) * columns * ahead.stride;
        finish(p, sums, row, rows, n, columns);
    }
    for (; n < end; n++) {
        const char *w = (const char *)p->weights + n * p->ldw * ck_weight_size(format);
        NAME(tile)(format, rows, 1, w, p->ldw, x, ldx, p->k, ahead, sums);
        finish(p, sums, row, rows, n, 1);
    }
}

/// One row. Memory answers faster when it is read in several places at a time: the outputs are eight runs
/// side by side, and a tile takes the next of each.
TARGET_INLINE void NAME(single)(const int format, const ck_row_product *p, const float *x, size_t row,
                                size_t begin, size_t end) {
    const size_t run = (end - begin) / 8;
    for (size_t n = begin; n < begin + run; n++) {
        float sums[8];
        const char *w = (const char *)p->weights + n * p->ldw * ck_weight_size(format);
        NAME(tile)(format, 1, 8, w, run * p->ldw, x, 0, p->k, (ck_ahead){0}, sums);
        for (size_t c = 0; c < 8; c++) finish(p, sums + c, row, 1, n + c * run, 1);
    }
    NAME(strip)(format, 1, 1, p, x, 0, row, begin + 8 * run, end, (ck_ahead){0});
}

/// The inputs of one row as float32 in the order in which steps read weights of `format`, filled up with
/// zeros to whole steps.
TARGET_INLINE void NAME(arrange)(const int format, const ck_row_product *p, size_t row, float *out) {
    const size_t k = p->k, padded = (k + 2 * LANES - 1) / (2 * LANES) * (2 * LANES);
    const void *x = ck_row(p->x_type, p->x, row * p->ldx);
    if (p->x_type == CK_BFLOAT16) {
        for (size_t i = 0; i < k; i++) out[i] = ck_widen(((const uint16_t *)x)[i]);
    } else {
        memcpy(out, x, k * sizeof(float));
    }
    for (size_t i = k; i < padded; i++) out[i] = 0;
    if (format != CK_BFLOAT16) return;
    for (size_t first = 0; first < padded; first += 2 * LANES) {
        float step[2 * LANES];
        memcpy(step, out + first, sizeof step);
        UNROLL for (int i = 0; i < LANES; i++) {
            out[first + i] = step[2 * i];
            out[first + LANES + i] = step[2 * i + 1];
        }
    }
}

TARGET_INLINE void NAME(product)(const int format, const ck_row_product *p, float *scratch, size_t begin,
                                 size_t end) {
    const size_t ldx = ck_row_product_stride(p->k);
    for (size_t first = 0; first < p->rows; first += CK_ROW_BLOCK) {
        const size_t count = p->rows - first < CK_ROW_BLOCK ? p->rows - first : CK_ROW_BLOCK;
        for (size_t r = 0; r < count; r++) NAME(arrange)(format, p, first + r, scratch + r * ldx);
        if (count == 1) {
            NAME(single)(format, p, scratch, first, begin, end);
            continue;
        }
        // A block of weights is read from memory once and from the cache for other rows. Each strip of rows
        // asks for a part of the next block, so that memory is never idle while there is much to multiply.
        const size_t bytes = p->ldw * ck_weight_size(format), strips = (count + 3) / 4;
        for (size_t n = begin; n < end; n += OUTPUT_BLOCK) {
            const size_t last = end - n < OUTPUT_BLOCK ? end : n + OUTPUT_BLOCK;
            ck_ahead ahead = {(const char *)p->weights + (n + OUTPUT_BLOCK) * bytes,
                              2 * LANES * ck_weight_size(format) / strips};
            size_t r = 0;
            for (; r + 4 <= count; r += 4, ahead.place += OUTPUT_BLOCK * bytes / strips)
                NAME(strip)(format, 4, 2, p, scratch + r * ldx, ldx, first + r, n, last, ahead);
            const float *x = scratch + r * ldx;
            if (count - r == 3) NAME(strip)(format, 3, 3, p, x, ldx, first + r, n, last, ahead);
            if (count - r == 2) NAME(strip)(format, 2, 4, p, x, ldx, first + r, n, last, ahead);
            if (count - r == 1) NAME(strip)(format, 1, 8, p, x, ldx, first + r, n, last, ahead);
        }
    }
}

TARGET static void NAME(run)(const ck_row_product *p, float *scratch, size_t begin, size_t end) {
    switch (p->weight_type) {
    case CK_BFLOAT16: NAME(product)(CK_BFLOAT16, p, scratch, begin, end); break;
    case CK_INT8: NAME(product)(CK_INT8, p, scratch, begin, end); break;
    default: NAME(product)(CK_FLOAT32, p, scratch, begin, end);
    }
}
