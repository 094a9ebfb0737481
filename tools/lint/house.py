#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""The rules of the house: layers, rooms, budgets, and what no file may contain.

usage: tools/lint/house.py FILE...    paths relative to the top, where it runs

Prints "file:line: what is wrong" and exits 1 if there is anything.
"""
import fnmatch
import os
import re
import sys

TABLE = 'tools/lint/layers'
INCLUDE = re.compile(r'\s*#\s*include\s+([<"])([^>"]+)[>"]')
SOURCE = ('.c', '.h', '.proto', '.yaml', '.sh', '.py', '.js', '.css', '.html', 'Makefile', 'Kbuild')
# Split, so that this file does not contain them.
UNFINISHED = re.compile(r'\b(TO' r'DO|FIX' r'ME|XX' r'X)\b')
VERSION = re.compile(r'\b(LINUX_VERSION_CODE|KERNEL_VERSION)\b')


class Rules:
    def __init__(self, path):
        self.levels, self.rooms, self.owners, self.budgets, self.generated = [], {}, [], [], []
        with open(path, encoding='utf-8') as table:
            for number, line in enumerate(table, 1):
                words = line.split('#')[0].split()
                if words and not self._add(*words):
                    sys.exit(f'{path}:{number}: what is "{words[0]}"?')

    def _add(self, kind, *words):
        if kind == 'level':
            self.levels += [(words[0], int(words[1]), name) for name in words[2:]]
        elif kind == 'room':
            self.rooms[words[0]] = words[1:]
        elif kind == 'owner':
            self.owners.append((words[0], words[1:]))
        elif kind == 'budget':
            self.budgets.append((words[0], int(words[1])))
        elif kind == 'generated':
            self.generated += words
        else:
            return False
        return True

    def room(self, path):
        rooms = [room for room in self.rooms if path.startswith(room + '/')]
        return max(rooms, key=len, default=None)

    def tested(self, path):
        """The room that a unit test is about: the one of its folder's name."""
        found = re.match(r'selftests/unit/(\w+)/', path)
        return next((room for room in self.rooms
                     if found and os.path.basename(room) == found.group(1)), None)

    def level(self, path):
        """(has its room levels, the file's or None)"""
        known = False
        for room, level, name in self.levels:
            if path.startswith(room + '/'):
                known = True
                if fnmatch.fnmatchcase(path[len(room) + 1:], name):
                    return True, level
        return known, None

    def budget(self, what):
        """The limit for a path, or for 'function'; None if there is none."""
        if what in self.generated:
            return None
        return next((lines for pattern, lines in self.budgets
                     if fnmatch.fnmatchcase(what, pattern)), None)

    def owned(self, header, path):
        """Is path allowed to include a foreign header?"""
        files = [name for pattern, names in self.owners if fnmatch.fnmatchcase(header, pattern)
                 for name in names]
        return not files or any(fnmatch.fnmatchcase(path, name) for name in files)


class House:
    def __init__(self, rules, paths):
        self.rules = rules
        self.paths = set(paths)
        self.complaints = []
        self.headers = {}       # header -> headers of ours that it includes

    def complain(self, path, line, text):
        self.complaints.append((path, line, text))

    def resolve(self, path, name):
        """Our file that #include "name" in path means, or None."""
        room = self.rules.room(path) or self.rules.tested(path)
        if name.startswith('proto/'):
            return 'userspace/proto/' + name[len('proto/'):].replace('.pb-c.h', '.proto')
        for folder in (os.path.dirname(path), room, 'userspace/lib', 'userspace', 'tools'):
            if folder is not None:
                candidate = os.path.normpath(os.path.join(folder, name))
                if candidate in self.paths:
                    return candidate
        return None

    def check_include(self, path, number, kind, name):
        if kind == '<':
            if self.rules.room(path) and not self.rules.owned(name, path):
                self.complain(path, number, f'<{name}> belongs to another file ({TABLE})')
            return
        target = self.resolve(path, name)
        if target is None:
            self.complain(path, number, f'"{name}" is no file of ours')
            return
        self.headers.setdefault(path, set()).add(target)
        here, there = self.rules.room(path), self.rules.room(target)
        if here and there != here and there not in self.rules.rooms[here]:
            self.complain(path, number, f'{here} does not look into {there} ({target})')
        level, below = self.rules.level(path)[1], self.rules.level(target)[1]
        if here == there and level is not None and below is not None and below > level:
            self.complain(path, number, f'looks upward: level {level} to {below} ({target})')

    def check_c(self, path, lines):
        start, limit = None, self.rules.budget('function')
        for number, line in enumerate(lines, 1):
            include = INCLUDE.match(line)
            if include:
                self.check_include(path, number, *include.groups())
            if line.startswith('{'):
                start = number
            elif line.startswith('}') and start:
                size, start = number - start - 1, None
                if size > limit and path not in self.rules.generated:
                    self.complain(path, number, f'a function of {size} lines, at most {limit}')
            if VERSION.search(line) and path.startswith('kernel/') and \
                    not path.startswith('kernel/compat/'):
                self.complain(path, number, 'kernel versions belong to kernel/compat')
        has_levels, level = self.rules.level(path)
        if has_levels and level is None:
            self.complain(path, 1, f'has no level in {TABLE}')

    def check_text(self, path, lines):
        head = ''.join(lines[:3])
        if 'SPDX-License-Identifier:' not in head:
            self.complain(path, 1, 'no SPDX line')
        for number, line in enumerate(lines, 1):
            if UNFINISHED.search(line):
                self.complain(path, number, f'unfinished: {line.strip()}')
        limit = self.rules.budget(path)
        if limit and len(lines) > limit:
            self.complain(path, limit, f'{len(lines)} lines, at most {limit}')

    def check_python(self, path, lines):
        try:
            compile(''.join(lines), path, 'exec')
        except SyntaxError as error:
            self.complain(path, error.lineno, error.msg)

    def check_cycles(self):
        """A header that includes itself by way of others; each cycle once."""
        done = set()

        def visit(path, trail):
            if path in trail:
                cycle = trail[trail.index(path):]
                self.complain(min(cycle), 1, 'includes itself: ' + ' > '.join([*cycle, path]))
            elif path not in done:
                for target in sorted(self.headers.get(path, ())):
                    visit(target, [*trail, path])
                done.add(path)

        for path in sorted(self.headers):
            visit(path, [])

    def check(self, path):
        with open(path, encoding='utf-8') as file:
            lines = file.readlines()
        first = lines[0] if lines else ''
        if path.endswith(SOURCE) or first.startswith('#!'):
            self.check_text(path, lines)
        if path.endswith(('.c', '.h')):
            self.check_c(path, lines)
        if path.endswith('.py') or 'python3' in first and first.startswith('#!'):
            self.check_python(path, lines)


def main(paths):
    house = House(Rules(TABLE), paths)
    for path in paths:
        # what fuzzers begin with is no text
        if not path.startswith('selftests/fuzz/corpus/'):
            house.check(path)
    house.check_cycles()
    for path, line, text in sorted(set(house.complaints)):
        print(f'{path}:{line}: {text}')
    return 1 if house.complaints else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
