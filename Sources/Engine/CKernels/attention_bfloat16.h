// Attention on instructions that multiply bfloat16; see attention_bfloat16.c.
#pragma once
#include "ckernels.h"

/// Whether these functions can do `a`: bfloat16 rows, heads of whole register tiles, a processor with
/// AVX512-BF16.
int ck_multiplies_bfloat16(const ck_attention *a);
void ck_forward_by_bfloat16_products(const ck_attention *a, size_t kv_head, void *scratch);
void ck_backward_by_bfloat16_products(const ck_attention *a, size_t kv_head, void *scratch);
