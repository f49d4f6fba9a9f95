#!/usr/bin/env python3
"""Held-out trials of `lockstep plan`: on simulated hosts a plan is made for settings that its calibration has not
seen, then they are trained, and time and memory compared.

  Tests/plan_trials.py [--models minilm,bert,gpt2,llama] [--hosts 2,4] [--rates 1gbit,10gbit] [--steps 10]

Needs root, iproute2, a release build (or LOCKSTEP_BINARY), an otherwise idle machine with two cores, and the
tokenizer in .models/all-MiniLM-L6-v2 (launch/setup). Prints a table in Markdown; exit code 1 where a time is more than
10% off or a memory more than 5%. One combination takes two to three minutes."""
import argparse
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
HOSTS = os.path.join(ROOT, "launch/hosts-on-one-machine")
BINARY = os.environ.get("LOCKSTEP_BINARY", os.path.join(ROOT, ".build/release/lockstep"))
TOKENIZER = os.environ.get("LOCKSTEP_TOKENIZER", os.path.join(ROOT, ".models/all-MiniLM-L6-v2"))
NAME = "planhosts"
VOCABULARY = 30_522

MODELS = {
    "minilm": ("text-classification", {
        "model_type": "bert", "hidden_size": 384, "num_hidden_layers": 6, "num_attention_heads": 12,
        "intermediate_size": 1536, "max_position_embeddings": 512, "type_vocab_size": 2}),
    "bert": ("masked-lm", {
        "model_type": "bert", "hidden_size": 512, "num_hidden_layers": 8, "num_attention_heads": 8,
        "intermediate_size": 2048, "max_position_embeddings": 512, "type_vocab_size": 2}),
    "gpt2": ("causal-lm", {
        "model_type": "gpt2", "n_embd": 384, "n_layer": 6, "n_head": 6, "n_positions": 512,
        "bos_token_id": 101, "eos_token_id": 102}),
    "llama": ("causal-lm", {
        "model_type": "llama", "hidden_size": 384, "num_hidden_layers": 8, "num_attention_heads": 6,
        "num_key_value_heads": 2, "intermediate_size": 1024, "max_position_embeddings": 512,
        "tie_word_embeddings": True, "bos_token_id": 101, "eos_token_id": 102}),
}
# What the calibration sees, and what it does not.
CALIBRATED = {"per_device_train_batch_size": 8, "gradient_accumulation_steps": 1}
HELD_OUT = [
    {"per_device_train_batch_size": 16, "gradient_accumulation_steps": 1, "ddp_bucket_cap_mb": 10},
    {"per_device_train_batch_size": 6, "gradient_accumulation_steps": 3, "zero_stage": 1},
]


def run(words, **options):
    outcome = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True, **options)
    if outcome.returncode:
        sys.exit(f"{' '.join(words)} ended with {outcome.returncode}\n{outcome.stdout}\n{outcome.stderr}")
    return outcome.stdout


def write_model(folder, name):
    task, config = MODELS[name]
    os.makedirs(folder)
    for file in ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.txt"):
        shutil.copy(os.path.join(TOKENIZER, file), folder)
    config = dict(config, vocab_size=VOCABULARY)
    with open(folder + "/config.json", "w") as file:
        json.dump(config, file)
    return task


def write_rows(path, task):
    draw = random.Random(3)
    with open(os.path.join(TOKENIZER, "vocab.txt")) as file:
        words = [w for w in file.read().split() if w.isalpha()][:6_000]
    with open(path, "w") as file:
        for row in range(3_000):
            # Zipf, as words of texts come.
            count = draw.randint(24, 72)
            text = " ".join(words[min(len(words) - 1, int(len(words) ** draw.random()))] for _ in range(count))
            line = {"text": text}
            if task == "text-classification":
                line["label"] = "ab"[row % 2]
            file.write(json.dumps(line) + "\n")


class PeakMemory:
    """The peaks of the ranks of a job, by looking at /proc while it runs."""

    def __init__(self, mark):
        self.mark, self.peaks, self.ends = mark, {}, False
        self.thread = threading.Thread(target=self.watch)
        self.thread.start()

    def watch(self):
        while not self.ends:
            for process in filter(str.isdigit, os.listdir("/proc")):
                try:
                    with open(f"/proc/{process}/cmdline") as file:
                        words = file.read().split("\0")
                    if not words[0].endswith("lockstep") or self.mark not in words:
                        continue
                    with open(f"/proc/{process}/status") as file:
                        for line in file:
                            if line.startswith("VmHWM"):
                                self.peaks[process] = int(line.split()[1]) * 1024
                except OSError:
                    continue
            time.sleep(0.05)

    def end(self):
        self.ends = True
        self.thread.join()
        return max(self.peaks.values(), default=0)


