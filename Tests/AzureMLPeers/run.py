"""Holds an export for Azure Machine Learning against Azure's own client, azure-ai-ml 1.35.2, offline, and runs the entry
script of its second deployment form as Azure's server does, with ONNX Runtime and a data collector that listens here.

    python run.py LOCKSTEP MODEL         an export of a small run that is made here, by the program LOCKSTEP
    python run.py --folder FOLDER        what `lockstep export --format azureml` wrote

Exit code 0: every document was read; 1: one was refused; 2: a package is missing.
"""
import http.server
import importlib.util
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import threading
import time

try:
    import azure.ai.ml as ml
    import yaml
    from azure.ai.ml.entities._load_functions import load_schedule
except ImportError as error:
    print(f"{error}: pip install azure-ai-ml==1.35.2", file=sys.stderr)
    sys.exit(2)

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


def export(folder, program):
    """Writes a run of two labels, and the export of it."""
    run = folder / "Small run"
    run.mkdir()
    (run / "config.json").write_text(json.dumps({
        "model_type": "bert", "architectures": ["BertForSequenceClassification"],
        "id2label": {"0": "negative", "1": "positive"}}))
    for name in ("train", "validation"):
        (folder / f"{name}.jsonl").write_text('{"text": "good", "label": "positive"}\n')
    (run / "recipe.yaml").write_text(
        f"task: text-classification\nmodel_name_or_path: {run}\ntrain_file: {folder}/train.jsonl\n"
        f"validation_file: {folder}/validation.jsonl\noutput_dir: {run}\n")
    subprocess.run([program, "export", "--format", "azureml", str(run), "--output_dir", str(folder / "azureml"),
                    "--cluster", str(ROOT / "cluster-configs/azureml.yaml")], check=True)
    return folder / "azureml"


def load(path):
    """The entity of a document, by Azure's loader of its kind."""
    name = path.stem.split("-")[0]
    loaders = {"job": ml.load_job, "environment": ml.load_environment, "data": ml.load_data, "model": ml.load_model,
               "endpoint": ml.load_online_endpoint, "deployment": ml.load_online_deployment, "monitor": load_schedule}
    return loaders[name](path)


def check(folder):
    failures = 0
    for path in sorted(folder.glob("*.yml")):
        try:
            entity = load(path)
            if path.stem == "job":
                job = yaml.safe_load(path.read_text())
                ranks = job["resources"]["instance_count"] * job["distribution"]["process_count_per_instance"]
                assert str(job["environment_variables"]["LOCKSTEP_EXPECTED_RANKS"]) == str(ranks), job
                assert not entity._validate().error_messages, entity._validate().error_messages
            print(f"{path.name}: {type(entity).__name__}")
        except Exception as error:  # Any refusal of the client is the finding.
            failures += 1
            print(f"{path.name}: refused: {error}", file=sys.stderr)
    wanted = {"job", "environment", "model", "endpoint", "deployment", "data-train"}
    missing = wanted - {path.stem for path in folder.glob("*.yml")}
    if missing:
        failures += 1
        print(f"missing: {sorted(missing)}", file=sys.stderr)
    return 1 if failures else 0


class Collector(http.server.BaseHTTPRequestHandler):
    """Azure's data collector as its clients see it."""
    seen = []

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.seen.append((self.path, self.headers["ce-type"], self.headers["ce-x-request-id"], json.loads(body)))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *words):
        pass


def collector(scratch):
    """Starts the collector and sets the variables by which a deployment names it."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Collector)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    enabled = {"enabled": True, "sampleRatePercentage": 100}
    config = scratch / "mdc.json"
    config.write_text(json.dumps({"collections": {"model_inputs": enabled, "model_outputs": enabled}, "runMode": "cloud"}))
    os.environ |= {"AZUREML_MDC_CONFIG_PATH": str(config), "AZUREML_MDC_HOST": "127.0.0.1",
                   "AZUREML_MDC_PORT": str(server.server_port)}


def entry_script():
    """The entry script, loaded anew."""
    spec = importlib.util.spec_from_file_location("score", ROOT / "Sources/Operations/Export/AzureML/score.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def score(program, model, scratch):
    """Exports a small classifier as ONNX and asks the entry script; returns the number of failures."""
    reviews = ROOT / "launch/recipes/reviews"
    run = scratch / "run"
    subprocess.run([program, "train", "--model_name_or_path", model, "--train_file", f"{reviews}/train.jsonl",
                    "--max_train_samples", "256", "--num_train_epochs", "1", "--learning_rate", "3e-4",
                    "--output_dir", str(run)], check=True)
    subprocess.run([program, "export", "--model_name_or_path", str(run), "--validation_file", f"{reviews}/validation.jsonl",
                    "--output_dir", str(scratch / "models/onnx-model"), "--python", sys.executable], check=True)
    texts = [json.loads(line)["text"] for line in (reviews / "validation.jsonl").read_text().splitlines()[:20]]
    texts += ["Ü", "well made " * 400]
    rows = scratch / "rows.jsonl"
    rows.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
    answers = scratch / "answers.jsonl"
    subprocess.run([program, "predict", "--model_name_or_path", str(run), "--scores", "all",
                    "--predict_file", str(rows), "--output_file", str(answers)], check=True)
    wanted = [json.loads(line) for line in answers.read_text().splitlines()]
    os.environ["AZUREML_MODEL_DIR"] = str(scratch / "models")
    # What the deployment says of a run whose recipe names no length.
    os.environ["LOCKSTEP_MAX_LENGTH"] = "128"
    module = entry_script()
    module.init()
    found = module.run(json.dumps({"inputs": texts}))
    failures = 0
    for text, row, answer in zip(texts, wanted, found, strict=True):
        scores = {entry["label"]: entry["score"] for entry in answer}
        difference = max(abs(scores[label] - value) for label, value in row["scores"].items())
        if answer[0]["label"] != row["prediction"] or difference > 1e-4:
            failures += 1
            print(f"score.py answers {answer}, predict {row}: {text[:60]!r}", file=sys.stderr)
    print(f"score.py: {len(texts) - failures} of {len(texts)} answers are those of predict")
    single = module.run(json.dumps({"inputs": texts[0]}))
    if single[0]["label"] != found[0][0]["label"]:
        failures += 1
        print(f"score.py answers {single} alone, {found[0]} among others", file=sys.stderr)
    return failures + collected(texts, found)


def collected(texts, found):
    """Whether inputs and answers of the first request came to the collector, joined by one id."""
    end = time.time() + 30
    while time.time() < end and len(Collector.seen) < 4:
        time.sleep(0.1)
    rows = {}
    for path, kind, number, body in Collector.seen:
        if path == "/modeldata/log" and len(body) == len(texts):
            rows[kind] = (number, body)
    inputs = rows.get("azureml.inference.model_inputs", ("", []))
    outputs = rows.get("azureml.inference.model_outputs", ("", []))
    if inputs[0] != outputs[0] or [row["text"] for row in inputs[1]] != texts or [
            row["label"] for row in outputs[1]] != [answer[0]["label"] for answer in found]:
        print(f"the data collector was sent {Collector.seen}", file=sys.stderr)
        return 1
    print("score.py: the data collector has inputs and answers of one id")
    return 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["--folder"] and len(sys.argv) == 3:
        sys.exit(check(pathlib.Path(sys.argv[2])))
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        refused = check(export(folder, sys.argv[1]))
        collector(folder)
        sys.exit(1 if score(sys.argv[1], sys.argv[2], folder) or refused else 0)
