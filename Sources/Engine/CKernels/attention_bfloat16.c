// Attention whose products multiply bfloat16 and add float32 (VDPBF16PS: two products an element and
// instruction). Softmax is float32; probabilities and the gradients of scores are rounded for the products
// that read them.
//
// The instruction adds a₀b₀ + a₁b₁ to a float, so operands are pairs along the summed index: 32 bits of two
// bfloat16. Rows of q, k, v and dout are such pairs along the head as they lie; pairs along tokens are
// interleaved first.
#include "attention_bfloat16.h"
#include "attention_rows.h"

#if defined(__x86_64__)
#include "squares.h"

#define TARGET __attribute__((target("arch=x86-64-v4,avx512bf16")))
#define TARGET_INLINE static inline __attribute__((always_inline, target("arch=x86-64-v4,avx512bf16")))
// 8 × 2 registers of sums, two for a row of B and one for a factor: 19 of the 32 of AVX-512.
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

/// C[m × 16w] (+)= alpha · A[m × k] · B[k × 16w] for constant m ≤ HEIGHT and w ≤ 2, k counting pairs.
TARGET_INLINE void tile(int m, int w, size_t k, float alpha, pairs a, const pair *b, size_t ldb, float *c,
                        size_t ldc, int add) {
    __m512 sums[HEIGHT][2];
    for (int i = 0; i < m; i++)
        for (int j = 0; j < w; j++) sums[i][j] = _mm512_setzero_ps();
    for (size_t p = 0; p < k; p++) {
        __m512bh row[2];
        for (int j = 0; j < w; j++) row[j] = (__m512bh)_mm512_loadu_si512(b + p * ldb + j * LANES);
        for (int i = 0; i < m; i++) {
            int bits;
            memcpy(&bits, a.a + (size_t)i * a.ars + p * a.acs, sizeof bits);
            __m512bh factor = (__m512bh)_mm512_set1_epi32(bits);
            for (int j = 0; j < w; j++) sums[i][j] = _mm512_dpbf16_ps(sums[i][j], factor, row[j]);
        }
    }
    for (int i = 0; i < m; i++) {
        for (int j = 0; j < w; j++) {
            float *target = c + (size_t)i * ldc + j * LANES;
            __m512 product = _mm512_mul_ps(_mm512_set1_ps(alpha), sums[i][j]);
            _mm512_storeu_ps(target, add ? _mm512_add_ps(_mm512_loadu_ps(target), product) : product);
        }
    }
}

/// The same for all rows of C.
TARGET_INLINE void columns(int w, size_t m, size_t k, float alpha, pairs a, const pair *b, size_t ldb,
                           float *c, size_t ldc, int add) {
    for (size_t i = 0; i < m; i += HEIGHT) {
        pairs ai = {a.a + i * a.ars, a.ars, a.acs};
        float *ci = c + i * ldc;
        switch (m - i) {
            case 1: tile(1, w, k, alpha, ai, b, ldb, ci, ldc, add); break;
            case 2: tile(2, w, k, alpha, ai, b, ldb, ci, ldc, add); break;
            case 3: tile(3, w, k, alpha, ai, b, ldb, ci, ldc, add); break;
            case 4: tile(4, w, k, alpha, ai, b, ldb, ci, ldc, add); break;
            case 5: tile(5, w, k, alpha, ai, b, ldb, ci, ldc, add); break;
            case 6: tile(6, w, k, alpha, ai, b, ldb, ci, ldc, add); break;
            case 7: tile(7, w, k, alpha, ai, b, ldb, ci, ldc, add); break;
            default: tile(HEIGHT, w, k, alpha, ai, b, ldb, ci, ldc, add); break;
        }
    }
}

/// C[m × n] (+)= alpha · A[m × k] · B[k × n], k counting pairs; n is a multiple of 16.
TARGET_INLINE void multiply(size_t m, size_t n, size_t k, float alpha, pairs a, const pair *b, size_t ldb,
                            float *c, size_t ldc, int add) {
    size_t j = 0;
    for (; j + 2 * LANES <= n; j += 2 * LANES) columns(2, m, k, alpha, a, b + j, ldb, c + j, ldc, add);
    if (j < n) columns(1, m, k, alpha, a, b + j, ldb, c + j, ldc, add);
}

