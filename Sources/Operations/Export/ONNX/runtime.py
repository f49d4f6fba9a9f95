"""Runs exported models in ONNX Runtime for lockstep, which compares the results with its own.

  python runtime.py versions
  python runtime.py check MODEL...                      onnx's checker, with the shapes of all values
  python runtime.py run MODEL REQUESTS RESPONSES        every file of REQUESTS gets its response; MODEL is a file,
                                                        or a folder with an encoder and a decoder
  python runtime.py greedy FOLDER REQUESTS RESPONSES    decoding with the cache, token by token
  python runtime.py int8 MODEL RESULT                   dynamic quantization: weights per channel, activations too
  python runtime.py weights8 MODEL RESULT               weights alone in 8 bits, in blocks of 32
  python runtime.py fp16 MODEL RESULT                   weights and activations in half precision
  python runtime.py hash FILE...                        SHA-256 and bytes of files
  python runtime.py all JOBS                            the commands of a JSON file: a list of lists of words

Requests and responses are safetensors files. What a command found stands as JSON on the last line of the output.
"""
import json
import os
import struct
import sys
import time

import numpy

TYPES = {"F32": numpy.float32, "I64": numpy.int64}


def read(path):
    """The tensors of a safetensors file."""
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        data = file.read()
    tensors = {}
    for name, entry in header.items():
        if name != "__metadata__":
            start, end = entry["data_offsets"]
            flat = numpy.frombuffer(data[start:end], TYPES[entry["dtype"]])
            tensors[name] = flat.reshape(entry["shape"])
    return tensors


def write(path, tensors):
    """Writes tensors as a safetensors file, which appears when it is whole."""
    header, offset, parts = {}, 0, []
    for name, tensor in tensors.items():
        tensor = numpy.ascontiguousarray(tensor, numpy.int64 if tensor.dtype.kind in "iu" else numpy.float32)
        kind = "I64" if tensor.dtype == numpy.int64 else "F32"
        header[name] = {"dtype": kind, "shape": tensor.shape, "data_offsets": [offset, offset + tensor.nbytes]}
        offset += tensor.nbytes
        parts.append(tensor.tobytes())
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path + ".partial", "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(parts))
    os.replace(path + ".partial", path)


def session(path):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = int(os.environ.get("LOCKSTEP_THREADS", "0"))
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def requests(folder):
    return sorted(name for name in os.listdir(folder) if name.endswith(".safetensors"))


def versions():
    import onnx
    import onnxruntime

    return {
        "python": sys.version.split()[0], "numpy": numpy.__version__, "onnx": onnx.__version__,
        "onnxruntime": onnxruntime.__version__,
    }


def check(*paths):
    import onnx

    for path in paths:
        onnx.checker.check_model(path, full_check=True)
    return {"checked": len(paths)}


def empty_cache(model, count):
    """Keys and values of no token, for a model that takes some."""
    return {
        port.name: numpy.zeros((count, port.shape[1], 0, port.shape[3]), numpy.float32)
        for port in model.get_inputs() if port.name.startswith("past_key_values.")
    }


def outputs_of(model):
    return [port.name for port in model.get_outputs() if not port.name.startswith("present.")]


def run(path, source, target):
    """Runs every request. Its tensor `keep` lists row and column of the outputs that are wanted, if not all are."""
    parts = [session(path)] if os.path.isfile(path) else [
        session(os.path.join(path, name + ".onnx")) for name in ("encoder_model", "decoder_model")]
    seconds = 0.0
    for name in requests(source):
        request = read(os.path.join(source, name))
        start = time.perf_counter()
        results = forward(parts, request)
        seconds += time.perf_counter() - start
        if "keep" in request:
            rows, columns = request["keep"].T
            results = {key: value[rows, columns] for key, value in results.items()}
        write(os.path.join(target, name), results)
    return {"seconds": seconds}


def forward(parts, request):
    """The outputs of one model, or of an encoder with the first step of a decoder."""
    last = parts[-1]
    feed = {port.name: request[port.name] for port in last.get_inputs() if port.name in request}
    if len(parts) == 2:
        encoder = {port.name: request[port.name] for port in parts[0].get_inputs()}
        feed["encoder_hidden_states"] = parts[0].run(["last_hidden_state"], encoder)[0]
        feed["input_ids"] = request["decoder_input_ids"]
        if "attention_mask" in encoder:
            feed["encoder_attention_mask"] = encoder["attention_mask"]
    feed.update(empty_cache(last, len(next(iter(feed.values())))))
    names = outputs_of(last)
    return dict(zip(names, last.run(names, feed)))


