# SPDX-License-Identifier: GPL-2.0
"""Late frames, and what is sent on of them, byte for byte; a test an invocation, see redirect.sh.

The NVEs 192.0.2.22 and so on are addresses that only the generator has.
"""
import fcntl
import itertools
import select
import socket as sockets
import struct
import sys
import time

from genl import attr, attrs_of, NLM_F_REPLACE, Refused
from packets import (checksum, eth, ip, ip4, Lab, mac, MAGIC, Namespace, Nve, number, Port, ports,
                     udp4)
from uapi import N

US = {4: '192.0.2.1', 6: '2001:db8::1'}
VNI, THERE = 100, 777           # what the VN is called here, and at some NVEs
ENCAPS = {'vxlan': (4789, 0), 'geneve': (6081, 1), 'nvgre': (None, 2)}
FAKE = {4: '192.0.2.{}', 6: '2001:db8::{}'}
BACK = 'tunnel-remote'


def family(address):
    return 6 if ':' in address else 4


# --- packets of other NVEs

def encapsulate(encap, vni, frame):
    if encap == 'nvgre':
        return struct.pack('!HHI', 0x2000, 0x6558, vni << 8) + frame
    if encap == 'geneve':
        head = struct.pack('!BBHI', 0, 0, 0x6558, vni << 8)
    else:
        head = struct.pack('!II', 0x08000000, vni << 8)
    payload = head + frame
    return struct.pack('!HHHH', 50000, ENCAPS[encap][0], 8 + len(payload), 0) + payload


def with_udp_sum(pseudo, udp):
    """What IPv6 wants. The checksum of an odd length is that of one zero more."""
    return udp[:6] + struct.pack('!H', checksum(pseudo + udp) or 0xffff) + udp[8:]


def outer(sender, encap, frame, ttl=64, tos=0):
    """The whole packet, as the NVE at the address sends it to us."""
    payload, proto = encapsulate(encap, VNI, frame), 47 if encap == 'nvgre' else 17
    if family(sender) == 4:
        head = struct.pack('!BBHHHBBH', 0x45, tos, 20 + len(payload), 7, 0, ttl, proto, 0) + \
            ip(sender) + ip(US[4])
        return 0x0800, head[:10] + struct.pack('!H', checksum(head)) + head[12:] + payload
    if proto == 17:
        payload = with_udp_sum(ip(sender) + ip(US[6]) + struct.pack('!II', len(payload), 17),
                               payload)
    return 0x86dd, struct.pack('!IHBB', 6 << 28 | tos << 20, len(payload), proto, ttl) + \
        ip(sender) + ip(US[6]) + payload


class Late:
    """One frame and how it comes; ECN of the inner header if it matters."""

    def __init__(self, sender, to=0x21, by=0x12, **how):
        self.sender, self.encap = sender, how.pop('encap', 'vxlan')
        self.how, self.frame = how, udp4('10.0.0.1', '10.0.0.9', to=to, by=by,
                                         sport=how.pop('sport', 1000))

    def with_ecn(self, tos):
        head = self.frame[14:34]
        head = head[:1] + bytes((tos,)) + head[2:10] + b'\0\0' + head[12:]
        self.frame = self.frame[:14] + head[:10] + struct.pack('!H', checksum(head)) + \
            head[12:] + self.frame[34:]
        return self

    def packet(self):
        return outer(self.sender, self.encap, self.frame, **self.how)


class Generator(Port):
    """Sends late frames, and keeps what comes for the NVEs that it stands for."""

    def __init__(self):
        super().__init__('gen', 'ul0')
        self.came = {}
        with Namespace('h1'), sockets.socket() as sock:
            self.to = fcntl.ioctl(sock, 0x8927, b'ul0'.ljust(40, b'\0'))[18:24]  # SIOCGIFHWADDR

    def send(self, frame):
        kind, packet = frame.packet()
        super().send(self.to + b'\2\0\0\0\0\x77' + struct.pack('!H', kind) + packet)

    def receive(self):
        marks = []
        while True:
            try:
                data, where = self.sock.recvfrom(70000)
            except BlockingIOError:
                return marks
            if where[2] != 4 and data[-12:-4] == MAGIC:            # PACKET_OUTGOING
                mark, = struct.unpack('!I', data[-4:])
                marks.append(mark)
                self.came[mark] = data


