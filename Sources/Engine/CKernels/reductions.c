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

/// The same steps for a block that lies in cache.
CK_INLINE void run_program(float *const *sources, const int *program, size_t length, size_t start,
                           float (*stack)[BLOCK], size_t width) {
    int top = -1;
    for (size_t step = 0; step < length; step++) {
        const int code = program[step];
        if (code == CK_TREE_MERGE) {
            add_to(stack[top], stack[top - 1], width);
            top--;
        } else if (code % 2 == CK_TREE_ADD) {
            add_to(sources[code / 2] + start, stack[top], width);
        } else {
            memcpy(stack[++top], sources[code / 2] + start, width * sizeof(float));
        }
    }
}

CK_DISPATCH void ck_sum_tree(float *const *sources, const int *program, size_t length, float *const *targets,
                             size_t target_count, size_t begin, size_t end) {
    float stack[CK_TREE_DEPTH][BLOCK];
    for (size_t start = begin; start < end; start += BLOCK) {
        size_t width = end - start < BLOCK ? end - start : BLOCK;
        run_program(sources, program, length, start, stack, width);
        for (size_t t = 0; t < target_count; t++) memcpy(targets[t] + start, stack[0], width * sizeof(float));
    }
}

// Adding 1.5 · 2^52 quanta and taking them away rounds to a multiple of the quantum, and what is left over is
// exact: it goes to the next bin. No compiler may take the two for nothing, and none does without fast-math.
CK_DISPATCH void ck_add_exact_squares(const float *x, size_t count, double bins[CK_SQUARE_BINS]) {
    enum { LANES = 8 };
    double sums[CK_SQUARE_BINS][LANES] = {{0}};
    for (size_t line = 0; line < count; line += 2 * LANES) {
        double rest[LANES];
        for (int i = 0; i < LANES; i++) {
            double a = x[line + i], b = x[line + LANES + i];
            double first = a * a, second = b * b;
            rest[i] = first + second;
        }
        double magic = 0x1.8p88;  // 1.5 · 2^52 · 2^36
        for (int bin = 0; bin < CK_SQUARE_BINS; bin++) {
            for (int i = 0; i < LANES; i++) {
                double part = (rest[i] + magic) - magic;
                sums[bin][i] += part;
                rest[i] -= part;
            }
            magic *= 0x1p-24;
        }
    }
    for (int bin = 0; bin < CK_SQUARE_BINS; bin++)
        for (int i = 0; i < LANES; i++) bins[bin] += sums[bin][i];
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
