#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Is a text in the format of Prometheus, version 0.0.4, and in the strict form of ours?

usage: metrics.py FILE [NAME[{LABELS}]=VALUE | NAME[{LABELS}]>VALUE]...

Each further argument is a series that must have this value, or a greater one. Says what is wrong,
each with its line, and ends with 1 then. read() is for other programs.
"""
import math
import re
import sys

NAME = r"[a-zA-Z_][a-zA-Z0-9_]*"
LABEL = re.compile(rf'({NAME})="((?:[^"\\\n]|\\\\|\\"|\\n)*)"')
SAMPLE = re.compile(rf"({NAME})(?:\{{(.*)\}})? ([^ ]+)")
VALUE = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?|Inf)|NaN")
PARTS = {"histogram": ("_bucket", "_sum", "_count")}


class Wrong(Exception):
    pass


def labels_of(text):
    found, rest = [], text
    while rest:
        match = LABEL.match(rest)
        if not match:
            raise Wrong(f"labels {text!r}")
        found.append(match.groups())
        rest = rest[match.end():]
        if rest and (rest[0] != "," or len(rest) == 1):
            raise Wrong(f"labels {text!r}")
        rest = rest[1:]
    names = [name for name, _ in found]
    if len(set(names)) != len(names):
        raise Wrong(f"a label twice in {text!r}")
    return tuple(sorted(found))


def number(text):
    if not VALUE.fullmatch(text):
        raise Wrong(f"value {text!r}")
    return float(text.replace("Inf", "inf"))


class Family:
    def __init__(self, name, text):
        self.name, self.help, self.type = name, text, None
        self.samples = {}

    def take(self, name, labels, value):
        if self.type is None:
            raise Wrong(f"{name} before the type of {self.name}")
        if name not in [self.name + part for part in PARTS.get(self.type, ("",))]:
            raise Wrong(f"{name} in the {self.type} {self.name}")
        if (name, labels) in self.samples:
            raise Wrong(f"{name}{dict(labels)} twice")
        if self.type == "counter" and not value >= 0:
            raise Wrong(f"counter {name} is {value}")
        self.samples[name, labels] = value

    def end(self):
        if not self.samples and self.type == "histogram":
            raise Wrong(f"histogram {self.name} has no samples")
        if self.type == "histogram":
            self.end_histogram()

    def end_histogram(self):
        buckets, before, bound = [], 0, -math.inf
        for (name, labels), value in self.samples.items():
            if name == self.name + "_bucket":
                if [label for label, _ in labels] != ["le"]:
                    raise Wrong(f"a bucket of {self.name} with labels {labels}")
                buckets.append((number(labels[0][1]), value))
        for le, value in buckets:
            if le <= bound or value < before:
                raise Wrong(f"buckets of {self.name} do not ascend at {le}")
            bound, before = le, value
        if bound != math.inf:
            raise Wrong(f"histogram {self.name} has no bucket +Inf")
        if self.samples.get((self.name + "_count", ())) != before:
            raise Wrong(f"_count of {self.name} is not that of bucket +Inf")
        if (self.name + "_sum", ()) not in self.samples:
            raise Wrong(f"histogram {self.name} has no _sum")


def read(text):
    """{(name, labels): value}; raises Wrong. Labels are sorted pairs."""
    families, family = {}, None
    if text and not text.endswith("\n"):
        raise Wrong("the last line has no end")
    for count, line in enumerate(text.split("\n")[:-1], 1):
        try:
            family = take_line(families, family, line)
        except Wrong as wrong:
            raise Wrong(f"line {count}: {wrong}") from None
    if family:
        family.end()
    return {key: value for f in families.values() for key, value in f.samples.items()}


def take_line(families, family, line):
    word = line.split(" ", 3)
    if word[:2] == ["#", "HELP"]:
        if len(word) < 4 or not re.fullmatch("nvo3_" + NAME, word[2]):
            raise Wrong(f"{line!r}")
        if word[2] in families:
            raise Wrong(f"{word[2]} comes twice")
        if family:
            family.end()
        families[word[2]] = Family(word[2], word[3])
        return families[word[2]]
    if word[:2] == ["#", "TYPE"]:
        if not family or len(word) != 4 or word[2] != family.name or family.type:
            raise Wrong(f"{line!r} is not the type of the family that began")
        if word[3] not in ("counter", "gauge", "histogram"):
            raise Wrong(f"type {word[3]}")
        if (word[3] == "counter") != word[2].endswith("_total"):
            raise Wrong(f"{word[2]} is a {word[3]}")
        family.type = word[3]
        return family
    match = SAMPLE.fullmatch(line)
    if not match or not family:
        raise Wrong(f"{line!r}")
    family.take(match[1], labels_of(match[2] or ""), number(match[3]))
    return family


def check(series, wish):
    match = re.fullmatch(rf"({NAME})(?:\{{(.*)\}})?([=>])(.+)", wish)
    if not match:
        raise Wrong(f"{wish!r} is no NAME{{LABELS}}=VALUE")
    key = match[1], labels_of(match[2] or "")
    if key not in series:
        raise Wrong(f"there is no {match[1]} {match[2] or ''}")
    value, want = series[key], float(match[4])
    if not (value == want if match[3] == "=" else value > want):
        raise Wrong(f"{match[1]} {match[2] or ''} is {value:g}, not {match[3]} {want:g}")


def main(args):
    try:
        with open(args[0], encoding="utf-8") as file:
            series = read(file.read())
        for wish in args[1:]:
            check(series, wish)
    except Wrong as wrong:
        print(f"{args[0]}: {wrong}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1:]))
