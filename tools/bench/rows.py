# SPDX-License-Identifier: GPL-2.0
"""What was measured, turned into rows with gates. Pure: numbers in, rows out.

Every comparison is made round by round, of paths that were measured by turns in that
round; a row tells the median of the rounds, and the lowest and highest.
"""
from dataclasses import dataclass, field
from statistics import median

BEST = ('nvo3-fast', 'nvo3')


@dataclass
class Row:
    id: str
    what: str
    kind: str               # a function below
    group: str
    ours: tuple             # the first of these that was measured
    peer: str
    gate: float
    moon: float
    smaller: bool = False   # is a smaller ratio the better one?
    floor: tuple = ()       # of ours, of the peer: what both would cost without work
    extra: dict = field(default_factory=dict)


def times(row, ours, peer, _):
    """How many of ours in the time of one of the peer's."""
    return [theirs / own for own, theirs in zip(ours, peer)]


def of_peer(row, ours, peer, _):
    return [own / theirs for own, theirs in zip(ours, peer)]


def fraction(row, ours, peer, floors):
    """Our cost above the floor as a part of the peer's."""
    return [(own - low) / (theirs - peer_low)
            for own, theirs, low, peer_low in zip(ours, peer, *floors)]


def added(row, ours, peer, _):
    """Ours on top of the other, in the unit itself."""
    return [own - base for own, base in zip(ours, peer)]


def times_of_medians(row, ours, peer, _):
    """As times(), where rounds of both do not belong together."""
    return [median(peer) / median(ours)]


def of_medians(row, ours, peer, _):
    return [median(ours) / median(peer)]


def seconds_4000(row, ours, *_):
    return [4 * own for own in ours]


def seconds_10000(row, ours, *_):
    return [10 * own for own in ours]


def thousands(row, ours, *_):
    return [own / 1000 for own in ours]


def part_of_20_s(row, ours, *_):
    """Milliseconds of each 20 s."""
    return [own / 20000 for own in ours]


def own(row, ours, *_):
    """Ours as it is, against a bound that no peer sets."""
    return list(ours)


def unrest(row, ours, _, floors):
    """Ours beside a neighbour as a multiple of ours without one."""
    return [own / low for own, low in zip(ours, floors[0])]


def added_share(row, ours, peer, floors):
    """What it adds to ours as a part of what it adds to the peer."""
    return [(own - low) / max(theirs - peer_low, 1e-9)
            for own, theirs, low, peer_low in zip(ours, peer, *floors)]


