"""Makes schedules.json: learning rates of transformers' get_scheduler with lr_scheduler_kwargs, and of torch's plateaus.

    python schedules.py            writes schedules.json and its checksum in manifest.json beside this script
    python schedules.py --check    makes them anew and compares every byte

Needs exactly the versions in PINNED. Rates are float64 and printed so that they round-trip.
"""
import argparse
import hashlib
import json
import os
import sys

import torch
import transformers

PINNED = {"torch": "2.15.0", "transformers": "5.24.0"}
PEAK = 3e-5
SPANS = [(0, 10), (3, 10), (1, 7), (10, 40)]  # warm-up steps, all steps
CASES = [
    ("cosine", {"num_cycles": 1.5}),
    ("cosine_with_restarts", {}),
    ("cosine_with_restarts", {"num_cycles": 3}),
    ("polynomial", {}),
    ("polynomial", {"lr_end": 1e-6, "power": 2.0}),
    ("inverse_sqrt", {}),
    ("inverse_sqrt", {"timescale": 25}),
    ("cosine_with_min_lr", {"min_lr": 1e-6}),
    ("cosine_with_min_lr", {"min_lr_rate": 0.1, "num_cycles": 1.0}),
    ("cosine_warmup_with_min_lr", {"min_lr_rate": 0.1}),
    ("cosine_warmup_with_min_lr", {"min_lr": 2e-6, "warmup_lr_rate": 0.2}),
    ("warmup_stable_decay", {"num_decay_steps": 3}),
    ("warmup_stable_decay", {"num_decay_steps": 4, "decay_type": "linear", "warmup_type": "cosine"}),
    ("warmup_stable_decay", {"num_decay_steps": 4, "decay_type": "1-sqrt", "warmup_type": "1-sqrt",
                             "min_lr_ratio": 0.1}),
    ("warmup_stable_decay", {"num_decay_steps": 3, "num_stable_steps": 2, "num_cycles": 0.3}),
]
METRICS = [1.0, 0.9, 0.91, 0.92, 0.90005, 0.95, 0.96, 0.5, 0.6, 0.7, 0.8, 0.9, 0.7, 0.3, 0.31, 0.32, 0.33, 0.34]
PLATEAUS = [
    ("min", {"factor": 0.5, "patience": 1}),
    ("min", {"factor": 0.5, "patience": 0, "cooldown": 2, "threshold": 0.01}),
    ("max", {"factor": 0.3, "patience": 2, "min_lr": 4e-6}),
]


def rates(kind, options, warmup, total):
    """The rate of the update after each number of updates."""
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=PEAK)
    scheduler = transformers.get_scheduler(
        kind, optimizer, num_warmup_steps=warmup, num_training_steps=total, scheduler_specific_kwargs=dict(options))
    found = []
    for _ in range(total + 3):
        found.append(scheduler.get_last_lr()[0])
        optimizer.step()
        scheduler.step()
    return {"kind": kind, "options": options, "peak": PEAK, "warmup": warmup, "total": total, "rates": found}


def plateau(mode, options):
    """The rate after each evaluation."""
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=PEAK)
    scheduler = transformers.get_scheduler(
        "reduce_lr_on_plateau", optimizer, scheduler_specific_kwargs={"mode": mode, **options})
    found = []
    for metric in METRICS:
        optimizer.step()
        scheduler.step(metric)
        found.append(optimizer.param_groups[0]["lr"])
    return {"mode": mode, "options": options, "peak": PEAK, "metrics": METRICS, "rates": found}


def generate():
    schedules = [rates(kind, options, *span) for kind, options in CASES for span in SPANS]
    plateaus = [plateau(*case) for case in PLATEAUS]
    lines = ['{"schedules": [', ",\n".join(map(json.dumps, schedules)), "],"]
    return "\n".join(lines + ['"plateaus": [', ",\n".join(map(json.dumps, plateaus)), "]}"]) + "\n"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--check", action="store_true", help="compare fresh files with those here")
    check = parser.parse_args().check
    found = {m.__name__: m.__version__.split("+")[0] for m in (torch, transformers)}
    if found != PINNED:
        raise SystemExit(f"schedules.py needs {PINNED}, found {found}: install those versions")
    text = generate()
    here = os.path.dirname(os.path.abspath(__file__))
    with open(os.path.join(here, "manifest.json")) as file:
        manifest = json.load(file)
    manifest["sha256"]["schedules.json"] = hashlib.sha256(text.encode()).hexdigest()
    contents = {"schedules.json": text, "manifest.json": json.dumps(manifest, indent=1) + "\n"}
    for name, content in contents.items():
        path = os.path.join(here, name)
        if not check:
            with open(path, "w") as file:
                file.write(content)
        elif not os.path.exists(path) or open(path).read() != content:
            sys.exit(f"different: {name}")


if __name__ == "__main__":
    main()
