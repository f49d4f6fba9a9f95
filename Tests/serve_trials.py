#!/usr/bin/env python3
"""Trials of `lockstep serve` with real clients: OpenAI's own, and many at once of which some are hostile.

  Tests/serve_trials.py load --model FOLDER [--requests 2000] [--clients 32] [--hostile 0.01]
  Tests/serve_trials.py openai --model FOLDER          needs PyPI openai
  Tests/serve_trials.py speed --model FOLDER --onnx model.onnx [--threads 2]   needs PyPI onnxruntime

`load` sends texts of random sizes to a classifier, hostile ones among them, swaps the model by SIGHUP and ends it by SIGTERM
under load; it fails if a good request does, or if memory grew by more than 5%. `speed` compares the median time of one
request of 23 and of 128 tokens and the requests a second of 32 at once with ONNX Runtime's. The binary is
LOCKSTEP_BINARY or that of the release build. Prints JSON; exit code 1 where something failed."""
import argparse
import http.client
import json
import os
import random
import re
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BINARY = os.environ.get("LOCKSTEP_BINARY", os.path.join(ROOT, ".build/release/lockstep"))
WORDS = "a good film the worst plot ever well made but slow and far too long its music is fine".split()
JSON = {"Content-Type": "application/json"}


class Server:
    """`lockstep serve` on a free port."""

    def __init__(self, model, *flags):
        self.process = subprocess.Popen(
            [BINARY, "serve", model, "--port", "0", *flags], stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        found = re.search(r":(\d+)\s*$", line)
        if not found:
            sys.exit(f"the server did not start: {line!r}")
        self.port = int(found.group(1))

    def memory(self):
        with open(f"/proc/{self.process.pid}/status") as file:
            return int(re.search(r"VmRSS:\s+(\d+)", file.read()).group(1))

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(120)


def text(draw):
    return " ".join(draw.choice(WORDS) for _ in range(draw.randint(1, 60)))


def hostile(port, draw):
    """What no good client would send. Never waits long."""
    kind = draw.randrange(5)
    connection = socket.create_connection(("127.0.0.1", port), 10)
    try:
        if kind == 0:
            connection.sendall(b"POST /predict HTTP/1.1\r\nHost: a\r\nContent-Length: 7\r\n\r\n{\"inpu\x00")
            connection.recv(1000)
        elif kind == 1:
            connection.sendall(b"POST /predict HTTP/1.1\r\nHost: a\r\nContent-Length: 10000000\r\n\r\n")
            connection.sendall(b"x" * 10_000_000)
            connection.recv(1000)
        elif kind == 2:
            connection.sendall(b"POST /predict HTTP/1.1\r\nHost: a\r\nContent-Length: 90\r\n\r\n{")
            time.sleep(0.2)
        elif kind == 3:
            connection.sendall(draw.randbytes(200))
            connection.recv(1000)
        else:
            body = json.dumps({"inputs": text(draw)}).encode()
            head = f"POST /predict HTTP/1.1\r\nHost: a\r\nContent-Length: {len(body)}\r\n\r\n".encode()
            connection.sendall(head + body)
    except OSError:
        pass
    finally:
        connection.close()


class Load:
    """Clients that each keep a connection; what failed is kept."""

    def __init__(self, port, share):
        self.port, self.share = port, share
        self.lock, self.done, self.failures = threading.Lock(), 0, []
        self.limit, self.is_ending = 0, False

    def client(self, seed):
        draw = random.Random(seed)
        connection = None
        while True:
            with self.lock:
                if self.done >= self.limit:
                    break
                self.done += 1
            if draw.random() < self.share:
                hostile(self.port, draw)
                continue
            body = json.dumps({"inputs": text(draw)})
            try:
                if connection is None:
                    connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
                    connection.connect()
            except OSError as error:
                # A server that ends takes no new connections.
                if self.is_ending:
                    break
                self.failures.append(repr(error))
                continue
            try:
                connection.request("POST", "/predict", body, JSON)
                reply = connection.getresponse()
                scores = json.loads(reply.read())
                if reply.status != 200 or abs(sum(one["score"] for one in scores) - 1) > 1e-3:
                    self.failures.append(f"{reply.status}: {scores}")
                if reply.will_close:
                    connection.close()
                    connection = None
            except (OSError, ValueError, http.client.HTTPException) as error:
                self.failures.append(repr(error))
                connection.close()
                connection = None

    def run(self, count, clients, meanwhile=lambda: None):
        self.done, self.limit = 0, count
        threads = [threading.Thread(target=self.client, args=(number,)) for number in range(clients)]
        start = time.time()
        for thread in threads:
            thread.start()
        meanwhile()
        for thread in threads:
            thread.join()
        return time.time() - start


def load(options):
    server = Server(options.model)
    load = Load(server.port, options.hostile)
    load.run(options.requests // 4, options.clients)
    before = server.memory()

    def swap():
        for _ in range(3):
            time.sleep(1)
            server.process.send_signal(signal.SIGHUP)

    seconds = load.run(options.requests // 2, options.clients, swap)
    load.run(options.requests // 4, options.clients)
    after = server.memory()
    codes = []

    def end():
        time.sleep(1)
        load.is_ending = True
        codes.append(server.stop())

    load.run(10 ** 9, options.clients, end)
    return {
        "requests": options.requests, "requests_per_second": round(options.requests / 2 / seconds, 1),
        "failures": load.failures[:5], "failure_count": len(load.failures), "exit_code": codes[0],
        "memory_ratio": round(after / before, 3),
        "passed": not load.failures and codes == [0] and after / before <= 1.05}


def openai_client(options):
    import openai
    server = Server(options.model)
    client = openai.OpenAI(base_url=f"http://127.0.0.1:{server.port}/v1", api_key="none")
    model = client.models.list().data[0].id
    messages = [{"role": "user", "content": "Say hello."}]
    whole = client.chat.completions.create(model=model, messages=messages, max_tokens=12, temperature=0)
    pieces = list(client.chat.completions.create(
        model=model, messages=messages, max_tokens=12, temperature=0, stream=True,
        stream_options={"include_usage": True}))
    streamed = "".join(piece.choices[0].delta.content or "" for piece in pieces if piece.choices)
    reasons = [piece.choices[0].finish_reason for piece in pieces if piece.choices]
    refused = ""
    try:
        client.chat.completions.create(model=model, messages=messages, n=2)
    except openai.UnprocessableEntityError as error:
        refused = str(error)
    code = server.stop()
    checks = {
        "same_text": streamed == whole.choices[0].message.content,
        "reasons": set(reasons[:-1]) == {None} and reasons[-1] in ("stop", "length"),
        "usage": pieces[-1].usage == whole.usage, "refused": "n: 2" in refused, "exit_code": code == 0}
    return {"version": openai.__version__, "text": streamed, **checks, "passed": all(checks.values())}


def speed(options):
    import numpy
    import onnxruntime
    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = options.threads
    session = onnxruntime.InferenceSession(options.onnx, settings, providers=["CPUExecutionProvider"])
    server = Server(options.model, "--threads_per_rank", str(options.threads))
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)

    def ask(path, body):
        connection.request("POST", path, json.dumps(body), JSON)
        return json.loads(connection.getresponse().read())

    def feeds(tokens):
        ids = numpy.full((1, tokens), 2003, dtype=numpy.int64)
        known = {"input_ids": ids, "attention_mask": ids * 0 + 1, "token_type_ids": ids * 0}
        return {one.name: known[one.name] for one in session.get_inputs()}

    def median(body, count=60):
        times = []
        for _ in range(count):
            start = time.perf_counter()
            body()
            times.append(time.perf_counter() - start)
        return statistics.median(times[count // 4:])

    found = {"threads": options.threads}
    for tokens in (23, 128):
        words = {"inputs": " ".join(["made"] * (tokens - 2)), "truncate": True}
        assert len(ask("/tokenize", {"inputs": words["inputs"]})[0]) == tokens
        given = feeds(tokens)
        ours, theirs = [], []
        for _ in range(3):
            ours.append(median(lambda: ask("/predict", words)))
            theirs.append(median(lambda: session.run(None, given)))
        found[f"ms_{tokens}"] = [round(1000 * min(ours), 2), round(1000 * min(theirs), 2)]
    lengths = [random.Random(number).randint(3, 62) for number in range(200)]
    start = time.perf_counter()
    for length in lengths:
        session.run(None, feeds(length))
    found["theirs_per_second"] = round(len(lengths) / (time.perf_counter() - start), 1)
    load = Load(server.port, 0)
    load.run(100, 32)
    found["ours_per_second"] = round(400 / load.run(400, 32), 1)
    server.stop()
    return {**found, "passed": not load.failures}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("trial", choices=["load", "openai", "speed"])
    parser.add_argument("--model", required=True)
    parser.add_argument("--onnx")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--requests", type=int, default=2000)
    parser.add_argument("--clients", type=int, default=32)
    parser.add_argument("--hostile", type=float, default=0.01)
    options = parser.parse_args()
    result = {"load": load, "openai": openai_client, "speed": speed}[options.trial](options)
    print(json.dumps(result, indent=2))
    sys.exit(0 if result["passed"] else 1)


if __name__ == "__main__":
    main()