ROWS = [
    Row('T1', 'sending, 16 rules and police, 1k mappings', 'times', 'tx', ('nvo3-acl16:1k',),
        'br-vxlan-16prio:1k', 4.0, 6.5),
    Row('T1f', 'the same above the floor, as a part of the peer', 'fraction', 'tx',
        ('nvo3-acl16:1k',), 'br-vxlan-16prio:1k', 0.12, 0.05, True, ('wire', 'wire')),
    Row("T1'", 'VM to VM, 15 rules in one priority and police', 'times', 'pipe64',
        ('nvo3-acl15',), 'br-vxlan-1prio', 2.2, 3.8),
    Row("T1'f", 'the same above the floor, as a part of the peer', 'fraction', 'pipe64',
        ('nvo3-acl15',), 'br-vxlan-1prio', 0.25, 0.08, True, ('wire', 'wire')),
    Row('T2', 'sending, bare, above the floor, as a part of the vxlan device\'s', 'fraction', 'tx',
        ('nvo3:1k',), 'vxlan', 0.55, 0.25, True, ('wire', 'generator')),
    Row('T3', 'speed with 1M mappings, as a part of that with 1k', 'times', 'tx', ('nvo3:1M',),
        'nvo3:1k', 0.55, 0.75),
    Row('T3b', 'cost with 1M mappings, as a part of the peer\'s with 1k', 'of_peer', 'tx',
        ('nvo3:1M',), 'br-vxlan:1k', 0.7, 0.5, True),
    Row('T4', '64k mappings (peer: FDB of 256 buckets, as shipped)', 'times', 'tx', ('nvo3:64k',),
        'br-vxlan:64k', 15, 30),
    Row('T4b', '256k mappings (peer: FDB of 256 buckets, as shipped)', 'times', 'tx-256k',
        ('nvo3:256k',), 'br-vxlan:256k', 50, 120),
    Row('T7', '1000 rules, verdict known: added', 'added', 'pipe64', ('nvo3-acl1000',), BEST, 80,
        25, True),
    Row('T7s', 'the same as a part of what 15 rules of flower and police add', 'added_share',
        'pipe64', ('nvo3-acl1000',), 'br-vxlan-1prio', 0.25, 0.1, True, (BEST, 'br-vxlan')),
    Row('T7m', '1000 rules, every frame a new flow: added', 'added', 'fresh', ('nvo3-acl1000',),
        BEST, 600, 200, True),
    Row('T8', 'VM to VM, 64 bytes, fast path', 'times', 'pipe64', ('nvo3-fast',), 'br-vxlan', 1.9,
        3.3),
    Row('T8b', 'VM to VM, 1450 bytes, fast path', 'times', 'pipe1450', ('nvo3-fast',), 'br-vxlan',
        1.7, 2.7),
    Row('T8c', 'VM to VM, 64 bytes, compatible path', 'times', 'pipe64', ('nvo3',), 'br-vxlan',
        1.2, 1.4),
    Row('T8d', 'VM to VM, 1450 bytes, compatible path', 'times', 'pipe1450', ('nvo3',),
        'br-vxlan', 1.2, 1.4),
    Row('T8o', 'VM to VM, 64 bytes, beside Open vSwitch', 'times', 'pipe64', BEST, 'ovs', 1.9,
        3.3),
    Row("T8'", 'VM to VM, beside two bridges without an overlay', 'times', 'pipe64',
        ('nvo3-fast',), 'bridge', 0.75, 1.0),
    Row('T9', 'TCP stream, GSO through', 'times', 'stream', BEST, 'br-vxlan', 1.25, 1.5),
    Row('T9b', 'TCP stream, segments, GRO at the receiver', 'times', 'segments', BEST, 'br-vxlan',
        1.3, 1.6),
    Row('T9c', 'the same, 15 rules and police', 'times', 'segments', ('nvo3-acl15',),
        'br-vxlan-1prio', 1.3, 2.2),
    Row('T10', 'TCP request and response, 1 byte', 'times', 'rr', BEST, 'br-vxlan', 1.15, 1.38),
    Row('T10b', 'the same, 15 rules and police', 'times', 'rr', ('nvo3-acl15',), 'br-vxlan-1prio',
        1.3, 1.55),
    Row('T10c', 'TCP connect, request, response', 'times', 'crr', BEST, 'br-vxlan', 1.15, 1.3),
    Row('T10o', 'the same, beside Open vSwitch (its flows there beforehand)', 'times', 'crr', BEST,
        'ovs', 1.15, 2.0),
    Row('T11', 'first frame of a flow, 15 rules and police; peer: a flow by upcall, and system calls '
        'are slow here', 'times', 'first', ('nvo3-acl15',), 'ovs-upcall', 5, 20),
    Row('T12', '99 of 100 answers beside a VM that floods, to those beside one whose frames go '
        'elsewhere', 'unrest', 'crowd', ('nvo3 flood',), 'br-vxlan flood', 1.5, 1.1, True,
        ('nvo3 aside',)),
    Row('T12b', 'the same, to those beside a quiet one: with what it takes to make the frames',
        'unrest', 'crowd', ('nvo3 flood',), 'br-vxlan flood', 1.5, 1.1, True, ('nvo3 quiet',)),
    Row('T12c', 'the same, to those beside one whose port is closed: what policing takes',
        'unrest', 'crowd', ('nvo3 flood',), 'br-vxlan flood', 1.5, 1.1, True, ('nvo3 closed',)),
    Row('L2a', 'first frame to an address that has to be asked for, beside a VM that floods with '
        'such; peer: beside a quiet one', 'of_peer', 'asking', ('nvo3 flood',), 'nvo3 quiet', 1.5,
        1.1, True),
    Row('L2b', 'the same; peer: beside one whose frames go elsewhere', 'of_peer', 'asking',
        ('nvo3 flood',), 'nvo3 aside', 1.5, 1.1, True),
    Row('L2c', 'the same; peer: beside one whose port is closed: what refusing takes', 'of_peer',
        'asking', ('nvo3 flood',), 'nvo3 closed', 1.5, 1.1, True),
    # The control plane (Documentation/bench/control.rst). Ours is encrypted in all of them.
    Row('T13', 'a change, until 1,000 sessions have it; peer plain, memory only',
        'times_of_medians', 'ctl-change', ('nvo3',), 'bgp', 8, 25),
    Row('T13a', 'the same, ours until it has read that they have it', 'times_of_medians',
        'ctl-change', ('nvo3, acknowledged',), 'bgp', 8, 25),
    Row('T13o', 'the same, until they have it; peer TLS', 'times_of_medians', 'ctl-change',
        ('nvo3',), 'ovsdb TLS', 1.5, 4),
    Row('T13p', 'the same; peer plain', 'times_of_medians', 'ctl-change', ('nvo3',), 'ovsdb', 1.5,
        4),
    Row('T13e', 'the same; peer TLS', 'times_of_medians', 'ctl-change', ('nvo3',), 'etcd TLS', 4,
        12),
    Row('T13q', 'the same; peer plain', 'times_of_medians', 'ctl-change', ('nvo3',), 'etcd', 4, 12),
    Row('T13f', 'no peer: beside a server that keeps nothing and copies to all, TLS',
        'of_medians', 'ctl-change', ('nvo3',), 'floor TLS', 1.5, 1.1, True),
    Row('T13g', 'what that one would show of T13', 'times_of_medians', 'ctl-change',
        ('floor TLS',), 'bgp', 8, 25),
    Row('T14', '20,000 changes, a delivery of 20 million; peer plain, memory only',
        'times_of_medians', 'ctl-bulk', ('nvo3',), 'bgp', 1, 2),
    Row('T14o', 'the same; peer TLS, 1,000 changes', 'times_of_medians', 'ctl-bulk', ('nvo3',),
        'ovsdb TLS', 10, 30),
    Row('T14p', 'the same; peer plain', 'times_of_medians', 'ctl-bulk', ('nvo3',), 'ovsdb', 10,
        30),
    Row('T14e', 'the same; peer TLS', 'times_of_medians', 'ctl-bulk', ('nvo3',), 'etcd TLS', 10,
        30),
    Row('T15', 'seconds for 4,000 sessions with full mutual TLS; peer TLS, of a session',
        'seconds_4000', 'ctl-connect', ('nvo3',), 'ovsdb TLS', 8, 6, True),
    Row('T15r', 'seconds for 10,000 sessions with tickets', 'seconds_10000', 'ctl-resume',
        ('nvo3',), 'nvo3', 12, 6, True),
    Row('T16', 'memory of a session', 'own', 'ctl-session', ('nvo3',), 'ovsdb TLS', 32, 24, True),
    Row('T16e', 'the same, in a VN of 1,000', 'own', 'ctl-joined', ('nvo3',), 'etcd TLS', 32, 24,
        True),
    Row('T16b', 'the same; peer plain', 'own', 'ctl-joined', ('nvo3',), 'bgp', 32, 24, True),
    Row('T17', 'a new VM can be reached, VN of 1M beside VN of 10', 'of_peer', 'ctl-ready',
        ('nvo3, 1M',), 'nvo3, 10', 1.3, 1.1, True),
    Row('T17p', '99 of 100 of them, VN of 1M', 'own', 'ctl-ready', ('nvo3, 1M, p99',), 'nvo3, 10',
        20, 5, True),
    Row('T18', '99 of 100 questions for a mapping, director and generator', 'own', 'ctl-ask',
        ('nvo3',), 'nvo3', 1, 0.15, True),
    Row('T18r', 'thousands of mappings learned a second', 'thousands', 'ctl-learn', ('nvo3',),
        'nvo3', 100, 300),
    Row('T19', 'memory of 1M placed mappings, of one; peer: of a record',
        'times_of_medians', 'ctl-kept', ('nvo3',), 'ovsdb TLS', 5, 10),
    Row('T19e', 'the same', 'times_of_medians', 'ctl-kept', ('nvo3',), 'etcd TLS', 5, 10),
    Row('T19b', 'the same, against a bound', 'own', 'ctl-kept', ('nvo3',), 'etcd TLS', 200, 100,
        True),
    Row('T20', 'bytes for each of 10,000 that changed of 1M, after a partition', 'own',
        'ctl-resync', ('nvo3',), 'etcd TLS', 48, 24, True),
    Row('T20t', 'the same, time', 'times_of_medians', 'ctl-resync-time', ('nvo3',), 'etcd TLS', 1,
        2),
    Row('T20o', 'the same, time; peer of 200,000 records', 'times_of_medians', 'ctl-resync-time',
        ('nvo3',), 'ovsdb TLS', 10, 50),
    # vCenter (Documentation/bench/control.rst): 1,000,000 VMs, 10,000 servers.
    Row('T25', 'thousands of VMs a second, from the request until they run; peer: a put each',
        'thousands', 'ctl-create', ('nvo3',), 'etcd TLS', 2, 10),
    Row('T25b', 'seconds in which 10,000 VMs are registered', 'own', 'ctl-register', ('nvo3',),
        'etcd TLS', 5, 1, True),
    Row('T25l', '99 of 100 pages of 100 VMs', 'own', 'ctl-list', ('nvo3, a page, p99',),
        'etcd TLS, p99', 20, 2, True),
    Row('T25t', 'the same, of a tenant', 'own', 'ctl-list', ('nvo3, a page of a tenant, p99',),
        'etcd TLS, p99', 20, 2, True),
    Row('T25s', 'the same, of a server', 'own', 'ctl-list', ('nvo3, a page of a server, p99',),
        'etcd TLS, p99', 20, 2, True),
    Row('T25f', 'the same, of a state that none has', 'own', 'ctl-list',
        ('nvo3, a page of those that failed, p99',), 'etcd TLS, p99', 20, 5, True),
    Row('T25n', 'the same, of servers', 'own', 'ctl-list', ('nvo3, servers, p99',),
        'etcd TLS, p99', 20, 2, True),
    Row('T25q', '99 of 100 look-ups by name; peer: by key', 'own', 'ctl-look', ('nvo3, p99',),
        'etcd TLS, p99', 1, 0.2, True),
    Row('T25m', 'memory of a VM with all that is found by; peer: of a record', 'times_of_medians',
        'ctl-inventory', ('nvo3',), 'etcd TLS', 0.8, 1.2),
    Row('T25u', 'a processor\'s part for reports of 40,000 VMs every 20 s', 'part_of_20_s',
        'ctl-watch', ('nvo3',), 'nvo3', 0.5, 0.05, True),
]


