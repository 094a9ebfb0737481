#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Was each frame of profile.sh judged by one whole profile? UDP goes to three ports by turns: the first
one is permitted always, the second by the old profile alone, the third by the new one alone, and all by none. So
the fate of a frame to the second or third says which profile has judged it.

usage: seq_fates.py TAP-OF-SENDER TAP-OF-RECEIVER OTHER CHANGES
    OTHER: "old", "none": what the profiles are that take turns, beginning with the old one: "old" is old and new,
    "none" is old and none at all, by which all frames pass
    CHANGES: how often another one came, and not once more
"""
import sys

from runs import read

ALWAYS, BY_OLD, BY_NEW = range(3)


def numbers(path, way):
    found = []
    for run in read(path, path):
        if run.way == way and run.kind == 'udp':
            found.extend(range(run.first, run.last + 1, run.step))
    return found


def judges(sent, came, with_none):
    """The profile that each frame's fate tells of, in order; where it tells nothing, none is named."""
    for number in sent:
        port = number % 3
        if port == BY_NEW:
            # without a profile it passes as well
            yield number, 'other' if number in came else 'old'
        elif port == BY_OLD and not with_none:
            yield number, 'old' if number in came else 'other'


def main(sender, receiver, other, changes):
    sent, received = sorted(numbers(sender, 'from')), numbers(receiver, 'to')
    came = set(received)
    wrong = []
    if not sent or sent != list(range(sent[-1] + 1)):
        wrong.append('what was sent is not seen as a whole')
    if len(received) != len(came):
        wrong.append(f'{len(received) - len(came)} came twice')
    if not came <= set(sent):
        wrong.append(f'{len(came - set(sent))} came that were not sent')
    must = [n for n in sent if n % 3 == ALWAYS or (other == 'none' and n % 3 == BY_OLD)]
    lost = [n for n in must if n not in came]
    if lost:
        wrong.append(f'{len(lost)} of {len(must)} that every profile permits were lost: {lost[:10]}')
    for port in range(3):
        in_order = [n for n in received if n % 3 == port]
        if in_order != sorted(in_order):
            wrong.append(f'frames of port {1000 + port} came out of order')
    steps, last = [], 'old'
    for number, judge in judges(sent, came, other == 'none'):
        if judge != last:
            steps.append((number, judge))
        last = judge
    print(f'sent {len(sent)}, came {len(came)}, judged by another profile {len(steps)} times')
    if len(steps) != int(changes):
        wrong.append(f'the profile changed {changes} times, the judge {len(steps)} times: {steps[:20]}')
    for sentence in wrong:
        print('WRONG:', sentence)
    return 1 if wrong else 0


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