def causal(folder, request):
    """Greedy decoding of one model with its cache: the tokens of each row, which have all the same length."""
    model = session(os.path.join(folder, "model.onnx"))
    tokens = request["input_ids"]
    cache = empty_cache(model, len(tokens))
    outputs = [port.name for port in model.get_outputs()]
    found, length = [], 0
    for _ in range(int(request["count"][0])):
        places = numpy.arange(length, length + tokens.shape[1], dtype=numpy.int64)
        length += tokens.shape[1]
        feed = {
            "input_ids": tokens, "position_ids": numpy.tile(places, (len(tokens), 1)),
            "attention_mask": numpy.ones((len(tokens), length), numpy.int64),
        }
        results = dict(zip(outputs, model.run(outputs, {**feed, **cache})))
        tokens = results["logits"][:, -1:].argmax(-1)
        found.append(tokens)
        cache = {"past_key_values" + name[len("present"):]: value
                 for name, value in results.items() if name.startswith("present.")}
    return {"tokens": numpy.concatenate(found, 1)}


def pair(folder, request):
    """Greedy decoding of an encoder with a decoder, as the three models of a folder."""
    encoder, first, later = (
        session(os.path.join(folder, name + ".onnx"))
        for name in ("encoder_model", "decoder_model", "decoder_with_past_model")
    )
    source = {port.name: request[port.name] for port in encoder.get_inputs()}
    states = encoder.run(["last_hidden_state"], source)[0]
    fixed = {"encoder_attention_mask": request["attention_mask"]} if "attention_mask" in request else {}
    tokens = numpy.full((len(states), 1), request["start"][0], numpy.int64)
    found, cache = [], None
    for _ in range(int(request["count"][0])):
        model = first if cache is None else later
        feed = {"input_ids": tokens, **fixed, **({"encoder_hidden_states": states} if cache is None else cache)}
        outputs = [port.name for port in model.get_outputs()]
        results = dict(zip(outputs, model.run(outputs, feed)))
        tokens = results["logits"][:, -1:].argmax(-1)
        found.append(tokens)
        cache = {**(cache or {}), **{
            "past_key_values" + name[len("present"):]: value
            for name, value in results.items() if name.startswith("present.")}}
    return {"tokens": numpy.concatenate(found, 1)}


def greedy(folder, source, target):
    decode = causal if os.path.exists(os.path.join(folder, "model.onnx")) else pair
    start = time.perf_counter()
    for name in requests(source):
        write(os.path.join(target, name), decode(folder, read(os.path.join(source, name))))
    return {"seconds": time.perf_counter() - start}


def int8(path, result):
    from onnxruntime.quantization import QuantType, quantize_dynamic

    quantize_dynamic(
        path, result, op_types_to_quantize=["MatMul", "Gemm", "Gather"], per_channel=True,
        reduce_range=not has_vnni(), weight_type=QuantType.QInt8, use_external_data_format=is_large(path))
    return {"reduce_range": not has_vnni()}


def weights8(path, result):
    import onnx
    from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer

    quantizer = MatMulNBitsQuantizer(onnx.load(path), bits=8, block_size=32, is_symmetric=True)
    quantizer.process()
    quantizer.model.save_model_to_file(result, is_large(path))
    return {"block_size": 32}


def has_vnni():
    """Whether products of 8-bit numbers are summed without overflow on this processor."""
    with open("/proc/cpuinfo") as file:
        flags = file.read()
    return "avx512_vnni" in flags or "avx_vnni" in flags


def is_large(path):
    return os.path.exists(path + "_data")


def fp16(path, result):
    import onnx
    from onnxruntime.transformers.float16 import convert_float_to_float16

    model = onnx.load(path)
    # Angles of far positions have no exact half; what feeds them stays in single precision.
    kept = [node.name for node in model.graph.node if node.name.startswith("/rotary/")]
    half = convert_float_to_float16(model, keep_io_types=True, node_block_list=kept)
    onnx.save(half, result, save_as_external_data=is_large(path), location=os.path.basename(result) + "_data")
    return {"kept": len(kept)}


def hash(*paths):
    import hashlib

    found = {}
    for path in paths:
        digest = hashlib.sha256()
        with open(path, "rb") as file:
            while piece := file.read(1 << 20):
                digest.update(piece)
        found[path] = {"sha256": digest.hexdigest(), "bytes": os.path.getsize(path)}
    return found


def all(path):
    with open(path) as file:
        jobs = json.load(file)
    return [COMMANDS[words[0]](*words[1:]) for words in jobs]


COMMANDS = {
    "versions": versions, "check": check, "run": run, "greedy": greedy, "int8": int8, "weights8": weights8,
    "fp16": fp16, "hash": hash, "all": all,
}

if __name__ == "__main__":
    print(json.dumps(COMMANDS[sys.argv[1]](*sys.argv[2:])))
