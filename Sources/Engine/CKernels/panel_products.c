// Products of rows with a packed matrix, for answers that depend neither on the rows beside them nor on
// threads: every element is one chain of multiply-adds along the inner size, wherever its row stands.
#include "vector.h"

#define LANES 16
#define PANEL CK_PANEL  // columns: two halves of LANES, k rows of the one and then k of the other

typedef float lanes __attribute__((vector_size(LANES * sizeof(float)), aligned(4)));

void ck_pack_panels(const float *b, size_t ldb, int transposed, size_t n, size_t k, size_t first,
                        size_t last, float *packed) {
    for (size_t panel = first; panel < last; panel++) {
        float *out = packed + panel * k * PANEL;
        size_t column = panel * PANEL;
        for (size_t half = 0; half < 2; half++, column += LANES, out += k * LANES) {
            size_t width = column >= n ? 0 : n - column < LANES ? n - column : LANES;
            for (size_t p = 0; p < k; p++) {
                for (size_t j = 0; j < width; j++)
                    out[p * LANES + j] = transposed ? b[(column + j) * ldb + p] : b[p * ldb + column + j];
                for (size_t j = width; j < LANES; j++) out[p * LANES + j] = 0;
            }
        }
    }
}

// MARK: 512 bits

#if defined(__x86_64__)
#include <immintrin.h>

#define TARGET __attribute__((target("arch=x86-64-v4")))
#define UNROLL _Pragma("clang loop unroll(full)")
// 12 × 2 sums, two vectors of B and a factor are 27 of 32 registers, and more chains than two units need.
#define WIDE_ROWS 12

TARGET CK_INLINE void wide_tile(const int m, const ck_panel_product *p, const float *b, size_t row,
                                size_t column, size_t width) {
    const float *a = p->a + row * p->lda;
    const size_t k = p->k, lda = p->lda;
    __m512 sums[WIDE_ROWS][2];
    UNROLL for (int i = 0; i < m; i++) sums[i][0] = sums[i][1] = _mm512_setzero_ps();
    for (size_t q = 0; q < k; q++) {
        __m512 left = _mm512_loadu_ps(b + q * LANES), right = _mm512_loadu_ps(b + (k + q) * LANES);
        UNROLL for (int i = 0; i < m; i++) {
            __m512 factor = _mm512_set1_ps(a[(size_t)i * lda + q]);
            sums[i][0] = _mm512_fmadd_ps(factor, left, sums[i][0]);
            sums[i][1] = _mm512_fmadd_ps(factor, right, sums[i][1]);
        }
    }
    __mmask16 low = (__mmask16)(width >= LANES ? 0xFFFF : (1u << width) - 1);
    __mmask16 high = (__mmask16)(width <= LANES ? 0 : width >= PANEL ? 0xFFFF : (1u << (width - LANES)) - 1);
    const float *bias = p->bias ? p->bias + column : NULL;
    __m512 first = bias ? _mm512_maskz_loadu_ps(low, bias) : _mm512_setzero_ps();
    __m512 second = bias ? _mm512_maskz_loadu_ps(high, bias + LANES) : _mm512_setzero_ps();
    UNROLL for (int i = 0; i < m; i++) {
        float *out = p->out + (row + (size_t)i) * p->ldo + column;
        __m512 x = _mm512_add_ps(sums[i][0], first), y = _mm512_add_ps(sums[i][1], second);
        if (p->added) {
            x = _mm512_add_ps(x, _mm512_maskz_loadu_ps(low, out));
            y = _mm512_add_ps(y, _mm512_maskz_loadu_ps(high, out + LANES));
        }
        _mm512_mask_storeu_ps(out, low, x);
        _mm512_mask_storeu_ps(out + LANES, high, y);
    }
}

TARGET static void wide_rows(const ck_panel_product *p, const float *b, size_t first, size_t last,
                             size_t column, size_t width) {
    for (size_t row = first; row < last; row += WIDE_ROWS) {
        switch (last - row) {
            case 1: wide_tile(1, p, b, row, column, width); break;
            case 2: wide_tile(2, p, b, row, column, width); break;
            case 3: wide_tile(3, p, b, row, column, width); break;
            case 4: wide_tile(4, p, b, row, column, width); break;
            case 5: wide_tile(5, p, b, row, column, width); break;
            case 6: wide_tile(6, p, b, row, column, width); break;
            case 7: wide_tile(7, p, b, row, column, width); break;
            case 8: wide_tile(8, p, b, row, column, width); break;
            case 9: wide_tile(9, p, b, row, column, width); break;
            case 10: wide_tile(10, p, b, row, column, width); break;
            case 11: wide_tile(11, p, b, row, column, width); break;
            default: wide_tile(12, p, b, row, column, width); break;
        }
    }
}

// MARK: 256 bits

#define NARROW __attribute__((target("arch=x86-64-v3")))
#define HALF 8
// 6 × 2 sums, two vectors of B and a factor are 15 of 16 registers.
#define NARROW_ROWS 6

/// All ones where a column belongs to the result.
NARROW CK_INLINE __m256i column_mask(size_t width) {
    const __m256i places = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    return _mm256_cmpgt_epi32(_mm256_set1_epi32((int)width), places);
}

