#!/usr/bin/env python3
"""A run of lockstep that is watched by real programs: TensorBoard's reader, a Prometheus that scrapes it, an MLflow
server and rotel, a collector of OpenTelemetry. `launch/test --peers` starts it.

    run.py LOCKSTEP MODEL    LOCKSTEP: the program; MODEL: the folder of a small encoder
"""
import glob
import importlib.util
import json
import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request

WAIT_SECONDS = 180
lockstep, model = map(os.path.abspath, sys.argv[1:3])
work = tempfile.mkdtemp(prefix="lockstep-peers.")
processes = []


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def get(address):
    with urllib.request.urlopen(address, timeout=10) as answer:
        return answer.read().decode()


def start(name, *command):
    log = open(f"{work}/{name}.log", "w")
    processes.append(subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, cwd=work))


def wait(what, condition):
    end = time.time() + WAIT_SECONDS
    while time.time() < end:
        try:
            found = condition()
            if found:
                return found
        except OSError:
            pass
        time.sleep(0.5)
    sys.exit(f"{what} did not come within {WAIT_SECONDS} s; logs: {work}")


def check(sentence, condition, shown=""):
    if not condition:
        sys.exit(f"NOT SO: {sentence} {shown}; logs: {work}")
    print(f"ok: {sentence}", flush=True)


def prometheus_programs():
    """prometheus and promtool: installed, or from Debian's package unpacked beside the logs."""
    if shutil.which("prometheus") and shutil.which("promtool"):
        return "prometheus", "promtool"
    subprocess.run(["apt-get", "download", "-qq", "prometheus"], cwd=work, check=True, stderr=subprocess.DEVNULL)
    subprocess.run(["dpkg", "-x", glob.glob(f"{work}/prometheus_*.deb")[0], f"{work}/debian"], check=True)
    return f"{work}/debian/usr/bin/prometheus", f"{work}/debian/usr/bin/promtool"


def rows(name, count, seed):
    draw = random.Random(seed)
    with open(f"{work}/{name}.jsonl", "w") as file:
        for _ in range(count):
            label = draw.choice(["good", "bad"])
            words = [draw.choice(["fine", "great"] if label == "good" else ["poor", "dull"]) for _ in range(12)]
            file.write(json.dumps({"text": " ".join(words), "label": label}) + "\n")


prometheus, promtool = prometheus_programs()
page, web, tracking, http, grpc = (free_port() for _ in range(5))
with open(f"{work}/prometheus.yml", "w") as file:
    json.dump(
        {
            "global": {"scrape_interval": "1s"},
            "scrape_configs": [
                {"job_name": "lockstep", "static_configs": [{"targets": [f"127.0.0.1:{page}"]}]}],
        }, file)
start(
    "prometheus", prometheus, f"--config.file={work}/prometheus.yml", f"--storage.tsdb.path={work}/series",
    f"--web.listen-address=127.0.0.1:{web}")
start(
    "mlflow", sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(tracking), "--workers", "1",
    "--backend-store-uri", f"sqlite:///{work}/mlflow.db", "--artifacts-destination", f"{work}/artifacts")
collector = os.path.join(os.path.dirname(importlib.util.find_spec("rotel").origin), "rotel-agent")
start(
    "rotel", collector, "start", "--otlp-http-endpoint", f"127.0.0.1:{http}", "--otlp-grpc-endpoint",
    f"127.0.0.1:{grpc}", "--exporter", "blackhole", "--debug-log", "metrics", "--debug-log", "traces",
    "--debug-log-verbosity", "detailed")
