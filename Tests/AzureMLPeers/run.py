"""Holds an export for Azure Machine Learning against Azure's own client, azure-ai-ml 1.35.2, offline.

    python run.py LOCKSTEP [MODEL]       an export of a small run that is made here, by the program LOCKSTEP
    python run.py --folder FOLDER        what `lockstep export --format azureml` wrote

Exit code 0: every document was read; 1: one was refused; 2: a package is missing.
"""
import json
import pathlib
import subprocess
import sys
import tempfile

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


if __name__ == "__main__":
    if sys.argv[1:2] == ["--folder"] and len(sys.argv) == 3:
        sys.exit(check(pathlib.Path(sys.argv[2])))
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    with tempfile.TemporaryDirectory() as scratch:
        sys.exit(check(export(pathlib.Path(scratch), sys.argv[1])))
