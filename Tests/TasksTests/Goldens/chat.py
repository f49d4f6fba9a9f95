"""What is learnt of conversations: token ids and learnt places of rows, by transformers' assistant mask.

The templates are those of ChatTemplatesTests, without {% generation %}; here {% generation %} is added where the
assistant begins to write, so that apply_chat_template(return_assistant_tokens_mask=True) says what is right. The rules
for rows are written out below: TRL's for prompt and completion, OpenAI's weight, axolotl's train, ShareGPT, Alpaca.
"""
import json
import os
import pathlib

os.environ["HF_HUB_OFFLINE"] = "1"
from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import PreTrainedTokenizerFast
from transformers.utils.chat_template_utils import render_jinja_template

TEMPLATES = pathlib.Path(__file__).resolve().parents[2] / "ChatTemplatesTests" / "Goldens"
START, END = "{% generation %}", "{% endgeneration %}"
SPECIAL = ["<s>", "</s>", "<|im_start|>", "<|im_end|>", "<|begin_of_text|>", "<|start_header_id|>", "<|end_header_id|>",
           "<|eot_id|>", "<bos>", "<eos>", "<start_of_turn>", "<end_of_turn>", "<|user|>", "<|assistant|>", "<|system|>",
           "<|end|>", "<|endoftext|>", "[INST]", "[/INST]", "[TOOL_CALLS]", "[TOOL_RESULTS]", "[/TOOL_RESULTS]",
           "[AVAILABLE_TOOLS]", "[/AVAILABLE_TOOLS]", "<｜begin▁of▁sentence｜>", "<｜end▁of▁sentence｜>", "<｜User｜>",
           "<｜Assistant｜>", "<｜tool▁outputs▁begin｜>", "<｜tool▁output▁begin｜>", "<｜tool▁output▁end｜>",
           "<｜tool▁outputs▁end｜>"]
CORPUS = ["Hello there, what is the weather in Köln today?", "The weather is sunny. assistant user system", " name arguments city",
          "You are a helpful assistant. Think about it: because the answer is yes.", "Translate the text. Write a response."] * 4

OWN = {
    # A prompt that begins the thought, which the answer then holds.
    "think-prompt": "{% for m in messages %}{% if m.role == 'user' %}{{ '<|user|>' + m.content }}{% else %}"
                    "{{ '<|assistant|>' }}{{ m.content + eos_token }}{% endif %}{% endfor %}"
                    "{% if add_generation_prompt %}{{ '<|assistant|><think>\\n' }}{% endif %}",
    # Messages with the end token behind each, as DialoGPT was trained.
    "dialogpt": "{% for message in messages %}{{ message['content'] }}{{ eos_token }}{% endfor %}",
    # No special token ends a turn.
    "plain": "{% for m in messages %}{% if m.role == 'user' %}{{ '### User:\\n' + m.content + '\\n\\n' }}{% else %}"
             "{{ '### Response:\\n' + m.content + '\\n\\n' }}{% endif %}{% endfor %}"
             "{% if add_generation_prompt %}{{ '### Response:\\n' }}{% endif %}",
}


def source(name):
    if name in OWN:
        return OWN[name]
    if name == "mistral-v3":
        text = source("mistral-nemo").replace('message["content"] + eos_token', '" " + message["content"]|trim + eos_token')
        return text.replace('"[INST]"', '"[INST] "').replace('"[TOOL_CALLS]["', '"[TOOL_CALLS] ["')
    return (TEMPLATES / f"{name}.jinja").read_text()


def replaced(text, *pairs):
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new)
    return text


