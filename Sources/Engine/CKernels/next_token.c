// What decoding does with scores and weights besides products: the most likely token with the normaliser of
// its probability, and weights rounded to int8.
#include "rows.h"
#include "vector.h"

enum { block_count = 2048 };  // scores that stay in the first-level cache for the second look

CK_DISPATCH static float largest(const float *x, size_t count) {
    CK_LANES
    float maximum = -INFINITY;
    for (size_t j = 0; j < count; j++) maximum = x[j] > maximum ? x[j] : maximum;
    return maximum;
}

CK_DISPATCH static float exponentials(const float *x, size_t count, float maximum) {
    CK_LANES
    float total = 0;
    for (size_t j = 0; j < count; j++) total += ck_exp_below(x[j] - maximum);
    return total;
}

size_t ck_most_likely(const float *scores, size_t v, float *log_sum) {
    size_t best_block = 0;
    float maximum = -INFINITY;
    double total = 0;
    for (size_t first = 0; first < v; first += block_count) {
        size_t count = v - first < block_count ? v - first : block_count;
        float found = largest(scores + first, count);
        if (found > maximum) {
            total *= exp((double)maximum - (double)found);
            maximum = found;
            best_block = first;
        }
        if (maximum > -INFINITY) total += (double)exponentials(scores + first, count, maximum);
    }
    *log_sum = maximum + (float)log(total);
    size_t index = best_block;
    while (index + 1 < v && scores[index] != maximum) index++;
    return index < v && scores[index] == maximum ? index : 0;
}

CK_DISPATCH static float largest_magnitude(int type, const void *x, size_t count) {
    CK_LANES
    float maximum = 0;
    for (size_t j = 0; j < count; j++) {
        float value = ck_load(type, x, j);
        value = value < 0 ? -value : value;
        maximum = value > maximum ? value : maximum;
    }
    return maximum;
}

void ck_quantize_rows(int type, const void *w, size_t ldw, size_t k, int8_t *q, float *scales, size_t begin,
                      size_t end) {
    for (size_t n = begin; n < end; n++) {
        const void *row = ck_row(type, w, n * ldw);
        float scale = largest_magnitude(type, row, k) / 127.0f;
        scales[n] = scale;
        float inverse = scale > 0 ? 1.0f / scale : 0;
        for (size_t i = 0; i < k; i++) {
            // Rounded by the float's own bits, as in ck_exp_reduced.
            float shifted = ck_load(type, row, i) * inverse + 12582912.0f;
            q[n * k + i] = (int8_t)(shifted - 12582912.0f);
        }
    }
}
