"""What is learnt of documents with their summaries by a causal model: token ids and learnt places, by transformers.

With a chat template the prompt is the user's message and the summary the assistant's answer; without one they are one
text. A document that is too long loses as many tokens at its end as the prompt is over, until it fits; then the same for
prompt and summary together.
"""
import json
import pathlib

from transformers import PreTrainedTokenizerFast

import chat

CHAT, TEXT = "Summarize the following text.\n\n{document}", "{document}\n\nTL;DR:"
DOCUMENT = "Hello there, the weather in Köln is sunny. Think about it: because the answer is yes, translate the text."
SHORT = "The weather in Köln."
SUMMARY = "sunny weather\nthink: yes"
# Template, document, summary, the recipe's prompt, most tokens of a prompt and of a summary.
CASES = [
    *[(family, document, SUMMARY, None, source, 40)
      for family, long in [("smollm2", 90), ("llama3.2", 105), ("zephyr", 40), ("gemma2", 48), ("qwen3", 46)]
      for document, source in [(SHORT, 400), (DOCUMENT, long)]],
    ("smollm2", DOCUMENT, SUMMARY, "Text: {document}\nOne sentence, please.", 90, 30),
    ("smollm2", DOCUMENT, "The answer. " * 6, "{document}", 80, 12),
    ("chatml", DOCUMENT, "yes", "Short:\n{document}", 41, 12),
    (None, SHORT, SUMMARY, None, 400, 40),
    (None, DOCUMENT, SUMMARY, None, 40, 40),
    (None, DOCUMENT, "The answer. " * 6, "Read. {document}\nShort: ", 30, 12),
]


def cut(tokenizer, document, limit, make):
    """What `make` gives of the longest beginning of the document that fits, and that beginning."""
    encoded = tokenizer(document, add_special_tokens=False, return_offsets_mapping=True)
    kept, text = len(encoded["input_ids"]), document
    while len(make(text)[0]) > limit:
        kept -= len(make(text)[0]) - limit
        text = document[:encoded["offset_mapping"][kept - 1][1]]
    return make(text), text


def case(tokenizer, family, document, summary, prompt, source, target):
    words = prompt or (TEXT if family is None else CHAT)

    def asked(text):
        message = words.replace("{document}", text)
        if family is None:
            return tokenizer(message)["input_ids"], []
        variables = {"eos_token": chat.EOS[family], **({"bos_token": chat.BOS[family]} if family in chat.BOS else {})}
        return tokenizer.apply_chat_template([chat.m("user", message)], chat_template=chat.source(family), tokenize=True, return_dict=True,
                                             add_generation_prompt=True, date_string="7 Jul", **variables)["input_ids"], []

    def whole(text):
        message = words.replace("{document}", text)
        if family is None:
            return chat.completion(tokenizer, {"prompt": message, "completion": ("" if message[-1].isspace() else " ") + summary})
        return chat.conversation(tokenizer, family, {"messages": [chat.m("user", message), chat.m("assistant", summary)],
                                                     "chat_template_kwargs": {"date_string": "7 Jul"}})

    (ids, _), text = cut(tokenizer, document, source, asked)
    (row, learnt), _ = cut(tokenizer, text, source + target, whole)
    return {"template": family, "document": document, "summary": summary, "summary_prompt": prompt, "max_source_length": source,
            "max_target_length": target, "prompt": ids, "ids": row, "learnt": chat.spans(learnt)}


def write(root):
    """Adds `summaries.jsonl`; the tokenizer is that of the chats."""
    tokenizer = PreTrainedTokenizerFast(tokenizer_file=str(pathlib.Path(root) / "chat" / "bytes.json"), eos_token="</s>")
    with open(pathlib.Path(root) / "summaries.jsonl", "w") as file:
        for arguments in CASES:
            file.write(json.dumps(case(tokenizer, *arguments), ensure_ascii=False, separators=(",", ":")) + "\n")
