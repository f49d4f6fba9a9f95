// Attention of single rows over keys and values that lie scattered in a cache: what decoding token by token
// needs.
#include "decoder.h"
#include "vector.h"

#define ROWS_AHEAD 12  // cached rows that are asked for in time

/// Asks for the `d` numbers of a cached row.
CK_INLINE void ask(const int type, const void *cache, size_t row, size_t ld, size_t d) {
    const char *place = ck_row(type, cache, row * ld);
    for (size_t byte = 0; byte < d * ck_size(type); byte += 64) __builtin_prefetch(place + byte);
}

CK_INLINE void attend(const int type, const void *q, const void *k, size_t ldk, const void *v, size_t ldv,
                      const int32_t *rows, size_t count, void *out, size_t group, const size_t d, float scale,
                      const float *bias, size_t ld_bias, float *scratch) {
    CK_LANES
    // Decoding is bound by memory: a cached row is read once for all query heads that share it.
    for (size_t j = 0; j < count; j++) {
        const void *key = ck_row(type, k, (size_t)rows[j] * ldk);
        // Between two steps all weights have passed the caches, and rows are no stream that the processor sees.
        if (j + ROWS_AHEAD < count) ask(type, k, (size_t)rows[j + ROWS_AHEAD], ldk, d);
        ask(type, v, (size_t)rows[j], ldv, d);
        for (size_t head = 0; head < group; head++) {
            const void *query = ck_row(type, q, head * d);
            float dot = 0;
            for (size_t p = 0; p < d; p++) dot += ck_load(type, query, p) * ck_load(type, key, p);
            scratch[head * count + j] = dot * scale + (bias ? bias[head * ld_bias + j] : 0);
        }
    }
    for (size_t head = 0; head < group; head++) {
        float *s = scratch + head * count;
        float maximum = s[0], total = 0;
        for (size_t j = 1; j < count; j++) maximum = s[j] > maximum ? s[j] : maximum;
        for (size_t j = 0; j < count; j++) {
            s[j] = ck_exp_below(s[j] - maximum);
            total += s[j];
        }
        float inverse = 1.0f / total;
        // Blocks of 64 columns are summed in float and rounded once.
        for (size_t first = 0; first < d; first += 64) {
            size_t width = d - first < 64 ? d - first : 64;
            float sums[64] = {0};
            for (size_t j = 0; j < count; j++) {
                const void *value = ck_row(type, v, (size_t)rows[j] * ldv + first);
                for (size_t p = 0; p < width; p++) sums[p] += s[j] * ck_load(type, value, p);
            }
            for (size_t p = 0; p < width; p++) ck_store(type, out, head * d + first + p, sums[p] * inverse);
        }
    }
}

#define VARIANT(name, type)                                                                         \
    CK_DISPATCH static void attend_##name(const void *q, const void *k, size_t ldk, const void *v,  \
                                          size_t ldv, const int32_t *rows, size_t count, void *out, \
                                          size_t group, size_t d, float scale, const float *bias,   \
                                          size_t ld_bias, float *scratch) {                         \
        /* A known size keeps a head's sums in registers. */                                        \
        if (d == 64)                                                                                \
            attend(type, q, k, ldk, v, ldv, rows, count, out, group, 64, scale, bias, ld_bias,      \
                   scratch);                                                                        \
        else                                                                                        \
            attend(type, q, k, ldk, v, ldv, rows, count, out, group, d, scale, bias, ld_bias,       \
                   scratch);                                                                        \
    }

VARIANT(float32, CK_FLOAT32)
VARIANT(bfloat16, CK_BFLOAT16)

void ck_cached_attention(int type, const void *q, const void *k, size_t ldk, const void *v, size_t ldv,
                         const int32_t *rows, size_t count, void *out, size_t group, size_t d, float scale,
                         const float *bias, size_t ld_bias, float *scratch) {
    (type == CK_BFLOAT16 ? attend_bfloat16 : attend_float32)(q, k, ldk, v, ldv, rows, count, out, group, d,
                                                             scale, bias, ld_bias, scratch);
}
