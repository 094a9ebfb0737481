# SPDX-License-Identifier: GPL-2.0
"""What is measured together: each function fills one series. A path that cannot be
made is left out with the reason; rows that need it then say so.
"""
import time

import paths
import tables
from bed import Unmeasured, run
from measure import Firsts, Frames, Resolves, Series, Tail, Talk

ACL = {'nvo3-acl15': 15, 'nvo3-acl16': 16, 'nvo3-acl1000': 1000}
PLAIN = {'veth': paths.Veth, 'wire': paths.Wire, 'bridge': paths.Bridge,
         'vxlan': paths.Device, 'geneve': paths.GeneveDevice, 'br-vxlan': paths.BridgeVxlan,
         'br-vxlan-1prio': paths.BridgeVxlanOnePrio,
         'br-vxlan-16prio': paths.BridgeVxlanManyPrios, 'ovs': paths.OpenVswitch}


class Lab:
    """The paths of this boot, made when first asked for."""

    def __init__(self, bed):
        self.bed, self.made, self.broken = bed, {}, {}

    def make(self, name, function):
        if name in self.broken:
            raise Unmeasured(self.broken[name])
        if name not in self.made:
            try:
                self.made[name] = function()
            except Unmeasured as error:
                self.broken[name] = str(error)
                raise
        return self.made[name]

    def nvo3(self):
        return self.make('nvo3', lambda: paths.Nvo3(self.bed, 'nvo3'))

    def fast(self, path):
        """Settings of the best form that path has in this module."""
        try:
            self.make(path.name + ' fast', lambda: paths.fastpath_there(path) or True)
            return {'fast': 'on'}
        except Unmeasured:
            return {'fast': 'off'}

    def view(self, path, name, rules=0, fast=True):
        """A form of one of ours: the fast path if wanted and there, so many rules."""
        settings = self.fast(path) if fast else {'fast': 'off'}
        if rules:
            self.make(f'{path.name} rules {rules}',
                      lambda: paths.add_profile(path, rules, rules) or True)
            settings['profile'] = rules
        return paths.View(path, name, **settings)

    def pipe(self, name):
        """One path between two VMs, by its name in the results."""
        if name in PLAIN:
            return self.make(name, lambda: PLAIN[name](self.bed, name))
        ours = self.nvo3()
        if name == 'nvo3':
            return self.view(ours, name, fast=False)
        if name == 'nvo3-fast':
            self.make('nvo3 fast', lambda: paths.fastpath_there(ours) or True)
            return self.view(ours, name)
        return self.view(ours, name, rules=ACL[name])


def fill(lab, series, make, names):
    for name in names:
        try:
            series.add(make(name))
        except Unmeasured as error:
            series.give_up(name, error)
    return series


def pipe64(lab):
    return fill(lab, Series('pipe64', Frames(lab.bed, size=60)), lab.pipe, [*PLAIN, 'nvo3',
                'nvo3-fast', *ACL])


def pipe1450(lab):
    return fill(lab, Series('pipe1450', Frames(lab.bed, size=1450)), lab.pipe,
                ['wire', 'bridge', 'br-vxlan', 'br-vxlan-1prio', 'ovs', 'nvo3', 'nvo3-fast',
                 'nvo3-acl15'])


TALKERS = ['wire', 'bridge', 'br-vxlan', 'br-vxlan-1prio', 'ovs', 'nvo3', 'nvo3-fast',
           'nvo3-acl15']


def talk(name, what, segments=False):
    def group(lab):
        how = Talk(lab.bed, what, segments=segments)
        return fill(lab, Series(name, how), lab.pipe, TALKERS)
    return group


def fresh(lab):
    """Every frame the first of its flow, with and without rules to go through."""
    return fill(lab, Series('fresh', Frames(lab.bed, size=60, flows=0)), lab.pipe,
                ['wire', 'br-vxlan', 'br-vxlan-1prio', 'nvo3', 'nvo3-fast', 'nvo3-acl1000'])


def first(lab):
    """Flows that nobody has seen before, where a program makes them and where none does."""
    return fill(lab, Series('first', Firsts(lab.bed)), lambda name: lab.make(
        name, lambda: paths.OvsUpcall(lab.bed, name)) if name == 'ovs-upcall' else lab.pipe(name),
        ['wire', 'ovs-upcall', 'nvo3', 'nvo3-acl15'])


# Where a neighbour sends, and whether its port is closed.
OFFERS = {'quiet': (None,), 'aside': ('hole',), 'flood': ('vm',), 'closed': ('vm', True)}


def crowd(lab):
    """A VM that asks, beside one that is quiet, one that sends nowhere, one that floods; and one
    that floods an NVE that takes nothing of it."""
    makers = {'nvo3': paths.CrowdedNvo3, 'br-vxlan': paths.CrowdedBridgeVxlan}

    def make(name):
        kind, _, offer = name.partition(' ')
        path = lab.make(f'crowd {kind}', lambda: makers[kind](lab.bed, f'crowd-{kind}'))
        return paths.Offering(path, name, *OFFERS[offer])
    return fill(lab, Series('crowd', Tail(lab.bed)), make,
                [f'{kind} {offer}' for kind in makers for offer in ('quiet', 'aside', 'flood')] +
                ['nvo3 closed'])


def asking(lab):
    """A VM whose addresses are asked for, beside a neighbour that floods with unknown ones; and
    one that floods an NVE that takes nothing of it."""
    def make(name):
        path = lab.make('asking', lambda: paths.AskingNvo3(lab.bed, 'asking'))
        return paths.Offering(path, name, *OFFERS[name.split()[1]])
    return fill(lab, Series('asking', Resolves(lab.bed)), make,
                [f'nvo3 {offer}' for offer in OFFERS])