def flags(settings):
    return [word for key, value in settings.items() for word in (f"--{key}", str(value))]


def trial(folder, name, hosts, steps):
    """Measured and planned seconds and bytes of each held-out setting."""
    task = write_model(f"{folder}/model", name)
    write_rows(f"{folder}/train.jsonl", task)
    common = {
        "task": task, "config_name": f"{folder}/model", "train_file": f"{folder}/train.jsonl",
        "max_seq_length": 128, "threads_per_rank": 1, "save_strategy": "no", "logging_steps": 1,
        "max_steps": steps, "learning_rate": 1e-5,
    }
    recipe = f"{folder}/recipe.yaml"
    with open(recipe, "w") as file:
        file.writelines(f"{key}: {json.dumps(value)}\n" for key, value in common.items())
    cluster = f"{folder}/cluster.yaml"
    with open(cluster, "w") as file:
        file.write("hosts:\n" + "".join(f"  - {{name: h{i}, slots: 1}}\n" for i in range(hosts)))
        file.write("threads_per_rank: 1\ninterface: eth0\n")
    mpirun = [HOSTS, "--name", NAME, "mpirun", "-np", str(hosts), BINARY]
    calibration = f"{folder}/calibration.json"
    start = time.time()
    run(mpirun + ["plan", recipe, "--output_dir", f"{folder}/none", "--cluster", cluster, "--nodes", str(hosts),
                  "--save_calibration", calibration] + flags(CALIBRATED))
    seconds = time.time() - start
    rows = []
    for index, settings in enumerate(HELD_OUT):
        output = f"{folder}/run{index}"
        own = ["--output_dir", output] + flags(settings)
        plan = json.loads(run(
            [BINARY, "plan", recipe, "--cluster", cluster, "--nodes", str(hosts), "--calibration", calibration,
             "--json"] + own))
        given = plan["plans"][0]["as_given"]
        peak = PeakMemory(output)
        run(mpirun + ["train", recipe] + own)
        memory = peak.end()
        with open(output + "/metrics.jsonl") as file:
            records = [json.loads(line) for line in file]
        rates = [r["samples_per_second"] for r in records if "samples_per_second" in r]
        batch = given["rows_per_step"]
        measured = statistics.median(batch / rate for rate in rates[3:])
        rows.append((settings, measured, given["step_seconds"], memory, given["rank_memory_bytes"]))
        shutil.rmtree(output)
    return seconds, rows


def main():
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--models", default=",".join(MODELS))
    options.add_argument("--hosts", default="2,4")
    options.add_argument("--rates", default="1gbit,10gbit")
    options.add_argument("--steps", type=int, default=14)
    options = options.parse_args()
    os.environ.update(OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1")
    print("| model | hosts | rate | batch × accumulation, more | s a step, planned | measured | error | a rank, planned "
          "| measured | error | calibrated in |\n|---|---|---|---|---|---|---|---|---|---|---|", flush=True)
    is_good = True
    for hosts in map(int, options.hosts.split(",")):
        for rate in options.rates.split(","):
            run([HOSTS, "--name", NAME, "up", str(hosts), "--rate", rate])
            try:
                for name in options.models.split(","):
                    with tempfile.TemporaryDirectory() as folder:
                        seconds, rows = trial(folder, name, hosts, options.steps)
                    for settings, measured, planned, memory, planned_memory in rows:
                        errors = planned / measured - 1, planned_memory / memory - 1
                        is_good = is_good and abs(errors[0]) <= 0.1 and abs(errors[1]) <= 0.05
                        more = {k: v for k, v in settings.items() if k not in CALIBRATED}
                        shape = " × ".join(str(settings[key]) for key in CALIBRATED)
                        print(f"| {name} | {hosts} | {rate} | {shape}, {json.dumps(more)} | {planned:.3f} | "
                              f"{measured:.3f} | {errors[0]:+.1%} | {planned_memory / 2**20:.0f} MiB | "
                              f"{memory / 2**20:.0f} MiB | {errors[1]:+.1%} | {seconds:.0f} s |", flush=True)
            finally:
                run([HOSTS, "--name", NAME, "down"])
    sys.exit(0 if is_good else 1)


if __name__ == "__main__":
    main()
