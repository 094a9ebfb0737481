#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Has all UDP of a probe come, once and in order?

usage: seq_whole.py TAP-OF-SENDER TAP-OF-RECEIVER
"""
import sys

from runs import count, intervals, missing, overlaps, read


def udp(path, way):
    return [run for run in read(path, path) if run.way == way and run.kind == 'udp']


def main(sender, receiver):
    sent, came = udp(sender, 'from'), udp(receiver, 'to')
    if len(sent) != 1 or sent[0].first != 0:
        print(f'WRONG: what was sent is no single run: {sent}')
        return 1
    lost = missing(intervals(sent), intervals(came))
    twice = overlaps(intervals(came))
    wrong = []
    if lost:
        wrong.append(f'{count(lost)} lost: {lost[:10]}')
    if twice:
        wrong.append(f'{twice} came twice')
    if not lost and not twice and len(came) > 1:
        wrong.append(f'out of order: {[(run.first, run.last) for run in sorted(came)][:10]}')
    seconds = (sent[0].end - sent[0].begin) / 1e9
    print(f'{sent[0].last + 1} frames in {seconds:.1f} s, {sent[0].last / seconds:.0f} a second')
    for sentence in wrong:
        print('WRONG:', sentence)
    return 1 if wrong else 0


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
