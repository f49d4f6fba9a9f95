"""Makes the optimiser goldens: learning rates of transformers and updates of torch.

    python generate.py            writes optimizers.json and manifest.json beside this script
    python generate.py --check    makes them anew and compares every byte

Needs exactly the versions in PINNED. Rates are float64; parameters and gradients are float32 and printed so that
they round-trip.
"""
import argparse
import hashlib
import json
import os
import sys

os.environ["OMP_NUM_THREADS"] = "1"
import numpy
import torch
import transformers

SEED = 20240612
PINNED = {"torch": "2.15.0", "transformers": "5.23.0"}
PEAK = 3e-5
KINDS = ["linear", "cosine", "constant", "constant_with_warmup"]
SPANS = [(0, 1), (0, 10), (3, 10), (10, 10), (1, 7), (12, 10)]  # warm-up steps, all steps
LONG = (100, 1000, [0, 1, 50, 99, 100, 101, 333, 550, 999, 1000])
SHAPES = {"first.weight": (3, 5), "first.bias": (3,), "norm.weight": (7,), "second.weight": (2, 9)}
STEPS = 5
RATES = [0.0, 1e-3, 5e-4, 2e-3, 1e-4]


def rates(kind, warmup, total, steps):
    """The rate of the update after each number of updates."""
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=PEAK)
    scheduler = transformers.get_scheduler(kind, optimizer, num_warmup_steps=warmup, num_training_steps=total)
    found = []
    for _ in range(max(steps) + 1):
        found.append(scheduler.get_last_lr()[0])
        optimizer.step()
        scheduler.step()
    return {"kind": kind, "peak": PEAK, "warmup": warmup, "total": total, "steps": steps,
            "rates": [found[s] for s in steps]}


def shortest(tensor):
    """The shortest decimals that read back as the same float32 numbers."""
    return [float(numpy.format_float_scientific(x, unique=True)) for x in tensor.detach().numpy().ravel()]


def updates(name, make, maximum):
    """Parameters after each step, in the parameter groups of the Hugging Face Trainer."""
    generator = torch.Generator().manual_seed(SEED)
    parameters = {n: torch.nn.Parameter(torch.randn(s, generator=generator)) for n, s in SHAPES.items()}
    case = {"name": name, "maximumNorm": maximum, "rates": RATES, "steps": [],
            "initial": {n: shortest(p) for n, p in parameters.items()}}
    decayed = [p for n, p in parameters.items() if n in ("first.weight", "second.weight")]
    others = [p for n, p in parameters.items() if n not in ("first.weight", "second.weight")]
    optimizer = make([{"params": decayed, "weight_decay": 0.1}, {"params": others, "weight_decay": 0.0}])
    for step in range(STEPS):
        size = 10.0 ** (1 - step)  # norms above and below the maximum
        gradients = {}
        for n, p in parameters.items():
            p.grad = torch.randn(p.shape, generator=generator) * size
            gradients[n] = shortest(p.grad)
        norm = torch.nn.utils.clip_grad_norm_(parameters.values(), maximum) if maximum else torch.tensor(0.0)
        for group in optimizer.param_groups:
            group["lr"] = RATES[step]
        optimizer.step()
        case["steps"].append({"gradients": gradients, "norm": norm.item()})
    case["final"] = {n: shortest(p) for n, p in parameters.items()}
    return case


def generate():
    schedules = [rates(k, w, t, list(range(max(w, t) + 3))) for k in KINDS for w, t in SPANS]
    schedules += [rates(k, *LONG) for k in KINDS]
    optimizers = [
        updates("adamw", lambda g: torch.optim.AdamW(g, lr=1, betas=(0.9, 0.98), eps=1e-6), 1.0),
        updates("sgd", lambda g: torch.optim.SGD(g, lr=1, momentum=0.9), 1.0),
        updates("sgd-plain", lambda g: torch.optim.SGD(g, lr=1), 0.0)]
    lines = ["{"]
    lines += ['"schedules": [', ",\n".join(json.dumps(s) for s in schedules), "],"]
    lines += ['"optimizers": [', ",\n".join(json.dumps(o) for o in optimizers), "]", "}"]
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--check", action="store_true", help="compare fresh files with those here")
    check = parser.parse_args().check
    found = {m.__name__: m.__version__.split("+")[0] for m in (torch, transformers)}
    if found != PINNED:
        raise SystemExit(f"generate.py needs {PINNED}, found {found}: install those versions")
    torch.set_num_threads(1)
    goldens = generate()
    digest = hashlib.sha256(goldens.encode()).hexdigest()
    here = os.path.dirname(os.path.abspath(__file__))
    with open(os.path.join(here, "schedules.json"), "rb") as file:  # made by schedules.py
        other = hashlib.sha256(file.read()).hexdigest()
    manifest = {"generator": "generate.py", "seed": SEED, "versions": PINNED,
                "sha256": {"optimizers.json": digest, "schedules.json": other}}
    contents = {"optimizers.json": goldens, "manifest.json": json.dumps(manifest, indent=1) + "\n"}
    for name, text in contents.items():
        path = os.path.join(here, name)
        if not check:
            with open(path, "w") as file:
                file.write(text)
        elif not os.path.exists(path) or open(path).read() != text:
            sys.exit(f"different: {name}")


if __name__ == "__main__":
    main()