def marked(name):
    """The template with {% generation %} where the assistant writes."""
    text = source(name)
    if name in ("chatml", "qwen2", "smollm2"):
        line = "\n" if name == "smollm2" else "\\n"
        whole = "{{'<|im_start|>' + message['role'] + '" + line + "' + message['content'] + '<|im_end|>' + '" + line + "'}}"
        return replaced(text, (whole, "{{'<|im_start|>' + message['role'] + '" + line + "'}}{% if message['role'] == 'assistant' %}"
                               + START + "{{message['content'] + '<|im_end|>'}}" + END
                               + "{% else %}{{message['content'] + '<|im_end|>'}}{% endif %}{{ '" + line + "' }}"))
    if name == "llama3.2":
        head = "'<|start_header_id|>' + message['role'] + '<|end_header_id|>\\n\\n'"
        return replaced(
            text, ("{{- " + head + "+ message['content'] | trim + '<|eot_id|>' }}",
                   "{{- " + head + " }}{%- if message.role == 'assistant' %}{%- generation %}{{- message['content'] | trim + '<|eot_id|>' }}"
                   "{%- endgeneration %}{%- else %}{{- message['content'] | trim + '<|eot_id|>' }}{%- endif %}"),
            ("{{- '{\"name\": \"' + tool_call.name", "{%- generation %}{{- '{\"name\": \"' + tool_call.name"),
            ("{{- \"}\" }}\n        {{- \"<|eot_id|>\" }}", "{{- \"}\" }}{{- \"<|eot_id|>\" }}{%- endgeneration %}"))
    if name == "zephyr":
        return replaced(text, ("{{ '<|assistant|>\\n'  + message['content'] + eos_token }}",
                               "{{ '<|assistant|>\\n' }}" + START + "{{ message['content'] + eos_token }}" + END + "{{ '' }}"))
    if name == "gemma2":
        return replaced(text, ("{{ '<start_of_turn>' + role + '\n' + message['content'] | trim + '<end_of_turn>\n' }}",
                               "{{ '<start_of_turn>' + role + '\n' }}{% if role == 'model' %}" + START
                               + "{{ message['content'] | trim + '<end_of_turn>' }}" + END
                               + "{% else %}{{ message['content'] | trim + '<end_of_turn>' }}{% endif %}{{ '\n' }}"))
    if name in ("mistral-nemo", "mistral-v3"):
        calls = '"[TOOL_CALLS] ["' if name == "mistral-v3" else '"[TOOL_CALLS]["'
        content = '" " + message["content"]|trim + eos_token' if name == "mistral-v3" else 'message["content"] + eos_token'
        return replaced(text, ("{{- " + calls + " }}", "{%- generation %}{{- " + calls + " }}"),
                        ('    {%- elif message["role"] == "assistant" %}', '    {%- endgeneration %}{%- elif message["role"] == "assistant" %}'),
                        ("{{- " + content + "}}", "{%- generation %}{{- " + content + "}}{%- endgeneration %}"))
    if name == "phi3.5":
        return replaced(text, ("{{'<|assistant|>\n' + message['content'] + '<|end|>\n'}}",
                               "{{'<|assistant|>\n'}}" + START + "{{ message['content'] + '<|end|>' }}" + END + "{{ '\n' }}"))
    if name == "deepseek-r1-distill":
        return replaced(text, ("{{'<｜Assistant｜>' + content + '<｜end▁of▁sentence｜>'}}",
                               "{{'<｜Assistant｜>'}}" + START + "{{ content + '<｜end▁of▁sentence｜>'}}" + END),
                        ("{{'<｜tool▁outputs▁end｜>' + message['content'] + '<｜end▁of▁sentence｜>'}}",
                         "{{'<｜tool▁outputs▁end｜>'}}" + START + "{{ message['content'] + '<｜end▁of▁sentence｜>'}}" + END))
    if name == "qwen3":
        # What the prompt already holds is not learnt: without thinking the empty thought, or as much of it as stands there.
        opening = ("{{- '<|im_start|>' + message.role + '\\n' }}\n"
                   "{%- set shown = loop.index0 > ns.last_query_index and (loop.last or reasoning_content) %}\n"
                   "{%- set off = shown and enable_thinking is defined and enable_thinking is false %}\n"
                   "{%- set thought = '<think>\\n' + reasoning_content.strip('\\n') + '\\n</think>\\n\\n' if shown else '' %}\n"
                   "{%- set given = thought if off and not reasoning_content else '<think>\\n' if off else '' %}\n"
                   "{{- given }}{%- generation %}{{- thought[given | length:] }}{{- content.lstrip('\\n') if shown else content }}\n")
        start = text.index("        {%- if loop.index0 > ns.last_query_index %}")
        end = text.index("        {%- if message.tool_calls %}")
        text = text[:start] + opening + text[end:]
        return replaced(text, ("        {{- '<|im_end|>\\n' }}\n    {%- elif message.role == \"tool\" %}",
                               "        {{- '<|im_end|>' }}{%- endgeneration %}{{- '\\n' }}\n    {%- elif message.role == \"tool\" %}"))
    if name == "think-prompt":
        return replaced(text, ("{{ m.content + eos_token }}",
                               "{% if m.content.startswith('<think>\\n') %}{{ '<think>\\n' }}" + START + "{{ m.content[8:] + eos_token }}" + END
                               + "{% else %}" + START + "{{ m.content + eos_token }}" + END + "{% endif %}"))
    if name == "dialogpt":
        return replaced(text, ("{{ message['content'] }}{{ eos_token }}",
                               "{% if message.role == 'assistant' %}" + START + "{{ message['content'] }}{{ eos_token }}" + END
                               + "{% else %}{{ message['content'] }}{{ eos_token }}{% endif %}"))
    if name == "plain":
        return replaced(text, ("{{ '### Response:\\n' + m.content + '\\n\\n' }}",
                               "{{ '### Response:\\n' }}" + START + "{{ m.content }}" + END + "{{ '\\n\\n' }}"))
    raise ValueError(name)


