"""Makes the goldens of RoBERTa, ModernBERT, the language models and the encoder-decoders: toy Hugging Face directories in
bfloat16 and what transformers computes with them in float32.

    python generate.py            writes every case and SHA256SUMS beside this script
    python generate.py --check    makes them in a temporary folder and compares every byte

Needs exactly the versions in PINNED. Each case is a model directory with two files more: golden.json (sequences
unpadded, a target a token, generated texts) and golden.safetensors (computed on one thread). Row t of `logits` is
token t of the concatenated sequences.
"""
import json
import os
import pathlib
import sys

os.environ["OMP_NUM_THREADS"] = "1"
import safetensors
import torch
import transformers
from peft.utils.constants import TRANSFORMERS_MODELS_TO_LORA_TARGET_MODULES_MAPPING
from safetensors.torch import load_file, save_file
from torch.nn.functional import cross_entropy
from transformers.generation.logits_process import TemperatureLogitsWarper, TopKLogitsWarper, TopPLogitsWarper
from transformers import (
    AutoModelForCausalLM, AutoModelForMaskedLM, BertConfig, BertForMaskedLM, BertLMHeadModel, BertModel,
    DistilBertConfig, DistilBertForMaskedLM, DistilBertForSequenceClassification, DistilBertModel,
    EncoderDecoderConfig, EncoderDecoderModel, GPT2Config, GPT2LMHeadModel, LlamaConfig, LlamaForCausalLM,
    MistralConfig, MistralForCausalLM, Qwen2Config, Qwen2ForCausalLM, RobertaConfig, RobertaForMaskedLM,
    RobertaForSequenceClassification, RobertaModel)
from transformers import (
    ModernBertConfig, ModernBertForMaskedLM, ModernBertForQuestionAnswering, ModernBertForSequenceClassification,
    ModernBertForTokenClassification, ModernBertModel)

sys.path.append(str(pathlib.Path(__file__).resolve().parents[3]))
import goldens

SEED = 20240917
PINNED = {"torch": "2.15.0", "transformers": "5.24.0", "safetensors": "0.8.0", "peft": "0.21.2"}
LENGTHS = [7, 11, 1, 2, 5]
TARGET_LENGTHS = [4, 9, 2, 1, 6]
VOCABULARY = 37
TARGET_VOCABULARY = 29
PAD, START, END = 1, 2, 3
SIZES = {"vocab_size": VOCABULARY, "pad_token_id": PAD, "bos_token_id": START, "eos_token_id": END}
ENCODER = dict(
    hidden_size=12, num_attention_heads=3, intermediate_size=20, num_hidden_layers=2, hidden_dropout_prob=0.0,
    attention_probs_dropout_prob=0.0, layer_norm_eps=1e-5)
DISTILBERT = dict(
    dim=12, n_heads=3, hidden_dim=20, n_layers=2, dropout=0.0, attention_dropout=0.0, seq_classif_dropout=0.0,
    qa_dropout=0.0, max_position_embeddings=14)
LLAMA = dict(
    hidden_size=12, num_hidden_layers=2, num_attention_heads=3, num_key_value_heads=1, intermediate_size=20,
    max_position_embeddings=64, rms_norm_eps=1e-5)
GPT2 = dict(
    n_layer=2, n_head=3, n_positions=40, resid_pdrop=0.0, embd_pdrop=0.0, attn_pdrop=0.0, n_embd=12)


