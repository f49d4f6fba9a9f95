#!/usr/bin/env python3
"""Asks whether the tests notice wrong code: plants small mistakes in a copy of the tree, looks which survive.

    Tests/mutations.py make TREE [--count 100] [--seed 1] [--targets NAME,…]
    Tests/mutations.py build TREE [-- COMMAND …]      default: swift build -c release --build-tests
    Tests/mutations.py run TREE [--ids 3,17] [--bundle FILE]

`make` copies the last commit to the new folder TREE and plants mistakes there: another operator, a bound or
constant off by one, a condition turned round, a statement left out. All are compiled in one build, and
LOCKSTEP_MUTANT=17 switches number 17 on when a test starts. `build` takes out the mistakes that do not
compile and builds again, until it succeeds. `run` tries each with the tests of its target, then, while none
fails, with those of the targets above, and writes TREE/mutants.json. What survives is either no mistake (the
result is the same) or a gap in the tests. `--stages 1` takes the tests of the targets alone. Only TREE is
changed.
"""
import argparse
import json
import os
import random
import re
import signal
import subprocess
import sys
import time

# For each target: the folders of its sources, and the tests that are tried in turn: targets or suites of one.
STAGES = {
    'Kernels': (['Sources/Engine/Kernels', 'Sources/Engine/CKernels'],
                [['KernelsTests'], ['LayersTests', 'OptimizersTests'], ['ModelsTests', 'TrainingTests']]),
    'Datasets': (['Sources/Data/Datasets'],
                 [['DatasetsTests'], ['TasksTests', 'CrossValidationTests', 'RatingsTests']]),
    'DataParallel': (['Sources/Engine/DataParallel'],
                     [['DataParallelTests'], ['TrainingTests'],
                      ['LockstepProgramTests.(ZeroStage|SharedMemory|RankInvariance|FailingRank)']]),
    'Evaluation': (['Sources/Evaluation/Evaluation'],
                   [['EvaluationTests'], ['TasksTests', 'TokenClassificationTests', 'QuestionAnsweringTests'],
                    ['LockstepProgramTests.(Evaluation|Comparison|Prediction)']]),
}
# Another operator in place of one, with the precedence that a Swift operator of its own needs.
COMPARISON = {'<': '<=', '<=': '<', '>': '>=', '>=': '>', '==': '!=', '!=': '=='}
ARITHMETIC = {'+': '-', '-': '+', '*': '+', '/': '*', '%': '*', '&+': '&-', '&-': '&+', '&*': '&+'}
DIGITS = '\u00a1\u00a2\u00a3\u00a4\u00a5\u00a6\u00a7\u00a9\u00ab\u00ac'  # Swift operators may have these


def code_lines(text):
    """The lines of a file with comments and the contents of strings as blanks."""
    pattern = r'//[^\n]*|/\*.*?\*/|#?""".*?"""#?|#"(?:[^"\n]|"(?!#))*"#|"(?:\\.|[^"\\\n])*"'
    blank = lambda m: re.sub(r'[^\n]', ' ' if m.group()[0] == '/' else '"', m.group())
    return re.sub(pattern, blank, text, flags=re.S).split('\n')


def is_whole(line, before, after):
    """Whether a line is a statement by itself: nothing of it stands on its neighbours."""
    closed = all(line.count(a) == line.count(b) for a, b in ('()', '[]', '{}'))
    begins = not before.strip() or before.strip()[-1] in '{};' or re.search(r'[\w)\]"]$', before.strip())
    ends = not re.match(r'\s*([.?:+\-*/&|]|else|\{|in\b)', after)
    ends = ends and not line.rstrip().endswith(tuple(',([{+-*/&|=?:'))
    return closed and begins and ends and not before.strip().endswith((',', '(', '[', '=', ':'))


