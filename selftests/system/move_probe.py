#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""What the taps of move_probe.sh saw, beside what the moves report of themselves.

usage: move_probe.py LAB HERTZ
"""
import json
import sys

# Without the kernel's stamps the two hosts' own times are reported, and others hear of it later.
TOLD_MS = 400


def read(lab, host):
    seen = []
    with open(f"{lab}/tap-{host}", encoding="ascii") as tap:
        for line in tap:
            when, way, number, kind = line.split()
            seen.append((int(when), way, int(number), kind))
    return seen


def main(lab, hertz):
    with open(f"{lab}/moves.json", encoding="utf-8") as file:
        moves = sorted(json.load(file)["items"], key=lambda m: m["started"])
    hosts = {host: read(lab, host) for host in ("host1", "host2")}
    sent = {n: t for t, way, n, kind in read(lab, "host4") if way == "from" and kind == "request"}
    came = sorted((t, host, n) for host, seen in hosts.items()
                  for t, way, n, kind in seen if way == "to" and kind == "request")
    said = [(t, host) for host, seen in hosts.items() for t, way, _, _ in seen if way == "from"]
    answered = [(t, host) for host, seen in hosts.items()
                for t, way, _, kind in seen if way == "from" and kind == "reply"]
    wrong = []

    numbers = [n for _, _, n in came]
    if len(set(numbers)) != len(numbers):
        wrong.append(f"{len(numbers) - len(set(numbers))} frames came twice")
    lost = sorted(set(sent) - set(numbers))
    gaps = runs(lost)
    print(f"sent {len(sent)}, came {len(came)}, lost {len(lost)} in {len(gaps)} gaps")
    # those on their way when the sender was stopped are no gap of a move
    if gaps and gaps[-1][1] == max(sent) and len(gaps) > len(moves):
        gaps.pop()
    if len(gaps) != len(moves):
        wrong.append(f"{len(gaps)} gaps for {len(moves)} moves: {gaps}")

    for move in moves:
        wrong += judge(move, came, said, answered, 1000 / hertz)
    for sentence in wrong:
        print("WRONG:", sentence)
    return 1 if wrong else 0


def runs(numbers):
    found = []
    for n in numbers:
        if found and found[-1][1] == n - 1:
            found[-1][1] = n
        else:
            found.append([n, n])
    return found


def last_and_first(seen, source, dest, move):
    """Of (time, host, ...): the last one at the source, all at the destination from then on."""
    begin, end = move["started"] * 1e6, (move["ended"] + 1000) * 1e6
    last = max((e[0] for e in seen if e[1] == source and e[0] < end), default=None)
    return last, sorted(e[0] for e in seen if e[1] == dest and e[0] > max(begin, last or 0))


def by_ports(move, came, room):
    """What came at the two hosts: others hear of a port somewhat later."""
    last, first = came
    measured = (first[0] - last) / 1e6
    return measured, abs(measured - move["blackout"]["ms"]) <= room + TOLD_MS


def by_frames(move, sent, answered, room):
    """The reported end is that of a frame of the VM, and no answer went out before it.

    The tap also sees what the port does not let pass yet, so it need not be the first one.
    """
    last, others = sent
    end = last + move["blackout"]["ms"] * 1e6
    nearest = min(others, key=lambda t: abs(t - end))
    measured = (nearest - last) / 1e6
    return measured, abs(nearest - end) <= room * 1e6 and answered[1][0] >= end - room * 1e6


def judge(move, came, sent, answered, interval):
    source, dest = (move[end].split("/")[1] for end in ("from", "to"))
    told = move["blackout"]
    room = told["error_ms"] + 2 * interval
    rows = [last_and_first(row, source, dest, move) for row in (came, sent, answered)]
    if any(last is None or not first for last, first in rows):
        return [f"nothing was seen of the move to {dest}"]
    if told["by"] == "frames":
        measured, right = by_frames(move, rows[1], rows[2], room)
    else:
        measured, right = by_ports(move, rows[0], room)
    print(f"to {dest}: measured {measured:.1f} ms, reported {told['ms']:.1f} "
          f"+- {told['error_ms']:.2f} by {told['by']}, late {move['late']}")
    return [] if right else [f"the blackout of the move to {dest} is not what the taps saw"]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2])))
