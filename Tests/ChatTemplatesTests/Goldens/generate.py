#!/usr/bin/env python3
"""Makes the goldens of chat templates with transformers 5.24.0 and jinja2 3.1.6 (the script refuses others).

    generate.py    rewrites conversations.json, rendered.jsonl, snippets.jsonl and SHA256SUMS; with --check compares

*.jinja are the templates that the model families publish in their tokenizer_config.json, one a family; chatml-generation
marks the assistant's text. rendered.jsonl: what apply_chat_template makes of each conversation, as text or as its hash.
snippets.jsonl: pieces of the template language.
"""
import datetime
import json
import os
import pathlib
import shutil
import sys

os.environ["HF_HUB_OFFLINE"] = "1"
import jinja2
import transformers
from tokenizers import Tokenizer, models
from transformers.utils import chat_template_utils

HERE = pathlib.Path(__file__).resolve().parent
sys.path.append(str(HERE.parents[1]))
import goldens

PINNED = {"transformers": "5.24.0", "jinja2": "3.1.6"}


class FixedDate(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return cls(2024, 7, 6, 13, 5, 9)


chat_template_utils.datetime = FixedDate

# Family: bos, eos.
FAMILIES = {
    "smollm2": ("<|im_start|>", "<|im_end|>"), "chatml": ("<s>", "<|im_end|>"), "qwen2": (None, "<|im_end|>"),
    "qwen3": (None, "<|im_end|>"), "mistral-7b": ("<s>", "</s>"), "mistral-nemo": ("<s>", "</s>"),
    "zephyr": ("<s>", "</s>"), "llama2": ("<s>", "</s>"), "llama3": ("<|begin_of_text|>", "<|eot_id|>"),
    "llama3.2": ("<|begin_of_text|>", "<|eot_id|>"), "gemma2": ("<bos>", "<eos>"), "openchat": ("<s>", "<|end_of_turn|>"),
    "deepseek-coder": ("<｜begin▁of▁sentence｜>", "<|EOT|>"), "phi3.5": ("<s>", "<|endoftext|>"),
    "deepseek-r1-distill": ("<｜begin▁of▁sentence｜>", "<｜end▁of▁sentence｜>"),
    "command-r-plus": ("<BOS_TOKEN>", "<|END_OF_TURN_TOKEN|>"), "chatml-generation": (None, "<|im_end|>"),
}


def m(role, content, **more):
    return {"role": role, "content": content, **more}


TOOL = {"type": "function", "function": {
    "name": "weather", "description": "The weather — \"now\".", "parameters": {
        "type": "object", "properties": {"city": {"type": "string", "description": "Città"},
                                         "days": {"type": "integer", "default": 3, "minimum": 0.5}},
        "required": ["city"]}}}
CALL = {"id": "abcdef123", "type": "function", "function": {"name": "weather", "arguments": {"city": "Köln", "days": [1, 2.5, None, True]}}}

CONVERSATIONS = [
    {"messages": [m("user", "Hello")]},
    {"messages": [m("system", "You are terse."), m("user", "Hello"), m("assistant", "Hi."), m("user", "Who?")], "prompt": True},
    {"messages": [m("user", "Hello"), m("assistant", "Hi there."), m("user", "  Spaces \n"), m("assistant", "  kept? \n\n")]},
    {"messages": [m("user", "Grüße aus Köln 🌍 你好 e\u0301 \u200d"), m("assistant", "«Ça va?» — Да 👩‍👧")], "prompt": True},
    {"messages": [m("user", ""), m("assistant", "")]},
    {"messages": [m("system", ""), m("user", "no system")], "prompt": True},
    {"messages": [m("user", "line\r\nbreaks\rof\u2028all\nkinds\t\"quoted\" 'too' \\ {{ braces }} {% tags %}")], "prompt": True},
    {"messages": [m("assistant", "I begin."), m("user", "Oh.")]},
    {"messages": [m("user", "one"), m("user", "two"), m("assistant", "three")]},
    {"messages": [m("system", "a"), m("system", "b"), m("user", "c")], "prompt": True},
    {"messages": [m("narrator", "Once upon a time")], "prompt": True},
    {"messages": [m("user", "Think."), m("assistant", "<think>\nhm\n</think>\n\nDone."), m("user", "Again."),
                  m("assistant", "<think>so</think>Yes.")]},
    {"messages": [m("user", "Reason"), m("assistant", "Because.", reasoning_content="why\n")], "prompt": False},
    {"messages": [m("user", "x"), m("assistant", None), m("user", "y")]},
    {"messages": [m("user", "Weather?"), {"role": "assistant", "content": "", "tool_calls": [CALL]},
                  {"role": "tool", "content": "sunny", "tool_call_id": "abcdef123"}, m("assistant", "Sunny.")], "tools": [TOOL]},
    {"messages": [m("system", "sys"), m("user", "Weather in Rome?")], "tools": [TOOL], "prompt": True},
    {"messages": [m("user", "a"), m("assistant", "b")] * 6 + [m("user", "last")], "prompt": True},
    {"messages": [m("user", "no thinking")], "prompt": True, "variables": {"enable_thinking": False, "date_string": "today"}},
]

MESSAGES = [m("system", "Be."), m("user", " Hi \n"), m("assistant", "Yo"), m("user", "Bye")]
SNIPPETS = [
    # Whitespace control.
    "a\n{% if true %}\nb\n{% endif %}\nc\n", "a  {% if true -%}  b  {%- endif %}  c", "x\n   {% if true %}y{% endif %}\nz",
    "x\n   {{ 1 }}\nz\n\n", "   {%+ if true %}y{% endif +%}\nz", "{# c #}\na\n  {# d #}\n{#- e -#}  b", "a {{- ' b ' -}} c",
    "{% raw %}{{ x }}{% if %}{% endraw %}!", "a\n  {% raw -%}\n {{ x }} \n {%- endraw %}\nb", "a\r\nb\rc\n", "{{ 'a' }}\n{{ 'b' }}",
    "  {% set x = 1 %}  \n{{ x }}", "{% for i in [1,2] -%}\n  {{ i }}\n{%- endfor %}", "\n\n{% if 1 %}a{% endif %}\n\n",
    "a{#- x #}\n b{# y -#}\n c", "{%- if true -%}\n\n x \n\n{%- endif -%}  y",
    # Literals and operators.
    "{{ 1 }} {{ -2 }} {{ 1.5 }} {{ 1e3 }} {{ true }} {{ none }} {{ 'a' \"b\" }} {{ [1, 'x', none] }} {{ {'a': 1, 'b': [true]} }}",
    "{{ 7 // 2 }} {{ -7 // 2 }} {{ 7 % 3 }} {{ -7 % 3 }} {{ 7 / 2 }} {{ 2 ** 3 }} {{ 1 + 2 * 3 }} {{ (1 + 2) * 3 }} {{ 2 ** -1 if false else 0 }}",
    "{{ 'a' ~ 1 ~ none ~ true }} {{ 'ab' * 3 }} {{ [1] + [2] }} {{ 1 + 2 ~ 3 }}", "{{ 1 < 2 < 3 }} {{ 1 < 2 > 3 }} {{ 'a' < 'b' }} {{ 1 == 1.0 }} {{ 'a' != 'b' }}",
    "{{ 'a' in 'cat' }} {{ 'x' not in 'cat' }} {{ 2 in [1, 2] }} {{ 'k' in {'k': 1} }} {{ 'q' in missing }}",
    "{{ 1 if missing else 2 }} {{ 'x' if false }}| {{ 1 and 2 }} {{ 0 or 'z' }} {{ not 0 }} {{ not true == false }}",
    "{{ 'it\\'s \\n \\t \\\\ \\u00e9 \\x41' }}", "{{ \"a'b\" }} {{ ['a\\'b', 'c\"d', 'e\\n'] }}", "{{ -1 | abs }} {{ -1.5 | abs }}",
    "{{ 10000000000000000 * 3 }} {{ 0.1 + 0.2 }} {{ 1.0 }} {{ 100000.0 }} {{ 1e20 }}", "{{ (1, 2) | list }} {{ [1, 2,] }} {{ () | list }}",
    # Access and slices.
    "{{ messages[0].role }} {{ messages[-1]['content'] }} {{ messages[9] is defined }} {{ messages[0].nothing is defined }}|{{ messages[0].nothing }}|",
    "{{ 'hello'[1:3] }} {{ 'hello'[::-1] }} {{ 'hello'[-3:] }} {{ 'hello'[:-1] }} {{ [1,2,3,4][1::2] }} {{ [1,2,3][::-1] }} {{ 'añ字'[1] }}",
    "{{ messages[1:] | length }} {{ messages[:0] | length }} {{ messages[5:] | list }}", "{{ {'items': 1}['items'] }} {{ {'a': 1}.items() | list | length }} {{ {'a': 1}.get('b', 3) }} {{ {'a': {'b': 2}}.a.b }}",
    "{{ {'a': 1, 'b': 2}.keys() | list }} {{ {'a': 1}.values() | list }} {% for k, v in {'x': 1, 'y': 2}.items() %}{{ k }}={{ v }};{% endfor %}",
    # Loops.
    "{% for m in messages %}{{ loop.index }}{{ loop.index0 }}{{ loop.revindex }}{{ loop.first }}{{ loop.last }}{{ loop.length }} {% endfor %}",
    "{% for m in messages %}{{ loop.previtem.role if loop.previtem is defined }}>{{ m.role }}>{{ loop.nextitem.role if not loop.last }};{% endfor %}",
    "{% for m in messages if m.role == 'user' %}{{ loop.index }}/{{ loop.length }} {{ m.content | trim }},{% else %}none{% endfor %}",
    "{% for x in [] %}a{% else %}empty{% endfor %}", "{% for x in 'abc' %}{{ x }}-{% endfor %}", "{% for k in {'a': 1, 'b': 2} %}{{ k }}{% endfor %}",
    "{% for a, b in [[1, 2], [3, 4]] %}{{ a + b }} {% endfor %}", "{% for i in range(5) %}{% if i == 1 %}{% continue %}{% endif %}{% if i == 3 %}{% break %}{% endif %}{{ i }}{% endfor %}",
    "{% for i in range(2) %}{% for j in range(2) %}{{ loop.index }}{{ i }}{{ j }} {% endfor %}{{ loop.index }}{% endfor %}", "{% for i in range(3) %}{{ loop.cycle('a', 'b') }}{% endfor %}",
    "{{ range(3) | list }} {{ range(1, 4) | list }} {{ range(10, 0, -3) | list }}", "{% for x in missing %}x{% else %}nothing{% endfor %}",
    # Scopes.
    "{% set x = 1 %}{% for i in [1] %}{% set x = 2 %}{{ x }}{% endfor %}{{ x }}", "{% set x = 1 %}{% if true %}{% set x = 2 %}{% endif %}{{ x }}",
    "{% set ns = namespace(a=1, b='x') %}{% for i in range(3) %}{% set ns.a = ns.a + i %}{% endfor %}{{ ns.a }}{{ ns.b }}", "{% set a, b = 1, 2 %}{{ a }}{{ b }}",
    "{% set x %}block {{ 1 + 1 }}{% endset %}[{{ x }}]", "{% set x | upper | trim %} shout {% endset %}[{{ x }}]", "{% with a = 1, b = 2 %}{{ a + b }}{% endwith %}{{ a is defined }}",
    "{% filter upper %}abc {{ 'd' }}{% endfilter %}", "{% for i in range(2) %}{% if i == 0 %}{% set y = 5 %}{% endif %}{{ y is defined }} {% endfor %}", "{% set messages = messages[1:] %}{{ messages | length }}",
    # Macros.
    "{% macro f(a, b='B', c=none) %}<{{ a }}{{ b }}{{ c }}>{% endmacro %}{{ f(1) }}{{ f(1, 2) }}{{ f(a=3, c=4) }}", "{% macro f(n) %}{{ n }}{% if n > 0 %}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(3) }}",
    "{% set x = 'outer' %}{% macro f() %}{{ x }}{% set x = 'in' %}{% endmacro %}{{ f() }}{{ x }}", "{% macro f(x) %}\n  {%- if x is mapping %}m{% elif x is string %}s{% else %}o{% endif %}\n{%- endmacro %}{{ f({}) }}{{ f('') }}{{ f(1) }}",
    "{% macro f(x) %}{{ x }}{% endmacro %}{{ f() }}|{{ f('a') | upper }}{{ f('b') ~ 'c' }}",
    # Filters.
    "{{ '  a b ' | trim }}|{{ 'xxaxx' | trim('x') }}|{{ 'abc' | length }}{{ [1,2] | count }}{{ {'a': 1} | length }}", "{{ 'aB' | upper }}{{ 'aB' | lower }}{{ 'a b-c (d e1f' | title }}{{ 'heLLo' | capitalize }}",
    "{{ 'a.b.c' | replace('.', '-') }} {{ 'aaa' | replace('a', 'b', 2) }} {{ 'ab' | replace('', '.') }}", "{{ ['a', 1, none] | join(', ') }} {{ [1, 2] | join }} {{ messages | join('+', attribute='role') }}",
    "{{ [1, 2] | first }}{{ [1, 2] | last }}{{ 'xyz' | first }}{{ [] | first is defined }}", "{{ missing | default('d') }}{{ '' | default('d') }}{{ '' | default('d', true) }}{{ none | default('x') }}{{ none | d('x', boolean=true) }}",
    "{{ messages | map(attribute='role') | list }} {{ ['a', 'b'] | map('upper') | join }} {{ messages | map(attribute='x', default='-') | join }}", "{{ messages | selectattr('role', 'equalto', 'user') | map(attribute='content') | list }}",
    "{{ messages | rejectattr('role', 'equalto', 'user') | list | length }} {{ messages | selectattr('content') | list | length }} {{ [1, 2, 3, 4] | select('odd') | list }} {{ [0, 1, ''] | reject | list }}",
    "{{ messages | selectattr('role', 'in', ['user', 'system']) | list | length }} {{ [3, 1, 2] | sort }} {{ [3, 1, 2] | sort(reverse=true) }} {{ ['b', 'A', 'c'] | sort }} {{ [1, 2, 1] | unique | list }}",
    "{{ 'ab' | list }} {{ {'a': 1} | items | first | first }} {{ {'b': 1, 'a': 2} | dictsort | map('last') | list }} {{ [1, 2] | reverse | list }} {{ 'abc' | reverse }}", "{{ 5 | string }}{{ '7' | int + 1 }} {{ '3.9' | int }} {{ 'x' | int }} {{ 'x' | int(9) }} {{ 2.9 | int }} {{ '1.5' | float }}",
    "{{ 'a\\nb\\n\\nc' | indent }}|{{ 'a\\nb' | indent(2, true) }}|{{ 'a\\n\\nb' | indent(2, blank=true) }}", "{{ {'a': [1, 2.5, none, true, 'é\"\\n<&>'], 'b': {}} | tojson }} {{ 'x\\u0001\\u007f\\u2028' | tojson }}",
    "{{ {'b': [1, {'c': []}], 'a': {}} | tojson(indent=2) }} {{ {'b': 1, 'a': 2} | tojson(sort_keys=true) }} {{ 'é😀' | tojson(ensure_ascii=true) }} {{ [1, 2] | tojson(separators=(',', ':')) }}",
    "{{ 1.0 | tojson }} {{ 'a' | safe }} {{ ['x'] | tojson(indent=4) }} {{ 'a,b' | upper | replace(',', ';') }}",
    # Tests.
    "{{ 1 is defined }}{{ q is undefined }}{{ none is none }}{{ 'a' is string }}{{ {} is mapping }}{{ [] is iterable }}{{ 'a' is iterable }}{{ 1 is iterable }}{{ [] is sequence }}{{ {} is sequence }}{{ true is boolean }}{{ 1 is boolean }}",
    "{{ 1 is number }}{{ 1.5 is number }}{{ true is number }}{{ '1' is number }}{{ true is true }}{{ 1 is true }}{{ false is false }}{{ 1 is integer }}{{ true is integer }}{{ 1.5 is float }}{{ 2 is equalto 2 }}{{ 2 is eq(3) }}{{ 3 is odd }}{{ 4 is even }}",
    "{{ 4 is divisibleby 2 }}{{ 'a' is in 'abc' }}{{ 2 is gt 1 }}{{ 2 is not none }}{{ q is not defined and true }}{{ 'A' is upper }}{{ 'a' is lower }}{{ range is callable }}{{ 1 is ne 2 }}{{ missing is string }}",
    # Methods.
    "{{ '  a '.strip() }}|{{ 'xax'.strip('x') }}|{{ ' a '.lstrip() }}|{{ ' a '.rstrip() }}|{{ 'abc'.rstrip('cb') }}", "{{ 'a,b,c'.split(',') }} {{ ' a  b '.split() }} {{ 'a,b,c'.split(',', 1) }} {{ 'abc'.split('</think>')[-1] }} {{ ''.split(',') }} {{ ''.split() }}",
    "{{ 'abc'.startswith('ab') }}{{ 'abc'.endswith('bc') }}{{ 'abc'.endswith('x') }}{{ 'abc'.startswith(('x', 'a')) }}{{ 'aB'.upper() }}{{ 'aB'.lower() }}{{ \"they're bill's\".title() }}{{ 'aBC'.capitalize() }}",
    "{{ 'aXbX'.replace('X', '-') }}{{ 'aXbX'.replace('X', '-', 1) }}{{ ','.join(['a', 'b']) }}{{ 'abcb'.find('b') }}{{ 'abcb'.count('b') }}{{ 'abc'.find('z') }}{{ 'a\\nb\\r\\nc'.splitlines() }}{{ '12'.isdigit() }}{{ ''.isdigit() }}{{ 'prefix-x'.removeprefix('prefix-') }}",
    # Functions.
    "{{ strftime_now('%d %b %Y') }} {{ strftime_now('%Y-%m-%d %H:%M:%S %A %a %B %j %p %I %y %%') }}", "{{ dict(a=1, b=2) }} {{ namespace(x=1).x }}", "{{ raise_exception('No ' ~ 'way') }}",
    # Generation.
    "é{% generation %}ab{{ 'ñ😀' }}{% endgeneration %}c{% for m in messages %}{% generation %}{{ m.role }}{% endgeneration %} {% endfor %}",
    "{% macro f(x) %}{% generation %}{{ x }}{% endgeneration %}{% endmacro %}a{{ f('bc') }}d", "a\n{%- generation %}\nb\n{%- endgeneration %}\nc",
    # Undefined values and errors.
    "{{ missing }}|{{ missing.x }}", "{{ missing + 1 }}", "{{ 'a' + 1 }}", "{{ 'a' + none }}", "{{ messages.foo.bar }}", "{{ 1 / 0 }}", "{{ [1][5] }}|{{ 'abc'[9] is defined }}", "{{ none.x is defined }}", "{{ none[0] is defined }}",
    "{{ missing() }}", "{{ none | length }}", "{% for x in 5 %}{% endfor %}", "{% for x in none %}{% endfor %}", "{{ 1 < 'a' }}", "{{ missing | length }}{{ missing | list }}{{ missing | join }}{{ missing | upper }}{{ missing == none }}",
    "{% set x.y = 1 %}", "{% if %}{% endif %}", "{{ 1 + }}", "{% for x in y %}", "{{ 'abc }}", "{% endif %}", "{{ (1 }}", "{{ x | }}", "{% if true %}{% else %}{% elif true %}{% endif %}", "{{ 1 2 }}", "{# open", "{% raw %} open",
    "{{ {'a': 1} ~ [1] }}", "{{ true + true }}{{ 'x' * true }}", "{{ 'a' if true else 'b' if true else 'c' }}", "{{ -(1 + 2) | abs }}", "{{ 'a'|upper ~ 'b'|upper }}", "{{ not 'x' in 'xyz' }}", "{{ 1 if 1 is defined and 2 is defined else 3 }}",
    "{{ messages | length - 1 }}", "{{ [messages[0]] == [{'content': 'Be.', 'role': 'system'}] }}", "{{ (messages[0] | tojson)[:-1] }}", "{{ ['a']|first|upper }}", "{{ {'a': 1}['b'] is defined }}{{ {'a': none}.a is none }}",
    # Formats, numbers, groups, calls with a block.
    "{{ \"%s has %d, %.2f and %5.1f%%\" % (\"a\", 3, 2.5, 7) }}",
    "{{ \"%s\" % \"x\" }}|{{ \"%(a)s-%(b)03d\" % {\"a\": 1, \"b\": 7} }}|{{ \"%-5s|%5s|%x|%X|%o|%e|%g|%c|%r|%i|%+d|% d|%05.1f\" % (\"ab\",\"cd\",255,255,8,12345.678,0.0001,\"z\",\"q\",3,4,5,2.25) }}",
    "{{ \"%s and %s\" | format(\"a\", \"b\") }}|{{ \"%(x)s\" | format(x=3) }}",
    "{{ \"{} {} {}\".format(1, \"b\", 2.5) }}|{{ \"{0}{1}{0}\".format(\"a\",\"b\") }}|{{ \"{name:>10}|{n:05d}|{f:.3f}|{p:%}|{t:,}\".format(name=\"x\", n=42, f=3.14159, p=0.25, t=1234567) }}",
    "{{ \"{:<6}|{:^7}|{:*>5}|{:+d}|{:x}|{:#x}|{:b}|{:e}|{:g}|{!r:>5}|{{}}\".format(\"a\",\"b\",\"c\",5,255,255,5,12345.678,0.5,\"q\") }}",
    "{{ 2.567 | round }}|{{ 2.567 | round(2) }}|{{ 2.5 | round }}|{{ 3.5 | round }}|{{ 42.55 | round(1, \"floor\") }}|{{ 42.51 | round(1,\"ceil\") }}|{{ 7 | round }}|{{ -2.5 | round }}|{{ 1234.5 | round(-2) }}",
    "{{ [1,2,3] | sum }}|{{ [1.5,2] | sum }}|{{ messages | map(attribute=\"content\") | map(\"length\") | sum }}|{{ [{\"a\":1},{\"a\":4}] | sum(attribute=\"a\") }}|{{ [1] | sum(start=10) }}|{{ [] | sum }}",
    "{{ [3,1,2] | min }}|{{ [3,1,2] | max }}|{{ [\"b\",\"A\"] | min }}|{{ [\"b\",\"A\"] | max(case_sensitive=true) }}|{{ [{\"a\":3},{\"a\":1}] | min(attribute=\"a\") }}|{{ [] | max }}|{{ \"hello\" | max }}",
    "{% for role, items in messages | groupby(\"role\") %}{{ role }}:{{ items | length }};{% endfor %}",
    "{% for g in messages | groupby(\"role\") %}{{ g.grouper }}={{ g.list | map(attribute=\"content\") | join(\",\") | trim }};{% endfor %}|{{ [{\"a\":\"X\"},{\"a\":\"x\"},{\"b\":1}] | groupby(\"a\", default=\"none\") | map(\"first\") | list }}",
    "{% for b in range(7) | batch(3) %}{{ b }}{% endfor %}|{% for b in range(7) | batch(3, \"x\") %}{{ b | join(\",\") }};{% endfor %}",
    "{% for b in range(7) | slice(3) %}{{ b }}{% endfor %}|{% for b in range(7) | slice(3, 9) %}{{ b }}{% endfor %}",
    "{{ \"12\" | int + 1 }}|{{ \"0x1f\" | int(0, 16) }}|{{ \"z\" | int(7) }}|{{ \"1.5\" | float }}|{{ \"3.9\" | int }}|{{ \"101\" | int(base=2) }}",
    "{% macro dialog(title, x=2) %}<{{ title }}>{{ caller() }}{{ x }}</>{% endmacro %}{% call dialog(\"T\") %}inner{% endcall %}{% call(u) dialog(\"Z\", x=5) %}a{% endcall %}",
    "{% macro each(items) %}{% for i in items %}{{ caller(i, loop.index) }}{% endfor %}{% endmacro %}{% call(item, n) each([\"a\",\"b\"]) %}[{{ item }}{{ n }}]{% endcall %}",
    "{{ messages | tojson }}|{{ {\"a\":\"é\",\"b\":[1,2]} | tojson(indent=2) }}|{{ {\"b\":1,\"a\":2} | tojson(sort_keys=true) }}|{{ \"é\" | tojson(ensure_ascii=true) }}|{{ [1,2] | tojson(separators=(\",\",\":\")) }}",
    "{{ strftime_now(\"%d %b %Y %H:%M:%S %A %B %j %p %I %y %m %%\") }}",
    "{% block body %}x{{ messages[0].role }}{% endblock %}",
    "{{ messages | map(attribute=\"x\", default=\"d\") | list }}|{{ [\"a\",\"b\"] | map(\"upper\") | join }}|{{ [\"ab\",\"cd\"] | map(\"replace\",\"a\",\"z\") | list }}|{{ [[1,2],[3]] | map(\"sum\") | list }}|{{ [[3,4]] | map(attribute=0) | list }}",
    "{{ [1,3,2] | sort }}|{{ [1,3,2] | sort(reverse=true) }}|{{ [\"b\",\"A\",\"c\"] | sort }}|{{ messages | sort(attribute=\"role\") | map(attribute=\"role\") | list }}|{{ [{\"a\":1,\"b\":2},{\"a\":1,\"b\":1}] | sort(attribute=\"a,b\") | map(attribute=\"b\") | list }}",
    "{{ [\"a\",\"A\",\"b\"] | unique | list }}|{{ [\"a\",\"A\"] | unique(true) | list }}|{{ [{\"a\":1},{\"a\":1}] | unique(attribute=\"a\") | list }}",
    "{{ 3 | abs }}{{ -3.5 | abs }}|{{ \"a,b\" .split(\",\") | last }}|{{ \"x\".join([\"a\",\"b\"]) }}|{{ \"abcabc\".replace(\"b\",\"x\",1) }}|{{ \"abcabc\".count(\"b\") }}|{{ \"a b\".title() }}|{{ \"%\" ~ \"x\" }}",
    "{{ 10 | round(1) | int }}|{{ 1.25 | round(1) }}|{{ 2.675 | round(2) }}|{{ \"%.1f\" % 0.25 }}|{{ \"%.0f\" % 2.5 }}|{{ \"%s\" % [1,\"a\"] }}|{{ \"%s\" % none }}|{{ \"%d%%\" % 5 }}",
    "{{ \"%d\" % 3.9 }}|{{ \"%s\" % true }}|{{ \"%5.2s|\" % \"abc\" }}|{{ \"%*d\" % (5, 3) }}",
    "{{ \"%s %s\" % \"x\" }}",
    "{{ \"%s\" % (\"x\",\"y\") }}",
    "{{ \"%d\" % \"x\" }}",
    "{{ \"x\" | center(7) }}|{{ \"hello world foo\" | wordcount }}",
    "{{ \"7\".zfill(3) }}|{{ \"-7\".zfill(4) }}|{{ \"ab\".center(7, \"*\") }}|{{ \"ab\".ljust(5) }}|{{ \"ab\".rjust(5,\"0\") }}|{{ \"aB\".swapcase() }}|{{ \"abcb\".rfind(\"b\") }}|{{ \"abc\".index(\"c\") }}|{{ \"abcb\".rindex(\"b\") }}",
    "{{ \"ABC\".isupper() }}{{ \"abc\".islower() }}{{ \"Abc\".istitle() }}{{ \"12\".isdecimal() }}{{ \"12\".isnumeric() }}{{ \"a\".isascii() }}",
    "{{ \"a,b,c\".rsplit(\",\", 1) }}|{{ \"a.b.c\".rsplit(\".\") }}|{{ \"abcb\".rpartition(\"b\") | join(\"/\") }}|{{ \"abcb\".partition(\"b\") | join(\"/\") }}",
    "{{ {\"b\":1,\"a\":2} | dictsort(by=\"value\", reverse=true) | map(\"first\") | join }}|{{ {\"B\":1,\"a\":2,\"A\":3} | dictsort(true) | map(\"last\") | join }}",
    "{{ \"%5.1f|%-8s|%08.3f|%+d|%s\" | format(2.25, \"ab\", 3.14159, 4, none) }}",
    "{{ \"{:,}|{:>6.2f}|{:05d}|{:.1%}|{!r}\".format(1234567, 3.14159, 42, 0.256, \"a\") }}",
    "{{ 3 is greaterthan 2 }}{{ 3 is lessthan(2) }}{{ \"upper\" is filter }}{{ \"odd\" is test }}{{ \"zz\" is filter }}",
    "{{ ([0] * 3) | join(\",\") }}|{{ (2 * [\"a\"]) | join }}",
    # Tuples, views and iterators as text, bounds of methods, arguments with stars, and what else Python does.
    "{{ (1, 2) }} {{ (1,) }} {{ () }} {{ 1, 'a' }} {{ [(1, 'a')] }} {{ ((1, 2), (3,)) }} {{ (1, 2) == [1, 2] }} {{ (1,) + (2,) }} {{ (1, 2, 3)[1:] }} {{ (1, 2) | tojson }}",
    "{{ [1] + (2,) }}",
    "{{ {'a': 1}.items() }} {{ {'a': 1}.keys() }} {{ {'a': 1}.values() }} {{ {'a': 1}.items() | list }} {{ {'b': 1, 'a': 2} | dictsort }}|{{ {'a': 1}.items()[0] }}|{{ {}.items() is sequence }}",
    "{{ range(3) }} {{ range(1, 9, 2)[1:] }} {{ range(5)[::-1] }} {{ range(3)[1] }} {{ range(3) == range(0, 3) }} {{ range(2) == [0, 1] }}",
    "{{ dict([('a', 1)]) }} {{ dict({'a': 1, 'b': 2}, a=3) }} {{ dict([('a', 1), ['b', 2]], c=3) }} {{ namespace([('a', 1)]).a }} {{ namespace(a=1) }}",
    "{{ 'abc'.startswith('b', 1) }} {{ 'abc'.endswith('b', 0, 2) }} {{ 'abc'.startswith('', 3) }} {{ 'abc'.startswith('', 4) }} {{ 'abc'.startswith(('x', 'a')) }} {{ 'abcabc'.find('b', 2) }} {{ 'abcabc'.count('b', 2) }} {{ 'abcabc'.rfind('b', 0, -2) }} {{ 'abc'.find('', 5) }}",
    "{{ 'abc'.startswith(['a']) }}",
    "{{ 'a\\nb\\r\\nc'.splitlines(true) }} {{ 'a\\n\\nb\\r'.splitlines(keepends=true) }} {{ 'a b c'.rsplit(none, 1) }} {{ 'a,b'.partition(',') }}",
    "{{ [1e16, 1e15, 1e-05, 0.0001, 1e22, 5e-324, -0.0, 1e308 * 10, none, true] }} {{ {\"k'\": 'v\"', 'l': 'b\\' \"'} }} {{ [missing] }}",
    "{{ ['\\0', '\\x7f', '\\u200b', '\\u00a0', '\\u2028', '\\u00ad', '\\ue000', '\\U0001F600', '\\101'] }}",
    "{{ 'inf' | float }} {{ '1_000' | int }} {{ '1_0.5' | float }} {{ '0x1A' | int(0, 16) }} {{ '0b11' | int(0, 2) }} {{ '1__0' | int(7) }} {{ ('-inf' | float) | tojson }}",
    "{{ missing | int }}",
    "{{ self }} {{ lipsum is defined }} {{ (3).real }} {{ (1.5).imag }} {{ (3).denominator }} {{ (5).bit_length() }} {{ (2.0).is_integer() }}|{{ (3).x }}",
    "{% if messages | selectattr('role', 'eq', 'nobody') %}yes{% endif %}{% set x = messages | map(attribute='role') %}{{ x | first }}{{ x | list }}{{ x | list }} {{ none | map('upper') | list }} {{ 'user' in (messages | map(attribute='role')) }}",
    "{{ messages | select | length }}",
    "{% for x in [1, 2] %}{{ loop }}{% endfor %} {{ '%s-%s' % messages[0].items() | first }}",
    "{% macro f(a, b=1) %}{{ a }}{{ varargs }}{{ kwargs }}{{ caller is defined }}{% endmacro %}{{ f(1, 2, 3, x=5) }} {{ f }} {{ f.name }} {{ f.arguments }} {{ f.catch_varargs }}{{ f(*[7, 8, 9], **{'z': 6}) }}",
    "{% macro f(a) %}{{ a }}{% endmacro %}{{ f(1, a=2) }}",
    "{% macro f() %}x{% endmacro %}{% call f() %}y{% endcall %}",
    "{{ 1_000 }} {{ 0x1F }} {{ 0b101 }} {{ 0o17 }} {{ 0xFF_FF }} {{ 1_0.5 }}",
    "{{ {1: 'a', 2: 'b'}[1] }} {{ {1.5: 2, none: 3, (1, 2): 5} }} {{ {1: 'a', none: 2} | tojson }} {{ {1: 1, 1.0: 2, true: 3} }} {{ 1 in {1: 2} }} {{ {1: 2}.get(1) }}",
    "{{ {[1]: 2} }}",
    "{% set c = cycler('a', 'b') %}{{ c.next() }}{{ c.next() }}{{ c.next() }}{{ c.current }}{{ c.reset() }}{{ c.next() }} {% set j = joiner('; ') %}{% for x in [1, 2, 3] %}{{ j() }}{{ x }}{% endfor %}",
    "{% for x in [1, 1, 2] %}{{ loop.changed(x) }} {% endfor %}{% for a, (b, c) in [(1, (2, 3))] %}{{ a }}{{ b }}{{ c }}{% endfor %}{% set a, (b, c) = 1, (2, 3) %}{{ a + b + c }}",
    "{% for x in [1, [2, [3]]] recursive %}{% if x is sequence %}({{ loop(x) }}){% else %}{{ x }}:{{ loop.depth }}{{ loop.depth0 }} {% endif %}{% endfor %}",
    "{{ '<a href=\"x\">&\\'' | e }} {{ ('<' | e) ~ '<' }} {{ [('<' | e)] }} {{ '<' | escape | e }} {{ ('<' | e) + '<' }} {{ '<' | safe | e }} {{ [] | tojson | safe }}",
    "{{ 'foo bar baz qux' | truncate(9) }}|{{ 'foo bar baz qux' | truncate(9, true) }}|{{ 'foo bar baz qux' | truncate(11) }}|{{ 'foo bar baz qux' | truncate(11, false, '…', 0) }}",
    "{{ 'a b&c/d?é~' | urlencode }} {{ {'a b': 1, 'c': 'é/'} | urlencode }} {{ {'b': 1, 'a': [1, 'x', {'d': 1, 'c': 2}]} | pprint }} {{ 'x' | attr('upper') is defined }}|{{ messages[0] | attr('role') }}",
    "{{ 'abc'.isidentifier() }} {{ '1a'.isidentifier() }} {{ 'a\\n'.isprintable() }} {{ 'a\\tbcd\\te\\n\\tf'.expandtabs(4) }} {{ '{a}'.format_map({'a': 1}) }}",
    "{{ 'abc' | replace('b', 1) }} {{ 5 | replace(5, 6) }} {{ +true }} {{ 2 ** 0.5 }} {{ 2 ** -1 }} {{ -7.5 % 2 }} {{ 1e300 % 7 }} {{ 0.1 % 0.01 }} {{ 5.0 // 0.3 }} {{ 3.0 is odd }} {{ 4.5 is divisibleby 1.5 }}",
    "{{ 'ΑΣ Σ' | lower }} {{ 'ΑΣ'.title() }} {{ 'ΑΣ'.swapcase() }} {{ 'ΑΣ' | capitalize }} {{ '٣' | int }} {{ 'A1'.isupper() }} {{ '1A'.istitle() }} {{ [1, 2, 3] | select('>', 1) | list }} {{ ('a' | e) is escaped }}",
    "{{ 9007199254740993 == 9007199254740992.0 }} {{ 9007199254740993 > 9007199254740992.0 }} {{ 1 <= ('nan' | float) }} {{ '%a' % 'é' }} {{ '%s' % missing }}|{{ 'a' % [1] }} {{ '{:^5}|{:d}|{!a}'.format(true, true, 'é') }}",
    "{{ '%(b)s' % {'a': 1} }}",
    "{{ ' a b c '.split(none, 1) }} {{ ' a b c '.rsplit(none, 1) }} {{ 'aaa'.rsplit('aa') }} {{ 'aaa'.rpartition('aa') }} {{ strftime_now('%-d %-m %e %D %R %U %W %u %k %l %x %X %-I') }}",
    "{% macro m(a='x', b) %}{% endmacro %}{{ m() }}",
]


def tokenizer(family):
    bos, eos = FAMILIES[family]
    result = transformers.PreTrainedTokenizerFast(
        tokenizer_object=Tokenizer(models.BPE()), bos_token=bos, eos_token=eos, pad_token="<pad>")
    result.chat_template = (HERE / f"{family}.jinja").read_text(encoding="utf-8")
    return result


def failure(error):
    """What the template itself says, or true for every other error."""
    if isinstance(error, jinja2.exceptions.TemplateError) and type(error) is jinja2.exceptions.TemplateError:
        return str(error)
    return True


def text_hash(text):
    state = 0xCBF29CE484222325
    for byte in text.encode():
        state = ((state ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return (state >> 32 ^ state) & 0xFFFFFFFF


def generate(folder):
    folder = pathlib.Path(folder)
    for template in sorted(HERE.glob("*.jinja")):
        shutil.copy(template, folder)
    (folder / "conversations.json").write_text(json.dumps({
        "families": {family: {"bos_token": bos, "eos_token": eos, "pad_token": "<pad>"} for family, (bos, eos) in FAMILIES.items()},
        "conversations": CONVERSATIONS}, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    with open(folder / "rendered.jsonl", "w", encoding="utf-8") as file:
        for family in FAMILIES:
            apply = tokenizer(family).apply_chat_template
            for index, conversation in enumerate(CONVERSATIONS):
                row = {"family": family, "conversation": index}
                try:
                    text = apply(
                        conversation["messages"], tools=conversation.get("tools"), tokenize=False,
                        add_generation_prompt=conversation.get("prompt", False), **conversation.get("variables", {}))
                    row |= {"text": text} if index in (1, 2) else {"hash": text_hash(text), "length": len(text)}
                except Exception as error:
                    row["error"] = failure(error)
                file.write(json.dumps(row, ensure_ascii=False) + "\n")
    with open(folder / "snippets.jsonl", "w", encoding="utf-8") as file:
        for snippet in SNIPPETS:
            row = {"template": snippet}
            try:
                texts, ranges = chat_template_utils.render_jinja_template(
                    [MESSAGES], chat_template=snippet, return_assistant_tokens_mask=True)
                row |= {"text": texts[0], "ranges": [edge for span in ranges[0] for edge in span]}
            except Exception as error:
                row["error"] = failure(error)
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


goldens.main(__file__, generate, PINNED)
