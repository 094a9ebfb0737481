# SPDX-License-Identifier: GPL-2.0
"""Each word about the outer header, a test an invocation; see outer_header.sh for the place.

Every frame has a mark of its own, so that it is its own outer packet that is looked at.
"""
import select
import socket
import struct
import subprocess
import sys
import time

from packets import arp, eth, ip4, ip6, MAGIC, Namespace, Nve, Port, ports, udp6

# To MAC 2 VXLAN over IPv4 leads, to 3 VXLAN, to 4 Geneve, to 5 NVGRE, these over IPv6.
VXLAN4, VXLAN6, GENEVE6, NVGRE6 = 2, 3, 4, 5


def inner4(frag=0):
    """TTL 9, AF41 and ECT(0)."""
    head = bytearray(ip4('10.0.0.1', '10.0.0.2', 17, ports(1000, 2000), frag))
    head[1], head[8] = 0x8a, 9
    return 0x0800, bytes(head)


def inner6():
    head = ip6('fd00::1', 'fd00::2', 59, hops=9)
    return 0x86dd, struct.pack('!I', 0x68a00000) + head[4:]


IP4, IP4_DF, IP6 = inner4(), inner4(0x4000), inner6()
ARP = 0x0806, arp(1, 1, '10.0.0.1', '00:00:00:00:00:00', '10.0.0.2')[14:]


class Outer:
    """The fields of an Ethernet frame of the underlay."""

    def __init__(self, data):
        self.v6 = data[12:14] == b'\x86\xdd'
        if self.v6:
            word, _, self.proto, self.ttl = struct.unpack_from('!IHBB', data, 14)
            self.tos, self.label, self.df, behind = word >> 20 & 0xff, word & 0xfffff, None, 54
        else:
            self.tos, self.ttl, self.proto = data[15], data[22], data[23]
            self.label, self.df, behind = None, bool(data[20] & 0x40), 34
        self.sport = self.dport = self.check = None
        if self.proto == socket.IPPROTO_UDP:
            self.sport, self.dport, _, self.check = struct.unpack_from('!HHHH', data, behind)


class Place:
    def __init__(self):
        self.vm, self.wire, self.nve = Port('vm1'), Port('h2', 'ul0'), Nve('h1')
        self.mark = 0

    def out(self, frame):
        """The outer packet that the frame leaves in."""
        self.mark += 1
        tail = MAGIC + struct.pack('!I', self.mark)
        self.vm.send(frame + tail)
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            select.select([self.wire.sock], [], [], 1)
            try:
                data = self.wire.sock.recv(70000)
            except BlockingIOError:
                continue
            if data.endswith(tail):
                return Outer(data)
        raise AssertionError('no such packet came')

    def sent(self, to, inner, **fields):
        outer = self.out(eth(to, 1, *inner))
        wanted = {'dport': {GENEVE6: 6081, NVGRE6: None}.get(to, 4789), 'v6': to != VXLAN4,
                  'proto': 47 if to == NVGRE6 else 17, **fields}
        got = {name: getattr(outer, name) for name in wanted}
        assert got == wanted, f'to {to}: {got}, not {wanted}'
        return outer

    def dropped(self, reason, count, act):
        """It makes so many drops, and no others."""
        before = self.nve.drops()
        act()
        deadline = time.monotonic() + 20
        while True:
            now = self.nve.drops()
            new = {name: now[name] - before.get(name, 0) for name in now
                   if now[name] != before.get(name, 0)}
            if sum(new.values()) >= count or time.monotonic() > deadline:
                break
        assert new == {reason: count}, f'drops: {new}, not {reason} {count}'


def tool(*words):
    return subprocess.run(['nvo3', '-n', 'h1', 'nve', 'set', 'dev', 'nve0', *words],
                          stderr=subprocess.PIPE, text=True, check=False)


def put(*words):
    done = tool(*words)
    assert not done.returncode, done.stderr


def refused(sentence, *words):
    done = tool(*words)
    assert done.returncode and sentence in done.stderr, f'{words}: {done.stderr!r}'