/// Lanes j of a row from j to count.
TARGET_INLINE __mmask16 lanes_below(size_t count, size_t j) {
    return (__mmask16)(count <= j ? 0 : count - j < LANES ? (1u << (count - j)) - 1 : 0xFFFF);
}

/// Lanes j of a row that are among `keys`.
TARGET_INLINE __mmask16 lanes_of(key_range keys, size_t j) {
    return lanes_below(keys.end, j) & (__mmask16)~lanes_below(keys.begin, j);
}

/// out[d / 2 × padded(length)] = transpose of the pairs of x[length × d], padding zero.
TARGET_INLINE void transpose(const uint16_t *x, size_t ldx, size_t length, size_t d, pair *out) {
    size_t ld = padded(length), count = d / 2;
    for (size_t j = 0; j < ld; j += LANES) {
        for (size_t p = 0; p < count; p += LANES) {
            __mmask16 mask = lanes_below(count, p);
            __m512i square[LANES];
            for (size_t i = 0; i < LANES; i++) {
                const uint16_t *row = x + (j + i) * ldx + 2 * p;
                square[i] = j + i < length ? _mm512_maskz_loadu_epi32(mask, row) : _mm512_setzero_si512();
            }
            ck_transpose_square(square);
            for (size_t i = 0; i < LANES && p + i < count; i++)
                _mm512_storeu_si512(out + (p + i) * ld + j, square[i]);
        }
    }
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

/// y[rows × d] = x rounded, row i multiplied by factors[i] or, without factors, by 1.
TARGET_INLINE void round_rows(const float *x, const float *factors, size_t rows, size_t d, uint16_t *y,
                              size_t ldy) {
    for (size_t i = 0; i < rows; i++) {
        __m512 factor = _mm512_set1_ps(factors ? factors[i] : 1.0f);
        for (size_t p = 0; p < d; p += LANES) {
            __m512 product = _mm512_mul_ps(factor, _mm512_loadu_ps(x + i * d + p));
            _mm256_storeu_si256((__m256i *)(y + i * ldy + p), (__m256i)_mm512_cvtneps_pbh(product));
        }
    }
}

/// e^x for x ≤ 88, relative error below 1e-6 for |x| ≤ 20; 2^n times the Taylor polynomial of 2^f, |f| ≤ ½.
TARGET_INLINE __m512 exponential(__m512 x) {
    // Below −104 the result is zero: 2^−150 is half of the smallest subnormal number.
    x = _mm512_max_ps(_mm512_set1_ps(-104.0f), x);  // NaN stays
    __m512 log2e = _mm512_set1_ps(1.44269504f);
    __m512 n = _mm512_roundscale_ps(_mm512_mul_ps(x, log2e), _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
    __m512 f = _mm512_fmsub_ps(x, log2e, n);
    __m512 p = _mm512_set1_ps(1.54035304e-4f);
    p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(1.33335581e-3f));
    p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(9.61812911e-3f));
    p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(5.55041087e-2f));
    p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(2.40226507e-1f));
    p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(6.93147181e-1f));
    p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(1.0f));
    return _mm512_scalef_ps(p, n);
}

/// A row's dropout, 16 columns at a time: as ck_keep.
typedef struct {
    __m512i low, high, threshold;
    float scale;
    int drops;
} row_dropout;

TARGET_INLINE row_dropout dropout_of_row(const ck_attention *a, size_t head, size_t row) {
    if (!a->dropout.threshold) return (row_dropout){.scale = 1};
    uint64_t key = row_key(a, head, row);
    return (row_dropout){_mm512_set1_epi32((int)key), _mm512_set1_epi32((int)(key >> 32)),
                         _mm512_set1_epi32((int)a->dropout.threshold), a->dropout.scale, 1};
}

