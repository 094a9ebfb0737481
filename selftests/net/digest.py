# SPDX-License-Identifier: GPL-2.0
"""The digest of a VN, computed from what a dump tells by a SipHash of its own; a test an
invocation, see digest.sh. "vectors" prints what kernel/selftest/digest_vectors.h has.
"""
import collections
import ipaddress
import random
import socket as sockets
import struct
import sys

from genl import attr, attrs_of, NLM_F_DUMP, NLM_F_REPLACE, Refused
from packets import ip, Namespace, Nve, number
from uapi import N

MASK = (1 << 64) - 1
KEY = b'nvo3 map digest1'
BUCKETS = N['NVO3_DIGEST_BUCKETS']
AGENT, STATIC = 1, 0


# --- the text and its hash

def siphash(key, data):
    """SipHash-2-4 (Aumasson and Bernstein, 2012)."""
    k0, k1 = struct.unpack('<QQ', key)
    v = [k0 ^ 0x736f6d6570736575, k1 ^ 0x646f72616e646f6d,
         k0 ^ 0x6c7967656e657261, k1 ^ 0x7465646279746573]

    def turn(x, by):
        return (x << by | x >> (64 - by)) & MASK

    def half(a, b, by):
        v[a] = (v[a] + v[b]) & MASK
        v[b] = turn(v[b], by) ^ v[a]

    def rounds(count):
        for _ in range(count):
            half(0, 1, 13)
            half(2, 3, 16)
            v[0] = turn(v[0], 32)
            half(2, 1, 17)
            half(0, 3, 21)
            v[2] = turn(v[2], 32)

    tail = b'\0' * (7 - len(data) % 8) + bytes((len(data) & 0xff,))
    for word, in struct.iter_unpack('<Q', data + tail):
        v[3] ^= word
        rounds(2)
        v[0] ^= word
    v[2] ^= 0xff
    rounds(4)
    return v[0] ^ v[1] ^ v[2] ^ v[3]


def wide(address):
    packed = ip(address)
    return packed if len(packed) == 16 else bytes(10) + b'\xff\xff' + packed


def text_of(mac, epoch, where):
    return mac + struct.pack('>QB', epoch, len(where)) + b''.join(sorted(map(wide, where)))


def bucket_of(mac):
    return siphash(KEY, mac) & 0xff


VECTORS = [
    ('020000000001', 0, []),
    ('020000000001', 1, ['192.0.2.1']),
    ('020000000001', 1, ['192.0.2.2']),
    ('020000000002', 1, ['192.0.2.1']),
    ('feffffffffff', MASK, ['2001:db8::1']),
    ('02aabbccddee', 0x0102030405060708, ['2001:db8::2', '192.0.2.9']),
    ('02aabbccddee', 0x0102030405060708,
     ['192.0.2.200', '192.0.2.10', '2001:db8::1', 'fd00::1']),
    ('02aabbccddee', 7, ['192.0.2.1', '192.0.2.1']),
]


def vectors():
    # The example of SipHash's paper, appendix A.
    assert siphash(bytes(range(16)), bytes(range(15))) == 0xa129ca6149be45e5
    for mac, epoch, where in VECTORS:
        raw = bytes.fromhex(mac)
        print(mac, epoch, where, hex(bucket_of(raw)),
              f'{siphash(KEY, text_of(raw, epoch, where)):#018x}')


# --- requests

Map = collections.namedtuple('Map', 'mac epoch where prov dev')


def mac(n):
    return struct.pack('!Q', 0x020000000000 + n)[2:]


