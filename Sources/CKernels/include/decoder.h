// Vector loops of decoder-only transformers: norms on the residual stream, rotary positions, gated feed-forward,
// attention over cached keys and the loss over a vocabulary. Conventions are those of ckernels.h.
#pragma once
#include "ckernels.h"

// MARK: Norms on the residual stream (stream_norms.c)

/// sum = dropout(x) + residual; y = sum · rstd · gamma with rstd = 1/√(mean(sum²) + epsilon), rows begin..<end of
/// width c. `residual` may be NULL; `sum` may be x.
void ck_rms_norm_forward(const float *x, const float *residual, const float *gamma, float *sum, float *y,
                         float *rstd, const uint64_t *keys, ck_dropout dropout, float epsilon, size_t c,
                         size_t begin, size_t end);
/// dsum = gradient of the sum through the norm, added when accumulate ≠ 0; dx = dropout(dsum) (may be NULL); adds
/// into dgamma.
void ck_rms_norm_backward(const float *dy, const float *sum, const float *gamma, const float *rstd, float *dsum,
                          int accumulate, float *dx, float *dgamma, const uint64_t *keys, ck_dropout dropout,
                          size_t c, size_t begin, size_t end);
/// The same for layer norm; adds into dgamma and dbeta.
void ck_stream_layer_norm_backward(const float *dy, const float *sum, const float *gamma, const float *mean,
                                   const float *rstd, float *dsum, int accumulate, float *dx, float *dgamma,
                                   float *dbeta, const uint64_t *keys, ck_dropout dropout, size_t c, size_t begin,
                                   size_t end);

// MARK: Rotary positions and gated feed-forward (rotary.c)

/// Rotates the pairs (i, i + d/2) of each head by the angle of its row's position, rows begin..<end, in place.
/// `cosines` and `sines` are [positions, d/2]; `direction` is 1, or −1 for the transposed rotation.
void ck_rotate_heads(float *x, size_t ldx, size_t heads, size_t d, const int32_t *positions, const float *cosines,
                     const float *sines, float direction, size_t begin, size_t end);
/// y[t, j] = silu(gate[t, j]) · up[t, j], where a row of gate_up [T, 2·width] holds gate, then up.
void ck_swiglu_forward(const float *gate_up, float *y, size_t width, size_t begin, size_t end);
/// Gradients of gate and up; dgate_up may be gate_up.
void ck_swiglu_backward(const float *gate_up, const float *dy, float *dgate_up, size_t width, size_t begin,
                        size_t end);

// MARK: Attention over cached keys (cached_attention.c)

/// Attention of one row of `group` query heads that share a key/value head over `count` cached rows, those that
/// `rows` lists. `k` and `v` point at the head's first element of row 0. `scratch` holds group · count floats.
void ck_cached_attention(const float *q, const float *k, size_t ldk, const float *v, size_t ldv,
                         const int32_t *rows, size_t count, float *out, size_t group, size_t d, float scale,
                         float *scratch);

// MARK: Loss over a vocabulary (vocabulary.c)

/// Cross-entropy with label smoothing of the rows begin..<end of logits [N, v]: losses[i], and correct[i] = whether
/// the first largest logit is the target's. With gradient ≠ 0 the logits are overwritten by the gradient of
/// Σ losses · scale.
void ck_token_cross_entropy(float *logits, const int32_t *targets, size_t v, float smoothing, float scale,
                            int gradient, double *losses, uint8_t *correct, size_t begin, size_t end);