def swift_choices(line, before, after):
    """(kind, what, function from number to the new line) for a line of Swift."""
    found = []
    stripped = line.strip()
    if re.match(r'(import|package import|@|case\b|default\b|typealias|#|extension|protocol)', stripped):
        return found
    if re.match(r'.*\b(enum|func|init|subscript|associatedtype|precondition|assert)\b', stripped):
        return found
    operators = r'(<=|>=|==|!=|&&|\|\||&\+|&-|&\*|<|>|\+|-|\*|/|%|\+=|-=)'
    for m in re.finditer(r'(?<=[\w)\]"] )' + operators + r'(?= [\w(\-."\[])', line):
        found.append(('operator', m.group(1), span(m, 1, lambda n, t: t + code(n))))
    for m in re.finditer(r'(?<=[\w)\]])(\.\.<|\.\.\.)(?=[\w(])', line):
        found.append(('bound', m.group(1), span(m, 1, lambda n, t: t + code(n))))
    number = r'(\d[\d_]*(?:\.\d+)?(?:e-?\d+)?)'
    for m in re.finditer(r'(?<![\w#$\\"])(?<!(?<!\.)\.)' + number + r'(?![\w"])(?!\.[^.])', line):
        found.append(('constant', m.group(1), span(m, 1, lambda n, t: f'Mutant.choice({n}, {t}, {t} + 1)')))
    m = re.match(r'\s*(?:\} else )?(?:if|guard|while) ([^{},]+?)(?: else)? \{', line)
    if m and not re.search(r'\b(let|var|case|some|any)\b|#', m.group(1)):
        found.append(('condition', m.group(1), span(m, 1, lambda n, t: f'Mutant.turned({n}, {t})')))
    # What initialises `self` cannot be left out.
    keywords = r'(let|var|return|guard|if|else|for|while|switch|throw|break|continue|do|defer|in|self)\b'
    statement = r'(try )?(unsafe )?[A-Za-z_][\w.]*(\([^{}]*\)|(\[[^\]]+\])?(\.\w+)* ([-+*/|&]?=) [^{}]+)$'
    is_statement = re.match(statement, stripped) and not re.match(keywords, stripped)
    if is_statement and is_whole(line, before, after):
        found.append(('dropped', stripped, lambda n, whole: f'if !Mutant.isOn({n}) {{ {whole.strip()} }}'))
    return found


def c_choices(line, before, after):
    """The same for a line of C."""
    found = []
    stripped = line.strip()
    if stripped.startswith('#') or not line.startswith(' ') or 'assert' in line: return found
    for m in re.finditer(r'(?<=[; ])(\w+)(?= < [\w>\-.()]+;)', line):
        found.append(('bound', m.group(1), span(m, 1, lambda n, t: f'{t} + (ck_mutant({n}) ? 1 : 0)')))
    for m in re.finditer(r'(?<![\w.])(\d+\.\d*(?:e-?\d+)?f)\b', line):
        change = lambda n, t: f'(ck_mutant({n}) ? {t} + 1.0f : {t})'
        found.append(('constant', m.group(1), span(m, 1, change)))
    for m in re.finditer(r'(?<=[\w)\]] )([-+])(?= [\w(])', line):
        sign = {'+': '-', '-': '+'}[m.group(1)]
        found.append(('operator', m.group(1), span(m, 1, lambda n, t: f'{t} (ck_mutant({n}) ? -1 : 1) *')))
    declaration = r'(\w+ [*\w]|return\b|for\b)'
    if re.match(r'[\w>\-.\[\] +*]+ [-+*]?= [^;{}]+;$', stripped) and not re.match(declaration, stripped):
        found.append(('dropped', stripped, lambda n, whole: f'if (!ck_mutant({n})) {{ {whole.strip()} }}'))
    return found


def span(match, group, change):
    """A function that changes the matched part of a line, which has the same columns as its code."""
    start, end = match.span(group)
    return lambda n, whole: whole[:start] + change(n, whole[start:end]) + whole[end:]


def code(number): return ''.join(DIGITS[int(d)] for d in str(number))


