# SPDX-License-Identifier: GPL-2.0
"""How a path is measured: slices of a tenth of a second, all paths by turns in random
order, so that what the machine does meanwhile does it to all of them. A slice counts
only if every frame that was sent arrived.
"""
import random
import sys
import time

from bed import Unmeasured, run

WARM_US = 20_000


class Frames:
    """Nanoseconds a frame, from the generator to where frames end."""
    unit = 'ns'

    def __init__(self, bed, us=100_000, **words):
        self.bed, self.us = bed, us
        self.words = words
        self.fresh = {}

    def prepare(self, path):
        if path.sink():
            self.bed.do(path.sink()[0], 'sink', path.sink()[1])

    def release(self, path):
        if path.sink():
            self.bed.do(path.sink()[0], 'unhook', path.sink()[1])

    def arrived(self, path, sent):
        """Frames that came out since this was asked before."""
        for _ in range(20):
            if path.sink():
                got = self.bed.do(path.sink()[0], 'count', path.sink()[1])['frames']
            else:
                total = path.sent()
                got = total - self.fresh.get((path.name, 'sent'), 0)
                self.fresh[path.name, 'sent'] = total
            sent -= got
            if sent <= 0:
                break
            time.sleep(0.01)
        return sent

    def slice(self, path, us=None):
        ns, dev, words = path.source()
        words = [*words, *(f'{key}={value}' for key, value in self.words.items())]
        if self.words.get('flows') == 0:
            words.append(f'fresh={self.fresh.get(path.name, 0)}')
        self.arrived(path, 0)
        done = self.bed.do(ns, 'gen', dev, *words, f'us={us or self.us}',
                           f'seed={random.randrange(1 << 30)}')
        self.fresh[path.name] = done['fresh']
        lost = self.arrived(path, done['sent'])
        if lost or done['failed']:
            raise Unmeasured(f'{path.name}: of {done["sent"]} frames {lost} did not arrive, '
                             f'{done["failed"]} were refused')
        return self.cost(done)

    def cost(self, done):
        return done['ns'], done['sent']


class Firsts(Frames):
    """Nanoseconds until a frame of a new flow has arrived, a few under way at once: of the
    clock on the wall, since programs may have a part in it."""

    def __init__(self, bed, window=16, us=100_000):
        super().__init__(bed, us, size=60, flows=0, window=window)

    def cost(self, done):
        return done['wall'], done['sent']

    def release(self, path):
        super().release(path)
        path.end()


class Resolves(Frames):
    """Nanoseconds until a frame to an address that nobody has sent to before has arrived: its
    NVE asks, a program answers, the frame goes on. One at a time, no more than a port may ask."""
    SPENT, COUNT, PAUSE_S = 2, 40, 0.45      # of 100 a second

    def __init__(self, bed):
        super().__init__(bed, us=1_000_000, size=60, dsts=0, window=1)
        self.next = 0

    def some(self, path, count):
        self.words.update(fresh=self.fresh.get('to', 0), count=count)
        cost = super().slice(path)
        self.fresh['to'] = self.fresh[path.name]
        return cost

    def slice(self, path, us=None):
        """The first ones are not counted: with them the neighbour uses up the questions that it
        has saved in the pause, and with the last of them those that it has saved while it was
        looked whether they are answered, as one who floods without a pause has none."""
        while time.monotonic() < self.next:
            pass
        path.flood(True)
        try:
            for _ in range(self.SPENT):
                self.some(path, 1)
                path.all_answered()
            self.some(path, 1)
            return self.some(path, self.COUNT)
        finally:
            path.flood(False)
            self.next = time.monotonic() + self.PAUSE_S

    def cost(self, done):
        return done['wall'], done['sent']

    def release(self, path):
        super().release(path)
        path.end()


class Talk:
    """Microseconds a transaction, or nanoseconds a kilobyte of a stream."""

    def __init__(self, bed, what, us=100_000, segments=False):
        self.bed, self.what, self.us, self.segments = bed, what, us, segments
        self.unit = 'ns/kB' if what == 'stream' else 'us'

    def offloads(self, path, cut):
        """VMs that cut their segments themselves, merged again where they are received."""
        state = 'off' if cut else 'on'
        for vm in 'ab':
            run('ethtool', '-K', 'vm', 'tso', state, 'gso', state, ns=path.ns(vm))
        for host in 'AB':
            run('ethtool', '-K', 'ul', 'tso', state, 'gro', 'on' if cut else 'off',
                ns=path.ns(host))

    def prepare(self, path):
        if self.segments:
            self.offloads(path, True)
        self.bed.do(path.ns('b'), 'serve', 7777)

    def release(self, path):
        self.bed.do(path.ns('b'), 'serve', 'stop')
        if self.segments:
            self.offloads(path, False)

    def slice(self, path, us=None):
        done = self.bed.do(path.ns('a'), self.what, 'addr=10.9.0.2', 'port=7777',
                           f'us={us or self.us}')
        if self.what == 'stream':
            if not done['bytes']:
                raise Unmeasured(f'{path.name}: the stream did not move')
            return done['ns'], done['bytes'] / 1000
        return done['ns'] / 1000, done['count']


class Tail(Talk):
    """The time within which 99 of 100 answers come, beside what a neighbour does."""

    def __init__(self, bed, us=100_000):
        super().__init__(bed, 'times', us)

    def slice(self, path, us=None):
        path.flood(True)
        try:
            done = self.bed.do(path.ns('a'), 'times', 'addr=10.9.0.2', 'port=7777',
                               f'us={us or self.us}')
        finally:
            path.flood(False)
        return done['p99'] / 1000, 1


class Series:
    """Paths measured together, and for each a cost per round, or why there is none."""

    def __init__(self, name, how):
        self.name, self.how = name, how
        self.paths, self.costs, self.absent = {}, {}, {}

    def add(self, path):
        self.paths[path.name] = path

    def give_up(self, name, error):
        self.absent[name] = str(error)
        self.costs.pop(name, None)
        self.paths.pop(name, None)

    def attempt(self, path, us=None):
        try:
            path.use()
            return self.how.slice(path, us)
        except Unmeasured as error:
            self.give_up(path.name, error)
            return None

    def run(self, rounds, slices):
        prepared = []
        for path in list(self.paths.values()):
            if getattr(path, 'path', path) not in prepared:
                prepared.append(getattr(path, 'path', path))
                self.how.prepare(prepared[-1])
            self.attempt(path, WARM_US)
        for number in range(rounds):
            self.round(slices)
            print(f'# {self.name}: round {number + 1} of {rounds}', file=sys.stderr, flush=True)
        for path in prepared:
            self.how.release(path)

    def round(self, slices):
        spent = {name: [0, 0] for name in self.paths}
        for _ in range(slices):
            order = list(self.paths.values())
            random.shuffle(order)
            for path in order:
                result = self.attempt(path)
                if result:
                    spent[path.name][0] += result[0]
                    spent[path.name][1] += result[1]
        for name in self.paths:
            self.costs.setdefault(name, []).append(spent[name][0] / spent[name][1])