def defaults(place):
    outer = place.sent(VXLAN4, IP4, ttl=64, tos=0x02, df=False)
    assert outer.check, 'no UDP checksum'
    outer = place.sent(VXLAN6, IP4, ttl=64, tos=0x02)
    assert outer.check, 'no UDP checksum'
    for to in GENEVE6, NVGRE6:
        place.sent(to, IP4, ttl=64, tos=0x02)


def ttl(place):
    put('ttl', '7')
    for to in VXLAN4, VXLAN6, GENEVE6, NVGRE6:
        place.sent(to, IP4, ttl=7)
    put('ttl', 'inherit')
    for to, inner in (VXLAN4, IP4), (VXLAN6, IP6), (NVGRE6, IP4):
        place.sent(to, inner, ttl=9)
    place.sent(VXLAN4, ARP, ttl=64)
    put('ttl', '64')


def tos(place):
    put('tos', '184')
    for to, inner in (VXLAN4, IP4), (VXLAN6, IP6), (NVGRE6, IP6):
        place.sent(to, inner, tos=0xba)
    place.sent(VXLAN4, ARP, tos=0xb8)
    put('tos', 'inherit')
    for to, inner in (VXLAN4, IP4), (VXLAN6, IP6):
        place.sent(to, inner, tos=0x8a)
    refused('the ECN bits of the outer header follow RFC 6040', 'tos', '2')
    put('tos', '0')


def df(place):
    put('df', 'set')
    for inner in IP4, ARP:
        place.sent(VXLAN4, inner, df=True)
    put('df', 'inherit')
    for inner, wanted in (IP4, False), (IP4_DF, True), (IP6, True), (ARP, False):
        place.sent(VXLAN4, inner, df=wanted)
    put('df', 'unset')
    place.sent(VXLAN4, IP4_DF, df=False)


def flows(place, field):
    """What the outer packets of 30 flows have there, and that each flow keeps its own."""
    first, second = ([getattr(place.out(udp6('fd00::3', 'fd00::1', dport=port, to=VXLAN6)), field)
                      for port in range(2001, 2031)] for _ in range(2))
    assert first == second, f'{field} of flows: {first}, then {second}'
    return set(first)


def label(place):
    put('label', '74565')
    for to in VXLAN6, NVGRE6:
        place.sent(to, IP4, label=0x12345)
    put('label', '0')
    place.sent(VXLAN6, IP4, label=0)
    refused('"label" needs a number from 0 to 1048575 or flow', 'label', '1048576')
    put('label', 'flow')
    labels = flows(place, 'label')
    assert len(labels) >= 28, f'{len(labels)} labels of 30 flows'


def sport(place):
    put('sport', '50000-50003')
    used = flows(place, 'sport')
    assert used == {50000, 50001, 50002, 50003}, used
    put('sport', '4000-4000')
    place.sent(VXLAN4, IP4, sport=4000)
    refused('"sport" needs a range like MIN-MAX from 1 to 65535 or any, not "5-4"', 'sport', '5-4')
    put('sport', 'any')
    place.sent(VXLAN4, IP4)


def tunnel_send(checksums):
    """A frame for a MAC address that is nowhere, over both families."""
    data = bytes.fromhex('0800000000006400') + eth(77, 9, *IP4)
    with Namespace('h2'):
        four = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        six = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    if not checksums:
        four.setsockopt(socket.SOL_SOCKET, 11, 1)           # SO_NO_CHECK
        six.setsockopt(socket.IPPROTO_UDP, 101, 1)          # UDP_NO_CHECK6_TX
    four.sendto(data, ('192.0.2.1', 4789))
    six.sendto(data, ('2001:db8::1', 4789))


def csum_rx(place):
    put('csum-rx', 'require')
    place.dropped('tunnel-csum', 2, lambda: tunnel_send(False))
    place.dropped('unknown-dst', 2, lambda: tunnel_send(True))
    put('csum-rx', 'any')
    place.dropped('unknown-dst', 2, lambda: tunnel_send(False))


if __name__ == '__main__':
    globals()[sys.argv[1]](Place())
