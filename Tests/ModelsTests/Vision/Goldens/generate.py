"""Makes the goldens of vision models: toy Hugging Face directories and what transformers computes with them.

    python generate.py            writes every case and SHA256SUMS beside this script
    python generate.py --check    makes them in a temporary folder and compares every byte

Needs exactly the versions in PINNED. Each case is a model directory (config.json, weights, preprocessor_config.json)
and golden.safetensors: pixel values, labels, and logits, loss, gradients and AdamW losses computed in float32 on one
thread. Labels of captions are padded with -100; logits are those of all positions with a label, one caption after
the other. golden.json of the captioner has what `generate` writes for the images, each alone.
"""
import json
import os
import pathlib
import sys
import tempfile

os.environ["OMP_NUM_THREADS"] = "1"
os.environ["HF_HUB_OFFLINE"] = "1"
import safetensors
import torch
import transformers
from safetensors.torch import save_file
from transformers import (GPT2Config, GPT2LMHeadModel, ViTConfig, ViTForImageClassification, ViTModel,
                          VisionEncoderDecoderConfig, VisionEncoderDecoderModel)

sys.path.append(str(pathlib.Path(__file__).resolve().parents[3]))
import goldens

SEED = 20240614
PINNED = {"torch": "2.15.0", "transformers": "5.24.0", "safetensors": "0.8.0"}
START, END, PAD = 1, 2, 0
CAPTIONS = [[5, 9, 4, END], [7, 7, 12, 3, 20, END], [END], [11, 6, END]]

CAPTIONER_GRADIENTS = [
    "cls_token", "position_embeddings", "projection.weight", "attention.query.weight", "attention.value.bias",
    "encoder.layernorm.weight", "enc_to_dec_proj.weight", "enc_to_dec_proj.bias", "wte.weight", "wpe.weight",
    "crossattention.c_attn.weight", "crossattention.q_attn.weight", "ln_cross_attn.weight", "mlp.c_proj.bias",
    "attn.c_attn.bias", "ln_f.bias"]


def vit(hidden=12, heads=2, inner=16, layers=2, **rest):
    return ViTConfig(hidden_size=hidden, num_attention_heads=heads, intermediate_size=inner, num_hidden_layers=layers,
                     image_size=6, patch_size=2, **rest)


def gpt2(width, inner):
    return GPT2Config(n_embd=width, n_head=2, n_layer=1, n_inner=inner, n_positions=10, vocab_size=23, resid_pdrop=0.0,
                      embd_pdrop=0.0, attn_pdrop=0.0, bos_token_id=START, eos_token_id=END)


def fill(model, seed):
    """Values that make every parameter count: no zero bias, no unit norm weight, uneven attention."""
    generator = torch.Generator().manual_seed(seed)
    norms = {id(m.weight) for m in model.modules() if isinstance(m, torch.nn.LayerNorm)}
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            noise = torch.randn(parameter.shape, generator=generator)
            if id(parameter) in norms:
                parameter.copy_(1 + 0.1 * noise)
            else:
                parameter.copy_((0.1 if "bias" in name else 0.2) * noise)
    return model.eval()


def pixels(images, height, width, seed):
    return torch.randn(images, 3, height, width, generator=torch.Generator().manual_seed(seed))


def stored_names(model, directory):
    """The name in the file of each parameter: transformers renames some when it saves."""
    copy = type(model)(model.config)
    with torch.no_grad():
        for index, parameter in enumerate(copy.parameters()):
            parameter.fill_(index)
    with tempfile.TemporaryDirectory() as folder:
        copy.save_pretrained(folder)
        with safetensors.safe_open(os.path.join(folder, "model.safetensors"), "pt") as file:
            by_index = {int(file.get_tensor(n).flatten()[0]): n for n in file.keys()}
    return {name: by_index[index] for index, (name, _) in enumerate(model.named_parameters())}


def gradients(model, names, wanted="all"):
    return {"gradient." + names[n]: p.grad.clone() for n, p in model.named_parameters()
            if p.grad is not None and (wanted == "all" or any(names[n].endswith(w) for w in wanted))}


def ten_steps(model, inputs):
    """Full-batch AdamW in the parameter groups of the Hugging Face Trainer, constant rate, clipped at 1."""
    norms = {id(p) for m in model.modules() if isinstance(m, torch.nn.LayerNorm) for p in m.parameters()}
    named = [(n, p) for n, p in model.named_parameters()]
    exempt = [p for n, p in named if n.endswith("bias") or id(p) in norms]
    decayed = [p for n, p in named if not (n.endswith("bias") or id(p) in norms)]
    optimizer = torch.optim.AdamW([{"params": decayed, "weight_decay": 0.01}, {"params": exempt, "weight_decay": 0.0}],
                                  lr=1e-3, betas=(0.9, 0.999), eps=1e-8)
    losses = []
    for _ in range(10):
        model.zero_grad()
        loss = model(**inputs).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        losses.append(loss.detach())
        optimizer.step()
    return torch.stack(losses)


def write(directory, name, result):
    save_file({n: t.detach().contiguous() for n, t in result.items()}, os.path.join(directory, name))


