# SPDX-License-Identifier: GPL-2.0
"""What is measured of the control plane: each function fills groups of costs, as those of
the data path (groups.py). Rows that need a server that is not there say so.
"""
import os
import shutil
import sys
import tempfile
import time

import servers
import vcenter
from servers import Unmeasured

SESSIONS = 1000
SINGLE_ROUNDS, BULK_ROUNDS = 15, 3
BULK_FIRST = 1000
# How many addresses in a bulk: at the slower ones a twentieth shows the same rate in less time.
SERVERS = {'nvo3': (servers.Nvo3, 20000), 'bgp': (servers.Bgp, 20000),
           'bgp as it comes': (servers.BgpDefault, 20000), 'ovsdb': (servers.Ovsdb, 1000),
           'ovsdb TLS': (servers.OvsdbTls, 1000), 'etcd': (servers.Etcd, 1000),
           'etcd TLS': (servers.EtcdTls, 1000), 'floor': (servers.Floor, 50),
           'floor TLS': (servers.FloorTls, 50)}
NO_PEERS = (servers.Nvo3, servers.BgpDefault, servers.Floor, servers.FloorTls)
UP, UP_RESUMED, UP_OTHERS = 4000, 10000, 1000
MILLION, FEW = 1000000, 10
LOAD_STEP = 100000
PEER_RECORDS = 200000
READY_ROUNDS, READY, ASKED, LEARNED = 15, 100, 3000, 200000
QUIET_S, QUIET_SHARE, QUIET_TRIES = 0.5, 0.04, 120
REST_S = 40     # longer than ours takes to look for memory that it could give back
RESYNC = 10000


class Bench:
    """Folders on one disk, and the CA."""

    def __init__(self):
        os.makedirs('build/bench', exist_ok=True)
        self.folder = tempfile.mkdtemp(dir='build/bench', prefix='control.')
        self.folder = os.path.abspath(self.folder)
        self.pki = servers.pki(self.folder)

    def new_folder(self):
        return tempfile.mkdtemp(dir=self.folder)

    def end(self):
        shutil.rmtree(self.folder, ignore_errors=True)


class Groups:
    def __init__(self):
        self.found = {}

    def add(self, group, unit, name, *costs):
        self._group(group, unit)['costs'].setdefault(name, []).extend(costs)

    def absent(self, group, unit, name, error):
        self._group(group, unit)['absent'][name] = str(error)

    def _group(self, group, unit):
        return self.found.setdefault(group, {'unit': unit, 'costs': {}, 'absent': {}})


class Standing:
    """Servers that are up at the same time, so that rounds take turns."""

    def __init__(self, groups, *units):
        self.up, self.groups, self.units = {}, groups, units

    def give_up(self, name, error):
        for group, unit in self.units:
            self.groups.absent(group, unit, name, error)
        if name in self.up:
            self.up.pop(name).stop()

    def each(self, function):
        for name in list(self.up):
            try:
                function(name, self.up[name])
            except Unmeasured as error:
                self.give_up(name, error)

    def stop(self):
        for server in self.up.values():
            server.stop()


def change(bench, groups):
    """T13 and T14: one address, then many, until 1,000 sessions know; T16 with a VN."""
    standing = Standing(groups, ('ctl-change', 'ms'), ('ctl-bulk', 'ns'), ('ctl-joined', 'kB'))

    def settle(name, server):
        before = server.memory()
        server.do('connect', SESSIONS)
        server.do('create', 0, 1)
        # what a server puts off after sessions came is over with the third
        for _ in range(3):
            server.do('change', 0, 1)
        groups.add('ctl-joined', 'kB', name, (server.memory() - before) / SESSIONS / 1000)

    def single(name, server):
        done = server.do('change', 0, 1)
        groups.add('ctl-change', 'ms', name, 1000 * done['seconds'])
        if name == 'nvo3':
            groups.add('ctl-change', 'ms', 'nvo3, acknowledged', 1000 * done['acked'])

    def bulk(name, server):
        count = SERVERS[name][1]
        done = server.do('change', BULK_FIRST, count)
        groups.add('ctl-bulk', 'ns', name, 1e9 * done['acked'] / count / SESSIONS)

    try:
        for name, (kind, count) in SERVERS.items():
            try:
                standing.up[name] = kind(bench)
                if kind is servers.Nvo3:
                    standing.up[name].join()
                settle(name, standing.up[name])
            except Unmeasured as error:
                standing.give_up(name, error)
        for _ in range(SINGLE_ROUNDS):
            standing.each(single)
        standing.each(lambda name, server: server.do('create', BULK_FIRST, SERVERS[name][1]))
        standing.each(lambda name, server: server.do('change', BULK_FIRST, SERVERS[name][1]))
        for _ in range(BULK_ROUNDS):
            standing.each(bulk)
    finally:
        standing.stop()


def come_up(bench, groups):
    """T15 and T16: sessions come up, and what one takes in memory."""
    def measure(name, kind, count):
        try:
            with kind(bench) as server:
                if kind is servers.Nvo3:
                    server.do('nobody')
                before = server.memory()
                groups.add('ctl-connect', 'ms', name,
                           1000 * server.do('connect', count)['seconds'] / count)
                groups.add('ctl-session', 'kB', name, (server.memory() - before) / count / 1000)
        except Unmeasured as error:
            groups.absent('ctl-connect', 'ms', name, error)
            groups.absent('ctl-session', 'kB', name, error)

    measure('nvo3', servers.Nvo3, UP)
    for name, (kind, _) in SERVERS.items():
        if kind not in NO_PEERS:
            measure(name, kind, UP_OTHERS)


