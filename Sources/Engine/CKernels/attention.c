// Padding-free attention: a block of query rows against all keys of its sequence, with the probabilities
// recomputed in the backward pass, so that nothing of size length² is ever kept.
#include "attention_rows.h"
#include "attention_bfloat16.h"

// 6 × 16 sums are 12 of the 16 registers of AVX2, which leaves two for a row of B and one for a factor.
#define TILE 6  // rows of a register tile

// Rows of views start anywhere, so that no load may count on more than a float's alignment.
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

/// out[head_size × padded(length)] = transpose of x[length × head_size], padding zero.
CK_INLINE void transpose(const int type, const void *x, size_t ldx, size_t length, size_t head_size,
                         float *out) {
    size_t ld = padded(length);
    for (size_t j = 0; j < length; j++)
        for (size_t p = 0; p < head_size; p++) out[p * ld + j] = ck_load(type, x, j * ldx + p);
    for (size_t p = 0; p < head_size; p++)
        for (size_t j = length; j < ld; j++) out[p * ld + j] = 0;
}

/// A block of rows as floats: the rows themselves, or a copy in `memory`.
typedef struct {
    const float *rows;
    size_t ld;
} block;

CK_INLINE block floats(const int type, const void *x, size_t ldx, size_t rows, size_t d, float *memory) {
    if (type == CK_FLOAT32) return (block){x, ldx};
    for (size_t i = 0; i < rows; i++)
        for (size_t p = 0; p < d; p++) memory[i * d + p] = ck_load(type, x, i * ldx + p);
    return (block){memory, d};
}

/// Where results are added up as floats: in place, or in `memory` until `finish` rounds them.
CK_INLINE float *target(const int type, void *x, float *memory) { return type == CK_FLOAT32 ? x : memory; }

CK_INLINE void finish(const int type, const float *memory, void *x, size_t ldx, size_t rows, size_t d) {
    if (type == CK_FLOAT32) return;
    for (size_t i = 0; i < rows; i++)
        for (size_t p = 0; p < d; p++) ck_store(type, x, i * ldx + p, memory[i * d + p]);
}

/// Adds the gradients of a row's scores to those of the bias.
CK_INLINE void add_to_bias_gradient(const ck_attention *a, size_t head, size_t row, const float *ds,
                                    key_range keys) {
    if (!a->dbias) return;
    float *dbias = a->dbias + bias_of_row(a, head, row);
    for (size_t j = keys.begin; j < keys.end; j++) dbias[j] += ds[j];
}

size_t ck_attention_scratch_bytes(size_t length, size_t head_size) {
    // transposed keys and values, two blocks of scores; where rows are no floats, copies of keys, of the
    // gradients of keys and values, of four blocks of rows, and of the scores rounded in three layouts
    return sizeof(float) * (padded(length) * (2 * head_size + 4 * ROWS) + 3 * padded(length) * head_size +
                            4 * ROWS * head_size);
}

CK_INLINE void forward(const int type, const ck_attention *a, size_t kv_head, void *scratch) {
    const size_t length = a->length, d = a->head_size, ld = padded(length), group = a->heads / a->kv_heads;
    float *keys_t = scratch, *scores = keys_t + d * ld, *memory = scores + ROWS * ld;
    float *q_memory = memory + length * d, *out_memory = q_memory + ROWS * d;
    // Once for all query heads that share these keys: the products then read 16 keys side by side.
    transpose(type, ck_row(type, a->k, kv_head * d), a->ldk, length, d, keys_t);
    block v = floats(type, ck_row(type, a->v, kv_head * d), a->ldv, length, d, memory);
    for (size_t head = kv_head * group; head < (kv_head + 1) * group; head++) {
        for (size_t first = 0; first < a->queries; first += ROWS) {
            size_t rows = a->queries - first < ROWS ? a->queries - first : ROWS;
            key_range some = visible_to_rows(a, first, rows);
            size_t begin = some.begin, columns = some.end - begin;
            block q = floats(type, ck_row(type, a->q, first * a->ldq + head * d), a->ldq, rows, d, q_memory);
            multiply(rows, padded(columns), d, a->scale, q.rows, q.ld, 1, keys_t + begin, ld, scores + begin,
                     ld, 0);
            for (size_t i = 0; i < rows; i++) {
                float *s = scores + i * ld;
                key_range keys = visible(a, first + i);
                add_bias(a, head, first + i, s, keys);
                a->lse[(first + i) * a->heads + head] = softmax_row(a, head, first + i, s, keys);
                // Keys that this row does not see, but another of its block does.
                for (size_t j = begin; j < keys.begin; j++) s[j] = 0;
                for (size_t j = keys.end; j < some.end; j++) s[j] = 0;
            }
            void *out = ck_row_out(type, a->out, first * a->ldo + head * d);
            size_t ldo = type == CK_FLOAT32 ? a->ldo : d;
            multiply(rows, d, columns, 1, scores + begin, ld, 1, v.rows + begin * v.ld, v.ld,
                     target(type, out, out_memory), ldo, 0);
            finish(type, out_memory, out, a->ldo, rows, d);
        }
    }
}