def classifier(root):
    """Every gradient and ten steps; then images of another shape with interpolated positions."""
    directory = os.path.join(root, "classifier")
    model = fill(ViTForImageClassification(vit(num_labels=3, id2label={0: "cat", 1: "dog", 2: "owl"})), SEED)
    model.config.problem_type = "single_label_classification"
    model.save_pretrained(directory)
    names = stored_names(model, directory)
    labels = torch.tensor([2, 0, 1, 1])
    for file, size, interpolates in [("golden", (6, 6), False), ("interpolated", (11, 7), True),
                                     ("smaller", (4, 4), True)]:
        inputs = {"pixel_values": pixels(4, *size, SEED + 1), "labels": labels}
        if interpolates:
            inputs["interpolate_pos_encoding"] = True
        model.zero_grad()
        output = model(**inputs)
        output.loss.backward()
        result = {"pixel_values": inputs["pixel_values"], "labels": labels, "logits": output.logits,
                  "loss": output.loss}
        wanted = ["position_embeddings", "cls_token", "projection.weight"] if interpolates else "all"
        result |= gradients(model, names, wanted)
        if not interpolates:
            result["adamw_losses"] = ten_steps(ViTForImageClassification.from_pretrained(directory).train(), inputs)
        write(directory, file + ".safetensors", result)


def plain(root):
    """A bare ViTModel with its pooler, no bias of query, key and value, and another activation."""
    directory = os.path.join(root, "backbone")
    model = fill(ViTModel(vit(hidden=10, layers=1, qkv_bias=False, hidden_act="gelu_new")), SEED + 10)
    model.save_pretrained(directory)
    values = pixels(2, 6, 6, SEED + 11)
    write(directory, "golden.safetensors",
          {"pixel_values": values, "last_hidden_state": model(values).last_hidden_state.flatten(0, 1)})


def captioner(root, name, encoder, decoder, seed, wanted, train):
    directory = os.path.join(root, name)
    config = VisionEncoderDecoderConfig.from_encoder_decoder_configs(encoder, decoder)
    config.decoder_start_token_id, config.pad_token_id, config.eos_token_id = START, PAD, END
    model = fill(VisionEncoderDecoderModel(config), seed)
    model.save_pretrained(directory)
    names = stored_names(model, directory)
    labels = torch.full((len(CAPTIONS), max(map(len, CAPTIONS))), -100)
    for row, caption in enumerate(CAPTIONS):
        labels[row, :len(caption)] = torch.tensor(caption)
    inputs = {"pixel_values": pixels(len(CAPTIONS), 6, 6, seed + 1), "labels": labels}
    output = model(**inputs)
    output.loss.backward()
    result = inputs | {"logits": output.logits[labels != -100], "loss": output.loss}
    result |= gradients(model, names, wanted)
    if train:
        result["adamw_losses"] = ten_steps(VisionEncoderDecoderModel.from_pretrained(directory).train(), inputs)
        decode(VisionEncoderDecoderModel.from_pretrained(directory).eval(), inputs["pixel_values"], directory)
    write(directory, "golden.safetensors", result)


def decode(model, values, directory):
    """Greedy search and beams; several tokens end a caption, so that beams of different lengths compete."""
    cases = [
        dict(max_new_tokens=9, eos_token_id=[END]),
        dict(max_new_tokens=9, repetition_penalty=1.4, no_repeat_ngram_size=2, min_new_tokens=4,
             eos_token_id=[END, 7, 11]),
        dict(max_new_tokens=9, num_beams=4, length_penalty=2.0, no_repeat_ngram_size=3, eos_token_id=[END, 7, 11]),
        dict(max_new_tokens=8, num_beams=4, length_penalty=0.6, early_stopping=True, min_new_tokens=3,
             no_repeat_ngram_size=2, eos_token_id=[END, 9, 12, 18, 21]),
    ]
    lines = []
    for options in cases:
        with torch.no_grad():
            outputs = [model.generate(image[None], do_sample=False, pad_token_id=PAD, **options)[0].tolist()[1:]
                       for image in values]
        lines.append("  " + json.dumps({"options": options, "new_tokens": outputs}))
    with open(os.path.join(directory, "golden.json"), "w") as file:
        file.write('{"generations": [\n' + ",\n".join(lines) + "\n]}\n")


def generate(root):
    classifier(root)
    plain(root)
    captioner(root, "captioner", vit(layers=1), gpt2(16, 20), SEED + 20, CAPTIONER_GRADIENTS, True)
    captioner(root, "captioner-same-width", vit(hidden=8, layers=1, inner=8), gpt2(8, 8), SEED + 30,
              ["cls_token", "crossattention.c_attn.weight", "wte.weight"], False)
    for folder in os.listdir(root):
        for extra in ["generation_config.json"]:
            path = os.path.join(root, folder, extra)
            if os.path.exists(path):
                os.remove(path)
        processor = {"image_processor_type": "ViTImageProcessor", "size": {"height": 6, "width": 6}}
        with open(os.path.join(root, folder, "preprocessor_config.json"), "w") as file:
            file.write(json.dumps(processor, indent=1) + "\n")


if __name__ == "__main__":
    goldens.main(__file__, generate, PINNED)
