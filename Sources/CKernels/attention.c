// Padding-free attention: a block of query rows against all keys of its sequence, with the probabilities
// recomputed in the backward pass, so that nothing of size length² is ever kept.
#include "ckernels.h"
#include "vector.h"

#define ROWS 48   // query rows a block
#define LANES 16  // columns of a register tile
#define TILE 6    // rows of a register tile

typedef float lanes __attribute__((vector_size(LANES * sizeof(float)), aligned(4)));

/// C[m × 16] (+)= alpha · A[m × k] · B[k × 16] for constant m ≤ TILE. A element (i, p) is a[i·ars + p·acs].
CK_INLINE void tile(int m, size_t k, float alpha, const float *a, size_t ars, size_t acs, const float *b,
                    size_t ldb, float *c, size_t ldc, int add) {
    CK_CONTRACT
    lanes sums[TILE];
    for (int i = 0; i < m; i++) sums[i] = (lanes){0};
    for (size_t p = 0; p < k; p++) {
        lanes row = *(const lanes *)(b + p * ldb);
        for (int i = 0; i < m; i++) sums[i] += a[(size_t)i * ars + p * acs] * row;
    }
    for (int i = 0; i < m; i++) {
        lanes *target = (lanes *)(c + (size_t)i * ldc);
        *target = add ? *target + alpha * sums[i] : alpha * sums[i];
    }
}

/// The same for n < 16 columns.
CK_INLINE void narrow_tile(int m, size_t n, size_t k, float alpha, const float *a, size_t ars, size_t acs,
                           const float *b, size_t ldb, float *c, size_t ldc, int add) {
    for (int i = 0; i < m; i++) {
        float sums[LANES] = {0};
        for (size_t p = 0; p < k; p++) {
            float factor = a[(size_t)i * ars + p * acs];
            for (size_t j = 0; j < n; j++) sums[j] += factor * b[p * ldb + j];
        }
        float *target = c + (size_t)i * ldc;
        for (size_t j = 0; j < n; j++) target[j] = add ? target[j] + alpha * sums[j] : alpha * sums[j];
    }
}

/// C[m × n] (+)= alpha · A[m × k] · B[k × n].
CK_INLINE void multiply(size_t m, size_t n, size_t k, float alpha, const float *a, size_t ars, size_t acs,
                        const float *b, size_t ldb, float *c, size_t ldc, int add) {
    for (size_t j = 0; j < n; j += LANES) {
        size_t width = n - j < LANES ? n - j : LANES;
        for (size_t i = 0; i < m; i += TILE) {
            const float *ai = a + i * ars;
            float *ci = c + i * ldc + j;
            int height = m - i < TILE ? (int)(m - i) : TILE;
            if (width < LANES) {
                narrow_tile(height, width, k, alpha, ai, ars, acs, b + j, ldb, ci, ldc, add);
                continue;
            }
            switch (height) {
                case 6: tile(6, k, alpha, ai, ars, acs, b + j, ldb, ci, ldc, add); break;
                case 5: tile(5, k, alpha, ai, ars, acs, b + j, ldb, ci, ldc, add); break;
                case 4: tile(4, k, alpha, ai, ars, acs, b + j, ldb, ci, ldc, add); break;
                case 3: tile(3, k, alpha, ai, ars, acs, b + j, ldb, ci, ldc, add); break;
                case 2: tile(2, k, alpha, ai, ars, acs, b + j, ldb, ci, ldc, add); break;
                default: tile(1, k, alpha, ai, ars, acs, b + j, ldb, ci, ldc, add); break;
            }
        }
    }
}

CK_INLINE size_t padded(size_t length) { return (length + LANES - 1) / LANES * LANES; }

/// out[head_size × padded(length)] = transpose of x[length × head_size], padding zero.
CK_INLINE void transpose(const float *x, size_t ldx, size_t length, size_t head_size, float *out) {
    size_t ld = padded(length);
    for (size_t j = 0; j < length; j++)
        for (size_t p = 0; p < head_size; p++) out[p * ld + j] = x[j * ldx + p];
    for (size_t p = 0; p < head_size; p++)
        for (size_t j = length; j < ld; j++) out[p * ld + j] = 0;
}

size_t ck_attention_scratch_bytes(size_t length, size_t head_size) {
    // transposed keys and values, and two blocks of scores
    return sizeof(float) * padded(length) * (2 * head_size + 2 * ROWS);
}

/// Number of keys that query row i sees; the last query of a causal sequence sees them all.
CK_INLINE size_t visible(const ck_attention *a, size_t row) {
    return a->causal ? row + 1 + a->length - a->queries : a->length;
}

CK_INLINE uint64_t row_key(const ck_attention *a, size_t head, size_t row) {
    return ck_mix(ck_mix(a->dropout.site + head) ^ a->keys[row]);
}

