// Vector loops of reductions over ranks: sums of arenas, bfloat16 blocks, rows that are zero.
#pragma once
#include <stddef.h>
#include <stdint.h>

/// Sums elements begin..<end of `count` arenas in their order, so that every rank that does it gets the same
/// bits. The sum goes to all arenas when `target` < 0, else to arenas[target] alone. Returns the sum of the
/// squares of the sums, in double precision; the order of its additions depends on end − begin alone.
double ck_sum_arenas(float *const *arenas, size_t count, int target, size_t begin, size_t end);
/// Sums `blocks` blocks of `count` elements, which lie one after the other in x, in their order and in
/// float32. Block `own` is taken from `sum` instead, unrounded. The sum goes to `sum`.
void ck_sum_bfloat16_blocks(const uint16_t *x, size_t blocks, size_t own, float *sum, size_t count);
/// flags[i] = 1 where row i of width c has an element other than zero, NaN included, else 0.
void ck_flag_nonzero_rows(const float *x, size_t rows, size_t c, uint8_t *flags);
