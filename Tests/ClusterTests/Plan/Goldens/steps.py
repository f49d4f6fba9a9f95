#!/usr/bin/env python3
"""steps.json: times of simulated optimiser steps, from a simulator that shares nothing with the program's.

The program jumps from event to event. This one cuts time into 400,000 slices and asks in each who may work:
  python3 steps.py > steps.json      (Python 3.11, standard library alone; seed 7)"""
import json
import random

SLICES = 400_000


def simulate(case):
    batches, gathers, sums = case["micro_batches"], case["gathers"], case["sums"]
    threads, spare = case["threads"], case["has_spare_core"]
    work = sum(batches) + sum(c["processor"] + c["wire"] for c in gathers + sums)
    dt = 2 * work / SLICES
    batch, done = 0, 0.0
    queue = [dict(c, kind="gather", whole_wire=c["wire"]) for c in gathers]
    queue += [dict(c, kind="sum", whole_wire=c["wire"]) for c in sums]
    time = waiting = communication = 0.0
    while batch < len(batches) or queue:
        # What the communication thread may do.
        head = queue[0] if queue else None
        active = False
        if head is not None:
            if head["kind"] == "gather" or batch == len(batches):
                active = True
            elif batch == len(batches) - 1:
                active = done >= head["place"] * batches[-1]
        # What the computing threads may do: the first micro-batch stops at a value that is not there.
        computing = batch < len(batches)
        if computing and batch == 0 and head is not None and head["kind"] == "gather":
            computing = done < head["place"] * batches[0]
        on_wire = active and head["processor"] <= 0
        speed, comm_speed = 1.0, 1.0
        if computing and active and not spare:
            if on_wire:
                speed = max(0.05, 1 - head["stolen"] / head["whole_wire"] / threads)
            else:
                speed = comm_speed = threads / (threads + 1)
        if computing:
            done += dt * speed
            if done >= batches[batch] and not (batch == 0 and head is not None and head["kind"] == "gather"):
                batch, done = batch + 1, 0.0
        else:
            waiting += dt
        if active:
            communication += dt
            if on_wire:
                head["wire"] -= dt
            else:
                head["processor"] -= dt * comm_speed
            if head["processor"] <= 0 and head["wire"] <= 0:
                queue.pop(0)
        time += dt
    return {"step": time + case["closing"], "waiting": waiting, "communication": communication}


def collective(draw, place, scale):
    kind = draw.choice(["memory", "messages", "both"])
    processor = 0.0 if kind == "messages" else draw.uniform(0.02, 0.3) * scale
    wire = 0.0 if kind == "memory" else draw.uniform(0.05, 0.6) * scale
    return {"place": place, "processor": processor, "wire": wire,
            "stolen": draw.choice([0.0, 0.2, 0.6]) * wire}


def case(draw):
    micro = [draw.uniform(0.5, 1.5) for _ in range(draw.choice([1, 1, 2, 4]))]
    places = sorted(draw.uniform(0.3, 1.0) for _ in range(draw.randint(0, 6)))
    needed = sorted(draw.uniform(0.0, 0.3) for _ in range(draw.choice([0, 0, 3, 5])))
    scale = draw.choice([0.1, 0.5, 2.0])
    return {"micro_batches": micro, "threads": draw.choice([1, 2, 8]),
            "has_spare_core": draw.random() < 0.3, "closing": draw.uniform(0, 0.2),
            "gathers": [collective(draw, p, scale) for p in needed],
            "sums": [collective(draw, p, scale) for p in places]}


def main():
    draw = random.Random(7)
    cases = [case(draw) for _ in range(24)]
    # By hand: 1 s of work on one thread, a bucket of 0.5 s on the wire from 0.6 s on: 1.1 s. And one of 0.5 s
    # on the processor, which shares the core for 0.8 s while 0.4 s are computed, and is then alone for 0.1 s.
    for processor, wire in ((0.0, 0.5), (0.5, 0.0)):
        cases.append({"micro_batches": [1.0], "threads": 1, "has_spare_core": False, "closing": 0.0, "gathers": [],
                      "sums": [{"place": 0.6, "processor": processor, "wire": wire, "stolen": 0.0}]})
    results = []
    for one in cases:
        copy = json.loads(json.dumps(one))
        one["outcome"] = simulate(copy)
        results.append(one)
    print(json.dumps({"cases": results}, indent=1))


main()