try:
    wait("MLflow", lambda: get(f"http://127.0.0.1:{tracking}/health"))
    wait("Prometheus", lambda: get(f"http://127.0.0.1:{web}/-/ready"))
    rows("train", 400, 1)
    rows("validation", 40, 2)
    environment = dict(
        os.environ, MLFLOW_TRACKING_URI=f"http://127.0.0.1:{tracking}", MLFLOW_EXPERIMENT_NAME="peers of lockstep",
        OTEL_EXPORTER_OTLP_ENDPOINT=f"http://127.0.0.1:{http}", OTEL_RESOURCE_ATTRIBUTES="team=peers")
    run = subprocess.Popen(
        [
            lockstep, "train", "--task", "text-classification", "--model_name_or_path", model, "--train_file",
            f"{work}/train.jsonl", "--validation_file", f"{work}/validation.jsonl", "--output_dir", f"{work}/run",
            "--per_device_train_batch_size", "8", "--num_train_epochs", "2", "--logging_steps", "1",
            "--eval_strategy", "epoch", "--save_strategy", "epoch", "--report_to", "tensorboard,mlflow,otlp",
            "--metrics_port", str(page),
        ], env=environment, stdout=open(f"{work}/lockstep.log", "w"), stderr=subprocess.STDOUT)
    def scraped():
        if run.poll() is not None:
            sys.exit(f"the run ended before it was scraped: {open(f'{work}/lockstep.log').read()[-2000:]}")
        text = get(f"http://127.0.0.1:{page}/metrics")
        return text if "lockstep_loss " in text and "lockstep_rank_step_seconds{" in text else None

    text = wait("the page of metrics", scraped)
    lint = subprocess.run([promtool, "check", "metrics"], input=text, capture_output=True, text=True)
    check("promtool check metrics is clean", lint.returncode == 0, lint.stderr)
    from prometheus_client.parser import text_string_to_metric_families
    names = {family.name for family in text_string_to_metric_families(text)}
    wanted = {
        "lockstep_loss", "lockstep_learning_rate", "lockstep_gradient_norm", "lockstep_rows", "lockstep_tokens",
        "lockstep_rows_per_second", "lockstep_tokens_per_second", "lockstep_matrix_peak_ratio", "lockstep_step_seconds",
        "lockstep_resident_memory_bytes", "lockstep_rank_step_seconds", "lockstep_rank_straggler",
        "lockstep_waiting_for_data_seconds"}
    check("prometheus_client parses the page and finds every figure", wanted <= names, wanted - names)
    check("the run ends well", run.wait(WAIT_SECONDS * 5) == 0, open(f"{work}/lockstep.log").read()[-2000:])
    check("nothing is told as lost", "did not reach" not in open(f"{work}/lockstep.log").read())

    query = urllib.parse.quote("max_over_time(lockstep_steps_total[1h])")
    series = json.loads(get(f"http://127.0.0.1:{web}/api/v1/query?query={query}"))["data"]["result"]
    check("Prometheus scraped the run", series and float(series[0]["value"][1]) > 0, series)

    lines = [json.loads(line) for line in open(f"{work}/run/metrics.jsonl")]
    losses = [(line["step"], line["loss"]) for line in lines if "loss" in line]
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
    events = EventAccumulator(f"{work}/run", size_guidance={"scalars": 0})
    events.Reload()
    read = [(event.step, event.value) for event in events.Scalars("train/loss")]
    same = len(read) == len(losses) and all(
        a[0] == b[0] and abs(a[1] - b[1]) <= 1e-6 * abs(b[1]) for a, b in zip(read, losses))
    check(f"TensorBoard's reader finds the {len(losses)} losses", same, read[:3])

    import mlflow
    client = mlflow.MlflowClient(f"http://127.0.0.1:{tracking}")
    found = client.search_runs([client.get_experiment_by_name("peers of lockstep").experiment_id])
    check("MLflow has one run, FINISHED", [one.info.status for one in found] == ["FINISHED"])
    history = [(one.step, one.value) for one in client.get_metric_history(found[0].info.run_id, "loss")]
    check("MLflow has the same losses, bit by bit", sorted(history) == losses, sorted(history)[:3])
    check("MLflow has the parameters", found[0].data.params.get("per_device_train_batch_size") == "8")
    artifacts = [one.path for one in client.list_artifacts(found[0].info.run_id)]
    check("MLflow has the report", artifacts == ["report.html"], artifacts)

    def told():
        log = open(f"{work}/rotel.log").read()
        return log if "lockstep.outcome" in log and "lockstep.loss" in log else None

    log = wait("the run's span at rotel", told)
    spans = {kind: log.count(f": {kind}\n") for kind in ("run", "epoch", "evaluation", "save")}
    check(
        "rotel got the spans of the run, 2 epochs, evaluations and saves",
        spans["run"] == 1 and spans["epoch"] == 2 and spans["evaluation"] == 2 and spans["save"] >= 1, spans)
    check("rotel got the resource's attributes", "team: Str(peers)" in log)
finally:
    for process in processes:
        process.terminate()
    for process in processes:
        process.wait(30)
shutil.rmtree(work)
