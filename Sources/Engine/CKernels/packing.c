// The right operand of a product in bfloat16 laid out as oneDNN's kernels read it (tag BA16a64b2a): blocks of
// 64 columns, in them blocks of 16 rows of pairs along the summed index. oneDNN would do the same in every
// product, more slowly.
#include "ckernels.h"

#define BLOCK 64  // columns
#define PAIRS 16  // rows of pairs

#if defined(__x86_64__)
#include "squares.h"

#define TARGET __attribute__((target("arch=x86-64-v4")))

/// Pairs of a transposed operand: row j of `b` holds the pairs of column j.
TARGET static void pack_transposed(const ck_packing *p, size_t count, size_t column, size_t first,
                                   uint32_t *out) {
    size_t left = count - first;
    __mmask16 mask = (__mmask16)(left < PAIRS ? (1u << left) - 1 : 0xFFFF);
    for (size_t j = 0; j < BLOCK; j += 16) {
        __m512i square[16];
        for (size_t i = 0; i < 16; i++) {
            const char *row = (const char *)p->b + 2 * ((column + j + i) * p->ldb) + 4 * first;
            square[i] = _mm512_maskz_loadu_epi32(mask, row);
        }
        ck_transpose_square(square);
        for (size_t i = 0; i < PAIRS; i++) _mm512_storeu_si512(out + i * BLOCK + j, square[i]);
    }
}

/// Pairs from two rows.
TARGET static void pack_rows(const ck_packing *p, size_t count, size_t column, size_t first, uint32_t *out) {
    for (size_t i = 0; i < PAIRS; i++, out += BLOCK) {
        const char *low = (const char *)p->b + 4 * (first + i) * p->ldb + 2 * column;
        for (size_t j = 0; j < BLOCK; j += 16) {
            __m512i pairs = _mm512_setzero_si512();
            if (first + i < count) {
                __m256i even = _mm256_loadu_si256((const __m256i *)(low + 2 * j));
                __m256i odd = _mm256_loadu_si256((const __m256i *)(low + 2 * p->ldb + 2 * j));
                pairs = _mm512_or_si512(_mm512_cvtepu16_epi32(even),
                                        _mm512_slli_epi32(_mm512_cvtepu16_epi32(odd), 16));
            }
            _mm512_storeu_si512(out + j, pairs);
        }
    }
}

int ck_packs(void) { return ck_has_bfloat16_products(); }

void ck_pack(const ck_packing *p, size_t first, size_t last) {
    size_t count = p->k / 2, blocks = (count + PAIRS - 1) / PAIRS;
    for (size_t n = first; n < last; n++) {
        for (size_t k = 0; k < blocks; k++) {
            uint32_t *out = p->out + (n * blocks + k) * PAIRS * BLOCK;
            (p->transposed ? pack_transposed : pack_rows)(p, count, n * BLOCK, k * PAIRS, out);
        }
    }
}

#else

int ck_packs(void) { return 0; }

void ck_pack(const ck_packing *p, size_t first, size_t last) { (void)p, (void)first, (void)last; }

#endif