def fill(model, seed):
    """Values that make every parameter count, representable in bfloat16."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            noise = torch.randn(parameter.shape, generator=generator)
            if parameter.ndim == 1:
                parameter.copy_((1 if name.endswith("weight") else 0) + 0.1 * noise)
            else:
                parameter.copy_((0.5 if "embed" in name or "wte" in name else 0.25) * noise)
    return model.bfloat16()


def sequences(lengths, vocabulary, seed):
    generator = torch.Generator().manual_seed(seed)
    return [torch.randint(4, vocabulary, (n,), generator=generator).tolist() for n in lengths]


def padded(rows, value):
    width = max(map(len, rows))
    return torch.tensor([row + [value] * (width - len(row)) for row in rows])


def mask(rows):
    return padded([[1] * len(row) for row in rows], 0)


def next_tokens(ids, seed):
    """The next token as target, none behind the last, and some left out."""
    generator = torch.Generator().manual_seed(seed)
    rows = []
    for row in ids:
        left_out = torch.rand(len(row), generator=generator) < 0.2
        rows.append([-100 if left_out[i] else row[i + 1] for i in range(len(row) - 1)] + [-100])
    return rows


def masked_tokens(ids, seed):
    """A third of the tokens replaced by the token 0; the old ones are the targets."""
    generator = torch.Generator().manual_seed(seed)
    inputs, targets = [], []
    for row in ids:
        chosen = torch.rand(len(row), generator=generator) < 0.34
        inputs.append([0 if c else t for c, t in zip(chosen, row)])
        targets.append([t if c else -100 for c, t in zip(chosen, row)])
    return inputs, targets


def forward(model, inputs, targets, smoothing=0.0):
    """Logits of the real tokens and the mean loss over the targets."""
    logits = model(**inputs).logits
    loss = cross_entropy(logits.flatten(0, 1), padded(targets, -100).flatten(), label_smoothing=smoothing)
    return torch.cat([logits[i, :len(row)] for i, row in enumerate(targets)]), loss


def gradients(model, prefix, names=None):
    return {prefix + n: p.grad.clone() for n, p in model.named_parameters()
            if p.grad is not None and (names is None or n in names)}


def ten_steps(model, loss_of):
    """Full-batch AdamW, no decay on biases and norms, constant rate, clipped at 1."""
    named = [(n, p) for n, p in model.named_parameters()]
    optimizer = torch.optim.AdamW(
        [{"params": [p for _, p in named if p.ndim > 1], "weight_decay": 0.01},
         {"params": [p for _, p in named if p.ndim == 1], "weight_decay": 0.0}],
        lr=1e-3, betas=(0.9, 0.999), eps=1e-8)
    losses = []
    for _ in range(10):
        model.zero_grad()
        loss = loss_of()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        losses.append(loss.detach())
        optimizer.step()
    return {"adamw_losses": torch.stack(losses)}


def write(directory, tensors, description):
    save_file({n: t.detach().contiguous() for n, t in tensors.items()},
              os.path.join(directory, "golden.safetensors"))
    lines = ",\n".join(f"  {json.dumps(k)}: {json.dumps(v)}" for k, v in description.items())
    with open(os.path.join(directory, "golden.json"), "w") as file:
        file.write("{\n" + lines + "\n}\n")


def measure(directory, kind, inputs, targets, description, gradient=True, generations=()):
    def fresh():
        return kind.from_pretrained(directory, dtype=torch.float32, attn_implementation="eager").eval()

    model = fresh()
    logits, loss = forward(model, inputs, targets)
    result = {"logits": logits, "loss": loss}
    if gradient:
        loss.backward()
        result |= gradients(model, "gradient.")
        model.zero_grad()
        _, smoothed = forward(model, inputs, targets, 0.1)
        smoothed.backward()
        some = [n for n, p in model.named_parameters() if p.grad is not None][-1]
        result |= {"smoothed_loss": smoothed} | gradients(model, "smoothed.", [some])
        result |= ten_steps(model, lambda: forward(model, inputs, targets)[1])
    if generations:
        description["generations"] = [generate_one(fresh(), *g) for g in generations]
    write(directory, result, description | {"targets": targets})


def generate_one(model, prompts, options):
    """Each prompt alone, so that no padding plays a part. An encoder-decoder's output starts with START."""
    outputs = []
    for prompt in prompts:
        with torch.no_grad():
            ids = torch.tensor([prompt])
            out = model.generate(ids, attention_mask=torch.ones_like(ids), pad_token_id=PAD, **options)[0].tolist()
        new = out[1:] if model.config.is_encoder_decoder else out[len(prompt):]
        outputs.append(new)
    return {"prompts": prompts, "options": options, "new_tokens": outputs}


def options(**rest):
    return {"do_sample": False, "eos_token_id": [END]} | rest


