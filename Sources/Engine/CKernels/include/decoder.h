// Vector loops of decoders: norms on the residual stream, rotary positions, gated feed-forward, attention
// over cached keys and the loss over a vocabulary. Conventions are those of ckernels.h.
#pragma once
#include "ckernels.h"

// MARK: Norms on the residual stream (stream_norms.c)

/// sum = dropout(x) + residual; y = sum · rstd · gamma with rstd = 1/√(mean(sum²) + epsilon), rows
/// begin..<end. `residual` may be NULL; `sum` may be x; mean and beta of the norm are not used.
void ck_rms_norm_forward(int type, const ck_layer_norm *norm, const void *x, const void *residual, void *sum,
                         void *y, size_t begin, size_t end);
/// dsum = gradient of the sum through the norm, added when accumulate ≠ 0; dx = dropout(dsum) (may be NULL);
/// adds into dgamma.
void ck_rms_norm_backward(int type, const ck_layer_norm *norm, const void *dy, const void *sum, void *dsum,
                          int accumulate, void *dx, float *dgamma, size_t begin, size_t end);

// MARK: Rotary positions and gated feed-forward (rotary.c)

/// Rotates the pairs (i, i + d/2) of each head by the angle of its row's position, rows begin..<end, in
/// place. `cosines` and `sines` are [positions, d/2]; `direction` is 1, or −1 for the transposed rotation.
void ck_rotate_heads(int type, void *x, size_t ldx, size_t heads, size_t d, const int32_t *positions,
                     const float *cosines, const float *sines, float direction, size_t begin, size_t end);
/// y[t, j] = silu(gate[t, j]) · up[t, j], where a row of gate_up [T, 2·width] holds gate, then up.
void ck_swiglu_forward(int type, const void *gate_up, void *y, size_t width, size_t begin, size_t end);
/// Gradients of gate and up; dgate_up may be gate_up.
void ck_swiglu_backward(int type, const void *gate_up, const void *dy, void *dgate_up, size_t width,
                        size_t begin, size_t end);

// MARK: Other gated linear units (gated.c)

/// y[t, j] = f(wide[t, j]) · wide[t, width + j] with the activation `kind`, which is not CK_SILU, for rows
/// begin..<end.
void ck_gated_forward(int kind, int type, const void *wide, void *y, size_t width, size_t begin, size_t end);
/// The gradient of wide; dwide may be wide.
void ck_gated_backward(int kind, int type, const void *wide, const void *dy, void *dwide, size_t width,
                       size_t begin, size_t end);

// MARK: Attention over cached keys (cached_attention.c)

/// Attention of one row of `group` query heads that share a key/value head over `count` cached rows, those
/// that `rows` lists. `k` and `v` point at the head's first element of row 0; bias[head · ld_bias + j],
/// unless NULL, is added to the score of the j-th of these rows. `scratch` holds group · count floats.
void ck_cached_attention(int type, const void *q, const void *k, size_t ldk, const void *v, size_t ldv,
                         const int32_t *rows, size_t count, void *out, size_t group, size_t d, float scale,
                         const float *bias, size_t ld_bias, float *scratch);

// MARK: Loss over a vocabulary (vocabulary.c)

/// Cross-entropy with label smoothing of the rows begin..<end of logits [N, v]: losses[i], and correct[i] =
/// whether the first largest logit is the target's. `gradient` [N, v] of `type`, which may be NULL or logits,
/// becomes the gradient of Σ losses · scale.
void ck_token_cross_entropy(const float *logits, const int32_t *targets, size_t v, float smoothing,
                            float scale, int type, void *gradient, double *losses, uint8_t *correct,
                            size_t begin, size_t end);
