// Sums of several ranks' arenas and bfloat16 blocks, and the search for rows that are zero.
#include "ck_reductions.h"
#include "vector.h"

// Blocks stay in the first-level cache while several arenas are added.
enum { BLOCK = 2048 };

CK_INLINE void add_two(const float *x, const float *y, float *first, float *second, size_t count) {
    CK_IN_PLACE
    for (size_t i = 0; i < count; i++) {
        float sum = x[i] + y[i];
        first[i] = sum;
        second[i] = sum;
    }
}

CK_INLINE void add_to(const float *x, float *sum, size_t count) {
    CK_IN_PLACE
    for (size_t i = 0; i < count; i++) sum[i] += x[i];
}

CK_INLINE double squares(const float *x, size_t count) {
    CK_LANES
    double total = 0;
    for (size_t i = 0; i < count; i++) total += (double)x[i] * (double)x[i];
    return total;
}

CK_DISPATCH double ck_sum_arenas(float *const *arenas, size_t count, int target, size_t begin, size_t end) {
    const size_t first = target < 0 ? 0 : (size_t)target;
    double total = 0;
    for (size_t start = begin; start < end; start += BLOCK) {
        size_t width = end - start < BLOCK ? end - start : BLOCK;
        // Two ranks in one pass over both arenas: by way of a block and two copies it was 1.7% of a run of
        // MiniLM.
        if (count == 2 && target < 0) {
            add_two(arenas[0] + start, arenas[1] + start, arenas[0] + start, arenas[1] + start, width);
        } else if (count == 2) {
            // A sum of two is the same in either order.
            add_to(arenas[1 - target] + start, arenas[target] + start, width);
        } else if (count > 2) {
            float sum[BLOCK];
            memcpy(sum, arenas[0] + start, width * sizeof(float));
            for (size_t a = 1; a < count; a++) add_to(arenas[a] + start, sum, width);
            for (size_t a = 0; a < count; a++)
                if (target < 0 || first == a) memcpy(arenas[a] + start, sum, width * sizeof(float));
        }
        // While the block is in cache: the gradient's norm needs no pass over the arena of its own.
        total += squares(arenas[first] + start, width);
    }
    return total;
}

CK_DISPATCH void ck_sum_bfloat16_blocks(const uint16_t *x, size_t blocks, size_t own, float *result,
                                        size_t count) {
    float sum[BLOCK];
    for (size_t start = 0; start < count; start += BLOCK) {
        size_t width = count - start < BLOCK ? count - start : BLOCK;
        memset(sum, 0, sizeof sum);
        for (size_t b = 0; b < blocks; b++) {
            const uint16_t *block = x + b * count + start;
            if (b == own) {
                add_to(result + start, sum, width);
            } else {
                for (size_t i = 0; i < width; i++) sum[i] += ck_widen(block[i]);
            }
        }
        memcpy(result + start, sum, width * sizeof(float));
    }
}

CK_DISPATCH void ck_flag_nonzero_rows(const float *x, size_t rows, size_t c, uint8_t *flags) {
    for (size_t row = 0; row < rows; row++) {
        const float *values = x + row * c;
        uint32_t any = 0;
        for (size_t start = 0; start < c && any == 0; start += 256) {
            size_t end = c - start < 256 ? c : start + 256;
            for (size_t j = start; j < end; j++) {
                uint32_t bits;
                memcpy(&bits, values + j, 4);
                any |= bits << 1;  // the sign of zero does not matter
            }
        }
        flags[row] = any != 0;
    }
}