def decodings(vocabulary, causal):
    prompts = sequences([3, 6, 1], vocabulary, SEED + 50)
    cases = [
        options(max_new_tokens=12),
        options(max_new_tokens=12, repetition_penalty=1.3, no_repeat_ngram_size=2, min_new_tokens=5,
                eos_token_id=[END, 7, 11, 20]),
        options(max_new_tokens=10, num_beams=4, length_penalty=2.0, no_repeat_ngram_size=3,
                eos_token_id=[END, 7, 11, 20]),
        options(max_new_tokens=10, num_beams=4, length_penalty=0.6, early_stopping=True, min_new_tokens=3,
                eos_token_id=[END, 9, 12, 18, 21]),
        options(max_new_tokens=10, num_beams=3, early_stopping="never", length_penalty=1.5, eos_token_id=[END, 5]),
        options(max_length=13, num_beams=2, min_length=9, repetition_penalty=1.2,
                eos_token_id=[END, 6, 8, 14, 22]),
    ]
    return [(prompts, case) for case in cases]


def sampling(root):
    """Scores and what temperature, top-k and top-p leave of them, as probabilities."""
    directory = os.path.join(root, "sampling")
    os.makedirs(directory)
    scores = 2 * torch.randn(6, VOCABULARY, generator=torch.Generator().manual_seed(SEED + 60))
    cases = [(0.7, 0, 1.0), (1.0, 5, 1.0), (1.0, 0, 0.8), (1.5, 9, 0.6), (0.3, 3, 0.95), (1.0, 1, 0.1)]
    result = {"scores": scores}
    for index, (temperature, top_k, top_p) in enumerate(cases):
        row = scores[index][None]
        row = TemperatureLogitsWarper(temperature)(None, row)
        if top_k:
            row = TopKLogitsWarper(top_k)(None, row)
        if top_p < 1:
            row = TopPLogitsWarper(top_p)(None, row)
        result[f"probabilities.{index}"] = row.softmax(-1)[0]
    write(directory, result, {"temperature_top_k_top_p": cases})


def classified(directory, kind, config, ids, seed):
    """A classifier of three labels with what it gives for `ids`; returns the inputs."""
    fill(kind(config), seed).save_pretrained(directory)
    labels = torch.tensor([2, 0, 1, 1, 2])
    inputs = {"input_ids": padded(ids, PAD), "attention_mask": mask(ids)}
    model = kind.from_pretrained(directory, dtype=torch.float32, attn_implementation="eager").eval()
    output = model(**inputs, labels=labels)
    output.loss.backward()
    result = {"logits": output.logits, "loss": output.loss} | gradients(model, "gradient.")
    result |= ten_steps(model, lambda: model(**inputs, labels=labels).loss)
    write(directory, result, {"input_ids": ids, "labels": labels.tolist()})
    return inputs


def classifiers(root):
    ids = sequences(LENGTHS, VOCABULARY, SEED)
    ids[1][4] = PAD  # a padding token inside a text keeps its own position
    config = DistilBertConfig(num_labels=3, **SIZES, **DISTILBERT)
    classified(os.path.join(root, "distilbert"), DistilBertForSequenceClassification, config, ids, SEED + 70)
    config = RobertaConfig(max_position_embeddings=14, type_vocab_size=1, num_labels=3, **SIZES, **ENCODER)
    inputs = classified(os.path.join(root, "roberta"), RobertaForSequenceClassification, config, ids, SEED)

    directory = os.path.join(root, "roberta-bare")
    fill(RobertaModel(config, add_pooling_layer=False), SEED + 1).save_pretrained(directory)
    model = RobertaModel.from_pretrained(
        directory, add_pooling_layer=False, dtype=torch.float32, attn_implementation="eager")
    states = model(**inputs).last_hidden_state
    write(directory, {"last_hidden_state": states[inputs["attention_mask"].bool()]}, {"input_ids": ids})