def pick(group, names):
    """(name, its costs) of the first that was measured; or (None, why not)"""
    names = (names,) if isinstance(names, str) else names
    for name in names:
        if name in group['costs']:
            return name, group['costs'][name]
    return None, group['absent'].get(names[0], f'{names[0]} was not run')


def unmeasured(row_id, what, reason):
    return {'id': row_id, 'what': what, 'not_measured': reason}


def finish(row_id, what, ours, peer, peers, unit, ratios, gate, moon, smaller):
    ratio = median(ratios)
    return {'id': row_id, 'what': what, 'ours': round(ours, 2), 'peer': peer,
            'peers': round(peers, 2), 'unit': unit, 'ratio': round(ratio, 3),
            'range': [round(min(ratios), 3), round(max(ratios), 3)], 'smaller': smaller,
            'gate': gate, 'moon': moon, 'ok': ratio <= gate if smaller else ratio >= gate}


def evaluate(row, raw):
    group = raw['groups'].get(row.group)
    if not group:
        return unmeasured(row.id, row.what, f'the group {row.group} was not run')
    found = [pick(group, names) for names in (row.ours, row.peer, *row.floor)]
    for name, costs in found:
        if name is None:
            return unmeasured(row.id, row.what, costs)
    (ours_name, ours), (peer, peers), *floors = found
    ratios = globals()[row.kind](row, ours, peers, [costs for _, costs in floors])
    return finish(row.id, f'{row.what} [{ours_name}]', median(ours), peer, median(peers),
                  group['unit'], ratios, row.gate, row.moon, row.smaller)