def operator_source(number, text):
    """A Swift operator that is `text` unless its mutant is on."""
    name, on = text + code(number), f'Mutant.isOn({number})'
    if text in COMPARISON:
        protocol = 'Equatable' if text in ('==', '!=') else 'Comparable'
        return [f'infix operator {name}: ComparisonPrecedence',
                f'func {name} <T: {protocol}>(a: T, b: T) -> Bool {{',
                f'    {on} ? a {COMPARISON[text]} b : a {text} b', '}']
    if text in ('&&', '||'):
        other, precedence = ('||', 'Conjunction') if text == '&&' else ('&&', 'Disjunction')
        return [f'infix operator {name}: Logical{precedence}Precedence',
                f'func {name} (a: Bool, b: @autoclosure () throws -> Bool) rethrows -> Bool {{',
                f'    {on} ? try (a {other} b()) : try (a {text} b())', '}']
    if text in ('..<', '...'):
        kind = 'Range' if text == '..<' else 'ClosedRange'
        return [f'infix operator {name}: RangeFormationPrecedence',
                f'func {name} <T: Strideable>(a: T, b: T) -> {kind}<T> where T.Stride: SignedInteger {{',
                f'    {on} && a < b ? a{text}b.advanced(by: -1) : a{text}b', '}']
    if text in ('+=', '-='):
        other = '-=' if text == '+=' else '+='
        return [f'infix operator {name}: AssignmentPrecedence',
                f'func {name} <T: Numeric>(a: inout T, b: T) {{',
                f'    if {on} {{ a {other} b }} else {{ a {text} b }}', '}']
    precedence = 'Addition' if text in ('+', '-', '&+', '&-') else 'Multiplication'
    bounds = {'/': ['BinaryInteger', 'FloatingPoint'], '%': ['BinaryInteger']}.get(
        text, ['FixedWidthInteger'] if text[0] == '&' else ['Numeric'])
    return [f'infix operator {name}: {precedence}Precedence'] + [
        f'func {name} <T: {b}>(x: T, y: T) -> T {{ {on} ? x {ARITHMETIC[text]} y : x {text} y }}'
        for b in bounds]


SUPPORT = '''// Switches planted mistakes on.
import Foundation

enum Mutant {
    static let current = Int(ProcessInfo.processInfo.environment["LOCKSTEP_MUTANT"] ?? "") ?? -1
    static func isOn(_ number: Int) -> Bool { current == number }
    static func choice<T>(_ number: Int, _ a: T, _ b: T) -> T { isOn(number) ? b : a }
    static func turned(_ number: Int, _ condition: Bool) -> Bool { isOn(number) ? !condition : condition }
}
'''
C_HEADER = '''extern int ck_mutant_current;
static inline int ck_mutant(int n) { return ck_mutant_current == n; }'''
C_SOURCE = '''// Switches planted mistakes on.
#include <stdlib.h>
int ck_mutant_current = -1;
__attribute__((constructor)) static void ck_read_mutant(void) {
    const char *text = getenv("LOCKSTEP_MUTANT");
    if (text) ck_mutant_current = atoi(text);
}
'''


def places(tree, target):
    """Where in a target's sources a mistake can be planted: (kind, path, line, what, text, change)."""
    found = []
    for path in sorted(p for folder in STAGES[target][0] for p in walk(f'{tree}/{folder}')):
        if not path.endswith(('.swift', '.c')): continue
        text = open(path, encoding='utf-8').read()
        code, whole = code_lines(text), text.split('\n')
        choices = swift_choices if path.endswith('.swift') else c_choices
        for i in range(1, len(code) - 1):
            for kind, what, change in choices(code[i], code[i - 1], code[i + 1]):
                found.append((kind, os.path.relpath(path, tree), i, what, whole[i], change))
    return found


def choose(tree, targets, count, seed):
    """Mutants of each target and kind alike; some more than asked for, as some will not compile."""
    draw, chosen = random.Random(seed), []
    for target in targets:
        by_kind = {k: [] for k in ('operator', 'bound', 'constant', 'condition', 'dropped')}
        for found in places(tree, target): by_kind[found[0]].append(found)
        for found in by_kind.values(): draw.shuffle(found)
        wanted, used = len(chosen) + round(count / len(targets) * 1.4), set()
        while len(chosen) < wanted and any(by_kind.values()):
            for left in by_kind.values():
                while left and left[-1][1:3] in used: left.pop()  # one mistake a line
                if not left: continue
                kind, path, line, what, text, change = left.pop()
                used.add((path, line))
                number = len(chosen)
                chosen.append(dict(number=number, target=target, kind=kind, path=path, line=line + 1,
                                   what=what, text=text, planted=change(number, text)))
    return chosen


def walk(folder): return [os.path.join(d, name) for d, _, names in os.walk(folder) for name in names]


