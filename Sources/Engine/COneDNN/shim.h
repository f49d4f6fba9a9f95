// oneDNN's matmul behind one call that is the same for the 2.x and 3.x C API.
#pragma once
#include <dnnl.h>
#include <stdint.h>
#include <string.h>

/// C[m × n] (+)= (op(A) · op(B) (+ bias)) · scale, row-major; op transposes when ta / tb is set. `ld…` in
/// elements.
typedef struct {
    int64_t m, n, k;
    const void *a;
    int64_t lda;
    int ta;
    const void *b;
    int64_t ldb;
    int tb;
    int packed;  // b, bfloat16, is laid out in blocks: BA16a64b2a
    const float *bias;  // [n] or NULL
    float scale;  // of the product, bias included, before anything is added; 1 where accumulate is set
    void *c;
    int64_t ldc;
    int accumulate;
    const void *factor;  // [m × n] of output_type that the result is multiplied by, or NULL
    int64_t ldf;
    dnnl_data_type_t type, output_type;
} onednn_matmul;

typedef struct {
    dnnl_engine_t engine;
    dnnl_stream_t stream;
} onednn_context;

static inline int onednn_context_create(onednn_context *context) {
    dnnl_status_t status = dnnl_engine_create(&context->engine, dnnl_cpu, 0);
    if (status != dnnl_success) return status;
    return dnnl_stream_create(&context->stream, context->engine, dnnl_stream_default_flags);
}

static inline void onednn_context_destroy(onednn_context *context) {
    dnnl_stream_destroy(context->stream);
    dnnl_engine_destroy(context->engine);
}

#if DNNL_VERSION_MAJOR >= 3
typedef dnnl_memory_desc_t onednn_desc;
static inline dnnl_status_t onednn_desc_make(onednn_desc *d, int64_t rows, int64_t columns,
                                             int64_t row_stride, int64_t column_stride,
                                             dnnl_data_type_t type) {
    dnnl_dims_t dims = {rows, columns}, strides = {row_stride, column_stride};
    return dnnl_memory_desc_create_with_strides(d, 2, dims, type, strides);
}
static inline dnnl_status_t onednn_memory(dnnl_memory_t *memory, onednn_desc *d, dnnl_engine_t engine,
                                          const void *data) {
    return dnnl_memory_create(memory, *d, engine, (void *)(uintptr_t)data);
}
static inline dnnl_status_t onednn_desc_pack(onednn_desc *d, int64_t rows, int64_t columns,
                                             dnnl_data_type_t type) {
    dnnl_dims_t dims = {rows, columns};
    return dnnl_memory_desc_create_with_tag(d, 2, dims, type, dnnl_BA16a64b2a);
}
static inline void onednn_desc_free(onednn_desc *d) {
    if (*d) dnnl_memory_desc_destroy(*d);
}
#else
typedef dnnl_memory_desc_t onednn_desc;
static inline dnnl_status_t onednn_desc_make(onednn_desc *d, int64_t rows, int64_t columns,
                                             int64_t row_stride, int64_t column_stride,
                                             dnnl_data_type_t type) {
    dnnl_dims_t dims = {rows, columns}, strides = {row_stride, column_stride};
    return dnnl_memory_desc_init_by_strides(d, 2, dims, type, strides);
}
static inline dnnl_status_t onednn_memory(dnnl_memory_t *memory, onednn_desc *d, dnnl_engine_t engine,
                                          const void *data) {
    return dnnl_memory_create(memory, d, engine, (void *)(uintptr_t)data);
}
static inline dnnl_status_t onednn_desc_pack(onednn_desc *d, int64_t rows, int64_t columns,
                                             dnnl_data_type_t type) {
    dnnl_dims_t dims = {rows, columns};
    return dnnl_memory_desc_init_by_tag(d, 2, dims, type, dnnl_BA16a64b2a);
}
static inline void onednn_desc_free(onednn_desc *d) { (void)d; }
#endif

/// A product that oneDNN has chosen the code for. `is_reference`: it has nothing but its reference code, and
/// `primitive` is NULL unless that was allowed.
typedef struct {
    onednn_desc a, b, bias, c, factor;
    dnnl_primitive_t primitive;
    int is_reference;
} onednn_plan;

static inline void onednn_plan_free(onednn_plan *plan) {
    if (plan->primitive) dnnl_primitive_destroy(plan->primitive);
    onednn_desc_free(&plan->a);
    onednn_desc_free(&plan->b);
    onednn_desc_free(&plan->bias);
    onednn_desc_free(&plan->c);
    onednn_desc_free(&plan->factor);
}

/// Whether the code behind `description` is the library's reference: `ref:any`, `gemm:ref` and the like.
static inline dnnl_status_t onednn_is_reference(const_dnnl_primitive_desc_t description, int *is_reference) {
    const char *name = NULL;
    dnnl_status_t status = dnnl_primitive_desc_query(description, dnnl_query_impl_info_str, 0, &name);
    if (status == dnnl_success) *is_reference = strstr(name, "ref") != NULL;
    return status;
}

