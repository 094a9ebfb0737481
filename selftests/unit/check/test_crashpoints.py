#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""The crash points that there are are those that Documentation/testing.rst has, and at each a test
kills."""
import glob
import os
import re
import sys

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), '../../..')
AT_LEAST = 36


def text(path):
    with open(path, encoding='utf-8') as file:
        return file.read()


def in_table():
    page = text('Documentation/testing.rst')
    table = page[page.index('.. crash points begin'):page.index('.. crash points end')]
    return re.findall(r'^([a-z]+(?:-[a-z]+)+)(?:\s|$)', table, re.M)


def in_sources():
    names = []
    for path in glob.glob('userspace/**/*.c', recursive=True):
        source = text(path)
        names += re.findall(r'CRASHPOINT\("([^"]+)"\)', source)
        # those that are chosen from a list
        if 'CRASHPOINT(points[' in source:
            listed = source[source.index('const points[] = {'):]
            names += re.findall(r'"([^"]+)"', listed[:listed.index('}')])
    return names


def in_tests():
    tests = [path for pattern in ('selftests/unit/*/test_crash*.c', 'selftests/*/crash*.sh',
                                  'selftests/virt_*kills.sh') for path in glob.glob(pattern)]
    return {name for path in tests for name in re.findall(r'[" ]([a-z]+(?:-[a-z]+)+)\b', text(path))}


def main():
    os.chdir(TOP)
    table, sources, tests = in_table(), in_sources(), in_tests()
    results = [
        ('each in the sources is in the table', sorted(set(sources) - set(table))),
        ('each in the table is in the sources', sorted(set(table) - set(sources))),
        ('none is twice in the table', sorted({name for name in table if table.count(name) > 1})),
        ('a test kills at each', sorted(set(table) - tests)),
        (f'there are {AT_LEAST} at least', [] if len(table) >= AT_LEAST else [str(len(table))]),
    ]
    print(f'1..{len(results)}')
    for number, (name, wrong) in enumerate(results, 1):
        print(f'{"not ok" if wrong else "ok"} {number} {name}')
        if wrong:
            print(f'# {", ".join(wrong)}')
    return 1 if any(wrong for _, wrong in results) else 0


if __name__ == '__main__':
    sys.exit(main())
