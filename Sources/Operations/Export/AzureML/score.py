"""Scores texts by ONNX Runtime: the entry script of the second deployment form. {"inputs": "a text" or a list of texts}."""
import json
import os

import numpy
import onnxruntime
from tokenizers import Tokenizer

try:
    from azureml.ai.monitoring import Collector
except ImportError:
    Collector = None

model = {}


def init():
    folder = os.path.join(os.environ["AZUREML_MODEL_DIR"], "onnx-model")
    model["session"] = onnxruntime.InferenceSession(os.path.join(folder, "model.onnx"), providers=["CPUExecutionProvider"])
    model["names"] = [value.name for value in model["session"].get_inputs()]
    model["tokenizer"] = Tokenizer.from_file(os.path.join(folder, "tokenizer.json"))
    with open(os.path.join(folder, "config.json")) as file:
        config = json.load(file)
    model["labels"] = {int(key): label for key, label in config["id2label"].items()}
    # The deployment says at how many tokens the model was trained to read.
    positions = config.get("max_position_embeddings", 512)
    if config.get("model_type") in ("roberta", "camembert", "xlm-roberta"):
        positions -= config.get("pad_token_id", 1) + 1
    model["tokenizer"].enable_truncation(int(os.environ.get("LOCKSTEP_MAX_LENGTH", positions)))
    model["tokenizer"].enable_padding(pad_id=config.get("pad_token_id", 0))
    model["collectors"] = None
    if Collector is not None and os.environ.get("AZUREML_MDC_CONFIG_PATH"):
        model["collectors"] = [Collector(name=name, on_error=print) for name in ("model_inputs", "model_outputs")]


def run(body):
    inputs = json.loads(body)["inputs"]
    texts = [inputs] if isinstance(inputs, str) else inputs
    rows = model["tokenizer"].encode_batch(texts)
    values = {"input_ids": [row.ids for row in rows], "attention_mask": [row.attention_mask for row in rows],
              "token_type_ids": [row.type_ids for row in rows]}
    feed = {name: numpy.array(values[name], dtype=numpy.int64) for name in model["names"]}
    logits = model["session"].run(["logits"], feed)[0].astype(numpy.float64)
    scores = numpy.exp(logits - logits.max(axis=1, keepdims=True))
    scores /= scores.sum(axis=1, keepdims=True)
    answers = [[{"label": model["labels"][place], "score": float(row[place])} for place in numpy.argsort(-row)]
               for row in scores]
    if model["collectors"]:
        import pandas
        context = model["collectors"][0].collect(pandas.DataFrame({"text": texts}))
        best = [answer[0] for answer in answers]
        model["collectors"][1].collect(pandas.DataFrame(best), context)
    return answers[0] if isinstance(inputs, str) else answers