class Redirects(Lab):
    """Moves tenant system 0x21 between our port 2 and other NVEs."""

    def __init__(self):
        self.gen = Generator()
        super().__init__(Nve('h1'), vm1=Port('vm1'), vm2=Port('vm2'), gen=self.gen)
        self.epoch = self.kept(0)
        with Namespace('h1'):
            self.dev = sockets.if_nametoindex('p2')

    def kept(self, default):
        """The epoch of tests before."""
        try:
            found = self.nve.request('MAP_GET', attr(N['NVO3_A_MAP'], [
                number('NVO3_A_MAP_VNI', VNI), attr(N['NVO3_A_MAP_MAC'], mac(0x21))]))
        except Refused:
            return default
        nest = attrs_of(attrs_of(found[0])[N['NVO3_A_MAP']])
        epoch = nest.get(N['NVO3_A_MAP_EPOCH'])
        return struct.unpack('=Q', epoch)[0] if epoch else default

    def marked(self, frame):
        self.mark += 1
        frame.frame += MAGIC + struct.pack('!I', self.mark)
        return frame

    def newer(self):
        self.epoch += 1
        return number('NVO3_A_MAP_EPOCH', self.epoch, '=Q')

    def at_port(self):
        self.epoch += 1
        self.nve.request('PORT_SET', attr(N['NVO3_A_PORT'], [
            number('NVO3_A_PORT_DEV', self.dev), attr(N['NVO3_A_PORT_MAC'], mac(0x21)),
            number('NVO3_A_PORT_SPOOF', 1, '=B'), number('NVO3_A_PORT_EPOCH', self.epoch, '=Q')]))

    def to(self, *addresses, encap='vxlan', vni=0):
        """Map to one address, or to several paths, by a newer epoch."""
        where = []
        for address in addresses:
            one = 'PATH' if len(addresses) > 1 else 'MAP'
            loc = [attr(N[f'NVO3_A_{one}_ADDR{family(address)}'], ip(address)),
                   number(f'NVO3_A_{one}_ENCAP', ENCAPS[encap][1], '=B')]
            if vni:
                loc.append(number(f'NVO3_A_{one}_REMOTE_VNI', vni))
            where += [attr(N['NVO3_A_MAP_PATH'], loc)] if one == 'PATH' else loc
        self.nve.request('MAP_ADD', attr(N['NVO3_A_MAP'], [
            number('NVO3_A_MAP_VNI', VNI), attr(N['NVO3_A_MAP_MAC'], mac(0x21)),
            number('NVO3_A_MAP_PROV', 1, '=B'), self.newer(), *where]), flags=NLM_F_REPLACE)

    def moved(self, *addresses, **how):
        self.at_port()
        self.to(*addresses, **how)

    def delete(self):
        self.nve.request('MAP_DEL', attr(N['NVO3_A_MAP'], [
            number('NVO3_A_MAP_VNI', VNI), attr(N['NVO3_A_MAP_MAC'], mac(0x21))]))

    def counted(self):
        """Redirected frames of the NVE, and of the VN."""
        nve = attrs_of(attrs_of(self.nve.request('NVE_GET')[0])[N['NVO3_A_NVE']])
        vn = attrs_of(attrs_of(self.nve.request('VN_GET', attr(N['NVO3_A_VN'], [
            number('NVO3_A_VN_VNI', VNI)]))[0])[N['NVO3_A_VN']])
        return (struct.unpack('=Q', nve[N['NVO3_A_NVE_REDIRECTED']])[0],
                struct.unpack('=Q', vn[N['NVO3_A_VN_REDIRECTED']])[0])

    def cases(self, cases):
        """cases: (what, late frame, fate). Those for 'gen' are counted, and no others."""
        before = self.counted()
        self.check('gen', cases)
        more = sum(fate == 'gen' for *_, fate in cases)
        assert self.counted() == (before[0] + more, before[1] + more), (before, self.counted())

    def packet_of(self, late):
        """The packet that was made of the last case, in parts."""
        mark, = struct.unpack('!I', late.frame[-4:])
        return Outer(self.gen.came[mark])


class Outer:
    """An outer packet, as far as it matters here."""

    def __init__(self, data):
        kind, = struct.unpack_from('!H', data, 12)
        if kind == 0x0800:
            self.tos, self.ttl, proto = data[15], data[22], data[23]
            self.src, self.dst, rest = data[26:30], data[30:34], data[34:]
            assert checksum(data[14:34]) == 0
        else:
            word, _, proto, self.ttl = struct.unpack_from('!IHBB', data, 14)
            self.tos, self.src, self.dst = word >> 20 & 0xff, data[22:38], data[38:54]
            rest = data[54:]
        self.dport = None
        if proto == 17:
            _, self.dport, length, self.csum = struct.unpack_from('!HHHH', rest)
            assert length == len(rest)
            rest = rest[8:]
        self.header, self.vni = rest[:4], struct.unpack_from('!I', rest, 4)[0] >> 8
        self.frame = rest[8:]