class Table(Nve):
    """An NVE with one VN more than others to look at."""

    def __init__(self, dev='nve0', vni=100):
        super().__init__('h1', dev)
        self.vni = vni

    def nest(self, what, more=b''):
        body = [number('NVO3_A_MAP_VNI', self.vni), attr(N['NVO3_A_MAP_MAC'], what.mac),
                number('NVO3_A_MAP_PROV', what.prov, '=B')]
        if what.epoch:
            body.append(number('NVO3_A_MAP_EPOCH', what.epoch, '=Q'))
        if what.dev:
            body.append(number('NVO3_A_MAP_DEV', what.dev))
        one = 'PATH' if len(what.where) > 1 else 'MAP'
        for address in what.where:
            loc = attr(N[f'NVO3_A_{one}_ADDR{6 if ":" in address else 4}'], ip(address))
            body.append(attr(N['NVO3_A_MAP_PATH'], [loc]) if one == 'PATH' else loc)
        return attr(N['NVO3_A_MAP'], body + ([more] if more else []))

    def add(self, *maps):
        self.request('MAP_ADD', *map(self.nest, maps), flags=NLM_F_REPLACE)

    def delete(self, *macs):
        self.request('MAP_DEL', *[attr(N['NVO3_A_MAP'], [
            number('NVO3_A_MAP_VNI', self.vni), attr(N['NVO3_A_MAP_MAC'], m)]) for m in macs])

    def flush(self, *more):
        self.request('MAP_FLUSH', attr(N['NVO3_A_MAP'], [
            number('NVO3_A_MAP_VNI', self.vni), *more]))

    def dump(self):
        """All of the agent's in the VN: (MAC, epoch, locators)."""
        found = []
        for body in self.nl.request(N['NVO3_CMD_MAP_GET'], [
                number('NVO3_A_IFINDEX', self.ifindex), attr(N['NVO3_A_MAP'], [
                    number('NVO3_A_MAP_VNI', self.vni),
                    number('NVO3_A_MAP_PROV', AGENT, '=B')])], NLM_F_DUMP):
            found.append(self.read(attrs_of(body)[N['NVO3_A_MAP']]))
        return found

    @staticmethod
    def read(nest):
        where, found = [], attrs_of(nest)
        while len(nest) >= 4:
            length, kind = struct.unpack_from('=HH', nest)
            if kind & 0x3fff == N['NVO3_A_MAP_PATH']:
                path = attrs_of(nest[4:length])
                where += [path[N[f'NVO3_A_PATH_ADDR{n}']] for n in '46'
                          if N[f'NVO3_A_PATH_ADDR{n}'] in path]
            nest = nest[(length + 3) & ~3:]
        where += [found[N[f'NVO3_A_MAP_ADDR{n}']] for n in '46'
                  if N[f'NVO3_A_MAP_ADDR{n}'] in found]
        epoch = found.get(N['NVO3_A_MAP_EPOCH'], bytes(8))
        return (found[N['NVO3_A_MAP_MAC']], struct.unpack('=Q', epoch)[0],
                [str(ipaddress.ip_address(address)) for address in where])

    def digest(self):
        """(sum, maps), as the VN tells it."""
        nest = attrs_of(attrs_of(self.request('VN_GET', attr(N['NVO3_A_VN'], [
            number('NVO3_A_VN_VNI', self.vni)]))[0])[N['NVO3_A_VN']])
        return (struct.unpack('=Q', nest[N['NVO3_A_VN_DIGEST']])[0],
                struct.unpack('=I', nest[N['NVO3_A_VN_DIGEST_MAPS']])[0])

    def buckets(self):
        nest = attrs_of(attrs_of(self.request('DIGEST_GET', attr(N['NVO3_A_DIGEST'], [
            number('NVO3_A_DIGEST_VNI', self.vni)]))[0])[N['NVO3_A_DIGEST']])
        assert struct.unpack('=I', nest[N['NVO3_A_DIGEST_VNI']]) == (self.vni,)
        whole = (struct.unpack('=Q', nest[N['NVO3_A_DIGEST_SUM']])[0],
                 struct.unpack('=I', nest[N['NVO3_A_DIGEST_MAPS']])[0])
        assert whole == self.digest()
        return struct.unpack(f'={BUCKETS}Q', nest[N['NVO3_A_DIGEST_BUCKETS']])


def wanted(content):
    """(sum, maps) and buckets of (MAC, epoch, locators)."""
    parts = [0] * BUCKETS
    for m, epoch, where in content:
        n = bucket_of(m)
        parts[n] = (parts[n] + siphash(KEY, text_of(m, epoch, where))) & MASK
    return (sum(parts) & MASK, len(content)), tuple(parts)


