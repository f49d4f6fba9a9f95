"""Fine-tunes a local BERT-family model with the Hugging Face Trainer: the other side of `lockstep train`.

Alone or under torchrun (gloo). Rows are grouped by length, the Trainer's faster setting. Prints one line of JSON.
"""

import argparse
import json
import os

from datasets import Dataset
from transformers import (
    AutoModelForSequenceClassification, AutoTokenizer, DataCollatorWithPadding, Trainer, TrainingArguments)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model_name_or_path", required=True)
    parser.add_argument("--train_file", required=True)
    parser.add_argument("--output_dir", required=True)
    parser.add_argument("--dtype", choices=["fp32", "bf16"], default="fp32")
    parser.add_argument("--max_steps", type=int, default=40)
    arguments = parser.parse_args()
    tokenizer = AutoTokenizer.from_pretrained(arguments.model_name_or_path)
    with open(arguments.train_file, encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    labels = sorted({row["label"] for row in rows})
    data = Dataset.from_dict({
        "text": [row["text"] for row in rows], "labels": [labels.index(row["label"]) for row in rows]})
    data = data.map(
        lambda batch: tokenizer(batch["text"], truncation=True, max_length=128), batched=True,
        remove_columns=["text"])
    trainer = Trainer(
        model=AutoModelForSequenceClassification.from_pretrained(
            arguments.model_name_or_path, num_labels=len(labels)),
        args=TrainingArguments(
            output_dir=arguments.output_dir, per_device_train_batch_size=16, learning_rate=5e-5,
            max_steps=arguments.max_steps, weight_decay=0.01, warmup_steps=0.1, logging_steps=50,
            save_strategy="no", use_cpu=True, bf16=arguments.dtype == "bf16", report_to=[], disable_tqdm=True,
            ddp_backend="gloo" if "WORLD_SIZE" in os.environ else None,
            train_sampling_strategy="group_by_length"),
        train_dataset=data, data_collator=DataCollatorWithPadding(tokenizer))
    metrics = trainer.train().metrics
    if trainer.is_world_process_zero():
        print("\n" + json.dumps({
            name: metrics[name] for name in ["train_runtime", "train_samples_per_second"]}), flush=True)


if __name__ == "__main__":
    main()
