"""Makes the goldens of adapters beyond plain dense layers: what PEFT saves of them, and the logits once it has loaded them.

    python generate.py            writes every case and SHA256SUMS beside this script
    python generate.py --check    makes them in a temporary folder and compares every byte

Needs exactly the versions in PINNED. The base models are goldens of ModelsTests. Each case is an adapter directory as
PEFT's save_pretrained writes it, without README, with golden.safetensors: `logits` of IDS, in float32 on one thread, of
the base model with the adapter loaded by PeftModel.from_pretrained. `start` is written into the configuration after
saving and before loading.
"""
import json
import os
import pathlib
import sys
import warnings

os.environ["OMP_NUM_THREADS"] = "1"
import torch
from peft import LoraConfig, PeftModel, get_peft_model
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM, AutoModelForMaskedLM

sys.path.append(str(pathlib.Path(__file__).resolve().parents[3]))
import goldens

PINNED = {"torch": "2.15.0", "transformers": "5.24.0", "safetensors": "0.8.0", "peft": "0.21.2"}
SEED = 20260117
IDS = [4, 9, 36, 5, 4, 17]
BASES = pathlib.Path(__file__).resolve().parents[3] / "ModelsTests/Families/Goldens"
RELATIVE = "../../../../ModelsTests/Families/Goldens/"
Q = ["q_proj"]

# Case: base model, keys of LoraConfig, and what init_lora_weights is when the adapter is loaded.
CASES = {
    "saved-embeddings": ("llama-tied", dict(target_modules=Q, modules_to_save=["embed_tokens"]), None),
    "saved-head": ("llama-tied", dict(target_modules=Q, modules_to_save=["lm_head"]), None),
    "saved-both": ("llama-tied", dict(target_modules=Q, modules_to_save=["embed_tokens", "lm_head"]), None),
    "saved-embeddings-tied": ("llama-tied", dict(
        target_modules=Q, modules_to_save=["embed_tokens"], ensure_weight_tying=True), None),
    "saved-head-tied": ("llama-tied", dict(
        target_modules=Q, modules_to_save=["lm_head"], ensure_weight_tying=True), None),
    "saved-untied": ("llama", dict(target_modules=Q, modules_to_save=["embed_tokens", "lm_head"]), None),
    "saved-gpt2": ("gpt2", dict(target_modules=["c_attn"], modules_to_save=["wte"]), None),
    "saved-bert": ("bert-masked", dict(target_modules=["query"], modules_to_save=["word_embeddings"]), None),
    "lora-embeddings": ("llama-tied", dict(target_modules=["q_proj", "embed_tokens"]), None),
    "lora-head": ("llama-tied", dict(target_modules=["q_proj", "lm_head"]), None),
    "lora-both": ("llama-tied", dict(target_modules=["embed_tokens", "lm_head"]), None),
    "lora-embeddings-tied": ("llama-tied", dict(
        target_modules=["q_proj", "embed_tokens"], ensure_weight_tying=True), None),
    "lora-untied": ("llama", dict(target_modules=["k_proj", "embed_tokens", "lm_head"], use_rslora=True), None),
    "lora-gpt2": ("gpt2", dict(target_modules=["c_fc", "wte", "wpe"]), None),
    "lora-gpt2-tied": ("gpt2", dict(target_modules=["c_fc", "wte"], ensure_weight_tying=True), None),
    "lora-bert": ("bert-masked", dict(target_modules=["value", "word_embeddings"]), None),
    "ranks": ("llama", dict(
        target_modules=["q_proj", "v_proj", "down_proj"], rank_pattern={"q_proj": 5, "0.mlp.down_proj": 1},
        alpha_pattern={"layers.1.self_attn.v_proj": 11}), None),
    "ranks-expressions": ("gpt2", dict(
        target_modules=["c_attn", "c_fc", "c_proj"], use_rslora=True,
        # In the order in which PEFT saves them: the first that fits counts, "proj" fits no whole part.
        rank_pattern={r"^transformer\.h\.1\.attn\.c_attn": 1, r"h\.0\..*c_proj": 4, "mlp.c_proj": 3, "proj": 7},
        alpha_pattern={"c_fc": 100, r"h\.\d+\.mlp\.c_(fc|proj)": 3}), None),
    "bias-lora": ("gpt2", dict(target_modules=["c_attn", "c_fc"], bias="lora_only"), None),
    "bias-all": ("gpt2", dict(target_modules=["c_fc"], bias="all"), None),
    "bias-of-b": ("gpt2", dict(target_modules=["c_attn", "c_proj"], lora_bias=True), None),
    "tokens": ("llama-tied", dict(target_modules=Q, trainable_token_indices=[9, 36]), None),
    "tokens-gpt2": ("gpt2", dict(target_modules=["c_fc"], trainable_token_indices={"wte": [4, 11, 17]}), None),
    "eva": ("llama", dict(target_modules=Q), "eva"),
    "mica": ("llama", dict(target_modules=["o_proj"]), "mica"),
    "olora": ("llama", dict(target_modules=["q_proj", "k_proj", "down_proj"]), "olora"),
    "olora-ranks": ("llama", dict(
        target_modules=["q_proj", "up_proj"], rank_pattern={"up_proj": 4}, use_rslora=True), "OLoRA"),
}


def load(base):
    kind = AutoModelForMaskedLM if base.endswith("masked") else AutoModelForCausalLM
    return kind.from_pretrained(BASES / base, dtype=torch.float32, attn_implementation="eager").eval()


def make(root, seed, name, base, options, start):
    folder = os.path.join(root, name)
    task = {} if base.endswith("masked") else {"task_type": "CAUSAL_LM"}
    model = get_peft_model(load(base), LoraConfig(**({"r": 2, "lora_alpha": 5} | task | options)))
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.requires_grad:
                parameter.add_(0.2 * torch.randn(parameter.shape, generator=generator))
    model.peft_config["default"].base_model_name_or_path = RELATIVE + base
    model.save_pretrained(folder)
    os.remove(os.path.join(folder, "README.md"))
    path = os.path.join(folder, "adapter_config.json")
    with open(path) as file:
        configuration = json.load(file)
    for key in ("target_modules", "modules_to_save"):  # PEFT writes sets, in any order
        if isinstance(configuration[key], list):
            configuration[key] = sorted(set(configuration[key]))
    if start:
        configuration["init_lora_weights"] = start
    with open(path, "w") as file:
        json.dump(configuration, file, indent=1)
    with torch.no_grad():
        logits = PeftModel.from_pretrained(load(base), folder).eval()(input_ids=torch.tensor([IDS])).logits[0]
    save_file({"logits": logits.contiguous()}, os.path.join(folder, "golden.safetensors"))


def generate(root):
    warnings.filterwarnings("ignore")
    for index, (name, case) in enumerate(CASES.items()):
        make(root, SEED + index, name, *case)


if __name__ == "__main__":
    goldens.main(__file__, generate, PINNED)
