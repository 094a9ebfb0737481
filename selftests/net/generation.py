# SPDX-License-Identifier: GPL-2.0
"""Probes of mappings that stay while snapshots mark and sweep; see generation.sh."""
import struct
import sys
import threading
import time

from digest import AGENT, Map, Table
from genl import attr, attrs_of, NLM_F_DUMP, NLM_F_REPLACE
from packets import Nve, number, Port, udp4
from uapi import N

MANY, BATCH, STAY = 2000, 100, 40
ROUNDS = 12


def of(n):
    return bytes((2, 0, 0, 1, n >> 8, n & 255))


def snapshot(table, generation, which):
    """Names them in the order of their numbers, many to a request."""
    maps = [table.nest(Map(of(n), 7, ['192.0.2.22'], AGENT, 0),
                       number('NVO3_A_MAP_GENERATION', generation, '=B')) for n in which]
    for first in range(0, len(maps), BATCH):
        table.request('MAP_ADD', *maps[first:first + BATCH], flags=NLM_F_REPLACE)


def sweep(table, generation):
    table.flush(number('NVO3_A_MAP_STALE_GENERATION', generation, '=B'))


def dump_while_marking():
    """The first part of a dump is read, all are marked, and the rest comes: it is whole. Were
    one changed, the kernel would say that the dump was interrupted."""
    table, reader = Table(), Table()
    for generation, changes in ((2, False), (3, True)):
        reader.nl.interrupted = False
        reader.nl.sock.send(reader.nl.message(N['NVO3_CMD_MAP_GET'], [
            number('NVO3_A_IFINDEX', reader.ifindex),
            attr(N['NVO3_A_MAP'], [number('NVO3_A_MAP_VNI', 100)])], NLM_F_DUMP))
        snapshot(table, generation, range(MANY))
        if changes:
            table.add(Map(of(0), 8, ['192.0.2.23'], AGENT, 0))
        found = len(reader.nl.answers())
        assert reader.nl.interrupted == changes, (generation, found)
        # With the port's own.
        assert changes or found == MANY + 1, found
    table.delete(of(0))


class Marking(threading.Thread):
    """One snapshot after the other. Some addresses are in each, the others in each second one."""

    def __init__(self):
        super().__init__()
        self.table, self.rounds, self.failure = Table(), 0, None

    def run(self):
        try:
            for generation in range(2, 2 + ROUNDS):
                snapshot(self.table, generation,
                         [n for n in range(MANY) if n % STAY == 0 or (n + generation) % 2])
                sweep(self.table, generation)
                self.rounds += 1
        except Exception as failure:                    # told by who waits for it
            self.failure = failure


def unknown(nve):
    return nve.drops().get('unknown-dst', 0)


def encapsulated(nve):
    nest = attrs_of(attrs_of(nve.request('VN_GET', attr(N['NVO3_A_VN'], [
        number('NVO3_A_VN_VNI', 100)]))[0])[N['NVO3_A_VN']])
    stats = attrs_of(nest[N['NVO3_A_VN_STATS']])
    return struct.unpack('=Q', stats[N['NVO3_A_STATS_ENCAP_PACKETS']])[0]


def wait(condition, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline


def never_missing():
    nve, vm = Nve('h1'), Port('vm1')
    frames = [udp4('10.0.0.9', '10.0.0.1', to=of(n).hex(':'), by=1)
              for n in range(0, MANY, STAY)]
    before, sent, marking = (unknown(nve), encapsulated(nve)), 0, Marking()
    marking.start()
    while marking.is_alive():
        for frame in frames:
            vm.send(frame)
        sent += len(frames)
    marking.join()
    assert not marking.failure, marking.failure
    assert marking.rounds == ROUNDS and sent > 50 * ROUNDS, (marking.rounds, sent)
    # Not one was dropped, and as many as were sent have left.
    wait(lambda: encapsulated(nve) - before[1] >= sent or unknown(nve) != before[0])
    assert unknown(nve) == before[0], unknown(nve) - before[0]
    assert encapsulated(nve) - before[1] == sent, (encapsulated(nve) - before[1], sent)
    # One that does not stay is missing, or the probe would see nothing.
    for n in range(1, 21):
        vm.send(udp4('10.0.0.9', '10.0.0.1', to=of(n).hex(':'), by=1))
    wait(lambda: unknown(nve) - before[0] == 10)
    print(sent, 'probes in', ROUNDS, 'rounds')


if __name__ == '__main__':
    globals()[sys.argv[1]]()
