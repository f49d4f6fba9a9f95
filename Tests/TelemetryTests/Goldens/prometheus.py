#!/usr/bin/env python3
"""Writes prometheus.txt: metrics by Prometheus' own client, in its text format 0.0.4; and reads any text back.

    python3 -m venv v && v/bin/pip install prometheus_client==0.26.0 && v/bin/python prometheus.py
    v/bin/python prometheus.py TEXT    the parser reads TEXT and finds the same samples as in prometheus.txt
"""
import os
import sys

os.environ["PROMETHEUS_DISABLE_CREATED_SERIES"] = "True"
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.parser import text_string_to_metric_families

here = os.path.dirname(os.path.abspath(__file__))
registry = CollectorRegistry()
requests = Counter(
    "lockstep_requests_total", "Requests that were answered.", ["route", "status"], registry=registry)
requests.labels("/predict", "200").inc(3)
requests.labels('/pre"dict\\\nrün', "429").inc(1)
Gauge("lockstep_loss", "Mean loss: a \\ and\na second line.", registry=registry).set(float("nan"))
rank = Gauge("lockstep_rank_step_seconds", "Seconds a step.", ["rank"], registry=registry)
rank.labels("0").set(0.1)
rank.labels("1").set(1e-7)
rank.labels("0").inc(0.5)
rank.labels("2").set(float("-inf"))
latency = Histogram(
    "lockstep_request_seconds", "Seconds from request to answer.", ["route"], registry=registry,
    buckets=[0.005, 0.1, 1, 2.5])
for value in [0.001, 0.005, 0.0051, 0.9, 7, 1e6]:
    latency.labels("/predict").observe(value)
Counter("lockstep_swaps_total", "Models that took another's place.", registry=registry)


def samples(text):
    return [
        (family.name, family.type, family.documentation, sample.name, sample.labels, repr(sample.value))
        for family in text_string_to_metric_families(text) for sample in family.samples]


text = generate_latest(registry).decode()
if len(sys.argv) > 1:
    given = samples(open(sys.argv[1]).read())
    assert given == samples(text), given
    print(f"{len(given)} samples are equal")
else:
    with open(os.path.join(here, "prometheus.txt"), "w") as file:
        file.write(text)