LOADING = [
    ('T5', 'bytes per mapping, 1M, all of it'), ('T5h', 'what lookups touch of it'),
    ('T6', 'mappings loaded a second, 1M, from a file'), ('T6e', 'the same'),
    ('T6b', 'mappings flushed a second, 1M'),
]


def table_rows(raw):
    """Memory and load of a million mappings."""
    figures = raw.get('tables') or {'absent': 'the group tables was not run'}
    if 'absent' in figures:
        return [unmeasured(row_id, what, figures['absent']) for row_id, what in LOADING]
    rounds, what = figures['rounds'], dict(LOADING)

    def each(key):
        return [found[key] for found in rounds]

    def per_second(key):
        return [found['entries'] / found[key] for found in rounds]

    def row(row_id, ours, peer, peers, unit, ratios, *aims):
        return finish(row_id, what[row_id], median(ours), peer, median(peers), unit, ratios, *aims)

    per_entry = [found['bytes'] / found['entries'] for found in rounds]
    hot = [found['hot'] / found['entries'] for found in rounds]
    rates, flushed = per_second('seconds'), per_second('flush_seconds')
    what['T6'] += f" ({median(each('kernel_seconds')):.2f} of {median(each('seconds')):.2f} s " \
                  'the kernel\'s)'
    return [
        row('T5', per_entry, 'vxlan FDB (slab alone)', [270], 'bytes', per_entry, 40, 28, True),
        row('T5h', hot, 'vxlan FDB (slab alone)', [270], 'bytes', hot, 20, 16, True),
        row('T6', rates, 'bridge -batch, 256k there', each('full_rate'), '/s',
            times(None, each('full_rate'), rates, None), 100, 200, False),
        row('T6e', rates, 'bridge -batch, 8k into none', each('empty_rate'), '/s',
            times(None, each('empty_rate'), rates, None), 100, 200, False),
        row('T6b', flushed, 'loading them', rates, '/s', times(None, rates, flushed, None), 1, 2,
            False)]


def number_of(row_id):
    return int(''.join(char for char in row_id[1:3] if char.isdigit()))


def all_rows(raw, wanted=lambda row_id: True):
    rows = [evaluate(row, raw) for row in ROWS] + table_rows(raw)
    rows.sort(key=lambda row: number_of(row['id']))
    return [row for row in rows if wanted(row['id'])]


def is_control(group):
    """Of the control plane, whose figures come from programs of the machine itself."""
    return group.startswith('ctl-')


def of_control(row_id):
    return any(row.id == row_id and is_control(row.group) for row in ROWS)


def groups_of(wanted, everything):
    """The groups that the wanted rows take, in their order."""
    needed = {row.group for row in ROWS if wanted(row.id)}
    if any(wanted(row_id) for row_id, _ in LOADING):
        needed.add('tables')
    return [name for name in everything if name in needed]