EOS = {"chatml": "<|im_end|>", "qwen2": "<|im_end|>", "smollm2": "<|im_end|>", "qwen3": "<|im_end|>", "llama3.2": "<|eot_id|>",
       "zephyr": "</s>", "gemma2": "<eos>", "mistral-nemo": "</s>", "mistral-v3": "</s>", "phi3.5": "<|endoftext|>",
       "deepseek-r1-distill": "<｜end▁of▁sentence｜>", "think-prompt": "</s>", "dialogpt": "<|endoftext|>", "plain": "</s>"}
BOS = {"llama3.2": "<|begin_of_text|>", "gemma2": "<bos>", "mistral-nemo": "<s>", "mistral-v3": "<s>", "deepseek-r1-distill": "<｜begin▁of▁sentence｜>"}


def byte_level():
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train_from_iterator(CORPUS, trainers.BpeTrainer(
        vocab_size=400, initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()), show_progress=False))
    return tokenizer


def llama_like(scheme):
    """SentencePiece as Llama's tokenizer.json has it: a ▁ before each text, or a Metaspace before the first word."""
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", byte_fallback=True, fuse_unk=True))
    spaces = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    tokenizer.normalizer = spaces
    trainer = trainers.BpeTrainer(vocab_size=420, show_progress=False,
                                  special_tokens=["<unk>"] + [f"<0x{byte:02X}>" for byte in range(256)])
    tokenizer.train_from_iterator(CORPUS, trainer)
    if scheme == "metaspace":
        tokenizer.normalizer = None
        tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="first", split=False)
    return tokenizer


def finished(tokenizer, adds_start):
    text = json.loads(tokenizer.to_str())
    # Bytes are no special tokens.
    text["added_tokens"] = [t for t in text["added_tokens"] if not t["content"].startswith("<0x")]
    tokenizer = Tokenizer.from_str(json.dumps(text))
    tokenizer.add_special_tokens([AddedToken(name, special=True, normalized=False) for name in SPECIAL])
    if adds_start:
        tokenizer.post_processor = processors.TemplateProcessing(
            single="<s> $A", pair="<s> $A <s> $B", special_tokens=[("<s>", tokenizer.token_to_id("<s>"))])
    return tokenizer


def tokenizers():
    return {"bytes": finished(byte_level(), False), "pieces": finished(llama_like("prepend"), True),
            "metaspace": finished(llama_like("metaspace"), True)}


def m(role, content, **more):
    return {"role": role, "content": content, **more}