def causal(root):
    ids = sequences(LENGTHS, VOCABULARY, SEED + 2)
    targets = next_tokens(ids, SEED)
    inputs = {"input_ids": padded(ids, PAD), "attention_mask": mask(ids)}
    llama3 = {"rope_type": "llama3", "rope_theta": 10000.0, "factor": 4.0, "low_freq_factor": 1.0,
              "high_freq_factor": 4.0, "original_max_position_embeddings": 16}
    yarn = {"rope_type": "yarn", "rope_theta": 500.0, "factor": 3.0, "original_max_position_embeddings": 24}
    linear = {"rope_type": "linear", "rope_theta": 10000.0, "factor": 2.0}
    plain = {"rope_type": "default", "rope_theta": 10000.0}
    cases = [
        ("gpt2", GPT2LMHeadModel(GPT2Config(**GPT2, **SIZES)), True),
        ("llama", LlamaForCausalLM(LlamaConfig(
            **{**LLAMA, **SIZES}, head_dim=8, rope_parameters=llama3, tie_word_embeddings=False)), True),
        ("llama-tied", LlamaForCausalLM(LlamaConfig(
            **LLAMA, **SIZES, rope_parameters=linear, tie_word_embeddings=True, attention_bias=True,
            mlp_bias=True)), False),
        ("mistral", MistralForCausalLM(MistralConfig(
            **LLAMA, **SIZES, rope_parameters=plain, sliding_window=None, head_dim=4)), False),
        ("qwen2", Qwen2ForCausalLM(Qwen2Config(
            **{**LLAMA, "num_attention_heads": 2, "num_key_value_heads": 2}, **SIZES, rope_parameters=yarn,
            tie_word_embeddings=True)), True),
    ]
    for index, (name, model, gradient) in enumerate(cases):
        directory = os.path.join(root, name)
        fill(model, SEED + 10 + index).save_pretrained(directory)
        generations = decodings(VOCABULARY, True) if name in ("gpt2", "llama", "qwen2") else []
        measure(directory, AutoModelForCausalLM, inputs, targets, {"input_ids": ids}, gradient, generations)


def two_heads(root):
    """An output layer beside the embeddings that it is tied to, with other values: transformers 5 does not tie them."""
    ids = sequences(LENGTHS, VOCABULARY, SEED + 2)
    directory = os.path.join(root, "two-heads")
    config = LlamaConfig(**{**LLAMA, **SIZES, "num_hidden_layers": 1}, tie_word_embeddings=True)
    fill(LlamaForCausalLM(config), SEED + 40).save_pretrained(directory)
    weights = os.path.join(directory, "model.safetensors")
    tensors = load_file(weights)
    tensors["lm_head.weight"] = -tensors["model.embed_tokens.weight"].flip(0)
    save_file(tensors, weights, metadata={"format": "pt"})
    inputs = {"input_ids": padded(ids, PAD), "attention_mask": mask(ids)}
    measure(directory, AutoModelForCausalLM, inputs, next_tokens(ids, SEED), {"input_ids": ids}, gradient=False)


def lora_targets(root):
    """The modules that PEFT adapts by default, by model_type."""
    directory = os.path.join(root, "lora-targets")
    os.makedirs(directory)
    lines = (f"  {json.dumps(type)}: {json.dumps(list(modules))}"
             for type, modules in sorted(TRANSFORMERS_MODELS_TO_LORA_TARGET_MODULES_MAPPING.items()))
    with open(os.path.join(directory, "targets.json"), "w") as file:
        file.write("{\n" + ",\n".join(lines) + "\n}\n")


def masked(root):
    ids, targets = masked_tokens(sequences(LENGTHS, VOCABULARY, SEED + 3), SEED)
    inputs = {"input_ids": padded(ids, PAD), "attention_mask": mask(ids)}
    cases = [
        ("bert-masked", BertForMaskedLM(BertConfig(max_position_embeddings=14, **SIZES, **ENCODER))),
        ("roberta-masked", RobertaForMaskedLM(RobertaConfig(
            max_position_embeddings=14, type_vocab_size=1, **SIZES, **{**ENCODER, "num_hidden_layers": 1}))),
        ("distilbert-masked", DistilBertForMaskedLM(DistilBertConfig(**SIZES, **DISTILBERT))),
    ]
    for index, (name, model) in enumerate(cases):
        directory = os.path.join(root, name)
        fill(model, SEED + 20 + index).save_pretrained(directory)
        measure(directory, AutoModelForMaskedLM, inputs, targets, {"input_ids": ids})


