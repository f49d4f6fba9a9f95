// Vector loops with run-time dispatch, and the pool of threads.
//
// All matrices are row-major float32 unless said otherwise; `ld…` is the distance between rows in elements.
// Functions that take `begin, end` work on that range only, so that the caller can split work over threads.
#pragma once
#include <stddef.h>
#include <stdint.h>

/// Formats of activations: `void *` arguments hold elements of the `type` beside them.
enum { CK_FLOAT32 = 0, CK_BFLOAT16 = 1 };

// MARK: Conversions (conversions.c)

/// y = x in the format of y; to bfloat16 rounded to nearest, ties to even.
void ck_convert(int x_type, const void *x, int y_type, void *y, size_t count);

/// Whether this processor multiplies bfloat16 in hardware.
int ck_has_bfloat16_products(void);

/// Multiplications of bfloat16 by vector instructions in the time of one of float32, measured for 0.2 ms: 2,
/// or 0.5 where such instructions are slow, and 0 where there are none.
float ck_bfloat16_rate(void);

/// y[i] = (x[i] (+ y[i])) · factor[i], rounded; `factor` may be NULL.
void ck_narrow_sum(const float *x, int add, const uint16_t *factor, uint16_t *y, size_t count);

/// bfloat16 B[k × n], or its transpose, and where it goes in the layout of oneDNN's kernels: n a multiple of
/// 64, k even.
typedef struct {
    const void *b;
    size_t ldb;
    int transposed;
    size_t k, n;
    uint32_t *out;  // pairs: n times k / 2 rounded up to 16
} ck_packing;

/// Whether this processor's products read that layout.
int ck_packs(void);
/// Packs the blocks of 64 columns from first to last.
void ck_pack(const ck_packing *p, size_t first, size_t last);

// MARK: Products of independent rows with a packed matrix (panel_products.c)

/// Columns of a panel of the packed right operand.
enum { CK_PANEL = 32 };
/// Vectors that a product is computed by: those of the compiler's choice, or of so many bits.
enum { CK_VECTORS_PLAIN = 0, CK_VECTORS_256 = 1, CK_VECTORS_512 = 2 };

/// out[m × n] (+)= a[m × k] · b[k × n] + bias: b packed in panels, bias NULL or n numbers.
typedef struct {
    const float *a, *packed, *bias;
    float *out;
    size_t lda, ldo, n, k;
    int added;
} ck_panel_product;

/// Packs panels from first to last of b[k × n], given as [n × k] if `transposed`: k rows of
/// 16 columns, then k rows of the next 16.
void ck_pack_panels(const float *b, size_t ldb, int transposed, size_t n, size_t k, size_t first,
                        size_t last, float *packed);
/// Computes some rows of some panels by the widest vectors that the processor has, but none beyond `most`.
/// No bit depends on which others are computed with them.
void ck_panel_products(const ck_panel_product *p, size_t first_panel, size_t last_panel, size_t first_row,
                       size_t last_row, int most);
/// Whose packed operands the calling thread's products use; NULL for none.
void ck_set_panel_products(void *owner);
void *ck_get_panel_products(void);

// MARK: Thread pool (pool.c)

/// Runs `body(part, parts, context)` once for each of `parts` on the threads that oneDNN uses too. Inside
/// such a body it runs all parts on the calling thread.
void ck_parallel(int parts, void (*body)(int part, int parts, void *context), void *context);
/// Sets the number of threads: of oneDNN's parallel regions, and what `ck_threads` tells those who cut work.
void ck_set_threads(int threads);
/// The number that `ck_set_threads` set; 1 before.
int ck_threads(void);
/// Says for the calling thread that what it computes may not depend on the number of threads, and asks.
void ck_set_reproducible(int flag);
int ck_is_reproducible(void);
/// Says that oneDNN runs on the calling thread alone until this is taken back.
void ck_set_alone(int flag);
/// Regions with several threads so far, oneDNN's included.
uint64_t ck_region_count(void);
/// Whether shared libraries such as oneDNN find OpenMP's functions in this program, and so run on these
/// threads.
int ck_serves_openmp(void);
/// Cores that this process may run on (its affinity), and cores of the machine that are online.
int ck_usable_cores(void);
int ck_machine_cores(void);

// MARK: Activations (activations.c)

enum {
    CK_GELU_ERF = 0,
    CK_GELU_TANH = 1,
    CK_RELU = 2,
    CK_SILU = 3,
    CK_TANH = 4,
    CK_QUICK_GELU = 5,
    CK_SIGMOID = 6
};
/// y = f(x); y may be x.
void ck_activation_forward(int kind, int type, const void *x, void *y, size_t count);
/// y = f(x), and x becomes f'(x).
void ck_activation_forward_with_slope(int kind, int type, void *x, void *y, size_t count);

// MARK: Norms (norms.c)

/// What a dropout needs: `threshold` = p · 2^32, `scale` = 1 / (1 − p); threshold 0 means no dropout.
typedef struct {
    uint64_t site;       // key of seed, step and layer
    uint32_t threshold;
    float scale;
} ck_dropout;

/// A layer norm over rows of width c. `keys[t]` is the key of row t; `mean` and `rstd` are written by the
/// forward and read by the backward pass.
typedef struct {
    const float *gamma, *beta;
    float *mean, *rstd;
    const uint64_t *keys;
    ck_dropout dropout;
    float epsilon;
    size_t c;
} ck_layer_norm;
/// sum = dropout(x) + residual; y = (sum − mean) · rstd · gamma + beta, rows begin..<end. `residual` and beta
/// may be NULL; `sum` may be x.
void ck_layer_norm_forward(int type, const ck_layer_norm *norm, const void *x, const void *residual,
                           void *sum, void *y, size_t begin, size_t end);