HEADERS = {'vxlan': b'\x08\0\0\0', 'geneve': b'\0\0\x65\x58', 'nvgre': b'\x20\0\x65\x58'}


def judge(lab, late, dst, encap, vni, ttl, tos=0):
    got = lab.packet_of(late)
    assert (got.src, got.dst) == (ip(US[family(dst)]), ip(dst)), (got.src, got.dst)
    assert (got.ttl, got.tos) == (ttl, tos), (got.ttl, got.tos)
    assert (got.dport, got.header, got.vni) == (ENCAPS[encap][0], HEADERS[encap], vni), vars(got)
    assert got.frame == late.frame


def forms(lab):
    """From each family and encapsulation to each other one: a new outer header, of which TTL and
    DSCP are those that came, and the same frame."""
    ways = list(itertools.product((4, 6), ENCAPS))
    for fam, encap in ways:
        to, vni = FAKE[fam].format(23), THERE if encap == 'geneve' else 0
        lab.moved(to, encap=encap, vni=vni)
        for n, (came, by) in enumerate(ways):
            late = Late(FAKE[came].format(22), encap=by, ttl=64 + n, tos=0xb8)
            lab.cases([(f'{by} over IPv{came} to {encap} over IPv{fam}', late, 'gen')])
            judge(lab, late, to, encap, vni or VNI, 63 + n, 0xb8)


def ecn(lab):
    """A mark of the underlay goes over to the inner header and from there to the outer one."""
    for to in (FAKE[4].format(23), FAKE[6].format(23)):
        lab.moved(to)
        for inner, came, out in ((2, 2, 2), (2, 3, 3), (1, 1, 1), (3, 0, 3), (0, 0, 0)):
            late = Late('192.0.2.22', tos=0x20 | came).with_ecn(inner)
            lab.cases([(f'inner {inner}, outer {came}', late, 'gen')])
            got = lab.packet_of(late)
            assert got.tos == 0x20 | out, (inner, came, got.tos)
            assert got.frame[15] == out and checksum(got.frame[14:34]) == 0, got.frame[14:34]
        lab.cases([('a mark for who knows none', Late('192.0.2.22', tos=3), 'tunnel-ecn')])


def ttl(lab):
    for to in (FAKE[4].format(23), FAKE[6].format(23)):
        lab.moved(to)
        for sender in (FAKE[4].format(22), FAKE[6].format(22)):
            lab.cases([('its last hop', Late(sender, ttl=1), BACK)])
            for came in (2, 64, 255):
                late = Late(sender, ttl=came)
                lab.cases([(f'TTL {came}', late, 'gen')])
                judge(lab, late, to, 'vxlan', VNI, came - 1)


def not_back(lab):
    """Neither to the address that it came from, nor by another path to who has that one too."""
    for to in (FAKE[4].format(23), FAKE[6].format(23)):
        lab.moved(to)
        lab.cases([('from there', Late(to), BACK), ('from elsewhere', Late('192.0.2.22'), 'gen')])
    paths = '192.0.2.23', '192.0.2.24', '2001:db8::25'
    lab.moved(*paths)
    lab.cases([('a path', Late(path, sport=sport), BACK)
               for path in paths for sport in range(1000, 1008)])
    flows = [Late('192.0.2.22', sport=sport) for sport in range(1000, 1040)]
    lab.cases([('to one of the paths', late, 'gen') for late in flows])
    taken = {lab.packet_of(late).dst for late in flows}
    assert taken == set(map(ip, paths)), taken


def only_late(lab):
    """What has not been at a port of ours, or is there again, or is nowhere, is not sent on."""
    late = Late('192.0.2.22', sport=7)
    lab.moved('192.0.2.23')
    lab.cases([('moved', Late('192.0.2.22'), 'gen'),
               ('never here', Late('192.0.2.22', to=0x13), BACK),
               ('nobody', Late('192.0.2.22', to=0x63), 'unknown-dst')])
    # On and on: what counts is where it is now.
    lab.to('192.0.2.24')
    lab.cases([('moved again', late, 'gen')])
    assert lab.packet_of(late).dst == ip('192.0.2.24')
    lab.at_port()
    lab.cases([('back', Late('192.0.2.22'), 'vm2')])
    lab.to('192.0.2.23')
    lab.cases([('gone again', Late('192.0.2.22'), 'gen')])
    lab.delete()
    lab.cases([('deleted', Late('192.0.2.22'), 'unknown-dst')])
    lab.to('192.0.2.23')
    lab.cases([('a new one', Late('192.0.2.22'), BACK)])
    # No newer epoch: the port's own mapping went, and another came.
    lab.at_port()
    lab.nve.request('PORT_SET', attr(N['NVO3_A_PORT'], [
        number('NVO3_A_PORT_DEV', lab.dev), attr(N['NVO3_A_PORT_MAC'], mac(0x29))]))
    lab.to('192.0.2.23')
    lab.cases([('the port let it go', Late('192.0.2.22'), BACK)])