def come_back(bench, groups):
    """T15 with tickets: all sessions end, and come again."""
    try:
        with servers.Nvo3(bench) as server:
            server.do('nobody')
            server.do('connect', UP_RESUMED)
            server.do('close')
            done = server.do('connect', UP_RESUMED)
        if done['resumed'] < UP_RESUMED:
            raise Unmeasured(f'only {done["resumed"]} of {UP_RESUMED} sessions were resumed')
        groups.add('ctl-resume', 'ms', 'nvo3', 1000 * done['seconds'] / UP_RESUMED)
    except Unmeasured as error:
        groups.absent('ctl-resume', 'ms', 'nvo3', error)


def load(server, first, count):
    for at in range(first, first + count, LOAD_STEP):
        server.do('create', at, min(LOAD_STEP, first + count - at))


def wait_quiet(server):
    """Until it has put away what it was given: its log's pages, say."""
    for _ in range(QUIET_TRIES):
        before = server.cpu_s()
        time.sleep(QUIET_S)
        if server.cpu_s() - before < QUIET_SHARE * QUIET_S:
            return
    raise Unmeasured(f'it is busy {QUIET_TRIES * QUIET_S:g} s after the load')


def memory_at_rest(server):
    """What a burst left behind is given back when nothing is asked for, at the peers too."""
    time.sleep(REST_S)
    return server.memory()


def ready(small, server, groups):
    """T17: by turns, for what the machine does beside it changes with time."""
    for at in range(0, READY_ROUNDS * READY, READY):
        few = small.do('ready', FEW + at, READY)
        many = server.do('ready', MILLION + at, READY)
        groups.add('ctl-ready', 'ms', 'nvo3, 10', 1000 * few['median'])
        groups.add('ctl-ready', 'ms', 'nvo3, 1M', 1000 * many['median'])
        groups.add('ctl-ready', 'ms', 'nvo3, 1M, p99', 1000 * many['p99'])


def on_demand(server):
    """A VN whose addresses are behind all sessions by turns."""
    server.do('spread', 1)
    server.join(2, 'on-demand')
    server.do('connect', SESSIONS)


def large(bench, groups):
    """T17 to T20: a VN of a million beside a small one, asked, kept, and told again."""
    try:
        with servers.Nvo3(bench) as server, servers.Nvo3(bench) as small:
            on_demand(small)
            small.do('create', 0, FEW)
            on_demand(server)
            before, begin = server.memory(), time.monotonic()
            load(server, 0, MILLION)
            groups.add('ctl-load', '/s', 'nvo3', MILLION / (time.monotonic() - begin))
            wait_quiet(server)
            groups.add('ctl-kept', 'bytes', 'nvo3', (memory_at_rest(server) - before) / MILLION)
            ready(small, server, groups)
            groups.add('ctl-ask', 'ms', 'nvo3', 1000 * server.do('ask', ASKED, MILLION)['p99'])
            learned = server.do('learn', LEARNED, MILLION)
            groups.add('ctl-learn', '/s', 'nvo3', LEARNED / learned['seconds'])
            server.do('close')
            server.do('spread', 0)
            server.do('vn', 2, 'push')
            begin = time.monotonic()
            server.do('connect', 1)
            groups.add('ctl-snapshot', 's', 'nvo3', time.monotonic() - begin)
            resync(server, groups, 'nvo3')
    except Unmeasured as error:
        for group, unit in (('ctl-ready', 'ms'), ('ctl-ask', 'ms'), ('ctl-learn', '/s'),
                            ('ctl-kept', 'bytes'), ('ctl-resync', 'bytes')):
            groups.absent(group, unit, 'nvo3', error)


def resync(server, groups, name):
    # once for what was there before, and once that counts
    server.do('resync', 0, RESYNC)
    done = server.do('resync', 0, RESYNC)
    groups.add('ctl-resync', 'bytes', name, done['bytes'] / RESYNC)
    groups.add('ctl-resync-time', 'ms', name, 1000 * done['seconds'])


def records(bench, groups):
    """T19 and T20 of the peers."""
    for name in ('ovsdb TLS', 'etcd TLS'):
        try:
            with SERVERS[name][0](bench) as server:
                before = server.memory()
                load(server, 0, PEER_RECORDS)
                kept = memory_at_rest(server) - before
                groups.add('ctl-kept', 'bytes', name, kept / PEER_RECORDS)
                server.do('connect', 1)
                resync(server, groups, name)
        except Unmeasured as error:
            for group, unit in (('ctl-kept', 'bytes'), ('ctl-resync', 'bytes'),
                                ('ctl-resync-time', 'ms')):
                groups.absent(group, unit, name, error)


# Which groups each measures.
PARTS = [(change, ('ctl-change', 'ctl-bulk', 'ctl-joined')),
         (come_up, ('ctl-connect', 'ctl-session')),
         (come_back, ('ctl-resume',)),
         (large, ('ctl-ready', 'ctl-ask', 'ctl-learn', 'ctl-kept', 'ctl-resync',
                  'ctl-resync-time')),
         (records, ('ctl-kept', 'ctl-resync', 'ctl-resync-time')),
         (vcenter.inventory, tuple(vcenter.GROUPS))]


GROUPS = list(dict.fromkeys(name for _, names in PARTS for name in names))


def measure(names):
    """The groups of these names, and what comes along with them."""
    groups = Groups()
    if not names:
        return groups.found
    bench = Bench()
    try:
        for function, filled in PARTS:
            if not set(filled) & set(names):
                continue
            begin = time.monotonic()
            function(bench, groups)
            print(f'# control, {function.__name__}: {time.monotonic() - begin:.0f} s',
                  file=sys.stderr, flush=True)
    finally:
        bench.end()
    return groups.found

