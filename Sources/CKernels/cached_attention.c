// Attention of single rows over keys and values that lie scattered in a cache: what token-by-token decoding needs.
#include "decoder.h"
#include "vector.h"

CK_DISPATCH void ck_cached_attention(const float *q, const float *k, size_t ldk, const float *v, size_t ldv,
                                     const int32_t *rows, size_t count, float *out, size_t group, size_t d,
                                     float scale, float *scratch) {
    CK_LANES
    for (size_t j = 0; j < count; j++) {
        const float *key = k + (size_t)rows[j] * ldk;
        for (size_t head = 0; head < group; head++) {
            const float *query = q + head * d;
            float dot = 0;
            for (size_t p = 0; p < d; p++) dot += query[p] * key[p];
            scratch[head * count + j] = dot * scale;
        }
    }
    for (size_t head = 0; head < group; head++) {
        float *s = scratch + head * count;
        float maximum = s[0], total = 0;
        for (size_t j = 1; j < count; j++) maximum = s[j] > maximum ? s[j] : maximum;
        for (size_t j = 0; j < count; j++) {
            s[j] = ck_exp(s[j] - maximum);
            total += s[j];
        }
        float inverse = 1.0f / total;
        for (size_t j = 0; j < count; j++) s[j] *= inverse;
    }
    memset(out, 0, group * d * sizeof(float));
    for (size_t j = 0; j < count; j++) {
        const float *value = v + (size_t)rows[j] * ldv;
        for (size_t head = 0; head < group; head++) {
            float weight = scratch[head * count + j];
            float *target = out + head * d;
            for (size_t p = 0; p < d; p++) target[p] += weight * value[p];
        }
    }
}
