// Attention whose products multiply bfloat16 and add float32 (VDPBF16PS: two products an element and instruction).
// Softmax is float32; probabilities and the gradients of scores are rounded for the products that read them.
//
// The instruction adds a₀b₀ + a₁b₁ to a float, so operands are pairs along the summed index: 32 bits of two bfloat16.
// Rows of q, k, v and dout are such pairs along the head as they lie; pairs along tokens are interleaved first.
#include "attention_bfloat16.h"
#include "attention_rows.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define TARGET __attribute__((target("arch=x86-64-v4,avx512bf16")))
#define TARGET_INLINE static inline __attribute__((always_inline, target("arch=x86-64-v4,avx512bf16")))
#define HEIGHT 8  // rows of a register tile

typedef uint32_t pair;  // of bfloat16, the lower index in the lower half

/// Pairs (i, p) are at a[i·ars + p·acs].
typedef struct {
    const char *a;  // rows of bfloat16 need not be aligned to pairs
    size_t ars, acs;
} pairs;

CK_INLINE pairs along_rows(const void *rows, size_t ld) {
    return (pairs){rows, 2 * ld, sizeof(pair)};  // ld in bfloat16
}

CK_INLINE pairs along_columns(const pair *columns, size_t ld) {
    return (pairs){(const char *)columns, sizeof(pair), sizeof(pair) * ld};
}

/// C[m × 16] (+)= alpha · A[m × k] · B[k × 16] for constant m ≤ HEIGHT, k counting pairs.
TARGET_INLINE void tile(int m, size_t k, float alpha, pairs a, const pair *b, size_t ldb, float *c, size_t ldc,
                        int add) {
    __m512 sums[HEIGHT];
    for (int i = 0; i < m; i++) sums[i] = _mm512_setzero_ps();
    for (size_t p = 0; p < k; p++) {
        __m512bh row = (__m512bh)_mm512_loadu_si512(b + p * ldb);
        for (int i = 0; i < m; i++) {
            int factor;
            memcpy(&factor, a.a + (size_t)i * a.ars + p * a.acs, sizeof factor);
            sums[i] = _mm512_dpbf16_ps(sums[i], (__m512bh)_mm512_set1_epi32(factor), row);
        }
    }
    for (int i = 0; i < m; i++) {
        float *target = c + (size_t)i * ldc;
        __m512 product = _mm512_mul_ps(_mm512_set1_ps(alpha), sums[i]);
        _mm512_storeu_ps(target, add ? _mm512_add_ps(_mm512_loadu_ps(target), product) : product);
    }
}

/// C[m × n] (+)= alpha · A[m × k] · B[k × n], k counting pairs; n is a multiple of 16.
TARGET_INLINE void multiply(size_t m, size_t n, size_t k, float alpha, pairs a, const pair *b, size_t ldb, float *c,
                            size_t ldc, int add) {
    for (size_t j = 0; j < n; j += LANES) {
        for (size_t i = 0; i < m; i += HEIGHT) {
            pairs ai = {a.a + i * a.ars, a.ars, a.acs};
            float *ci = c + i * ldc + j;
            switch (m - i) {
                case 1: tile(1, k, alpha, ai, b + j, ldb, ci, ldc, add); break;
                case 2: tile(2, k, alpha, ai, b + j, ldb, ci, ldc, add); break;
                case 3: tile(3, k, alpha, ai, b + j, ldb, ci, ldc, add); break;
                case 4: tile(4, k, alpha, ai, b + j, ldb, ci, ldc, add); break;
                case 5: tile(5, k, alpha, ai, b + j, ldb, ci, ldc, add); break;
                case 6: tile(6, k, alpha, ai, b + j, ldb, ci, ldc, add); break;
                case 7: tile(7, k, alpha, ai, b + j, ldb, ci, ldc, add); break;
                default: tile(HEIGHT, k, alpha, ai, b + j, ldb, ci, ldc, add); break;
            }
        }
    }
}