def trained(directory, kind, make_loss):
    """Loss, gradients and ten steps of a saved model; `make_loss` gives logits and loss of a model."""
    model = kind.from_pretrained(directory, dtype=torch.float32, attn_implementation="eager").eval()
    logits, loss = make_loss(model)
    loss.backward()
    result = {"logits": logits, "loss": loss} | gradients(model, "gradient.")
    return result | ten_steps(model, lambda: make_loss(model)[1])


MODERN_LENGTHS = [7, 26, 1, 2, 15]
MODERN = dict(
    hidden_size=16, num_attention_heads=2, intermediate_size=20, num_hidden_layers=5, max_position_embeddings=28,
    local_attention=8, cls_token_id=START, sep_token_id=END,
    rope_parameters={"full_attention": {"rope_type": "default", "rope_theta": 900.0},
                     "sliding_attention": {"rope_type": "default", "rope_theta": 40.0}}, **SIZES)
BIASES = dict(norm_bias=True, attention_bias=True, mlp_bias=True, classifier_bias=True)


def modernbert(root):
    """Global layers 0 and 3 and local ones that see 4 tokens on each side, over sequences of 1 to 26."""
    ids = sequences(MODERN_LENGTHS, VOCABULARY, SEED + 70)
    masked_ids, targets = masked_tokens(ids, SEED + 71)
    inputs = {"input_ids": padded(masked_ids, PAD), "attention_mask": mask(masked_ids)}
    cases = [
        ("modernbert-masked", ModernBertConfig(**{**MODERN, "num_attention_heads": 1}, sparse_prediction=True)),
        ("modernbert-untied-masked", ModernBertConfig(
            **MODERN, **BIASES, tie_word_embeddings=False, decoder_bias=False, classifier_activation="silu",
            hidden_activation="gelu_pytorch_tanh")),
    ]
    for index, (name, config) in enumerate(cases):
        directory = os.path.join(root, name)
        fill(ModernBertForMaskedLM(config), SEED + 72 + index).save_pretrained(directory)
        measure(directory, AutoModelForMaskedLM, inputs, targets, {"input_ids": masked_ids})
    inputs = {"input_ids": padded(ids, PAD), "attention_mask": mask(ids)}
    modernbert_sequences(root, ids, inputs)
    modernbert_tokens(root, ids, inputs)
    modernbert_answers(root, ids)
    directory = os.path.join(root, "modernbert-bare")
    fill(ModernBertModel(ModernBertConfig(**{**MODERN, "num_hidden_layers": 1})), SEED + 80).save_pretrained(directory)
    model = ModernBertModel.from_pretrained(directory, dtype=torch.float32, attn_implementation="eager")
    states = model(**inputs).last_hidden_state
    write(directory, {"last_hidden_state": states[inputs["attention_mask"].bool()]}, {"input_ids": ids})


def modernbert_sequences(root, ids, inputs):
    labels = torch.tensor([2, 0, 1, 1, 2])
    linear = {"full_attention": {"rope_type": "linear", "rope_theta": 900.0, "factor": 2.0},
              "sliding_attention": {"rope_type": "default", "rope_theta": 40.0}}
    types = ["sliding_attention", "full_attention", "sliding_attention", "sliding_attention", "full_attention"]
    cases = [
        ("modernbert", ModernBertConfig(**MODERN, num_labels=3)),
        ("modernbert-mean", ModernBertConfig(
            **{**MODERN, "rope_parameters": linear}, **BIASES, num_labels=3, classifier_pooling="mean", layer_types=types)),
    ]
    for index, (name, config) in enumerate(cases):
        directory = os.path.join(root, name)
        kind = ModernBertForSequenceClassification
        fill(kind(config), SEED + 75 + index).save_pretrained(directory)

        def loss_of(model):
            output = model(**inputs, labels=labels)
            return output.logits, output.loss
        write(directory, trained(directory, kind, loss_of), {"input_ids": ids, "labels": labels.tolist()})