def right(table):
    """The table's digest is that of what it holds."""
    content = table.dump()
    whole, parts = wanted(content)
    assert table.digest() == whole, (table.digest(), whole)
    assert table.buckets() == parts
    return content


# --- tests

def index(dev):
    with Namespace('h1'):
        return sockets.if_nametoindex(dev)


def empty(**where):
    """Whatever a test before has left there."""
    table = Table(**where)
    table.flush()
    return table


def text():
    """The vectors; but two paths to one address are none."""
    table = Table()
    assert table.digest() == (0, 0)
    for m, epoch, where in VECTORS[:-1]:
        table.add(Map(bytes.fromhex(m), epoch, where, AGENT, 0 if where else index('p1')))
        assert len(right(table)) == 1
        table.flush(number('NVO3_A_MAP_PROV', AGENT, '=B'))
        assert table.digest() == (0, 0)


def provenance():
    table, other = Table(), Table(vni=200)
    one = Map(mac(7), 0, ['192.0.2.7'], STATIC, 0)
    table.add(one)
    assert table.digest() == (0, 0)
    table.add(one._replace(prov=AGENT))
    assert len(right(table)) == 1
    assert other.digest() == (0, 0)
    # The same mapping in another VN has the same hash.
    other.add(one._replace(prov=AGENT))
    assert other.digest() == table.digest()
    table.add(one)
    assert table.digest() == (0, 0) and len(right(other)) == 1
    # What is not told by the text: weights, ports, groups, generations.
    before = other.digest()
    for more in (number('NVO3_A_MAP_GROUP', 9), number('NVO3_A_MAP_REMOTE_VNI', 9),
                 number('NVO3_A_MAP_ENCAP', 1, '=B'), number('NVO3_A_MAP_GENERATION', 9, '=B')):
        other.request('MAP_ADD', other.nest(one._replace(prov=AGENT), more),
                      flags=NLM_F_REPLACE)
        assert other.digest() == before
    # To a port by a newer epoch, and it is nobody's but the port's.
    table.add(one._replace(mac=mac(1), prov=AGENT, epoch=5))
    assert len(right(table)) == 1
    table.request('PORT_SET', attr(N['NVO3_A_PORT'], [
        number('NVO3_A_PORT_DEV', index('p1')), attr(N['NVO3_A_PORT_MAC'], mac(1)),
        number('NVO3_A_PORT_EPOCH', 6, '=Q')]))
    assert table.digest() == (0, 0)
    other.flush()
    assert other.digest() == (0, 0)


def places(rnd):
    kinds = [[f'192.0.2.{rnd.randrange(2, 60)}'], [f'2001:db8::{rnd.randrange(2, 60):x}'],
             ['192.0.2.2', '192.0.2.3'], ['192.0.2.3', '2001:db8::2', '192.0.2.9'],
             ['2001:db8::9', '2001:db8::3', '192.0.2.4', '192.0.2.5']]
    return rnd.choice(kinds)


def random_map(rnd, dev):
    where = places(rnd) if rnd.randrange(8) else []
    return Map(mac(0x1000 + rnd.randrange(400)), 0 if rnd.randrange(3) else rnd.randrange(1 << 40),
               where, AGENT if rnd.randrange(5) else STATIC, 0 if where else dev)


def change(table, rnd, dev, flushes):
    kind = rnd.randrange(20 if flushes else 19)
    try:
        if kind < 13:
            table.add(*[random_map(rnd, dev) for _ in range(1 + rnd.randrange(4))])
        elif kind < 19:
            table.delete(*[mac(0x1000 + rnd.randrange(400)) for _ in range(1 + rnd.randrange(2))])
        elif not rnd.randrange(10):
            table.flush(number('NVO3_A_MAP_PROV', rnd.randrange(2), '=B'))
    except Refused:
        return False
    return True