/// Columns j to j + 15 that are kept.
TARGET_INLINE __mmask16 kept(const row_dropout *dropout, size_t j) {
    if (!dropout->drops) return 0xFFFF;
    __m512i index = _mm512_add_epi32(_mm512_set1_epi32((int)j),
                                     _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15));
    __m512i x =
        _mm512_xor_si512(_mm512_mullo_epi32(index, _mm512_set1_epi32((int)0x9E3779B9u)), dropout->low);
    x = _mm512_mullo_epi32(_mm512_xor_si512(x, _mm512_srli_epi32(x, 16)),
                           _mm512_set1_epi32((int)0x85EBCA6Bu));
    x = _mm512_add_epi32(_mm512_xor_si512(x, _mm512_srli_epi32(x, 13)), dropout->high);
    x = _mm512_mullo_epi32(_mm512_xor_si512(x, _mm512_srli_epi32(x, 15)),
                           _mm512_set1_epi32((int)0xC2B2AE35u));
    return _mm512_cmpge_epu32_mask(_mm512_xor_si512(x, _mm512_srli_epi32(x, 16)), dropout->threshold);
}

/// Scores s of a row to rounded, e^{s − max} with dropout for its keys and zero for the others of `some`,
/// padded. Returns max, and in total the sum of exponentials.
TARGET_INLINE float exponentials(const row_dropout *dropout, const float *s, key_range keys, key_range some,
                                 uint16_t *rounded, float *total) {
    __m512 most = _mm512_set1_ps(s[keys.begin]), sum = _mm512_setzero_ps();
    for (size_t j = some.begin; j < keys.end; j += LANES) {
        __mmask16 mask = lanes_of(keys, j);
        most = _mm512_mask_max_ps(most, mask, most, _mm512_loadu_ps(s + j));
    }
    float maximum = _mm512_reduce_max_ps(most);
    for (size_t j = some.begin; j < some.end; j += LANES) {
        __mmask16 mask = lanes_of(keys, j);
        __m512 shifted = _mm512_sub_ps(_mm512_loadu_ps(s + j), _mm512_set1_ps(maximum));
        __m512 value = _mm512_maskz_mov_ps(mask, exponential(shifted));
        sum = _mm512_add_ps(sum, value);
        value = _mm512_maskz_mov_ps(kept(dropout, j), value);
        _mm256_storeu_si256((__m256i *)(rounded + j), (__m256i)_mm512_cvtneps_pbh(value));
    }
    *total = _mm512_reduce_add_ps(sum);
    return maximum;
}

int ck_multiplies_bfloat16(const ck_attention *a) {
    return a->type == CK_BFLOAT16 && a->head_size % LANES == 0 && ck_has_bfloat16_products();
}

/// Query rows a block: as even as whole register tiles allow, so that the last block is not a remainder of
/// few rows.
CK_INLINE size_t block_rows(size_t queries) {
    if (queries == 0) return HEIGHT;
    size_t blocks = (queries + ROWS - 1) / ROWS, rows = (queries + blocks - 1) / blocks;
    return (rows + HEIGHT - 1) / HEIGHT * HEIGHT;
}

TARGET void ck_forward_by_bfloat16_products(const ck_attention *a, size_t kv_head, void *scratch) {
    const size_t length = a->length, d = a->head_size, ld = padded(length), group = a->heads / a->kv_heads;
    const size_t height = block_rows(a->queries);
    pair *keys_t = scratch, *values = keys_t + ld * d / 2;
    float *scores = (float *)(values + ld * d / 2), *sums = scores + ROWS * ld, factors[ROWS];
    uint16_t *rounded = (uint16_t *)(sums + ROWS * d);
    transpose((const uint16_t *)a->k + kv_head * d, a->ldk, length, d, keys_t);
    interleave((const uint16_t *)a->v + kv_head * d, a->ldv, length, d, values, d);
    for (size_t head = kv_head * group; head < (kv_head + 1) * group; head++) {
        for (size_t first = 0; first < a->queries; first += height) {
            size_t rows = a->queries - first < height ? a->queries - first : height;
            key_range some = visible_to_rows(a, first, rows);
            size_t begin = some.begin, columns = some.end - begin;
            const uint16_t *q = (const uint16_t *)a->q + first * a->ldq + head * d;
            multiply(rows, padded(columns), d / 2, a->scale, along_rows(q, a->ldq), keys_t + begin, ld,
                     scores + begin, ld, 0);
            for (size_t i = 0; i < rows; i++) {
                row_dropout dropout = dropout_of_row(a, head, first + i);
                add_bias(a, head, first + i, scores + i * ld, visible(a, first + i));
                float total, maximum = exponentials(&dropout, scores + i * ld, visible(a, first + i), some,
                                                    rounded + i * ld, &total);
                a->lse[(first + i) * a->heads + head] = maximum + logf(total);
                // Rows are normalised behind the product, one factor a row: what is rounded for it are
                // exponentials of at most 1.
                factors[i] = dropout.scale / total;
            }
            multiply(rows, d, (columns + 1) / 2, 1, along_rows(rounded + begin, ld), values + begin / 2 * d,
                     d, sums, d, 0);
            round_rows(sums, factors, rows, d, (uint16_t *)a->out + first * a->ldo + head * d, a->ldo);
        }
    }
}