CK_DISPATCH void ck_attention_forward(const ck_attention *a, size_t kv_head, void *scratch) {
    CK_LANES
    const size_t length = a->length, d = a->head_size, ld = padded(length), group = a->heads / a->kv_heads;
    float *keys_t = scratch, *scores = keys_t + d * ld;
    const float *v = a->v + kv_head * d;
    transpose(a->k + kv_head * d, a->ldk, length, d, keys_t);
    for (size_t head = kv_head * group; head < (kv_head + 1) * group; head++) {
        for (size_t first = 0; first < a->queries; first += ROWS) {
            size_t rows = a->queries - first < ROWS ? a->queries - first : ROWS;
            size_t columns = visible(a, first + rows - 1);
            multiply(rows, padded(columns), d, a->scale, a->q + first * a->ldq + head * d, a->ldq, 1, keys_t, ld,
                     scores, ld, 0);
            for (size_t i = 0; i < rows; i++) {
                float *s = scores + i * ld;
                size_t count = visible(a, first + i);
                float maximum = s[0];
                for (size_t j = 1; j < count; j++) maximum = s[j] > maximum ? s[j] : maximum;
                float total = 0;
                for (size_t j = 0; j < count; j++) {
                    s[j] = ck_exp(s[j] - maximum);
                    total += s[j];
                }
                float inverse = 1.0f / total;
                a->lse[(first + i) * a->heads + head] = maximum + logf(total);
                if (a->dropout.threshold) {
                    uint64_t key = row_key(a, head, first + i);
                    uint32_t low = (uint32_t)key, high = (uint32_t)(key >> 32);
                    for (size_t j = 0; j < count; j++)
                        s[j] *= inverse
                                * ck_keep(low, high, (uint32_t)j, a->dropout.threshold, a->dropout.scale);
                } else {
                    for (size_t j = 0; j < count; j++) s[j] *= inverse;
                }
                for (size_t j = count; j < columns; j++) s[j] = 0;
            }
            multiply(rows, d, columns, 1, scores, ld, 1, v, a->ldv, a->out + first * a->ldo + head * d, a->ldo, 0);
        }
    }
}

CK_DISPATCH void ck_attention_backward(const ck_attention *a, size_t kv_head, void *scratch) {
    CK_LANES
    const size_t length = a->length, d = a->head_size, ld = padded(length), group = a->heads / a->kv_heads;
    float *keys_t = scratch, *values_t = keys_t + d * ld;
    float *scores = values_t + d * ld, *dscores = scores + ROWS * ld;
    const float *k = a->k + kv_head * d;
    float *dk = a->dk + kv_head * d, *dv = a->dv + kv_head * d;
    transpose(k, a->ldk, length, d, keys_t);
    transpose(a->v + kv_head * d, a->ldv, length, d, values_t);
    for (size_t j = 0; j < length; j++) {
        memset(dk + j * a->lddk, 0, d * sizeof(float));
        memset(dv + j * a->lddv, 0, d * sizeof(float));
    }
    for (size_t head = kv_head * group; head < (kv_head + 1) * group; head++) {
        for (size_t first = 0; first < a->queries; first += ROWS) {
            size_t rows = a->queries - first < ROWS ? a->queries - first : ROWS;
            size_t columns = visible(a, first + rows - 1);
            const float *q = a->q + first * a->ldq + head * d;
            const float *dout = a->dout + first * a->lddo + head * d;
            const float *out = a->out + first * a->ldo + head * d;
            multiply(rows, padded(columns), d, a->scale, q, a->ldq, 1, keys_t, ld, scores, ld, 0);
            multiply(rows, padded(columns), d, 1, dout, a->lddo, 1, values_t, ld, dscores, ld, 0);
            for (size_t i = 0; i < rows; i++) {
                float *s = scores + i * ld, *ds = dscores + i * ld;
                size_t count = visible(a, first + i);
                float lse = a->lse[(first + i) * a->heads + head];
                float dot = 0;  // Σ_j dP_ij P_ij = dout_i · out_i, with or without dropout
                for (size_t p = 0; p < d; p++) dot += dout[i * a->lddo + p] * out[i * a->ldo + p];
                if (a->dropout.threshold) {
                    uint64_t key = row_key(a, head, first + i);
                    uint32_t low = (uint32_t)key, high = (uint32_t)(key >> 32);
                    for (size_t j = 0; j < count; j++) {
                        float p = ck_exp(s[j] - lse);
                        float keep = ck_keep(low, high, (uint32_t)j, a->dropout.threshold, a->dropout.scale);
                        s[j] = p * keep;
                        ds[j] = p * (ds[j] * keep - dot);
                    }
                } else {
                    for (size_t j = 0; j < count; j++) {
                        float p = ck_exp(s[j] - lse);
                        s[j] = p;
                        ds[j] = p * (ds[j] - dot);
                    }
                }
                for (size_t j = count; j < columns; j++) s[j] = ds[j] = 0;
            }
            multiply(columns, d, rows, 1, scores, 1, ld, dout, a->lddo, dv, a->lddv, 1);
            multiply(columns, d, rows, a->scale, dscores, 1, ld, q, a->ldq, dk, a->lddk, 1);
            multiply(rows, d, columns, a->scale, dscores, ld, 1, k, a->ldk, a->dq + first * a->lddq + head * d,
                     a->lddq, 0);
        }
    }
}
