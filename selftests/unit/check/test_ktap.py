#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""What make check makes of a program's output: no failure may look like success."""
import os
import sys

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), '../../..')
sys.path.insert(0, os.path.join(TOP, 'tools/check'))
from ktap import Parser     # noqa: E402  (the path comes first)

CASES = [
    # name, output, exit status, verdicts
    ('all pass', ['KTAP version 1', '1..2', 'ok 1 a', 'ok 2 b'], 0, 'pp'),
    ('cmocka separates with a dash', ['1..1', 'ok 1 - a'], 0, 'p'),
    ('a failure', ['1..2', 'ok 1 a', 'not ok 2 b'], 1, 'pf'),
    ('a failure that the exit status hides', ['1..1', 'not ok 1 a'], 0, 'f'),
    ('a skip', ['1..1', 'ok 1 a # SKIP no such device'], 0, 's'),
    ('one of two did not report', ['1..2', 'ok 1 a'], 0, 'pf'),
    ('nothing reported', ['1..3'], 0, 'fff'),
    ('more than planned', ['1..1', 'ok 1 a', 'ok 2 b'], 0, 'ppf'),
    ('no output', [], 0, 'f'),
    ('output, but no plan', ['hello'], 0, 'f'),
    ('results, but no plan', ['ok 1 a'], 0, 'pf'),
    ('killed at the end', ['1..1', 'ok 1 a'], 137, 'pf'),
    ('never ended', ['1..1', 'ok 1 a'], None, 'pf'),
    ('two groups', ['1..1', 'ok 1 a', '1..1', 'ok 1 b'], 0, 'pp'),
    ('the first of two groups is short', ['1..2', 'ok 1 a', '1..1', 'ok 1 b'], 0, 'pfp'),
    ('an empty plan', ['1..0'], 0, 'f'),
]


def verdicts(lines, status):
    parser = Parser()
    for line in lines:
        parser.feed(line)
    return parser.end(status)


def main():
    failed = 0
    print(f'1..{len(CASES) + 1}')
    for number, (name, lines, status, want) in enumerate(CASES, 1):
        got = ''.join(result.verdict[0] for result in verdicts(lines, status))
        print(f'{"ok" if got == want else "not ok"} {number} {name}')
        if got != want:
            print(f'# {got}, not {want}')
            failed = 1
    result = verdicts(['1..1', 'not ok 1 a', '# why'], 1)[0]
    told = result.name == 'a' and result.details == ['# why']
    print(f'{"ok" if told else "not ok"} {len(CASES) + 1} a failure keeps what was said about it')
    return failed or not told


if __name__ == '__main__':
    sys.exit(main())