/// Σ x·y
TARGET_INLINE float dot(const uint16_t *x, const uint16_t *y, size_t d) {
    __m512 sum = _mm512_setzero_ps();
    for (size_t p = 0; p < d; p += 2 * LANES) {
        __mmask16 mask = lanes_below(d / 2, p / 2);
        sum = _mm512_dpbf16_ps(sum, (__m512bh)_mm512_maskz_loadu_epi32(mask, x + p),
                               (__m512bh)_mm512_maskz_loadu_epi32(mask, y + p));
    }
    return _mm512_reduce_add_ps(sum);
}

/// What turns the scores of a row and the gradients of its probabilities into the gradients of its scores.
typedef struct {
    row_dropout dropout;
    const float *scores, *gradients;
    key_range keys;  // those that the row sees
    float *dbias;    // added to for key j at j; NULL: no gradient of a bias
    float lse, product;  // Σ_j dP_j P_j = dout · out, with or without dropout
} row_gradient;

/// Rounded probabilities, after dropout, and gradients of the scores in columns j to j + 15.
TARGET_INLINE void differentiate(const row_gradient *row, size_t j, __m256i *probabilities,
                                 __m256i *gradients) {
    __mmask16 mask = lanes_of(row->keys, j), keeps = kept(&row->dropout, j);
    __m512 p = exponential(_mm512_sub_ps(_mm512_loadu_ps(row->scores + j), _mm512_set1_ps(row->lse)));
    p = _mm512_maskz_mov_ps(mask, p);
    __m512 scale = _mm512_maskz_mov_ps(keeps, _mm512_set1_ps(row->dropout.scale));
    __m512 gradient =
        _mm512_fmsub_ps(scale, _mm512_loadu_ps(row->gradients + j), _mm512_set1_ps(row->product));
    gradient = _mm512_maskz_mul_ps(mask, p, gradient);
    if (row->dbias) {
        __m512 sum = _mm512_maskz_loadu_ps(mask, row->dbias + j);
        _mm512_mask_storeu_ps(row->dbias + j, mask, _mm512_add_ps(sum, gradient));
    }
    *probabilities = (__m256i)_mm512_cvtneps_pbh(_mm512_mul_ps(p, scale));
    *gradients = (__m256i)_mm512_cvtneps_pbh(gradient);
}

TARGET_INLINE __m512i pairs_of(__m256i low, __m256i high) {
    return _mm512_or_si512(_mm512_cvtepu16_epi32(low), _mm512_slli_epi32(_mm512_cvtepu16_epi32(high), 16));
}

