"""Times Hugging Face's tokenizers on the rows of a file, one thread: the other side of `lockstep bench tokenize`."""

import argparse
import json
import os
import time

os.environ["TOKENIZERS_PARALLELISM"] = "false"
from tokenizers import Tokenizer  # noqa: E402  reads the variable


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model_name_or_path", required=True)
    parser.add_argument("--file", required=True)
    parser.add_argument("--seconds", type=float, default=2)
    arguments = parser.parse_args()
    tokenizer = Tokenizer.from_file(os.path.join(arguments.model_name_or_path, "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    with open(arguments.file, encoding="utf-8") as file:
        texts = [json.loads(line)["text"] for line in file]
    best, begin = float("inf"), time.perf_counter()
    while time.perf_counter() - begin < arguments.seconds:
        start = time.perf_counter()
        tokens = sum(len(encoding.ids) for encoding in tokenizer.encode_batch_fast(texts))
        best = min(best, time.perf_counter() - start)
    print(json.dumps(dict(tokens=tokens, seconds=best, tokens_per_second=round(tokens / best))), flush=True)


if __name__ == "__main__":
    main()