def refused(lab):
    """A request that fails half-way has not moved anybody."""
    def mapping(address, epoch, who=0x21):
        return attr(N['NVO3_A_MAP'], [
            number('NVO3_A_MAP_VNI', VNI), attr(N['NVO3_A_MAP_MAC'], mac(who)),
            number('NVO3_A_MAP_EPOCH', epoch, '=Q'), attr(N['NVO3_A_MAP_ADDR4'], ip(address))])

    def back(epoch):
        return attr(N['NVO3_A_MAP'], [
            number('NVO3_A_MAP_VNI', VNI), attr(N['NVO3_A_MAP_MAC'], mac(0x21)),
            number('NVO3_A_MAP_EPOCH', epoch, '=Q'), number('NVO3_A_MAP_DEV', lab.dev)])

    def fails(*maps):
        try:
            lab.nve.request('MAP_ADD', *maps, flags=NLM_F_REPLACE)
        except Refused as said:
            assert 'is held elsewhere' in said.text, said
        else:
            raise AssertionError('not refused')

    lab.at_port()
    epoch = lab.epoch
    fails(mapping('192.0.2.23', epoch + 1), mapping('192.0.2.24', epoch + 1))
    lab.cases([('still here', Late('192.0.2.22'), 'vm2')])
    lab.moved('192.0.2.23')
    epoch = lab.epoch
    fails(back(epoch + 1), mapping('192.0.2.24', epoch + 2), back(epoch + 3),
          mapping('192.0.2.22', epoch + 4), mapping('192.0.2.24', epoch + 4))
    late = Late('192.0.2.22')
    lab.cases([('still late', late, 'gen')])
    assert lab.packet_of(late).dst == ip('192.0.2.23')


def fate_of(lab, sender):
    """What becomes of one late frame, be it one thing or another."""
    before = lab.nve.drops()
    lab.gen.receive()
    late = lab.marked(Late(sender))
    lab.gen.send(late)
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if lab.mark in lab.gen.receive():
            return 'gen'
        new = [reason for reason, n in lab.nve.drops().items() if n != before.get(reason, 0)]
        if new:
            return ','.join(new)
        select.select([lab.gen.sock], [], [], 0.02)
    return 'nothing'


def arm(lab):
    """For the next: the time begins."""
    lab.moved('192.0.2.23')
    lab.cases([('in time', Late('192.0.2.22'), 'gen')])


def ends(lab):
    """One late frame after the other, until the time is over; then none any more."""
    seen, deadline = [], time.monotonic() + 100
    while BACK not in seen and time.monotonic() < deadline:
        seen.append(fate_of(lab, '192.0.2.22'))
    assert seen[-1] == BACK and set(seen) <= {'gen', BACK}, seen[-5:]
    lab.cases([('too late', Late('192.0.2.22'), BACK) for _ in range(20)])


def gone(lab):
    lab.cases([('not at all', Late('192.0.2.22'), BACK)])


def here(lab):
    lab.cases([('late', Late('192.0.2.22'), 'gen')])


def moved_now(lab):
    lab.moved('192.0.2.23')


def down(lab):
    lab.cases([('to one that is down', Late('192.0.2.22'), 'remote-down')])


def forged(lab):
    """With verify: who lies about its source is not helped."""
    lab.moved('192.0.2.23')
    lab.cases([('true', Late('192.0.2.12'), 'gen'),
               ('forged', Late('192.0.2.22'), 'tunnel-source')])


def circle(lab):
    """One frame for 0x31, who has left each of three NVEs for the next: its TTL ends it."""
    ttls = (64, 2, 255)
    lab.gen.receive()
    for came in ttls:
        lab.gen.send(lab.marked(Late('192.0.2.22', to=0x31, ttl=came)))
    print(sum(came - 1 for came in ttls), len(ttls))


if __name__ == '__main__':
    globals()[sys.argv[1]](Redirects())
