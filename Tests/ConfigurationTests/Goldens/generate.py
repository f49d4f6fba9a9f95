"""Makes the goldens of cluster files: what `lockstep launch --print` renders of each shipped file that has no command
line of its own, kept only if the schemas of Kubernetes, Kubeflow's Trainer and Azure Machine Learning accept it, and
the rules that mpi-operator, PBS and LSF have.

    LOCKSTEP_BINARY=PROGRAM python generate.py            writes the goldens and SHA256SUMS beside this script
    LOCKSTEP_BINARY=PROGRAM python generate.py --check    renders them anew and compares every byte
"""
import os
import re
import subprocess
import sys
import tempfile

import yaml
from azure.ai.ml import load_job
from kubeflow_trainer_api.models.trainer_v1alpha1_train_job import TrainerV1alpha1TrainJob
from kubeflow_trainer_api.models.trainer_v1alpha1_training_runtime import TrainerV1alpha1TrainingRuntime
from kubernetes_validate.utils import validate

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..")
sys.path.insert(0, os.path.join(ROOT, "Tests"))
import goldens

PINNED = {"yaml": "6.0.4", "azure.ai.ml": "1.35.2", "kubeflow_trainer_api": "2.3.0", "kubernetes_validate": "1.37.0"}
KUBERNETES = "1.30"
NAMES = ["azureml", "kubernetes-mpijob", "kubernetes-trainjob", "lsf", "pbs", "spot-nodes"]


def render(name):
    """What the program prints, with the folder of the program and of the scripts as a package has them."""
    program = os.path.realpath(os.environ["LOCKSTEP_BINARY"])
    cluster = os.path.join(ROOT, "cluster-configs", f"{name}.yaml")
    variables = {key: value for key, value in os.environ.items() if not key.startswith("OMPI_MCA_")}
    text = subprocess.run([program, "launch", "--cluster", cluster, "--print", "--", "train", "recipe.yaml"],
                          cwd=ROOT, env=variables, check=True, capture_output=True, text=True).stdout
    scripts = os.path.join(os.path.realpath(ROOT), "launch")
    return text.replace(program, "/opt/lockstep/bin/lockstep").replace(scripts, "/opt/lockstep/launch")


def expect(condition, text):
    if not condition:
        raise SystemExit(f"{text} is not so")


def check_pod(spec):
    """A pod of this specification, by the JSON schema of Kubernetes, which knows no other fields."""
    validate({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "pod"}, "spec": spec}, KUBERNETES, strict=True)


def check_mpi_job(document):
    """What mpi-operator's definition of kubeflow.org/v2beta1 and its validation ask for."""
    expect(document["apiVersion"] == "kubeflow.org/v2beta1" and document["kind"] == "MPIJob", "the kind of an MPIJob")
    spec = document["spec"]
    expect(set(spec) <= {"slotsPerWorker", "runLauncherAsWorker", "runPolicy", "mpiReplicaSpecs", "sshAuthMountPath",
                         "launcherCreationPolicy", "mpiImplementation"}, "a field of an MPIJob's spec")
    expect(isinstance(spec["slotsPerWorker"], int) and spec["slotsPerWorker"] >= 1, "slotsPerWorker")
    expect(spec["launcherCreationPolicy"] in ("AtStartup", "WaitForWorkersReady"), "launcherCreationPolicy")
    expect(spec["mpiImplementation"] in ("OpenMPI", "Intel", "MPICH"), "mpiImplementation")
    policy = spec["runPolicy"]
    expect(set(policy) <= {"cleanPodPolicy", "ttlSecondsAfterFinished", "activeDeadlineSeconds", "backoffLimit",
                           "schedulingPolicy", "suspend", "managedBy"}, "a field of a runPolicy")
    expect(policy["cleanPodPolicy"] in ("None", "Running", "All"), "cleanPodPolicy")
    expect(policy["backoffLimit"] >= 0, "backoffLimit")
    replicas = spec["mpiReplicaSpecs"]
    expect(set(replicas) == {"Launcher", "Worker"} and replicas["Launcher"]["replicas"] == 1, "the replicas")
    for replica in replicas.values():
        expect(set(replica) <= {"replicas", "restartPolicy", "template"}, "a field of a replica")
        expect(replica["restartPolicy"] in ("Never", "OnFailure") and replica["replicas"] >= 1, "a replica")
        check_pod(replica["template"]["spec"])
    last = f"{document['metadata']['name']}-worker-{replicas['Worker']['replicas'] - 1}"
    expect(re.fullmatch("[a-z]([-a-z0-9]*[a-z0-9])?", last) and len(last) <= 63, "the name of the last worker")