CK_INLINE void backward(const int type, const ck_attention *a, size_t kv_head, void *scratch) {
    CK_LANES
    const size_t length = a->length, d = a->head_size, ld = padded(length), group = a->heads / a->kv_heads;
    float *keys_t = scratch, *values_t = keys_t + d * ld;
    float *scores = values_t + d * ld, *dscores = scores + ROWS * ld, *memory = dscores + ROWS * ld;
    float *dk_memory = memory + ld * d, *dv_memory = dk_memory + ld * d, *q_memory = dv_memory + ld * d;
    float *dout_memory = q_memory + ROWS * d, *out_memory = dout_memory + ROWS * d;
    float *dq_memory = out_memory + ROWS * d;
    const void *keys = ck_row(type, a->k, kv_head * d);
    void *dkeys = ck_row_out(type, a->dk, kv_head * d), *dvalues = ck_row_out(type, a->dv, kv_head * d);
    transpose(type, keys, a->ldk, length, d, keys_t);
    transpose(type, ck_row(type, a->v, kv_head * d), a->ldv, length, d, values_t);
    block k = floats(type, keys, a->ldk, length, d, memory);
    float *dk = target(type, dkeys, dk_memory), *dv = target(type, dvalues, dv_memory);
    size_t lddk = type == CK_FLOAT32 ? a->lddk : d, lddv = type == CK_FLOAT32 ? a->lddv : d;
    for (size_t j = 0; j < length; j++) {
        // All query heads that share the keys, and all blocks of their rows, add to these.
        memset(dk + j * lddk, 0, d * sizeof(float));
        memset(dv + j * lddv, 0, d * sizeof(float));
    }
    for (size_t head = kv_head * group; head < (kv_head + 1) * group; head++) {
        for (size_t first = 0; first < a->queries; first += ROWS) {
            size_t rows = a->queries - first < ROWS ? a->queries - first : ROWS;
            key_range some = visible_to_rows(a, first, rows);
            size_t begin = some.begin, columns = some.end - begin;
            block q = floats(type, ck_row(type, a->q, first * a->ldq + head * d), a->ldq, rows, d, q_memory);
            block dout = floats(type, ck_row(type, a->dout, first * a->lddo + head * d), a->lddo, rows, d,
                                dout_memory);
            block out =
                floats(type, ck_row(type, a->out, first * a->ldo + head * d), a->ldo, rows, d, out_memory);
            multiply(rows, padded(columns), d, a->scale, q.rows, q.ld, 1, keys_t + begin, ld, scores + begin,
                     ld, 0);
            multiply(rows, padded(columns), d, 1, dout.rows, dout.ld, 1, values_t + begin, ld,
                     dscores + begin, ld, 0);
            for (size_t i = 0; i < rows; i++) {
                float *s = scores + i * ld, *ds = dscores + i * ld;
                key_range keys = visible(a, first + i);
                float dot = 0;
                add_bias(a, head, first + i, s, keys);
                for (size_t p = 0; p < d; p++) dot += dout.rows[i * dout.ld + p] * out.rows[i * out.ld + p];
                softmax_row_backward(a, head, first + i, s, ds, a->lse[(first + i) * a->heads + head], dot,
                                     keys);
                add_to_bias_gradient(a, head, first + i, ds, keys);
                for (size_t j = begin; j < keys.begin; j++) s[j] = ds[j] = 0;
                for (size_t j = keys.end; j < some.end; j++) s[j] = ds[j] = 0;
            }
            multiply(columns, d, rows, 1, scores + begin, 1, ld, dout.rows, dout.ld, dv + begin * lddv, lddv,
                     1);
            multiply(columns, d, rows, a->scale, dscores + begin, 1, ld, q.rows, q.ld, dk + begin * lddk,
                     lddk, 1);
            void *dq = ck_row_out(type, a->dq, first * a->lddq + head * d);
            size_t lddq = type == CK_FLOAT32 ? a->lddq : d;
            multiply(rows, d, columns, a->scale, dscores + begin, ld, 1, k.rows + begin * k.ld, k.ld,
                     target(type, dq, dq_memory), lddq, 0);
            finish(type, dq_memory, dq, a->lddq, rows, d);
        }
    }
    finish(type, dk_memory, dkeys, a->lddk, length, d);
    finish(type, dv_memory, dvalues, a->lddv, length, d);
}

CK_DISPATCH static void forward_float32(const ck_attention *a, size_t kv_head, void *scratch) {
    forward(CK_FLOAT32, a, kv_head, scratch);
}
CK_DISPATCH static void forward_bfloat16(const ck_attention *a, size_t kv_head, void *scratch) {
    forward(CK_BFLOAT16, a, kv_head, scratch);
}
CK_DISPATCH static void backward_float32(const ck_attention *a, size_t kv_head, void *scratch) {
    backward(CK_FLOAT32, a, kv_head, scratch);
}
CK_DISPATCH static void backward_bfloat16(const ck_attention *a, size_t kv_head, void *scratch) {
    backward(CK_BFLOAT16, a, kv_head, scratch);
}

void ck_attention_forward(const ck_attention *a, size_t kv_head, void *scratch) {
    if (ck_multiplies_bfloat16(a)) return ck_forward_by_bfloat16_products(a, kv_head, scratch);
    (a->type == CK_BFLOAT16 ? forward_bfloat16 : forward_float32)(a, kv_head, scratch);
}

void ck_attention_backward(const ck_attention *a, size_t kv_head, void *scratch) {
    if (ck_multiplies_bfloat16(a)) return ck_backward_by_bfloat16_products(a, kv_head, scratch);
    (a->type == CK_BFLOAT16 ? backward_bfloat16 : backward_float32)(a, kv_head, scratch);
}