static inline dnnl_status_t onednn_plan_primitive(onednn_plan *plan, dnnl_engine_t engine,
                                                  const onednn_matmul *p, int allows_reference) {
    dnnl_primitive_attr_t attributes = NULL;
    dnnl_primitive_desc_t description = NULL;
    dnnl_status_t status = dnnl_primitive_attr_create(&attributes);
    if (status == dnnl_success && (p->accumulate || p->factor || p->scale != 1)) {
        dnnl_post_ops_t operations = NULL;
        status = dnnl_post_ops_create(&operations);
#if DNNL_VERSION_MAJOR >= 3
        if (status == dnnl_success && p->scale != 1)
            status = dnnl_post_ops_append_eltwise(operations, dnnl_eltwise_linear, p->scale, 0);
        if (status == dnnl_success && p->accumulate)
            status = dnnl_post_ops_append_sum(operations, 1.0f, 0, dnnl_data_type_undef);
        if (status == dnnl_success && p->factor)
            status = dnnl_post_ops_append_binary(operations, dnnl_binary_mul, plan->factor);
#else
        if (status == dnnl_success && p->scale != 1)
            status = dnnl_post_ops_append_eltwise(operations, 1.0f, dnnl_eltwise_linear, p->scale, 0);
        if (status == dnnl_success && p->accumulate) status = dnnl_post_ops_append_sum(operations, 1.0f);
        if (status == dnnl_success && p->factor)
            status = dnnl_post_ops_append_binary(operations, dnnl_binary_mul, &plan->factor);
#endif
        if (status == dnnl_success) status = dnnl_primitive_attr_set_post_ops(attributes, operations);
        if (operations) dnnl_post_ops_destroy(operations);
    }
#if DNNL_VERSION_MAJOR >= 3
    if (status == dnnl_success)
        status = dnnl_matmul_primitive_desc_create(&description, engine, plan->a, plan->b,
                                                   p->bias ? plan->bias : NULL, plan->c, attributes);
#else
    dnnl_matmul_desc_t operation;
    if (status == dnnl_success)
        status =
            dnnl_matmul_desc_init(&operation, &plan->a, &plan->b, p->bias ? &plan->bias : NULL, &plan->c);
    if (status == dnnl_success)
        status = dnnl_primitive_desc_create(&description, &operation, attributes, engine, NULL);
#endif
    if (status == dnnl_success) status = onednn_is_reference(description, &plan->is_reference);
    // Reference code is written to be read: it takes a hundred times as long, and the caller has other forms
    // to ask for.
    if (status == dnnl_success && (allows_reference || !plan->is_reference))
        status = dnnl_primitive_create(&plan->primitive, description);
    if (description) dnnl_primitive_desc_destroy(description);
    if (attributes) dnnl_primitive_attr_destroy(attributes);
    return status;
}

/// Chooses the code for a product, whose pointers are not read; the caller frees the plan, whatever is
/// returned. The primitive comes from oneDNN's cache after its first use. `dnnl_unimplemented`: the library
/// cannot compute this.
static inline int onednn_plan_make(const onednn_context *context, const onednn_matmul *p,
                                   int allows_reference, onednn_plan *plan) {
    memset(plan, 0, sizeof *plan);
    dnnl_status_t s = onednn_desc_make(&plan->a, p->m, p->k, p->ta ? 1 : p->lda, p->ta ? p->lda : 1, p->type);
    if (s == dnnl_success)
        s = p->packed
                ? onednn_desc_pack(&plan->b, p->k, p->n, p->type)
                : onednn_desc_make(&plan->b, p->k, p->n, p->tb ? 1 : p->ldb, p->tb ? p->ldb : 1, p->type);
    if (s == dnnl_success) s = onednn_desc_make(&plan->c, p->m, p->n, p->ldc, 1, p->output_type);
    if (s == dnnl_success && p->bias) s = onednn_desc_make(&plan->bias, 1, p->n, p->n, 1, dnnl_f32);
    if (s == dnnl_success && p->factor)
        s = onednn_desc_make(&plan->factor, p->m, p->n, p->ldf, 1, p->output_type);
    if (s == dnnl_success) s = onednn_plan_primitive(plan, context->engine, p, allows_reference);
    return s;
}

/// Runs a product by the plan that was made for it and waits for it.
static inline int onednn_plan_run(const onednn_context *context, onednn_plan *plan, const onednn_matmul *p) {
    dnnl_memory_t a = NULL, b = NULL, c = NULL, bias = NULL, factor = NULL;
    dnnl_engine_t engine = context->engine;
    dnnl_status_t s = onednn_memory(&a, &plan->a, engine, p->a);
    if (s == dnnl_success) s = onednn_memory(&b, &plan->b, engine, p->b);
    if (s == dnnl_success) s = onednn_memory(&c, &plan->c, engine, p->c);
    if (s == dnnl_success && p->bias) s = onednn_memory(&bias, &plan->bias, engine, p->bias);
    if (s == dnnl_success && p->factor) s = onednn_memory(&factor, &plan->factor, engine, p->factor);
    if (s == dnnl_success) {
        dnnl_exec_arg_t arguments[5] = {{DNNL_ARG_SRC, a}, {DNNL_ARG_WEIGHTS, b}, {DNNL_ARG_DST, c}};
        int count = 3;
        if (p->bias) arguments[count++] = (dnnl_exec_arg_t){DNNL_ARG_BIAS, bias};
        if (p->factor)
            arguments[count++] = (dnnl_exec_arg_t){
                DNNL_ARG_ATTR_MULTIPLE_POST_OP((p->accumulate ? 1 : 0) + (p->scale != 1)) | DNNL_ARG_SRC_1,
                factor};
        s = dnnl_primitive_execute(plan->primitive, context->stream, count, arguments);
    }
    if (s == dnnl_success) s = dnnl_stream_wait(context->stream);
    if (a) dnnl_memory_destroy(a);
    if (b) dnnl_memory_destroy(b);
    if (c) dnnl_memory_destroy(c);
    if (bias) dnnl_memory_destroy(bias);
    if (factor) dnnl_memory_destroy(factor);
    return s;
}