def check_train_job(runtime, job):
    """Both as the Trainer's own models read them: what a model does not know, it would not give back."""
    expect(TrainerV1alpha1TrainingRuntime.from_dict(runtime).to_dict() == runtime, "every field of the runtime known")
    expect(TrainerV1alpha1TrainJob.from_dict(job).to_dict() == job, "every field of the TrainJob known")
    expect(job["spec"]["runtimeRef"]["name"] == runtime["metadata"]["name"], "the name of the runtime")
    jobs = {each["name"]: each for each in runtime["spec"]["template"]["spec"]["replicatedJobs"]}
    expect(list(jobs) == ["node", "launcher"], "the jobs that the Trainer's MPI plugin looks for")
    for each in jobs.values():
        pod = each["template"]["spec"]["template"]["spec"]
        expect([container["name"] for container in pod["containers"]] == ["node"], "the container that it changes")
        # The launcher's command is the TrainJob's.
        check_pod(pod)


def check_batch(text, prefix, patterns):
    """A batch file: every directive has one of the forms that the scheduler's manual gives, and bash parses it."""
    lines = text.split("\n")
    expect(lines[0] == "#!/usr/bin/env bash", "the first line of a batch file")
    directives = [line for line in lines if line.startswith("#") and line != lines[0]]
    expect(lines[1:len(directives) + 1] == directives, "directives that stand before all commands")
    for line in directives:
        expect(any(re.fullmatch(f"{prefix} {pattern}", line) for pattern in patterns), f"'{line}'")
    subprocess.run(["bash", "-n"], input=text, text=True, check=True)


PBS = [r"-N \S{1,230}", r"-l select=\d+:ncpus=\d+:mpiprocs=\d+:ompthreads=\d+(:mem=\d+[kmgt]b)?",
       r"-l place=(free|pack|scatter|vscatter)(:(excl|exclhost|shared))?", r"-l walltime=\d+:\d\d:\d\d", r"-q \S+",
       r"-j (oe|eo|n)", r"-r (y|n)"]
LSF = [r'-J "[^"]+"', r"-n \d+", r'-R "span\[ptile=\d+\] affinity\[core\(\d+\)\]"', r"-W \d+:\d\d", r'-q "[^"]+"',
       "-x", r"-wa (USR1|URG|CHKPNT)", r"-wt \d+(:\d\d)?", r'-Q "\d+"', "-r", r'-o "[^"]+"']


def check(name, text):
    if name == "pbs":
        return check_batch(text, "#PBS", PBS)
    if name == "lsf":
        return check_batch(text, "#BSUB", LSF)
    if name == "azureml":
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
            file.write(text)
            file.flush()
            job = load_job(file.name)
        problems = job._validate().error_messages
        expect(not problems and job.distribution.type == "mpi", f"a job of Azure: {problems}")
        return None
    documents = list(yaml.safe_load_all(text))
    return check_train_job(*documents) if name == "kubernetes-trainjob" else check_mpi_job(*documents)


def generate(folder):
    for name in NAMES:
        text = render(name)
        check(name, text)
        with open(os.path.join(folder, f"{name}.txt"), "w", encoding="utf-8") as file:
            file.write(text)


if __name__ == "__main__":
    goldens.main(__file__, generate, PINNED)