def sending(lab, name):
    """A path that ends in a dummy, by its name in the results."""
    kind, _, count = name.partition(':')
    count = {'1k': 1000, '16k': 16000, '64k': 64000, '256k': 256000, '1M': 1000000}.get(count, 1)
    dev = name.replace(':', '-')
    if kind in ('nvo3', 'nvo3-acl16'):
        ours = lab.make(f'tx-nvo3-{count}',
                        lambda: tables.TxNvo3(lab.bed, f'tx-nvo3-{count}', count))
        return lab.view(ours, name, rules=16 if kind == 'nvo3-acl16' else 0)
    path = lab.make(f'tx {name}', lambda: {
        'generator': tables.TxGenerator, 'wire': tables.TxWire, 'vxlan': tables.TxVxlan,
        'br-vxlan': tables.TxBridgeVxlan,
        'br-vxlan-16prio': tables.TxBridgeVxlanManyPrios}[kind](lab.bed, f'tx-{dev}', count))
    return paths.View(path, name)


def tx(lab):
    names = ['generator', 'wire', 'vxlan', 'br-vxlan:1k', 'br-vxlan-16prio:1k', 'br-vxlan:64k',
             'nvo3:1', 'nvo3:1k', 'nvo3-acl16:1k', 'nvo3:64k', 'nvo3:256k', 'nvo3:1M']
    return fill(lab, Series('tx', Frames(lab.bed, size=60)),
                lambda name: sending(lab, name), names)


def tx_256k(lab):
    return fill(lab, Series('tx-256k', Frames(lab.bed, size=60)),
                lambda name: sending(lab, name), ['nvo3:256k', 'br-vxlan:256k'])


SWEEPS = {
    'mappings': [{'count': number} for number in (1, 1000, 16000, 64000, 256000, 1000000)],
    'vns': [{'vns': number, 'count': 1} for number in (1, 16, 256, 4000)],
    'ports': [{'ports': number, 'count': 1} for number in (1, 16, 256, 4000)],
    'remotes': [{'remotes': number, 'count': 4096} for number in (1, 16, 256, 4096)],
}


def sweep(name):
    def group(lab):
        series = Series(f'sweep-{name}', Frames(lab.bed, size=60))
        for words in SWEEPS[name]:
            point = next(iter(words.values()))
            path = f'tx-nvo3-{point}' if name == 'mappings' else f'tx-{name}-{point}'
            try:
                made = lab.make(path, lambda path=path, words=words:
                                tables.TxNvo3(lab.bed, path, **words))
                series.add(lab.view(made, str(point)))
            except Unmeasured as error:
                series.give_up(str(point), error)
        return series
    return group


def sweep_rules(lab):
    series = Series('sweep-rules', Frames(lab.bed, size=60, flows=0))
    for rules in (0, 16, 128, 1000):
        try:
            series.add(lab.view(lab.nvo3(), str(rules), rules=rules))
        except Unmeasured as error:
            series.give_up(str(rules), error)
    return series


# name: (function, rounds, slices in each)
GROUPS = {
    'pipe64': (pipe64, 9, 4),
    'pipe1450': (pipe1450, 9, 3),
    'rr': (talk('rr', 'rr'), 25, 3),
    'crr': (talk('crr', 'crr'), 7, 2),
    'stream': (talk('stream', 'stream'), 7, 2),
    'segments': (talk('segments', 'stream', segments=True), 7, 2),
    'fresh': (fresh, 9, 3),
    'first': (first, 7, 2),
    'crowd': (crowd, 11, 4),
    'asking': (asking, 11, 3),
    'tx': (tx, 9, 3),
    'tx-256k': (tx_256k, 5, 2),
    'sweep-mappings': (sweep('mappings'), 5, 2),
    'sweep-vns': (sweep('vns'), 5, 2),
    'sweep-ports': (sweep('ports'), 5, 2),
    'sweep-remotes': (sweep('remotes'), 5, 2),
    'sweep-rules': (sweep_rules, 5, 2),
}


LOADS, EMPTY, LATE = 3, 8000, 1000


def bridge_batch_rate(ns, first, count):
    """Entries a second that `bridge -batch` adds to the FDB of a vxlan device."""
    lines = ''.join(f'fdb append {tables.mac_text(number)} dev tun dst {tables.REMOTE}\n'
                    for number in range(first, first + count))
    begin = time.monotonic()
    run('bridge', '-n', ns, '-batch', '-', text=lines)
    return count / (time.monotonic() - begin)


def empty_fdb(bed, ns):
    bed.namespaces(ns)
    run('ip', '-n', ns, 'link', 'add', 'tun', 'type', 'vxlan', 'id', '1', 'dstport', '4789')
    return ns


def load_round(lab, number):
    """A million mappings into a new table and out again, beside the peer's in two tables."""
    full = sending(lab, 'br-vxlan:256k').path
    ours = tables.TxNvo3(lab.bed, f'load-{number}', 1000000)
    return {**ours.figures(), 'flush_seconds': ours.flush(),
            'empty_rate': bridge_batch_rate(empty_fdb(lab.bed, f'fdb-{number}'), 0, EMPTY),
            'full_rate': bridge_batch_rate(full.ns('A'), 256000 + LATE * number, LATE)}


def tables_loaded(lab):
    return [load_round(lab, number) for number in range(LOADS)]
