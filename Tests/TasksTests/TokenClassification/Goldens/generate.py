"""Makes the goldens of token classification: toy Hugging Face directories, what transformers computes with them, and how
its example run_ner gives the tags of words to tokens.

    python generate.py            writes every case and SHA256SUMS beside this script
    python generate.py --check    makes them in a temporary folder and compares every byte

Needs exactly the versions in PINNED. `bert`, `distilbert` and `roberta` are model directories with their tokenizers and two files more:
golden.json (sequences unpadded and a target a token; rows with their tags, tokens and targets) and golden.safetensors
(computed in float32 on one thread). Row t of `logits` is token t of the concatenated sequences.
"""
import json
import os
import pathlib
import sys

os.environ["OMP_NUM_THREADS"] = "1"
import torch
from safetensors.torch import save_file
from tokenizers import ByteLevelBPETokenizer
from transformers import (
    AutoTokenizer, BertConfig, BertForTokenClassification, BertTokenizer, DistilBertConfig,
    DistilBertForTokenClassification, RobertaConfig, RobertaForTokenClassification, RobertaTokenizer)

sys.path.append(str(pathlib.Path(__file__).resolve().parents[3]))
import goldens

SEED = 20240918
PINNED = {"torch": "2.15.0", "transformers": "5.24.0", "tokenizers": "0.23.3", "safetensors": "0.8.0"}
TAGS = ["O", "B-LOC", "B-PER", "I-LOC", "I-PER"]
IGNORED = -100
LENGTHS = [7, 11, 1, 2, 5]
MOST_TOKENS = 14
SIZES = dict(
    hidden_size=12, num_attention_heads=3, intermediate_size=20, num_hidden_layers=2, hidden_dropout_prob=0.0,
    attention_probs_dropout_prob=0.0, max_position_embeddings=20,
    id2label=dict(enumerate(TAGS)), label2id={tag: i for i, tag in enumerate(TAGS)})
WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "anna", "lives", "in", "new", "york", ".", ",", "-", "'", "##s",
         "##a", "##ville", "s", "o", "##brien", "st", "##er", "ber", "##lin"]
ROWS = [
    (["Anna", "lives", "in", "New", "York", "."], "B-PER O O B-LOC I-LOC O"),
    (["O'Brien", "lives", "in", "Annaville"], "B-PER O O B-LOC"),
    (["Anna", "", "Berlin-Ost", "in", "St.", "Anna"], "B-PER O B-LOC O I-LOC I-LOC"),
    (["犬", "Annas", "Yorker", "😀", "é"], "O B-PER I-PER O O"),
    (["Annaville-York"] * 6, "B-LOC B-LOC I-LOC O B-PER I-PER"),
    (["\u200b", "Anna"], "O B-PER"),
]


def fill(model, seed):
    """Values that make every parameter count."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            noise = torch.randn(parameter.shape, generator=generator)
            if "LayerNorm.weight" in name:
                parameter.copy_(1 + 0.1 * noise)
            else:
                parameter.copy_((0.1 if "bias" in name else 0.3) * noise)
    return model


def batch(vocabulary, seed):
    generator = torch.Generator().manual_seed(seed)
    ids = [torch.randint(5, vocabulary, (n,), generator=generator).tolist() for n in LENGTHS]
    targets = [torch.randint(-2, len(TAGS), (n,), generator=generator).tolist() for n in LENGTHS]
    return ids, [[t if t >= 0 else IGNORED for t in row] for row in targets]


def padded(rows, value):
    width = max(map(len, rows))
    return torch.tensor([row + [value] * (width - len(row)) for row in rows])


def computed(model, ids, targets):
    mask = padded([[1] * len(row) for row in ids], 0)
    output = model(
        input_ids=padded(ids, model.config.pad_token_id), attention_mask=mask, labels=padded(targets, IGNORED))
    output.loss.backward()
    result = {"logits": output.logits[mask.bool()].detach(), "loss": output.loss.detach()}
    return result | {"gradient." + name: p.grad for name, p in model.named_parameters()}


def aligned(tokenizer, words, tags, all_tokens):
    """run_ner's tokenize_and_align_labels for one row."""
    encoding = tokenizer(words, truncation=True, max_length=MOST_TOKENS, is_split_into_words=True)
    targets, previous = [], None
    for word in encoding.word_ids():
        if word is None:
            targets.append(IGNORED)
        elif word != previous:
            targets.append(TAGS.index(tags[word]))
        else:
            inside = tags[word].replace("B-", "I-")
            targets.append(TAGS.index(inside) if all_tokens else IGNORED)
        previous = word
    return encoding["input_ids"], targets


def rows(directory):
    tokenizer = AutoTokenizer.from_pretrained(directory)
    for words, tags in ROWS:
        tags = tags.split()
        ids, targets = aligned(tokenizer, words, tags, False)
        yield {"tokens": words, "ner_tags": tags, "input_ids": ids, "targets": targets,
               "all_targets": aligned(tokenizer, words, tags, True)[1]}


def case(root, name, model, tokenizer, seed):
    directory = os.path.join(root, name)
    tokenizer.save_pretrained(directory)
    fill(model, seed).save_pretrained(directory)
    ids, targets = batch(model.config.vocab_size, seed)
    save_file({n: t.contiguous() for n, t in computed(model, ids, targets).items()},
              os.path.join(directory, "golden.safetensors"))
    golden = {"input_ids": ids, "targets": targets, "max_seq_length": MOST_TOKENS, "rows": list(rows(directory))}
    lines = ",\n".join(f"  {json.dumps(k)}: {json.dumps(v)}" for k, v in golden.items())
    with open(os.path.join(directory, "golden.json"), "w") as file:
        file.write("{\n" + lines + "\n}\n")


def generate(root):
    folder = os.path.join(root, "vocabulary")
    os.makedirs(folder)
    path = os.path.join(folder, "vocab.txt")
    with open(path, "w") as file:
        file.write("\n".join(WORDS) + "\n")
    config = BertConfig(vocab_size=len(WORDS), type_vocab_size=2, pad_token_id=0, **SIZES)
    case(root, "bert", BertForTokenClassification(config), BertTokenizer(path), SEED)
    config = DistilBertConfig(
        vocab_size=len(WORDS), pad_token_id=0, dim=12, n_heads=3, hidden_dim=20, n_layers=2, dropout=0.0,
        attention_dropout=0.0, max_position_embeddings=20, id2label=SIZES["id2label"], label2id=SIZES["label2id"])
    case(root, "distilbert", DistilBertForTokenClassification(config), BertTokenizer(path), SEED + 2)
    pieces = ByteLevelBPETokenizer(add_prefix_space=True)
    pieces.train_from_iterator(
        [" ".join(words) for words, _ in ROWS] * 3, vocab_size=290, min_frequency=2, show_progress=False,
        special_tokens=["<s>", "<pad>", "</s>", "<unk>", "<mask>"])
    pieces.save_model(folder)
    tokenizer = RobertaTokenizer(
        os.path.join(folder, "vocab.json"), os.path.join(folder, "merges.txt"), add_prefix_space=True)
    config = RobertaConfig(
        vocab_size=len(tokenizer), type_vocab_size=1, pad_token_id=1, bos_token_id=0, eos_token_id=2, **SIZES)
    case(root, "roberta", RobertaForTokenClassification(config), tokenizer, SEED + 1)
    for name in os.listdir(folder):
        os.remove(os.path.join(folder, name))
    os.rmdir(folder)


goldens.main(__file__, generate, PINNED)