def plant(tree, mutants):
    """Writes the mutants that are left over the original files."""
    supports = {}
    for path in {m['path'] for m in mutants}:
        lines = subprocess.check_output(['git', 'show', f'HEAD:{path}'], text=True).split('\n')
        own = [m for m in mutants if m['path'] == path and m['state'] != 'does not compile']
        for m in own: lines[m['line'] - 1] = m['planted']
        if path.endswith('.c') and own: lines[0] += '\n' + C_HEADER
        write(f'{tree}/{path}', '\n'.join(lines))
        if path.endswith('.swift'):
            folder = next(f for folders, _ in STAGES.values() for f in folders if path.startswith(f + '/'))
            supports.setdefault(folder, [])
            supports[folder] += [m for m in own if m['kind'] in ('operator', 'bound')]
    for folder, own in supports.items():
        lines = [l for m in own for l in operator_source(m['number'], m['what'])]
        write(f'{tree}/{folder}/Mutant.swift', SUPPORT + '\n'.join(lines) + '\n')
    if any(m['path'].endswith('.c') for m in mutants):
        write(f'{tree}/Sources/Engine/CKernels/mutant.c', C_SOURCE)


def write(path, text):
    if os.path.exists(path) and open(path, encoding='utf-8').read() == text: return
    open(path, 'w', encoding='utf-8').write(text)


def save(tree, mutants): write(f'{tree}/mutants.json', json.dumps(mutants, indent=1, ensure_ascii=False))


def prune(o, targets):
    """Leaves in the manifest of the tree what the tests of the wanted stages need, so that less is built."""
    command = ['swift', 'package', '--ignore-lock', 'dump-package']
    manifest = json.loads(subprocess.check_output(command, text=True))
    needs = {}
    for target in manifest['targets']:
        names = [d[kind][0] for d in target['dependencies'] for kind in ('byName', 'target') if kind in d]
        needs[target['name']] = names
    stages = [words for t in targets for words in STAGES[t][1][:o.stages]]
    left = [word.split('.')[0] for words in stages for word in words] + ['rank-scenarios']
    kept = set()
    while left:
        name = left.pop()
        if name in kept or name not in needs: continue
        kept.add(name)
        left += needs[name]
    with open(f'{o.tree}/Package.swift', 'a', encoding='utf-8') as file:
        file.write(f'let kept: Set = {json.dumps(sorted(kept))}\n')
        file.write('package.targets.removeAll { !kept.contains($0.name) }\n')
        file.write('package.products.removeAll { $0.name != "rank-scenarios" }\n')
        needed = [d for t in manifest['targets'] if t['name'] in kept for d in t['dependencies']]
        if not any('product' in d for d in needed):
            file.write('package.dependencies = []\n')


def make(o):
    os.makedirs(o.tree, exist_ok=True)
    archive = subprocess.check_output(['git', 'archive', 'HEAD'])
    subprocess.run(['tar', '-x', '-C', o.tree], input=archive, check=True)
    targets = o.targets.split(',') if o.targets else list(STAGES)
    prune(o, targets)
    mutants = choose(o.tree, targets, o.count, o.seed)
    for m in mutants: m['state'] = 'new'
    plant(o.tree, mutants)
    save(o.tree, mutants)
    print(f'{len(mutants)} mutants in {o.tree}')


def nearest(mutants, output):
    """The left-out statements and conditions before errors that a compiler reports further down."""
    bad = set()
    for path, line in re.findall(r'(Sources/[^:\s]+\.(?:swift|c)):(\d+):\d+: error', output):
        own = [m for m in mutants if m['path'] == path and m['state'] == 'new']
        before = [m for m in own if m['kind'] in ('dropped', 'condition')
                  and int(line) - 40 < m['line'] < int(line)]
        if before: bad.add(max(before, key=lambda m: m['line'])['number'])
    return bad