/// 16 columns, half a panel.
NARROW CK_INLINE void narrow_tile(const int m, const ck_panel_product *p, const float *b, size_t row,
                                  size_t column, size_t width) {
    const float *a = p->a + row * p->lda;
    const size_t k = p->k, lda = p->lda;
    __m256 sums[NARROW_ROWS][2];
    UNROLL for (int i = 0; i < m; i++) sums[i][0] = sums[i][1] = _mm256_setzero_ps();
    for (size_t q = 0; q < k; q++) {
        __m256 left = _mm256_loadu_ps(b + q * LANES), right = _mm256_loadu_ps(b + q * LANES + HALF);
        UNROLL for (int i = 0; i < m; i++) {
            __m256 factor = _mm256_broadcast_ss(a + (size_t)i * lda + q);
            sums[i][0] = _mm256_fmadd_ps(factor, left, sums[i][0]);
            sums[i][1] = _mm256_fmadd_ps(factor, right, sums[i][1]);
        }
    }
    __m256i low = column_mask(width), high = column_mask(width > HALF ? width - HALF : 0);
    const float *bias = p->bias ? p->bias + column : NULL;
    __m256 first = bias ? _mm256_maskload_ps(bias, low) : _mm256_setzero_ps();
    __m256 second = bias ? _mm256_maskload_ps(bias + HALF, high) : _mm256_setzero_ps();
    UNROLL for (int i = 0; i < m; i++) {
        float *out = p->out + (row + (size_t)i) * p->ldo + column;
        __m256 x = _mm256_add_ps(sums[i][0], first), y = _mm256_add_ps(sums[i][1], second);
        if (p->added) {
            x = _mm256_add_ps(x, _mm256_maskload_ps(out, low));
            y = _mm256_add_ps(y, _mm256_maskload_ps(out + HALF, high));
        }
        if (width == LANES) {
            _mm256_storeu_ps(out, x);
            _mm256_storeu_ps(out + HALF, y);
        } else {
            _mm256_maskstore_ps(out, low, x);
            _mm256_maskstore_ps(out + HALF, high, y);
        }
    }
}

NARROW static void narrow_rows(const ck_panel_product *p, const float *b, size_t first, size_t last,
                               size_t column, size_t width) {
    for (size_t row = first; row < last; row += NARROW_ROWS) {
        switch (last - row) {
            case 1: narrow_tile(1, p, b, row, column, width); break;
            case 2: narrow_tile(2, p, b, row, column, width); break;
            case 3: narrow_tile(3, p, b, row, column, width); break;
            case 4: narrow_tile(4, p, b, row, column, width); break;
            case 5: narrow_tile(5, p, b, row, column, width); break;
            default: narrow_tile(6, p, b, row, column, width); break;
        }
    }
}

static int widest(void) {
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
        __builtin_cpu_supports("avx512cd"))
        return CK_VECTORS_512;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2"))
        return CK_VECTORS_256;
    return CK_VECTORS_PLAIN;
}
#else
static int widest(void) { return CK_VECTORS_PLAIN; }
#endif

// MARK: Other processors

#define PLAIN_ROWS 4

static void plain_rows(const ck_panel_product *p, const float *b, size_t first, size_t last, size_t column,
                       size_t width) {
    CK_CONTRACT
    for (size_t row = first; row < last; row += PLAIN_ROWS) {
        size_t count = last - row < PLAIN_ROWS ? last - row : PLAIN_ROWS;
        lanes sums[PLAIN_ROWS] = {{0}};
        for (size_t q = 0; q < p->k; q++) {
            lanes part = *(const lanes *)(b + q * LANES);
            for (size_t i = 0; i < count; i++) sums[i] += p->a[(row + i) * p->lda + q] * part;
        }
        for (size_t i = 0; i < count; i++) {
            float *out = p->out + (row + i) * p->ldo + column;
            for (size_t j = 0; j < width; j++) {
                float sum = p->bias ? sums[i][j] + p->bias[column + j] : sums[i][j];
                out[j] = p->added ? out[j] + sum : sum;
            }
        }
    }
}

// MARK: Choice

/// By vectors of at most 256 bits the two halves of a panel are passed one after the other: a half of
/// 384 rows stays in the first cache.
static void halves(const ck_panel_product *p, const float *b, size_t first, size_t last, size_t column,
                   size_t width, int vectors) {
    for (size_t half = 0; half < width; half += LANES, b += p->k * LANES) {
        size_t count = width - half < LANES ? width - half : LANES;
#if defined(__x86_64__)
        if (vectors == CK_VECTORS_256) {
            narrow_rows(p, b, first, last, column + half, count);
            continue;
        }
#endif
        (void)vectors;
        plain_rows(p, b, first, last, column + half, count);
    }
}

void ck_panel_products(const ck_panel_product *p, size_t first_panel, size_t last_panel, size_t first_row,
                       size_t last_row, int most) {
    int vectors = widest();
    if (vectors > most) vectors = most;
    for (size_t panel = first_panel; panel < last_panel; panel++) {
        size_t column = panel * PANEL, width = p->n - column < PANEL ? p->n - column : PANEL;
        const float *b = p->packed + panel * p->k * PANEL;
#if defined(__x86_64__)
        if (vectors == CK_VECTORS_512) {
            wide_rows(p, b, first_row, last_row, column, width);
            continue;
        }
#endif
        halves(p, b, first_row, last_row, column, width, vectors);
    }
}

// MARK: Who uses them

static _Thread_local void *products;

void ck_set_panel_products(void *owner) { products = owner; }
void *ck_get_panel_products(void) { return products; }
