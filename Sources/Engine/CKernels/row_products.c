// Products of a few rows with large weights, as in decoding: bound by memory for one row, by multiplications
// from about eight on. oneDNN sums in an order that depends on the number of rows; here it does not, so that
// what a request is answered does not depend on what else is in its batch.
#include "rows.h"
#include "vector.h"

#define UNROLL _Pragma("clang loop unroll(full)")
#define CK_ROW_BLOCK 64  // rows whose inputs are arranged at a time: they stay in the second-level cache
// How far ahead of a tile of one row weights are asked for, in bytes.
#define SINGLE_AHEAD 1024
#define OUTPUT_BLOCK 24  // outputs whose weights stay in the cache for all rows; a multiple of 3, 4, 6 and 8

/// Memory that is asked for while a tile is computed: from `place` on, `stride` bytes at a time.
typedef struct {
    const char *place;
    size_t stride;
} ck_ahead;

CK_INLINE size_t ck_weight_size(int format) {
    return format == CK_FLOAT32 ? 4 : format == CK_BFLOAT16 ? 2 : 1;
}

/// Floats from row to row of arranged inputs: whole steps of the widest vectors.
CK_INLINE size_t ck_row_product_stride(size_t k) { return (k + 31) / 32 * 32; }

/// Scales a tile's sums, adds bias and what is there, and stores them.
CK_INLINE void finish(const ck_row_product *p, const float *sums, size_t row, int rows, size_t n,
                      int columns) {
    for (int r = 0; r < rows; r++) {
        void *out = ck_row_out(p->out_type, p->out, (row + (size_t)r) * p->ldo);
        for (int c = 0; c < columns; c++) {
            const size_t i = n + (size_t)c;
            float value = sums[r * columns + c] * p->scale;
            if (p->scales) value *= p->scales[i];
            if (p->bias) value += p->bias[i];
            if (p->accumulate) value += ck_load(p->out_type, out, i);
            ck_store(p->out_type, out, i, value);
        }
    }
}

#if defined(__x86_64__)
#define LANES 16
#define TARGET __attribute__((target("arch=x86-64-v4")))
#define TARGET_INLINE static inline __attribute__((always_inline, target("arch=x86-64-v4")))
#define NAME(x) x##_512
#include "row_products.h"
#undef LANES
#undef TARGET
#undef TARGET_INLINE
#undef NAME
#define LANES 8
#define TARGET __attribute__((target("arch=x86-64-v3")))
#define TARGET_INLINE static inline __attribute__((always_inline, target("arch=x86-64-v3")))
#define NAME(x) x##_256
#include "row_products.h"
#undef LANES
#undef TARGET
#undef TARGET_INLINE
#undef NAME
#endif

#define LANES 4
#define TARGET
#define TARGET_INLINE CK_INLINE
#define NAME(x) x##_128
#include "row_products.h"

size_t ck_row_product_scratch(const ck_row_product *p) {
    size_t rows = p->rows < CK_ROW_BLOCK ? p->rows : CK_ROW_BLOCK;
    // 16 more, to begin at a line of the cache.
    return rows * ck_row_product_stride(p->k) + 16;
}

void ck_row_product_run(const ck_row_product *p, float *scratch, size_t begin, size_t end) {
    float *aligned = (float *)(((uintptr_t)scratch + 63) & ~(uintptr_t)63);
#if defined(__x86_64__)
    if (__builtin_cpu_supports("x86-64-v4")) return run_512(p, aligned, begin, end);
    if (__builtin_cpu_supports("x86-64-v3")) return run_256(p, aligned, begin, end);
#endif
    run_128(p, aligned, begin, end);
}
