# SPDX-License-Identifier: GPL-2.0
"""What taps of seq_probe write: runs of numbers; and sums over sets of numbers, which are lists of
(first, last), ascending.
"""
from collections import namedtuple

Run = namedtuple("Run", "begin end way first last step kind host")


def read(path, host):
    runs = []
    with open(path, encoding="ascii") as tap:
        for line in tap:
            begin, end, way, first, last, step, kind = line.split()
            runs.append(Run(int(begin), int(end), way, int(first), int(last), int(step), kind,
                            host))
    return runs


def intervals(runs):
    """Of runs with a step of 1, overlaps and all."""
    return sorted((run.first, run.last) for run in runs)


def count(spans):
    return sum(last - first + 1 for first, last in spans)


def union(spans):
    joined = []
    for first, last in spans:
        if joined and first <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(last, joined[-1][1]))
        else:
            joined.append((first, last))
    return joined


def overlaps(spans):
    """How many numbers are there more than once."""
    return count(spans) - count(union(spans))


def missing(spans, there):
    """What of spans is not there."""
    found, holes = union(there), []
    for first, last in union(spans):
        at = first
        for begin, end in found:
            if end < at or begin > last:
                continue
            if begin > at:
                holes.append((at, begin - 1))
            at = end + 1
        if at <= last:
            holes.append((at, last))
    return holes
