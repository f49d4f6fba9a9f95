// Vector loops of reductions over ranks: sums of arenas, bfloat16 blocks, rows that are zero.
#pragma once
#include <stddef.h>
#include <stdint.h>

/// Sums elements begin..<end of `count` arenas in their order, so that every rank that does it gets the same
/// bits. The sum goes to all arenas when `target` < 0, else to arenas[target] alone. Returns the sum of the
/// squares of the sums, in double precision; the order of its additions depends on end − begin alone.
double ck_sum_arenas(float *const *arenas, size_t count, int target, size_t begin, size_t end);
enum {
    CK_TREE_PUSH = 0,       // + 2 · i: source i goes onto the stack of partial sums
    CK_TREE_ADD = 1,        // + 2 · i: source i is added to the top of the stack
    CK_TREE_MERGE = -1,     // the top is added to what lies below it
    CK_TREE_DEPTH = 24,     // most partial sums on the stack
    CK_SQUARE_BINS = 8,     // of an exact sum of squares
};
/// Sums elements begin..<end of several sources in the order that `program`, of `length` steps, says. The sum
/// goes to the same elements of all `targets`, which may be sources.
void ck_sum_tree(float *const *sources, const int *program, size_t length, float *const *targets,
                 size_t target_count, size_t begin, size_t end);
/// Adds the squares of x, whose count is a multiple of 16, to `bins`, double precision. Squares of a line
/// of 16 elements are added two by two; all other additions are exact, so that the bins of several ranges
/// may be added in any order: they do not depend on how the lines were divided. Bin i holds multiples of
/// 2^(36 − 24 · i); of a norm below 2^30 the bins are exact for 2^32 elements.
void ck_add_exact_squares(const float *x, size_t count, double bins[CK_SQUARE_BINS]);
/// Sums `blocks` blocks of `count` elements, which lie one after the other in x, in their order and in
/// float32. Block `own` is taken from `sum` instead, unrounded. The sum goes to `sum`.
void ck_sum_bfloat16_blocks(const uint16_t *x, size_t blocks, size_t own, float *sum, size_t count);
/// flags[i] = 1 where row i of width c has an element other than zero, NaN included, else 0.
void ck_flag_nonzero_rows(const float *x, size_t rows, size_t c, uint8_t *flags);