def build(o):
    mutants = json.load(open(f'{o.tree}/mutants.json', encoding='utf-8'))
    for m in mutants:
        if m['state'] == 'left out': m['state'] = 'new'
    command = o.command or ['swift', 'build', '-c', 'release', '--build-tests']
    while True:
        done = subprocess.run(command, cwd=o.tree, capture_output=True, text=True, stdin=subprocess.DEVNULL)
        if done.returncode == 0: break
        bad = set()
        faults = r'(Sources/[^:\s]+\.(?:swift|c)):(\d+):\d+: (?:error|warning)'
        for path, line in re.findall(faults, done.stdout + done.stderr):
            shift = C_HEADER.count('\n') + 1 if path.endswith('.c') else 0
            bad |= {m['number'] for m in mutants
                    if m['state'] == 'new' and m['path'] == path and m['line'] + shift == int(line)}
        if not bad: bad = nearest(mutants, done.stdout + done.stderr)
        if not bad: sys.exit(done.stdout[-6000:] + done.stderr[-3000:])
        for m in mutants:
            if m['number'] in bad: m['state'] = 'does not compile'
        print(f'without {sorted(bad)}, which do not compile', flush=True)
        plant(o.tree, mutants)
        save(o.tree, mutants)
    # As many as were asked for of each target; the others stay switched off.
    for target in {m['target'] for m in mutants}:
        left = [m for m in mutants if m['target'] == target and m['state'] == 'new']
        for m in left[round(o.count / len({m['target'] for m in mutants})):]: m['state'] = 'left out'
    save(o.tree, mutants)
    print(f"{sum(m['state'] == 'new' for m in mutants)} mutants are built")


def tests(bundle, pattern, number, limit, tree):
    """(passed, seconds, why not) of tests with a mutant on; a run that takes too long has failed."""
    environment = dict(os.environ, LOCKSTEP_MUTANT=str(number))
    start = time.time()
    process = subprocess.Popen(
        [bundle, '--testing-library', 'swift-testing', '--filter', pattern], cwd=tree, env=environment,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)
    try:
        output = process.communicate(timeout=limit)[0].decode(errors='replace')
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return False, time.time() - start, 'took too long'
    failures = re.findall(r'Test "?(.+?)"? (?:recorded an issue|failed after)', output)
    passed = process.returncode == 0 and re.search(r'Test run with [1-9]\d* tests? .*passed', output)
    return bool(passed), time.time() - start, failures[0] if failures else f'code {process.returncode}'


def place(m): return f"{m['path']}:{m['line']} {m['kind']} {m['what']}"


def run(o):
    mutants = json.load(open(f'{o.tree}/mutants.json', encoding='utf-8'))
    bundle = os.path.abspath(o.bundle or f'{o.tree}/.build/release/lockstepPackageTests.xctest')
    limits = {}
    wanted = {int(n) for n in o.ids.split(',')} if o.ids else None
    for m in mutants:
        if m['number'] not in wanted if wanted is not None else m['state'] != 'new': continue
        m['state'] = 'survived'
        for words in STAGES[m['target']][1][:o.stages]:
            pattern = '^(' + '|'.join(w.replace('.', '\\.') if '(' in w else w + '\\.' for w in words) + ')'
            if pattern not in limits:
                passed, seconds, why = tests(bundle, pattern, -1, 1200, o.tree)
                if not passed: sys.exit(f'without a mutant {pattern} fails: {why}')
                limits[pattern] = 30 + 4 * seconds
                print(f'-- {pattern} takes {seconds:.0f} s', flush=True)
            passed, seconds, why = tests(bundle, pattern, m['number'], limits[pattern], o.tree)
            if not passed:
                m['state'] = 'killed'
                m['by'] = f'{pattern} {why}'
                break
        print(f"{m['number']:4} {m['state']:9} {place(m)}  {m.get('by', '')}", flush=True)
        save(o.tree, mutants)
    tried = [m for m in mutants if m['state'] in ('killed', 'survived')]
    for target in STAGES:
        own = [m for m in tried if m['target'] == target]
        print(f"{target}: {sum(m['state'] == 'killed' for m in own)} of {len(own)} killed")
    for m in tried:
        if m['state'] == 'survived': print(f"survived: {place(m)}\n    {m['text'].strip()}")


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('action', choices=['make', 'build', 'run'])
    parser.add_argument('tree')
    parser.add_argument('--count', type=int, default=100)
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--targets')
    parser.add_argument('--stages', type=int, default=3, help='how many stages of tests are built and run')
    parser.add_argument('--ids')
    parser.add_argument('--bundle')
    words = sys.argv[1:]
    command = words[words.index('--') + 1:] if '--' in words else []
    o = parser.parse_args(words[:words.index('--')] if '--' in words else words)
    o.command = command
    o.tree = os.path.abspath(o.tree)
    os.chdir(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    {'make': make, 'build': build, 'run': run}[o.action](o)


main()
