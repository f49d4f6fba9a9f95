"""Makes the adapter goldens: PEFT adapters of the BERT golden `single-label`, and what PEFT computes with them.

    python generate.py            writes every case and manifest.json beside this script

Needs exactly the versions in PINNED. Each case is an adapter directory as PEFT's save_pretrained writes it (without its
README) and golden.safetensors: logits and loss, the gradients of all trained parameters, the losses of ten AdamW steps
in the parameter groups of the Hugging Face Trainer, and the trained parameters after them, under PEFT's names. All in
float32 on one thread, without dropout.
"""
import hashlib
import json
import os
import pathlib
import shutil

os.environ["OMP_NUM_THREADS"] = "1"
import peft
import torch
import transformers
from peft import LoraConfig, get_peft_model, get_peft_model_state_dict
from safetensors.torch import save_file
from transformers import BertForSequenceClassification

SEED = 20250301
PINNED = {"torch": "2.15.0", "transformers": "5.24.0", "peft": "0.21.2"}
BASE = "../../../ModelsTests/Goldens/single-label"
HERE = pathlib.Path(__file__).resolve().parent
DIRECTORY = HERE.parent.parent / "ModelsTests/Goldens/single-label"
CASES = {
    # Two parts of the fused query, key and value, and two dense layers of their own.
    "parts": dict(r=3, lora_alpha=7, target_modules=["query", "value", "output.dense"]),
    # Every dense layer outside the head, with the other scale and a module that is trained whole.
    "all-linear": dict(r=2, lora_alpha=4, target_modules="all-linear", use_rslora=True,
                       modules_to_save=["classifier", "LayerNorm"]),
}


def inputs():
    golden = json.loads((DIRECTORY / "golden.json").read_text())
    rows = golden["input_ids"]
    width = max(map(len, rows))
    batch = {key: torch.zeros(len(rows), width, dtype=torch.long)
             for key in ("input_ids", "token_type_ids", "attention_mask")}
    for row, (tokens, types) in enumerate(zip(rows, golden["token_type_ids"])):
        batch["input_ids"][row, :len(tokens)] = torch.tensor(tokens)
        batch["token_type_ids"][row, :len(tokens)] = torch.tensor(types)
        batch["attention_mask"][row, :len(tokens)] = 1
    return batch, torch.tensor(golden["labels"])


def saved_name(name):
    return name.replace(".default", "").replace(".modules_to_save", "")


def make(name, options, batch, labels):
    folder = HERE / name
    shutil.rmtree(folder, ignore_errors=True)
    base = BertForSequenceClassification.from_pretrained(DIRECTORY)
    model = get_peft_model(base, LoraConfig(task_type="SEQ_CLS", lora_dropout=0.0, **options))
    generator = torch.Generator().manual_seed(SEED)
    trained = {n: p for n, p in model.named_parameters() if p.requires_grad}
    with torch.no_grad():
        for parameter_name, parameter in trained.items():
            if "lora_" in parameter_name:
                parameter.copy_(0.2 * torch.randn(parameter.shape, generator=generator))
    model.peft_config["default"].base_model_name_or_path = BASE
    model.save_pretrained(folder)
    (folder / "README.md").unlink()
    path = folder / "adapter_config.json"
    configuration = json.loads(path.read_text())
    for key in ("target_modules", "modules_to_save"):  # PEFT writes sets, in any order
        configuration[key] = sorted(set(configuration[key]))
    path.write_text(json.dumps(configuration, indent=2, sort_keys=True))
    model.train()
    output = model(**batch, labels=labels)
    output.loss.backward()
    result = {"logits": output.logits.detach(), "loss": output.loss.detach()}
    for parameter_name, parameter in trained.items():
        result["gradient." + saved_name(parameter_name)] = parameter.grad.clone()
    exempt = [n for n in trained if n.endswith("bias") or "LayerNorm" in n]
    optimizer = torch.optim.AdamW(
        [{"params": [p for n, p in trained.items() if n not in exempt], "weight_decay": 0.01},
         {"params": [p for n, p in trained.items() if n in exempt], "weight_decay": 0.0}],
        lr=1e-3, betas=(0.9, 0.999), eps=1e-8)
    losses = []
    for _ in range(10):
        model.zero_grad()
        loss = model(**batch, labels=labels).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(list(trained.values()), 1.0)
        optimizer.step()
        losses.append(loss.detach())
    result["adamw_losses"] = torch.stack(losses)
    for parameter_name, value in get_peft_model_state_dict(model).items():
        result["final." + parameter_name] = value.detach()
    save_file({k: v.contiguous() for k, v in result.items()}, folder / "golden.safetensors")


def main():
    found = {"torch": torch.__version__.split("+")[0], "transformers": transformers.__version__,
             "peft": peft.__version__}
    assert found == PINNED, found
    torch.set_num_threads(1)
    batch, labels = inputs()
    for name, options in CASES.items():
        make(name, options, batch, labels)
    files = sorted(p for name in CASES for p in (HERE / name).iterdir())
    hashes = {str(p.relative_to(HERE)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}
    (HERE / "manifest.json").write_text(
        json.dumps({"pinned": PINNED, "seed": SEED, "sha256": hashes}, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