TARGET void ck_backward_by_bfloat16_products(const ck_attention *a, size_t kv_head, void *scratch) {
    const size_t length = a->length, d = a->head_size, ld = padded(length), group = a->heads / a->kv_heads;
    const size_t height = block_rows(a->queries);
    pair *keys_t = scratch, *values_t = keys_t + ld * d / 2, *keys = values_t + ld * d / 2;
    float *scores = (float *)(keys + ld * d / 2), *dscores = scores + ROWS * ld;
    float *dk = dscores + ROWS * ld, *dv = dk + ld * d, *dq = dv + ld * d;
    uint16_t *drounded = (uint16_t *)(dq + ROWS * d);
    // pairs along the rows of a block: of probabilities, of gradients of scores, of rows that they multiply
    pair *p_pairs = (pair *)(drounded + ROWS * ld), *ds_pairs = p_pairs + ROWS / 2 * ld;
    pair *row_pairs = ds_pairs + ROWS / 2 * ld;
    transpose((const uint16_t *)a->k + kv_head * d, a->ldk, length, d, keys_t);
    transpose((const uint16_t *)a->v + kv_head * d, a->ldv, length, d, values_t);
    interleave((const uint16_t *)a->k + kv_head * d, a->ldk, length, d, keys, d);
    memset(dk, 0, length * d * sizeof(float));
    memset(dv, 0, length * d * sizeof(float));
    for (size_t head = kv_head * group; head < (kv_head + 1) * group; head++) {
        for (size_t first = 0; first < a->queries; first += height) {
            size_t rows = a->queries - first < height ? a->queries - first : height;
            key_range some = visible_to_rows(a, first, rows);
            size_t begin = some.begin, columns = some.end - begin;
            const uint16_t *q = (const uint16_t *)a->q + first * a->ldq + head * d;
            const uint16_t *dout = (const uint16_t *)a->dout + first * a->lddo + head * d;
            const uint16_t *out = (const uint16_t *)a->out + first * a->ldo + head * d;
            multiply(rows, padded(columns), d / 2, a->scale, along_rows(q, a->ldq), keys_t + begin, ld,
                     scores + begin, ld, 0);
            multiply(rows, padded(columns), d / 2, 1, along_rows(dout, a->lddo), values_t + begin, ld,
                     dscores + begin, ld, 0);
            for (size_t i = 0; i < rows; i += 2) {
                row_gradient pair_of_rows[2];
                int present = i + 1 < rows ? 2 : 1;
                for (int r = 0; r < present; r++) {
                    size_t row = first + i + r;
                    key_range keys = visible(a, row);
                    add_bias(a, head, row, scores + (i + r) * ld, keys);
                    pair_of_rows[r] = (row_gradient){
                        dropout_of_row(a, head, row), scores + (i + r) * ld, dscores + (i + r) * ld, keys,
                        a->dbias ? a->dbias + bias_of_row(a, head, row) : NULL,
                        a->lse[row * a->heads + head],
                        dot(dout + (i + r) * a->lddo, out + (i + r) * a->ldo, d)};
                }
                for (size_t j = begin; j < some.end; j += LANES) {
                    __m256i p[2] = {_mm256_setzero_si256(), _mm256_setzero_si256()}, ds[2] = {p[0], p[0]};
                    for (int r = 0; r < present; r++) {
                        differentiate(&pair_of_rows[r], j, &p[r], &ds[r]);
                        _mm256_storeu_si256((__m256i *)(drounded + (i + r) * ld + j), ds[r]);
                    }
                    _mm512_storeu_si512(p_pairs + i / 2 * ld + j, pairs_of(p[0], p[1]));
                    _mm512_storeu_si512(ds_pairs + i / 2 * ld + j, pairs_of(ds[0], ds[1]));
                }
            }
            size_t count = (rows + 1) / 2;
            interleave(dout, a->lddo, rows, d, row_pairs, d);
            multiply(columns, d, count, 1, along_columns(p_pairs + begin, ld), row_pairs, d, dv + begin * d,
                     d, 1);
            interleave(q, a->ldq, rows, d, row_pairs, d);
            multiply(columns, d, count, a->scale, along_columns(ds_pairs + begin, ld), row_pairs, d,
                     dk + begin * d, d, 1);
            multiply(rows, d, (columns + 1) / 2, a->scale, along_rows(drounded + begin, ld),
                     keys + begin / 2 * d, d, dq, d, 0);
            round_rows(dq, NULL, rows, d, (uint16_t *)a->dq + first * a->lddq + head * d, a->lddq);
        }
    }
    round_rows(dk, NULL, length, d, (uint16_t *)a->dk + kv_head * d, a->lddk);
    round_rows(dv, NULL, length, d, (uint16_t *)a->dv + kv_head * d, a->lddv);
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