/// dsum = gradient of the sum through the norm, added when accumulate ≠ 0, else dsum may be dy; dx =
/// dropout(dsum) (may be NULL when nothing needs it); adds into dgamma and dbeta.
void ck_layer_norm_backward(int type, const ck_layer_norm *norm, const void *dy, const void *sum, void *dsum,
                            int accumulate, void *dx, float *dgamma, float *dbeta, size_t begin, size_t end);

// MARK: Element-wise (elementwise.c)

/// y = dropout(x) for rows begin..<end of width c; y may be x. Its own backward: dx = dropout(dy).
void ck_dropout_rows(int type, const void *x, void *y, const uint64_t *keys, ck_dropout dropout, size_t c,
                     size_t begin, size_t end);
/// y += dropout(x) for rows begin..<end of width c, y of `type`.
void ck_add_dropped_rows(int type, const float *x, void *y, const uint64_t *keys, ck_dropout dropout,
                         size_t c, size_t begin, size_t end);
/// y += x
void ck_add(const float *x, float *y, size_t count);
/// y *= x, element by element
void ck_multiply(int type, const void *x, void *y, size_t count);
/// x *= factor
void ck_scale(float *x, float factor, size_t count);
/// The same of bfloat16.
void ck_scale_bfloat16(uint16_t *x, float factor, size_t count);
/// x *= factors[0], then x *= factors[1], …, each product rounded.
void ck_scale_by_each(float *x, const float *factors, size_t factor_count, size_t count);
/// out[j] += sum over rows of x[i, j], for columns begin..<end
void ck_add_column_sums(int type, const void *x, size_t rows, size_t ldx, float *out, size_t begin,
                        size_t end);
/// Sum of squares in double precision; the order of additions depends on count only.
double ck_sum_of_squares(const float *x, size_t count);
/// A table of vectors and the rows that are looked up in it.
typedef struct {
    const void *rows;
    const int32_t *ids;
} ck_table;
/// out[t, :] = sum over up to three tables of rows[ids[t], :] (added when accumulate ≠ 0) for t in
/// begin..<end; the sum is rounded once
void ck_gather_rows(int table_type, int type, const ck_table *tables, int count, void *out, size_t c,
                    int accumulate, size_t begin, size_t end);
/// table[ids[t], j] += dy[t, j] for all t and the columns begin..<end
void ck_scatter_add_rows(int type, int table_type, const void *dy, const int32_t *ids, size_t rows,
                         void *table, size_t c, size_t begin, size_t end);

// MARK: Attention (attention.c)

#define CK_NO_WINDOW SIZE_MAX

/// Padding-free multi-head attention of `queries` rows over `length` keys of one sequence. q, k, v, out and
/// their gradients hold elements of `type`; everything between is float.
typedef struct {
    int type;
    const void *q, *k, *v;       // first row of the sequence, first head
    size_t ldq, ldk, ldv;
    void *out;                   // forward: written; backward: read
    size_t ldo;
    float *lse;                  // [queries, heads]: log of the sum of exponentials a row
    size_t queries, length;      // causal: queries ≤ length
    size_t heads, kv_heads, head_size;
    float scale;
    int causal;
    // a query sees the keys up to this far before and behind it; CK_NO_WINDOW: all
    size_t window;
    // with a window: where each query row stands among the keys, ascending; NULL: the last
    const int32_t *positions;
                                 // of them, one behind the other
    // added to the scores: bias[head · ld_bias + j − i] for key j and a query that stands at i; NULL: none
    const float *bias;
    size_t ld_bias;
    const uint64_t *keys;        // key of each query row of the sequence
    ck_dropout dropout;
    // backward only
    const void *dout;
    size_t lddo;
    void *dq, *dk, *dv;          // written
    size_t lddq, lddk, lddv;
    float *dbias;                // added to, as bias; NULL: no gradient
} ck_attention;

/// Bytes of scratch memory that one task needs for sequences of up to `length` tokens.
size_t ck_attention_scratch_bytes(size_t length, size_t head_size);
/// The query heads that share key/value head `kv_head`; scratch is aligned to 64 bytes.
void ck_attention_forward(const ck_attention *a, size_t kv_head, void *scratch);
void ck_attention_backward(const ck_attention *a, size_t kv_head, void *scratch);

// MARK: Optimisers (optimizers.c)

typedef struct {
    float learning_rate, beta2, epsilon, weight_decay;
    float one_minus_beta1, one_minus_beta2;         // rounded from the exact difference
    float bias_correction1, bias_correction2_sqrt;  // 1 − beta1^t, sqrt(1 − beta2^t)
    float gradient_scale;                           // from clipping
} ck_adamw_step;
/// One AdamW update of `count` elements, in the order of operations of torch.optim.AdamW; where `copy` is not
/// NULL it becomes the new values in bfloat16.
void ck_adamw(float *value, const float *gradient, float *m, float *v, uint16_t *copy, ck_adamw_step step,
              size_t count);
/// What an update multiplies values by before it adds to them: 1 − learning rate · weight decay.
float ck_adamw_decay(ck_adamw_step step);
typedef struct {
    float learning_rate, momentum, weight_decay, gradient_scale;
    int first;  // the first step sets the buffer instead of decaying it
} ck_sgd_step;
/// One SGD update with momentum in the order of torch.optim.SGD.
void ck_sgd(float *value, const float *gradient, float *buffer, ck_sgd_step step, size_t count);