def modernbert_tokens(root, ids, inputs):
    """A label for two tokens of three; the others count in no loss."""
    directory = os.path.join(root, "modernbert-tokens")
    kind = ModernBertForTokenClassification
    fill(kind(ModernBertConfig(**MODERN, num_labels=3)), SEED + 77).save_pretrained(directory)
    labels = [[(i * 7 + token) % 3 if i % 3 else -100 for i, token in enumerate(row)] for row in ids]

    def loss_of(model):
        output = model(**inputs, labels=padded(labels, -100))
        return torch.cat([output.logits[i, :len(row)] for i, row in enumerate(ids)]), output.loss
    write(directory, trained(directory, kind, loss_of), {"input_ids": ids, "labels": labels})


def modernbert_answers(root, ids):
    """Each sequence alone: transformers lets padding take part in the softmax over tokens."""
    directory = os.path.join(root, "modernbert-answers")
    kind = ModernBertForQuestionAnswering
    fill(kind(ModernBertConfig(**MODERN)), SEED + 78).save_pretrained(directory)
    spans = [[len(row) // 3, len(row) // 2] for row in ids]

    def loss_of(model):
        outputs = [model(torch.tensor([row]), start_positions=torch.tensor([a]), end_positions=torch.tensor([b]))
                   for row, (a, b) in zip(ids, spans)]
        logits = torch.cat([torch.stack([o.start_logits[0], o.end_logits[0]], -1) for o in outputs])
        return logits, torch.stack([o.loss for o in outputs]).mean()
    write(directory, trained(directory, kind, loss_of), {"input_ids": ids, "spans": spans})


def encoder_decoders(root):
    ids = sequences(LENGTHS, VOCABULARY, SEED + 4)
    labels = sequences(TARGET_LENGTHS, TARGET_VOCABULARY, SEED + 5)
    labels[1][2] = -100
    decoder_ids = [[START] + [PAD if t == -100 else t for t in row[:-1]] for row in labels]
    target_sizes = {**SIZES, "vocab_size": TARGET_VOCABULARY}
    small = {**ENCODER, "num_hidden_layers": 1}
    bert = BertModel(BertConfig(max_position_embeddings=14, **SIZES, **small))
    cases = [
        ("bert2bert", bert, BertLMHeadModel(BertConfig(
            max_position_embeddings=24, is_decoder=True, add_cross_attention=True, **target_sizes, **small))),
        ("bert2gpt2", bert, GPT2LMHeadModel(GPT2Config(
            **{**GPT2, "n_embd": 8, "n_head": 2, "n_layer": 1}, add_cross_attention=True, is_decoder=True, **target_sizes))),
        ("distilbert2gpt2", DistilBertModel(DistilBertConfig(**SIZES, **{**DISTILBERT, "n_layers": 1})), GPT2LMHeadModel(
            GPT2Config(**{**GPT2, "n_layer": 1}, add_cross_attention=True, is_decoder=True, **target_sizes))),
    ]
    for index, (name, encoder, decoder) in enumerate(cases):
        directory = os.path.join(root, name)
        config = EncoderDecoderConfig.from_encoder_decoder_configs(encoder.config, decoder.config)
        model = EncoderDecoderModel(encoder=encoder, decoder=decoder, config=config)
        model.config.decoder_start_token_id = START
        model.config.pad_token_id = PAD
        model.config.eos_token_id = END
        fill(model, SEED + 30 + index).save_pretrained(directory)
        inputs = {"input_ids": padded(ids, PAD), "attention_mask": mask(ids),
                  "decoder_input_ids": padded(decoder_ids, PAD), "decoder_attention_mask": mask(decoder_ids)}
        measure(directory, EncoderDecoderModel, inputs, labels,
                {"input_ids": ids, "decoder_input_ids": decoder_ids},
                generations=decodings(TARGET_VOCABULARY, False) if name.startswith("bert") else [])


def generate(root):
    for make in (sampling, classifiers, causal, two_heads, masked, modernbert, encoder_decoders, lora_targets):
        make(root)
    for folder, _, names in os.walk(root):
        if "generation_config.json" in names:
            os.remove(os.path.join(folder, "generation_config.json"))


if __name__ == "__main__":
    goldens.main(__file__, generate, PINNED)