def history():
    """Many requests are refused, some half-way, since a newer epoch is in the way. Then the same
    content, in another order, in a new table."""
    seed = random.randrange(1 << 32)
    print('seed', seed)
    rnd, table, dev = random.Random(seed), empty(), index('p2')
    # At the end there shall be something to compare.
    done = [change(table, rnd, dev, n < 2000) for n in range(3000)]
    assert 300 < sum(done) < len(done) - 300, sum(done)
    content = right(table)
    assert len(content) > 50, len(content)
    fresh = Table('nve1')
    rnd.shuffle(content)
    for m, epoch, where in content:
        rnd.shuffle(where)
        # The other NVE has no port that could take the place of one.
        if where:
            fresh.add(Map(m, epoch, where, AGENT, 0))
    assert wanted([entry for entry in content if entry[2]])[0] == fresh.digest()
    here = dict(enumerate(table.buckets()))
    for m, epoch, where in content:
        if not where:
            here[bucket_of(m)] = (here[bucket_of(m)] - siphash(KEY, text_of(m, epoch, []))) & MASK
    assert tuple(here.values()) == fresh.buckets()
    fresh.flush()
    table.flush()
    assert table.digest() == (0, 0) == fresh.digest()


def difference():
    table, rnd = empty(), random.Random(3)
    table.add(*[Map(mac(0x2000 + n), 1, places(rnd), AGENT, 0) for n in range(100)])
    one = Map(mac(0x3000), 5, ['192.0.2.7', '2001:db8::7'], AGENT, 0)
    table.add(one)
    base, seen = table.digest(), set()
    for other in (one._replace(mac=mac(0x3001)), one._replace(mac=mac(0x3000 + (1 << 39))),
                  one._replace(epoch=6), one._replace(epoch=5 + (1 << 63)),
                  one._replace(epoch=0), one._replace(where=['192.0.2.7']),
                  one._replace(where=['192.0.2.7', '2001:db8::8']),
                  one._replace(where=['192.0.2.8', '2001:db8::7']),
                  one._replace(where=['192.0.2.7', '2001:db8::7', '192.0.2.8']),
                  one._replace(where=[], dev=index('p2'))):
        table.delete(one.mac)
        table.add(other)
        assert table.digest() != base and table.digest() not in seen, other
        seen.add(table.digest())
        right(table)
        table.delete(other.mac)
        assert table.digest()[1] == 100 and table.digest() not in seen
        table.add(one._replace(where=one.where[::-1]))
        assert table.digest() == base
    table.flush()


def failures():
    """What was done before the mapping that cannot be is taken back, each kind of change."""
    table = empty()
    table.add(*[Map(mac(0x4000 + n), 5, ['192.0.2.7'], AGENT, 0) for n in range(4)])
    before = right(table), table.digest(), table.buckets()
    try:
        table.add(Map(mac(0x4000), 6, ['192.0.2.8', '2001:db8::8'], AGENT, 0),
                  Map(mac(0x4001), 6, [], AGENT, index('p2')),
                  Map(mac(0x4002), 6, ['192.0.2.7'], STATIC, 0),
                  Map(mac(0x4003), 5, ['192.0.2.7'], AGENT, 0),
                  Map(mac(0x4009), 6, ['192.0.2.7'], AGENT, 0),
                  Map(mac(0x4000), 6, ['192.0.2.9'], AGENT, 0))
    except Refused as said:
        assert 'is held elsewhere' in said.text, said
    else:
        raise AssertionError('not refused')
    assert (sorted(right(table)), table.digest(), table.buckets()) == \
        (sorted(before[0]), *before[1:])
    table.flush()


def buckets():
    table, other = empty(), empty(vni=200)
    maps = [Map(mac(0x5000 + n), n, ['192.0.2.7'], AGENT, 0) for n in range(600)]
    for first in range(0, len(maps), 100):
        table.add(*maps[first:first + 100])
        other.add(*maps[first:first + 100])
    assert table.buckets() == other.buckets()
    assert sum(bucket != 0 for bucket in table.buckets()) > 200
    assert sum(table.buckets()) & MASK == table.digest()[0]
    right(table)
    wrong = random.Random(1).sample(maps, 5)
    for one in wrong:
        other.add(one._replace(where=['192.0.2.8'], epoch=one.epoch + 1000))
    assert {n for n, pair in enumerate(zip(table.buckets(), other.buckets()))
            if pair[0] != pair[1]} == {bucket_of(one.mac) for one in wrong}
    table.flush()
    other.flush()


if __name__ == '__main__':
    globals()[sys.argv[1]]()