/// out[d / 2 × padded(length)] = transpose of the pairs of x[length × d], padding zero.
CK_INLINE void transpose(const uint16_t *x, size_t ldx, size_t length, size_t d, pair *out) {
    size_t ld = padded(length), count = d / 2;
    for (size_t j = 0; j < length; j++)
        for (size_t p = 0; p < count; p++) memcpy(out + p * ld + j, x + j * ldx + 2 * p, sizeof(pair));
    for (size_t p = 0; p < count; p++)
        for (size_t j = length; j < ld; j++) out[p * ld + j] = 0;
}

/// out[⌈rows / 2⌉ × d] = pairs of the rows 2r and 2r + 1 of x; a missing last row counts as zero.
CK_INLINE void interleave(const uint16_t *x, size_t ldx, size_t rows, size_t d, pair *out, size_t ldo) {
    for (size_t r = 0; 2 * r < rows; r++) {
        const uint16_t *low = x + 2 * r * ldx, *high = low + ldx;
        pair *pairs = out + r * ldo;
        if (2 * r + 1 < rows) {
            for (size_t p = 0; p < d; p++) pairs[p] = low[p] | (pair)high[p] << 16;
        } else {
            for (size_t p = 0; p < d; p++) pairs[p] = low[p];
        }
    }
}

/// y[i] = x[i] rounded for count elements, zero from there to padded(count).
TARGET_INLINE void round_row(const float *x, size_t count, uint16_t *y) {
    for (size_t i = 0; i < count; i += LANES) {
        size_t left = count - i;
        __mmask16 mask = (__mmask16)(left < LANES ? (1u << left) - 1 : 0xFFFF);
        _mm256_storeu_si256((__m256i *)(y + i), (__m256i)_mm512_cvtneps_pbh(_mm512_maskz_loadu_ps(mask, x + i)));
    }
}

/// x[rows × d] rounded into y.
TARGET_INLINE void round_rows(const float *x, size_t rows, size_t d, uint16_t *y, size_t ldy) {
    for (size_t i = 0; i < rows; i++) round_row(x + i * d, d, y + i * ldy);
}

int ck_multiplies_bfloat16(const ck_attention *a) {
    return a->type == CK_BFLOAT16 && a->head_size % LANES == 0 && ck_has_bfloat16_products();
}

TARGET void ck_forward_by_bfloat16_products(const ck_attention *a, size_t kv_head, void *scratch) {
    const size_t length = a->length, d = a->head_size, ld = padded(length), group = a->heads / a->kv_heads;
    pair *keys_t = scratch, *values = keys_t + ld * d / 2;
    float *scores = (float *)(values + ld * d / 2), *sums = scores + ROWS * ld;
    uint16_t *rounded = (uint16_t *)(sums + ROWS * d);
    transpose((const uint16_t *)a->k + kv_head * d, a->ldk, length, d, keys_t);
    interleave((const uint16_t *)a->v + kv_head * d, a->ldv, length, d, values, d);
    for (size_t head = kv_head * group; head < (kv_head + 1) * group; head++) {
        for (size_t first = 0; first < a->queries; first += ROWS) {
            size_t rows = a->queries - first < ROWS ? a->queries - first : ROWS;
            size_t columns = visible(a, first + rows - 1);
            const uint16_t *q = (const uint16_t *)a->q + first * a->ldq + head * d;
            multiply(rows, padded(columns), d / 2, a->scale, along_rows(q, a->ldq), keys_t, ld, scores, ld, 0);
            for (size_t i = 0; i < rows; i++) {
                float *s = scores + i * ld;
                size_t count = visible(a, first + i);
                a->lse[(first + i) * a->heads + head] = softmax_row(a, head, first + i, s, count);
                for (size_t j = count; j < columns; j++) s[j] = 0;
                round_row(s, columns, rounded + i * ld);
            }
            multiply(rows, d, (columns + 1) / 2, 1, along_rows(rounded, ld), values, d, sums, d, 0);
            round_rows(sums, rows, d, (uint16_t *)a->out + first * a->ldo + head * d, a->ldo);
        }
    }
}

/// Σ x·y
CK_INLINE float dot(const uint16_t *x, const uint16_t *y, size_t d) {
    CK_LANES
    float sum = 0;
    for (size_t p = 0; p < d; p++) sum += ck_widen(x[p]) * ck_widen(y[p]);
    return sum;
}

