#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""What the taps of profile_moves.sh saw. Frames go to a VM on two ports by turns: the even ones are permitted to it, the
odd ones are not.

usage: profile_moves.py moved LAB FROM TO: the VM went from one host to the other: no odd one came to it anywhere, and of
           the even ones none was lost but those of one pause, none came twice
       profile_moves.py limited LAB HOST PPS BURST: so many a second came to it and no more, of more that were sent
"""
import sys

from runs import read

NS = 1e9


def frames(lab, host, way):
    """Numbers, and when the first and the last of them were seen."""
    runs = [run for run in read(f'{lab}/tap-{host}', host) if run.way == way and run.kind == 'udp']
    numbers = [n for run in runs for n in range(run.first, run.last + 1, run.step)]
    return numbers, min((run.begin for run in runs), default=0), max((run.end for run in runs), default=0)


def forbidden(came, host):
    odd = [n for n in came if n % 2]
    return [f'{len(odd)} forbidden frames came to the VM on {host}: {odd[:10]}'] if odd else []


def gaps(sent, came):
    """Stretches of what was sent that have not come, between two that have."""
    found, inside, seen = [], [], False
    for number in sent:
        if number in came:
            if inside and seen:
                found.append((inside[0], inside[-1]))
            inside, seen = [], True
        else:
            inside.append(number)
    return found


def moved(lab, source, dest):
    sent = [n for n in sorted(frames(lab, 'host4', 'from')[0]) if n % 2 == 0]
    there, here = frames(lab, source, 'to')[0], frames(lab, dest, 'to')[0]
    wrong = forbidden(there, source) + forbidden(here, dest)
    if not there or not here:
        wrong.append(f'{len(there)} came on {source}, {len(here)} on {dest}')
    if len(set(there + here)) != len(there) + len(here):
        wrong.append('some came twice')
    if there and here and max(there) > min(here):
        wrong.append(f'{max(there)} came on {source} when {min(here)} was on {dest}')
    lost = gaps(sent, set(there + here))
    if len(lost) > 1:
        wrong.append(f'lost in {len(lost)} stretches for one move: {lost[:10]}')
    print(f'permitted: sent {len(sent)}, came {len(there)} on {source} and {len(here)} on {dest}, lost {lost}')
    return wrong


def limited(lab, host, pps, burst):
    sent = [n for n in frames(lab, 'host4', 'from')[0] if n % 2 == 0]
    came, first, last = frames(lab, host, 'to')
    most = int(burst) + int(pps) * (last - first) / NS + 1
    print(f'permitted: sent {len(sent)}, came {len(came)} in {(last - first) / NS:.1f} s, at most {most:.0f}')
    wrong = forbidden(came, host)
    if not came or len(came) > most:
        wrong.append(f'{len(came)} came, not up to {most:.0f}')
    if len(sent) <= most:
        wrong.append('not more were sent than may come')
    return wrong


def main(what, *words):
    wrong = {'moved': moved, 'limited': limited}[what](*words)
    for sentence in wrong:
        print('WRONG:', sentence)
    return 1 if wrong else 0


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
