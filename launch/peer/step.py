"""Times optimiser steps of PyTorch and transformers with random weights: the other side of `lockstep bench step`.

Alone or under torchrun (gloo). Prints one line of JSON. PyTorch's fp32 products are compared in their default
precision, `highest`; bf16 is autocast, as the Trainer's --bf16.
"""

import argparse
import json
import os
import resource
import time

import torch
import transformers as hf


def bert(layers, width, **changes):
    return hf.BertConfig(
        num_labels=2, num_hidden_layers=layers, hidden_size=width, num_attention_heads=12,
        intermediate_size=4 * width, **changes)


def build(name, rows, tokens):
    """The model and the arguments of its forward pass."""
    ids = torch.randint(5, 30000, (rows, tokens))
    classified = dict(input_ids=ids, attention_mask=torch.ones_like(ids), labels=torch.randint(0, 2, (rows,)))
    if name == "bert-base":
        return hf.BertForSequenceClassification(bert(12, 768)), classified
    if name == "minilm":
        return hf.BertForSequenceClassification(bert(6, 384)), classified
    if name == "roberta-base":
        config = hf.RobertaConfig(
            num_labels=2, vocab_size=50265, max_position_embeddings=514, type_vocab_size=1)
        return hf.RobertaForSequenceClassification(config), classified
    if name == "gpt2":
        return hf.GPT2LMHeadModel(hf.GPT2Config()), dict(input_ids=ids, labels=ids)
    if name == "smollm2-135m":
        config = hf.LlamaConfig(
            vocab_size=49152, hidden_size=576, intermediate_size=1536, num_hidden_layers=30,
            num_attention_heads=9, num_key_value_heads=3, tie_word_embeddings=True, max_position_embeddings=2048)
        return hf.LlamaForCausalLM(config), dict(input_ids=ids, labels=ids)
    if name == "qwen2-0.5b":
        config = hf.Qwen2Config(
            vocab_size=151936, hidden_size=896, intermediate_size=4864, num_hidden_layers=24,
            num_attention_heads=14, num_key_value_heads=2, tie_word_embeddings=True)
        return hf.Qwen2ForCausalLM(config), dict(input_ids=ids, labels=ids)
    if name == "vit-base":
        return hf.ViTForImageClassification(hf.ViTConfig(num_labels=2)), dict(
            pixel_values=torch.randn(rows, 3, 224, 224), labels=torch.randint(0, 2, (rows,)))
    if name == "bert2bert":
        config = hf.EncoderDecoderConfig.from_encoder_decoder_configs(
            hf.BertConfig(), hf.BertConfig(add_cross_attention=True, is_decoder=True))
        model = hf.EncoderDecoderModel(config=config)
        model.config.pad_token_id, model.config.decoder_start_token_id = 0, 101
        return model, dict(input_ids=ids, attention_mask=torch.ones_like(ids), labels=ids)
    config = hf.VisionEncoderDecoderConfig.from_encoder_decoder_configs(
        hf.ViTConfig(), hf.GPT2Config(add_cross_attention=True, is_decoder=True))
    model = hf.VisionEncoderDecoderModel(config=config)
    model.config.pad_token_id = model.config.decoder_start_token_id = 0
    return model, dict(pixel_values=torch.randn(rows, 3, 224, 224), labels=ids)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    names = ["bert-base", "minilm", "roberta-base", "gpt2", "smollm2-135m", "qwen2-0.5b", "vit-base", "vit-gpt2",
             "bert2bert"]
    parser.add_argument("--model", choices=names, default="bert-base")
    parser.add_argument("--dtype", choices=["fp32", "bf16"], default="fp32")
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--seq", type=int, default=128)
    parser.add_argument("--steps", type=int, default=5)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--lora_r", type=int, default=0, help="train PEFT's adapters on every dense layer; 0 for none")
    arguments = parser.parse_args()
    # An image of 224 × 224 is 14 × 14 patches and one token more.
    length = 197 if arguments.model == "vit-base" else arguments.seq
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(0)
    ranks = int(os.environ.get("WORLD_SIZE", "1"))
    if ranks > 1:
        torch.distributed.init_process_group("gloo")
    model, inputs = build(arguments.model, arguments.batch, arguments.seq)
    if arguments.lora_r:
        import peft  # these rows alone need it
        model = peft.get_peft_model(model, peft.LoraConfig(r=arguments.lora_r, target_modules="all-linear"))
    model.train()
    if ranks > 1:
        model = torch.nn.parallel.DistributedDataParallel(model)
    optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=2e-5, fused=True)
    seconds, processor_seconds = [], []
    for _ in range(arguments.steps + 2):
        start, processor_start = time.perf_counter(), time.process_time()
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=arguments.dtype == "bf16"):
            loss = model(**inputs).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        seconds.append(time.perf_counter() - start)
        processor_seconds.append(time.process_time() - processor_start)
    median = sorted(seconds[2:])[arguments.steps // 2]
    processor_median = sorted(processor_seconds[2:])[arguments.steps // 2]
    if ranks == 1 or torch.distributed.get_rank() == 0:
        print(json.dumps(dict(
            model=arguments.model, dtype=arguments.dtype, ranks=ranks, threads=torch.get_num_threads(),
            batch=arguments.batch, seq=length, step_seconds=round(median, 4),
            step_processor_seconds=round(processor_median, 4),
            tokens_per_second=round(ranks * arguments.batch * length / median, 1),
            peak_memory_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)), flush=True)


if __name__ == "__main__":
    main()
