#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""What the taps of move_probe.sh saw, beside what the moves report of themselves.

usage: move_probe.py LAB HERTZ
"""
import json
import os
import statistics
import sys

from runs import count, intervals, missing, overlaps, read

# Without the kernel's stamps the two hosts' own times are reported, and others hear of it later.
TOLD_MS = 400
# The sender wakes up as often.
TURN_MS = 1


def main(lab, hertz):
    with open(f"{lab}/moves.json", encoding="utf-8") as file:
        moves = sorted(json.load(file)["items"], key=lambda m: m["started"])
    runs = [run for host in ("host1", "host2") for run in read(f"{lab}/tap-{host}", host)]
    far = read(f"{lab}/tap-host4", "host4")
    sent = intervals(run for run in far if run.way == "from" and run.kind == "request")
    came = [run for run in runs if run.way == "to" and run.kind == "request"]
    wrong = judge_numbers("requests", sent, intervals(came), len(moves), "sent")
    # What the VM has answered comes to who asked: the other way, during the same moves.
    wrong += judge_numbers("replies", intervals(run for run in runs if run.way == "from" and
                                                run.kind == "reply"),
                           intervals(run for run in far if run.way == "to"), None, "answered")

    starts = [move["started"] for move in moves[1:]] + [float("inf")]
    rows = []
    for move, following in zip(moves, starts):
        wrong += judge(move, following, runs, came, max(1000 / hertz, TURN_MS), rows)
    summary(moves, rows, hertz)
    if os.path.exists(f"{lab}/heard.json"):
        wrong += judge_heard(f"{lab}/heard.json", len(moves))
    for sentence in wrong:
        print("WRONG:", sentence)
    return 1 if wrong else 0


def judge_numbers(what, sent, came, moves, verb):
    wrong = []
    twice = overlaps(came)
    if twice:
        wrong.append(f"{twice} {what} came twice")
    gaps = missing(sent, came)
    print(f"{what}: {verb} {count(sent)}, came {count(came)}, lost {count(gaps)} "
          f"in {len(gaps)} gaps")
    last = sent[-1][1] if sent else None
    # those on their way when the sender was stopped are no gap of a move
    if gaps and gaps[-1][1] == last and (moves is None or len(gaps) > moves):
        gaps.pop()
    if moves is not None and len(gaps) != moves:
        wrong.append(f"{len(gaps)} gaps of {what} for {moves} moves: {gaps}")
    if moves is None and gaps:
        wrong.append(f"{what} that were {verb} have not come: {gaps}")
    return wrong


def last_and_first(seen, source, dest, move, following):
    """The end of the last run at the source, the beginnings of all at the destination after it."""
    begin, end = move["started"] * 1e6, min(move["ended"] + 1000, following) * 1e6
    last = max((run.end for run in seen if run.host == source and run.begin < end), default=None)
    return last, sorted(run.begin for run in seen
                        if run.host == dest and run.begin > max(begin, last or 0))


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


def judge(move, following, runs, came, interval, rows):
    source, dest = (move[end].split("/")[1] for end in ("from", "to"))
    told = move["blackout"]
    room = told["error_ms"] + 2 * interval
    said = [run for run in runs if run.way == "from"]
    seen = [last_and_first(row, source, dest, move, following)
            for row in (came, said, [run for run in said if run.kind == "reply"])]
    if any(last is None or not first for last, first in seen):
        return [f"nothing was seen of the move to {dest}"]
    if told["by"] == "frames":
        measured, right = by_frames(move, seen[1], seen[2], room)
    else:
        measured, right = by_ports(move, seen[0], room)
    silent = (seen[0][1][0] - seen[0][0]) / 1e6
    rows.append(silent)
    print(f"to {dest}: measured {measured:.1f} ms, reported {told['ms']:.1f} "
          f"+- {told['error_ms']:.2f} by {told['by']}, late {move['late']}, without frames "
          f"for {silent:.1f} ms")
    return [] if right else [f"the blackout of the move to {dest} is not what the taps saw"]


def summary(moves, rows, hertz):
    def figures(name, values, unit):
        if values:
            print(f"{name}: median {statistics.median(values):.1f}, most {max(values):.1f} {unit}")

    figures("blackout reported", [move["blackout"]["ms"] for move in moves], "ms")
    figures("without frames", rows, "ms")
    figures("late frames", [move["late"] for move in moves], "frames")
    figures("so the sender sent there for", [1000 * move["late"] / hertz for move in moves], "ms")


def judge_heard(path, moves):
    """What the generator's sessions heard of the moves."""
    with open(path, encoding="utf-8") as file:
        heard = json.load(file)
    epochs = heard["epochs"][-moves:]
    spread = [1000 * (epoch["last"] - epoch["first"]) for epoch in epochs]
    wrong = [f"of a move only {epoch['sessions']} of {heard['sessions']} sessions have heard"
             for epoch in epochs if epoch["sessions"] != heard["sessions"]]
    if len(epochs) != moves:
        wrong.append(f"the sessions have heard of {len(epochs)} moves")
    if spread:
        print(f"{heard['sessions']} sessions: the last one hears {statistics.median(spread):.1f} "
              f"ms after the first, {max(spread):.1f} at most")
    return wrong


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2])))