TOOL = {"type": "function", "function": {"name": "weather", "description": "The weather.", "parameters": {
    "type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}}}
CALL = {"id": "abcdef123", "type": "function", "function": {"name": "weather", "arguments": {"city": "Köln"}}}
ASK = m("user", "Weather in Köln?")
CALLING = {"role": "assistant", "content": "", "tool_calls": [CALL]}
RESULT = {"role": "tool", "content": "sunny", "name": "weather", "tool_call_id": "abcdef123"}
TWO = [m("user", "Hello"), m("assistant", "Hi."), m("user", "Why?"), m("assistant", "Because.")]
ODD = [m("user", "assistant"), m("assistant", "assistant"), m("user", ""), m("assistant", ""), m("user", "x"), m("assistant", "user\nassistant")]
FAMILIES = ["chatml", "smollm2", "llama3.2", "zephyr", "gemma2", "mistral-nemo", "mistral-v3", "qwen3", "phi3.5", "deepseek-r1-distill", "dialogpt", "plain"]


def turns():
    """Where turns are: calls, empty answers, answers that occur in headers, thoughts."""
    for family in FAMILIES:
        yield family, {"messages": TWO}
        if family != "plain":
            yield family, {"messages": ODD}
    for family in ["mistral-nemo", "mistral-v3", "qwen3", "llama3.2"]:
        yield family, {"messages": [ASK, CALLING]}
        yield family, {"messages": [ASK, CALLING, RESULT, m("assistant", "Sunny.")]}
    yield "mistral-v3", {"messages": [ASK, {"role": "assistant", "content": "", "tool_calls": [CALL, CALL]}, RESULT, m("assistant", "Sunny."), m("user", "And now?"), m("assistant", "Rain")]}
    yield "qwen3", {"messages": [ASK, m("assistant", "Let me see.", tool_calls=[CALL]), RESULT, m("assistant", "Sunny.")]}
    yield "qwen3", {"messages": [m("user", "a"), m("assistant", "<think>\nhm\n</think>\n\nDone."), m("user", "b"), m("assistant", "<think>\nso\n</think>\n\nYes.")]}
    yield "qwen3", {"messages": [m("user", "a"), m("assistant", "Done.", reasoning_content="hm"), m("user", "b"), m("assistant", "Yes.", reasoning_content="so")]}
    yield "qwen3", {"messages": [ASK, {**CALLING, "reasoning_content": "call it"}, RESULT, m("assistant", "Sunny.", reasoning_content="ok"), m("user", "Thanks"), m("assistant", "Bye")]}
    yield "deepseek-r1-distill", {"messages": [m("user", "a"), m("assistant", "<think>\nhm\n</think>\n\nDone."), m("user", "b"), m("assistant", "<b>Yes</b>")]}
    yield "think-prompt", {"messages": [m("user", "a"), m("assistant", "<think>\nhm\n</think>\n\nDone."), m("user", "b"), m("assistant", "<think>\nso\n</think>Yes.")]}
    yield "mistral-nemo", {"messages": [m("system", "Be brief.")] + TWO}
    yield "chatml", {"messages": [m("system", "Be."), m("assistant", "Welcome!"), m("user", "Hi"), m("assistant", "Yes?")]}
    yield "phi3.5", {"messages": [m("assistant", "Welcome!"), m("user", "Hi"), m("assistant", "<|end|> is text")]}
    yield "zephyr", {"messages": [m("user", "Hi"), m("assistant", "one"), m("assistant", "two")]}


def settings():
    """Tools, variables, weights."""
    for family in ["qwen3", "mistral-nemo", "mistral-v3", "llama3.2"]:
        yield family, {"messages": [ASK, CALLING, RESULT, m("assistant", "Sunny.")], "tools": [TOOL]}
        yield family, {"messages": [ASK, m("assistant", "No.")], "tools": json.dumps([TOOL])}
    yield "qwen3", {"messages": TWO, "chat_template_kwargs": {"enable_thinking": False}}
    yield "qwen3", {"messages": TWO, "chat_template_kwargs": json.dumps({"enable_thinking": False}), "tools": []}
    yield "qwen3", {"messages": TWO, "chat_template_kwargs": {"enable_thinking": True}, "tools": None}
    yield "qwen3", {"messages": TWO[:1] + [m("assistant", "Done.", reasoning_content="hm")], "chat_template_kwargs": {"enable_thinking": False}}
    for family in ["chatml", "llama3.2", "mistral-v3", "qwen3", "gemma2", "dialogpt", "plain"]:
        yield family, {"messages": [TWO[0], {**TWO[1], "weight": 0}] + TWO[2:]}
        yield family, {"messages": TWO[:3] + [{**TWO[3], "train": False}]}
    yield "chatml", {"messages": [TWO[0], {**TWO[1], "weight": 1}, TWO[2], {**TWO[3], "weight": 0}]}
    yield "chatml", {"messages": [{**TWO[0], "train": False}, {**TWO[1], "train": True}] + TWO[2:]}
    yield "mistral-v3", {"messages": [ASK, {**CALLING, "weight": 0}, RESULT, m("assistant", "Sunny.")]}


def forms():
    """ShareGPT, Alpaca, other names of roles, parts, cuts."""
    share = [{"from": "human", "value": "Hello"}, {"from": "gpt", "value": "Hi."}, {"from": "human", "value": "Why?"}, {"from": "gpt", "value": "Because."}]
    yield "chatml", {"conversations": share}
    yield "llama3.2", {"conversations": [{"from": "system", "value": "Be."}] + share}
    yield "qwen3", {"conversations": [{"from": "gpt", "value": "Welcome"}] + share, "system": "Be."}
    yield "chatml", {"conversation": [m("human", "Hello"), m("gpt", "Hi.")], "messages": None}
    yield "zephyr", {"messages": [m("human", "Hello"), m("ASSISTANT", "Hi.")]}
    yield "gemma2", {"messages": [m("user", "Hello"), m("model", "Hi.")]}
    yield "chatml", {"messages": [m("user", [{"type": "text", "text": "Hello"}]), m("assistant", [{"type": "text", "text": "Hi"}, {"type": "text", "text": "there"}])]}
    yield "chatml", {"messages": [m("user", ["Hello"]), m("assistant", "Hi.")]}
    yield "chatml", {"messages": json.dumps(TWO)}
    yield "chatml", {"instruction": "Translate the text.", "input": "Hello", "output": "Hallo"}
    yield "llama3.2", {"instruction": "Say yes.", "input": "", "output": "yes"}
    yield "qwen3", {"instruction": "Say yes.", "output": "yes", "system": "Be.", "history": [["Hello", "Hi."]]}
    yield "zephyr", {"conversations": [share[0], {**share[1], "train": False}] + share[2:]}
    for length in [7, 9, 12, 20]:
        yield "chatml", {"messages": TWO}, length


PAIRS = [("Hello", " there"), ("Hello ", "there"), ("Hello", "there"), ("The weather", " is sunny."), ("weat", "her"), ("What is", "\n yes"),
         ("a\n", "b"), ("a", "\nb"), ("Köln ist", " schön é"), ("", "weather"), ("Q: why?\nA:", " because"), ("text ", " two spaces"), ("the ", "</s>")]


def texts():
    """Prompt and completion without a template, and Alpaca's text."""
    for name in ["bytes", "pieces", "metaspace"]:
        for prompt, completion in PAIRS:
            yield name, {"prompt": prompt, "completion": completion}
        yield name, {"instruction": "Translate the text.", "input": "Hello", "output": "Hallo"}
        yield name, {"instruction": "Say yes.", "output": "yes"}


def canonical(row):
    """A row's messages by the rules of other trainers, with the indices of turns that are not learnt."""
    names = {"human": "user", "gpt": "assistant", "model": "assistant", "ASSISTANT": "assistant"}
    given = next((row[key] for key in ["messages", "conversations", "conversation"] if row.get(key)), None)
    if given is None:
        history = [message for q, a in row.get("history", []) for message in (m("user", q), m("assistant", a))]
        question = row["instruction"] + ("\n" + row["input"] if row.get("input") else "")
        messages = history + [m("user", question), m("assistant", row["output"])]
    else:
        messages = []
        for message in json.loads(given) if isinstance(given, str) else given:
            message = dict(message)
            role, content = message.pop("from", message.get("role")), message.pop("value", message.get("content"))
            if isinstance(content, list):
                content = "\n".join(part if isinstance(part, str) else part["text"] for part in content)
            messages.append({**message, "role": names.get(role, role), "content": content})
    if row.get("system"):
        messages = [m("system", row["system"])] + messages
    left_out = [i for i, message in enumerate(messages) if message.get("weight") == 0 or message.get("train") is False]
    return messages, left_out


def parsed(value):
    return json.loads(value) if isinstance(value, str) else value


def conversation(tokenizer, family, row):
    """Token ids and learnt places: transformers' mask, without the turns that are left out."""
    messages, left_out = canonical(row)
    variables = {"eos_token": EOS[family], **({"bos_token": BOS[family]} if family in BOS else {}), **(parsed(row.get("chat_template_kwargs")) or {})}
    tools = parsed(row.get("tools"))
    (text,), (ranges,) = render_jinja_template([messages], tools=tools, chat_template=marked(family), return_assistant_tokens_mask=True, **variables)
    (unmarked,), _ = render_jinja_template([messages], tools=tools, chat_template=source(family), **variables)
    assert text == unmarked, (family, text, unmarked)
    assistants = [i for i, message in enumerate(messages) if message["role"] == "assistant"]
    assert len(assistants) == len(ranges), (family, row)
    encoded = tokenizer(text, add_special_tokens=False)
    learnt = set()
    for index, (start, end) in zip(assistants, ranges):
        if index in left_out or start == end:
            continue
        first, last = encoded.char_to_token(start), encoded.char_to_token(end - 1)
        learnt |= set(range(first, last + 1))
    if not left_out and all(start < end for start, end in ranges):
        own = tokenizer.apply_chat_template(messages, tools=tools, chat_template=marked(family), tokenize=True, return_dict=True,
                                            return_assistant_tokens_mask=True, **variables)
        assert own["input_ids"] == encoded["input_ids"]
        assert [i for i, flag in enumerate(own["assistant_masks"]) if flag] == sorted(learnt)
    return encoded["input_ids"], sorted(learnt)


def completion(tokenizer, row):
    """TRL's rule: the prompt alone and the whole text with its end token; what both begin with is not learnt."""
    if "instruction" in row:
        more = ", paired with an input that provides further context" if row.get("input") else ""
        prompt = (f"Below is an instruction that describes a task{more}. Write a response that appropriately completes the request."
                  f"\n\n### Instruction:\n{row['instruction']}\n\n" + (f"### Input:\n{row['input']}\n\n" if row.get("input") else "") + "### Response:")
        answer = row["output"]
    else:
        prompt, answer = row["prompt"], row["completion"]
    if not answer.endswith("</s>"):
        answer += "</s>"
    first, whole = tokenizer(prompt)["input_ids"], tokenizer(prompt + answer)["input_ids"]
    border = next((i for i, (one, other) in enumerate(zip(first, whole)) if one != other), min(len(first), len(whole)))
    return whole, list(range(border, len(whole)))


def spans(places):
    """Runs of places as [start, end, start, end …]."""
    found = []
    for place in places:
        if found and found[-1] == place:
            found[-1] += 1
        else:
            found += [place, place + 1]
    return found


def write(root):
    folder = pathlib.Path(root) / "chat"
    folder.mkdir()
    made = tokenizers()
    for name, tokenizer in made.items():
        (folder / f"{name}.json").write_text(json.dumps(json.loads(tokenizer.to_str()), ensure_ascii=False, separators=(",", ":")) + "\n")
    wrapped = {name: PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token="</s>") for name, tokenizer in made.items()}
    lines = []
    for group, rows in [("turns", turns()), ("settings", settings()), ("forms", forms())]:
        for family, row, *length in rows:
            if family == "llama3.2":
                row = {**row, "chat_template_kwargs": {"date_string": "today"}}
            # Templates of SentencePiece families are tokenised by both kinds.
            for name in ["bytes"] + (["pieces"] if family in ("mistral-v3", "zephyr") and group == "turns" else []):
                ids, learnt = conversation(wrapped[name], family, row)
                if length:
                    ids, learnt = ids[:length[0]], [place for place in learnt if place < length[0]]
                lines.append({"group": group, "template": family, "tokenizer": name, "row": row, **({"length": length[0]} if length else {}),
                              "ids": ids, "learnt": spans(learnt)})
    for name, row in texts():
        ids, learnt = completion(wrapped[name], row)
        # Nothing predicts a row's first token.
        lines.append({"group": "texts", "tokenizer": name, "row": row, "ids": ids, "learnt": spans(learnt)})
    with open(folder / "rows.jsonl", "w") as file:
        file.writelines(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n" for line in lines)
    own = {name: {"eos_token": EOS[name], **({"bos_token": BOS[name]} if name in BOS else {}),
                  **({"source": source(name)} if name in OWN or name == "mistral-v3" else {})} for name in EOS}
    (folder / "templates.json").write_text(json.dumps(own, ensure_ascii=False, indent=0) + "\n")
