// Products of rows with a packed matrix, for answers that depend neither on the rows beside them nor on
// threads: every element is one chain of multiply-adds along the inner size, wherever its row stands.
#include "vector.h"

#define LANES 16
#define PANEL CK_PANEL  // columns, two vectors

typedef float lanes __attribute__((vector_size(LANES * sizeof(float)), aligned(4)));

void ck_pack_panels(const float *b, size_t ldb, int transposed, size_t n, size_t k, size_t first,
                        size_t last, float *packed) {
    for (size_t panel = first; panel < last; panel++) {
        float *out = packed + panel * k * PANEL;
        size_t column = panel * PANEL, width = n - column < PANEL ? n - column : PANEL;
        for (size_t p = 0; p < k; p++) {
            for (size_t j = 0; j < width; j++)
                out[p * PANEL + j] = transposed ? b[(column + j) * ldb + p] : b[p * ldb + column + j];
            for (size_t j = width; j < PANEL; j++) out[p * PANEL + j] = 0;
        }
    }
}

/// Writes a row of sums, of which `width` belong to the result.
CK_INLINE void store_row(const float *sums, const float *bias, float *out, size_t width, int added) {
    for (size_t j = 0; j < width; j++) {
        float sum = bias ? sums[j] + bias[j] : sums[j];
        out[j] = added ? out[j] + sum : sum;
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
        __m512 left = _mm512_loadu_ps(b + q * PANEL), right = _mm512_loadu_ps(b + q * PANEL + LANES);
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

static int is_wide(void) {
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512cd");
}
#else
static int is_wide(void) { return 0; }
static void wide_rows(const ck_panel_product *p, const float *b, size_t first, size_t last, size_t column,
                      size_t width) {
    (void)p, (void)b, (void)first, (void)last, (void)column, (void)width;
}
#endif

// MARK: Other processors

#define NARROW_ROWS 6

/// One vector's columns of a panel.
CK_INLINE void narrow_tile(const int m, const ck_panel_product *p, const float *b, size_t row, size_t column,
                           size_t width) {
    CK_CONTRACT
    const float *a = p->a + row * p->lda;
    lanes sums[NARROW_ROWS];
    for (int i = 0; i < m; i++) sums[i] = (lanes){0};
    for (size_t q = 0; q < p->k; q++) {
        lanes part = *(const lanes *)(b + q * PANEL);
        for (int i = 0; i < m; i++) sums[i] += a[(size_t)i * p->lda + q] * part;
    }
    for (int i = 0; i < m; i++) {
        float values[LANES];
        memcpy(values, &sums[i], sizeof values);
        store_row(values, p->bias ? p->bias + column : NULL,
                  p->out + (row + (size_t)i) * p->ldo + column, width, p->added);
    }
}

CK_DISPATCH static void narrow_rows(const ck_panel_product *p, const float *b, size_t first, size_t last,
                                    size_t column, size_t width) {
    for (size_t half = 0; half < width; half += LANES) {
        size_t count = width - half < LANES ? width - half : LANES;
        for (size_t row = first; row < last; row += NARROW_ROWS) {
            switch (last - row) {
                case 1: narrow_tile(1, p, b + half, row, column + half, count); break;
                case 2: narrow_tile(2, p, b + half, row, column + half, count); break;
                case 3: narrow_tile(3, p, b + half, row, column + half, count); break;
                case 4: narrow_tile(4, p, b + half, row, column + half, count); break;
                case 5: narrow_tile(5, p, b + half, row, column + half, count); break;
                default: narrow_tile(6, p, b + half, row, column + half, count); break;
            }
        }
    }
}

void ck_panel_products(const ck_panel_product *p, size_t first_panel, size_t last_panel, size_t first_row,
                     size_t last_row, int narrow) {
    int wide = !narrow && is_wide();
    for (size_t panel = first_panel; panel < last_panel; panel++) {
        size_t column = panel * PANEL, width = p->n - column < PANEL ? p->n - column : PANEL;
        const float *b = p->packed + panel * p->k * PANEL;
        (wide ? wide_rows : narrow_rows)(p, b, first_row, last_row, column, width);
    }
}

// MARK: Who uses them

static _Thread_local void *products;

void ck_set_panel_products(void *owner) { products = owner; }
void *ck_get_panel_products(void) { return products; }