TARGET void ck_backward_by_bfloat16_products(const ck_attention *a, size_t kv_head, void *scratch) {
    const size_t length = a->length, d = a->head_size, ld = padded(length), group = a->heads / a->kv_heads;
    pair *keys_t = scratch, *values_t = keys_t + ld * d / 2, *keys = values_t + ld * d / 2;
    float *scores = (float *)(keys + ld * d / 2), *dscores = scores + ROWS * ld;
    float *dk = dscores + ROWS * ld, *dv = dk + ld * d, *dq = dv + ld * d;
    uint16_t *rounded = (uint16_t *)(dq + ROWS * d), *drounded = rounded + ROWS * ld;
    pair *columns_of_scores = (pair *)(drounded + ROWS * ld), *rows_of_input = columns_of_scores + ROWS / 2 * ld;
    transpose((const uint16_t *)a->k + kv_head * d, a->ldk, length, d, keys_t);
    transpose((const uint16_t *)a->v + kv_head * d, a->ldv, length, d, values_t);
    interleave((const uint16_t *)a->k + kv_head * d, a->ldk, length, d, keys, d);
    memset(dk, 0, length * d * sizeof(float));
    memset(dv, 0, length * d * sizeof(float));
    for (size_t head = kv_head * group; head < (kv_head + 1) * group; head++) {
        for (size_t first = 0; first < a->queries; first += ROWS) {
            size_t rows = a->queries - first < ROWS ? a->queries - first : ROWS;
            size_t columns = visible(a, first + rows - 1);
            const uint16_t *q = (const uint16_t *)a->q + first * a->ldq + head * d;
            const uint16_t *dout = (const uint16_t *)a->dout + first * a->lddo + head * d;
            const uint16_t *out = (const uint16_t *)a->out + first * a->ldo + head * d;
            multiply(rows, padded(columns), d / 2, a->scale, along_rows(q, a->ldq), keys_t, ld, scores, ld, 0);
            multiply(rows, padded(columns), d / 2, 1, along_rows(dout, a->lddo), values_t, ld, dscores, ld, 0);
            for (size_t i = 0; i < rows; i++) {
                float *s = scores + i * ld, *ds = dscores + i * ld;
                size_t count = visible(a, first + i);
                float product = dot(dout + i * a->lddo, out + i * a->ldo, d);
                softmax_row_backward(a, head, first + i, s, ds, a->lse[(first + i) * a->heads + head], product, count);
                for (size_t j = count; j < columns; j++) s[j] = ds[j] = 0;
                round_row(s, columns, rounded + i * ld);
                round_row(ds, columns, drounded + i * ld);
            }
            size_t count = (rows + 1) / 2;
            interleave(rounded, ld, rows, columns, columns_of_scores, ld);
            interleave(dout, a->lddo, rows, d, rows_of_input, d);
            multiply(columns, d, count, 1, along_columns(columns_of_scores, ld), rows_of_input, d, dv, d, 1);
            interleave(drounded, ld, rows, columns, columns_of_scores, ld);
            interleave(q, a->ldq, rows, d, rows_of_input, d);
            multiply(columns, d, count, a->scale, along_columns(columns_of_scores, ld), rows_of_input, d, dk, d, 1);
            multiply(rows, d, (columns + 1) / 2, a->scale, along_rows(drounded, ld), keys, d, dq, d, 0);
            round_rows(dq, rows, d, (uint16_t *)a->dq + first * a->lddq + head * d, a->lddq);
        }
    }
    round_rows(dk, length, d, (uint16_t *)a->dk + kv_head * d, a->lddk);
    round_rows(dv, length, d, (uint16_t *)a->dv + kv_head * d, a->lddv);
}

#else

int ck_multiplies_bfloat16(const ck_attention *a) {
    (void)a;
    return 0;
}

void ck_forward_by_bfloat16_products(const ck_attention *a, size_t kv_head, void *scratch) {
    (void)a, (void)kv_head, (void)scratch;
}

void ck_backward_by_bfloat16_products(const ck_attention *a, size_t kv_head, void *scratch) {
    (void)a, (void)kv_head, (void)scratch;
}

#endif
