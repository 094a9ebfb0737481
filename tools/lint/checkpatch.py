#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Run the kernel's checkpatch.pl on files, less what checkpatch.ignore names.

usage: tools/lint/checkpatch.py CHECKPATCH FILE...
"""
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

IGNORE = 'tools/lint/checkpatch.ignore'
OPTIONS = ['--no-tree', '-f', '--strict', '--terse', '--quiet', '--no-summary', '--show-types',
           '--max-line-length=100', '--typedefsfile', 'tools/lint/typedefs']
COMPLAINT = re.compile(r'([^:]+):(\d+): [A-Z]+:([A-Z_]+):')
AT_ONCE = 12


def read_ignored():
    types, lines = {'all': [], 'user': []}, []
    with open(IGNORE, encoding='utf-8') as table:
        for line in table:
            if line.strip() and not line.startswith('#'):
                where, kind = re.match(r'(/.*/|\w+) (\w+) \S', line).groups()
                if where in types:
                    types[where].append(kind)
                else:
                    lines.append((re.compile(where[1:-1]), kind))
    return types, lines


def source_line(path, number):
    with open(path, encoding='utf-8') as source:
        return source.readlines()[number - 1]


def is_wrong(complaint, lines):
    found = COMPLAINT.match(complaint)
    if not found:
        return False
    path, number, kind = found.groups()
    return any(kind == ignored and pattern.search(source_line(path, int(number)))
               for pattern, ignored in lines)


def check(checkpatch, ignored, paths):
    done = subprocess.run(['perl', checkpatch, *OPTIONS, '--ignore', ','.join(ignored), *paths],
                          capture_output=True, text=True, check=False)
    return (done.stdout + done.stderr).splitlines()


def main(checkpatch, *paths):
    types, lines = read_ignored()
    kernel = [path for path in paths if path.startswith(('kernel/', 'include/'))]
    user = [path for path in paths if path not in kernel]
    jobs = [(names[i:i + AT_ONCE], ignored)
            for names, ignored in ((kernel, types['all']), (user, types['all'] + types['user']))
            for i in range(0, len(names), AT_ONCE)]
    with ThreadPoolExecutor(2) as pool:
        outputs = pool.map(lambda job: check(checkpatch, job[1], job[0]), jobs)
        complaints = [line for output in outputs for line in output
                      if line.strip() and not is_wrong(line, lines)]
    print('\n'.join(complaints), end='\n' if complaints else '')
    return 1 if complaints else 0


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
