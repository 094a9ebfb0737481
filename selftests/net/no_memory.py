# SPDX-License-Identifier: GPL-2.0
"""Frames whose first, second, third... allocation fails, for no_memory.sh.

A frame that is written to a tap goes its whole way within the system call, so that the
allocations of just this frame are counted. As far as it comes to the NVE, it leaves it or is
counted as dropped, each copy once; one that waits for a mapping has met its fate too.
"""
import fcntl
import gc
import os
import struct
import sys

import genl
import uapi
from genl import attr, attrs_of
from packets import checksum, eth, ip4, ip6, tcp, Namespace, Nve, number
from uapi import N

LINK = uapi.read(uapi.HEADER.replace('nvo3.h', 'nvo3_link.h'))
TUNSETIFF, TUNSETOFFLOAD, IFF_TAP_FLAGS = 0x400454ca, 0x400454d0, 0x5002
RTM_NEWLINK, LINKINFO, KIND, DATA = 16, 18, 1, 2
PLAIN = bytes(10)
US, THEM = bytes.fromhex('0200000000aa'), bytes.fromhex('0200000000bb')
A, B, A6, B6 = '10.0.0.1', '10.0.0.2', 'fd00::1', 'fd00::2'
NTH_MAX = 2000


class Tap:
    def __init__(self, name):
        self.fd = os.open('/dev/net/tun', os.O_RDWR | os.O_NONBLOCK)
        fcntl.ioctl(self.fd, TUNSETIFF, struct.pack('16sH22x', name.encode(), IFF_TAP_FLAGS))
        fcntl.ioctl(self.fd, TUNSETOFFLOAD, 0x1f)

    def drain(self):
        try:
            while True:
                os.read(self.fd, 70000)
        except BlockingIOError:
            pass


def udp(payload=bytes(20), dport=2000):
    return struct.pack('!HHHH', 1000, dport, 8 + len(payload), 0) + payload


def with_ecn(packet, ecn):
    head = packet[:1] + bytes((ecn,)) + packet[2:10] + b'\0\0' + packet[12:20]
    return head[:10] + struct.pack('!H', checksum(head)) + packet[12:]


def from_vm():
    """(what, virtio header, frame, its fates)"""
    small, small6 = ip4(A, B, 17, udp()), ip6(A6, B6, 17, udp())
    syn = struct.pack('!HHIIBBHHHBBH', 1, 2, 0, 0, 0x60, 2, 100, 0, 0, 2, 4, 9000)
    gso = struct.pack('=BBHHHH', 1, 1, 54, 1000, 34, 16)
    yield 'to a port', PLAIN, eth(2, 1, 0x0800, small), 1
    yield 'to IPv4', PLAIN, eth(3, 1, 0x0800, small), 1
    yield 'to IPv6', PLAIN, eth(4, 1, 0x86dd, small6), 1
    yield 'by Geneve', PLAIN, eth(5, 1, 0x0800, small), 1
    yield 'by NVGRE', PLAIN, eth(6, 1, 0x86dd, small6), 1
    yield 'by one of two paths', PLAIN, eth(7, 1, 0x0800, small), 1
    yield 'to all', PLAIN, eth('ff:ff:ff:ff:ff:ff', 1, 0x0800, small), 3
    yield 'to whom nobody knows', PLAIN, eth(99, 1, 0x0800, small), 1
    yield 'a SYN', PLAIN, eth(3, 1, 0x0800, ip4(A, B, 6, syn)), 1
    # The answer is one of its own.
    yield 'too large', PLAIN, eth(3, 1, 0x0800, ip4(A, B, 17, bytes(1470), frag=0x4000)), 2
    yield 'too large, IPv6', PLAIN, eth(4, 1, 0x86dd, ip6(A6, B6, 17, bytes(1450))), 2
    yield 'a GSO frame', gso, eth(3, 1, 0x0800, ip4(A, B, 6, tcp(1, 2) + bytes(3000))), 1


def waiting():
    return 'that waits', PLAIN, eth(98, 1, 0x0800, ip4(A, B, 17, udp())), 1


def outer4(proto, payload, ecn=0):
    return US + THEM + b'\x08\0' + with_ecn(ip4('192.0.2.2', '192.0.2.1', proto, payload), ecn)


def from_nve():
    frame, vni = eth(2, 3, 0x0800, ip4(A, B, 17, udp())), 100 << 8
    for_all = eth('ff:ff:ff:ff:ff:ff', 3, 0x0800, ip4(A, B, 17, udp()))
    capable = eth(2, 3, 0x0800, with_ecn(ip4(A, B, 17, udp()), 2))
    vxlan, nvgre = struct.pack('!II', 0x08000000, vni), struct.pack('!HHI', 0x2000, 0x6558, vni)
    geneve = struct.pack('!BBHI', 0, 0, 0x6558, vni)
    options = struct.pack('!BBHIHBB4x', 2, 0, 0x6558, vni, 1, 1, 1)
    yield 'VXLAN', PLAIN, outer4(17, udp(vxlan + frame, 4789)), 1
    yield 'Geneve', PLAIN, outer4(17, udp(geneve + frame, 6081)), 1
    yield 'Geneve with options', PLAIN, outer4(17, udp(options + frame, 6081)), 1
    yield 'NVGRE', PLAIN, outer4(47, nvgre + frame), 1
    yield 'for all', PLAIN, outer4(17, udp(vxlan + for_all, 4789)), 2
    late = eth(8, 3, 0x0800, ip4(A, B, 17, udp()))
    yield 'late', PLAIN, outer4(17, udp(vxlan + late, 4789)), 1
    yield 'congested', PLAIN, outer4(17, udp(vxlan + capable, 4789), 3), 1


class Place:
    def __init__(self):
        self.nve, self.ttl = Nve('h'), 64
        with Namespace('h'):
            self.taps = {name: Tap(name) for name in 'abcu'}
            self.rtnl = genl.Netlink(0)
        self.nth = os.open('/proc/thread-self/fail-nth', os.O_RDWR)

    def fates(self):
        """Frames that left the VN by a port or a tunnel, that wait, and dropped ones."""
        reply = self.nve.request('VN_GET', attr(N['NVO3_A_VN'], [number('NVO3_A_VN_VNI', 100)]))
        vn = attrs_of(attrs_of(reply[0])[N['NVO3_A_VN']])
        stats = attrs_of(vn[N['NVO3_A_VN_STATS']])
        held, = struct.unpack('=I', vn[N['NVO3_A_VN_HELD']])
        return held + sum(struct.unpack('=Q', stats[N[f'NVO3_A_STATS_{name}_PACKETS']])[0]
                          for name in ('TX', 'ENCAP')) + sum(self.nve.drops().values())

    def ask(self, unknown):
        self.nve.request('VN_SET', attr(N['NVO3_A_VN'], [
            number('NVO3_A_VN_VNI', 100), number('NVO3_A_VN_UNKNOWN', N[unknown], '=B'),
            number('NVO3_A_VN_HOLD', N['NVO3_HOLD_MAX'])]))

    def forget_misses(self):
        """The next frame is the first one again."""
        try:
            self.nve.request('MISS_DEL', attr(N['NVO3_A_MISS'], [
                number('NVO3_A_MISS_VNI', 100), attr(N['NVO3_A_MISS_DST'], eth(98, 1, 0)[:6])]))
        except genl.Refused:
            pass

    def forget_routes(self):
        """A new configuration: routes and templates are found and made anew."""
        self.ttl ^= 1
        data = [attr(KIND, b'nvo3'),
                attr(DATA, [attr(LINK['IFLA_NVO3_TTL'], bytes((self.ttl,)))])]
        self.rtnl.sock.send(self.rtnl.pack(
            RTM_NEWLINK, struct.pack('=BxHiII', 0, 0, self.nve.ifindex, 0, 0) +
            attr(LINKINFO, data)))
        self.rtnl.answers()

    def throw(self, tap, parts, nth):
        """True if the tap took it; and whether an allocation failed."""
        taken = True
        os.pwrite(self.nth, b'%d' % nth, 0)
        try:
            os.writev(self.taps[tap].fd, parts)
        except OSError:
            taken = False
        failed = int(os.pread(self.nth, 16, 0)) == 0
        os.pwrite(self.nth, b'0', 0)
        return taken, failed

    def try_nth(self, tap, case, nth):
        what, header, frame, most = case
        self.forget_routes()
        self.forget_misses()
        before = self.fates()
        taken, failed = self.throw(tap, (header, frame), nth)
        got = self.fates() - before
        for drained in self.taps.values():
            drained.drain()
        # Dropped before it is copied or answered, it has one fate; IP may lose one too.
        right = {most} if not failed else {1, most} if taken else {0}
        if got not in right and not (failed and tap == 'u' and not got):
            sys.exit(f'{what}, allocation {nth}: {got} fates, not {right}; '
                     f'{"failed" if failed else "not reached"}; {self.nve.drops()}')
        if not taken and not failed:
            sys.exit(f'{what}: the tap does not take it')
        return failed

    def every(self, tap, case):
        # The first one is not counted: neighbours, hooks and flows come to be.
        self.throw(tap, case[1:3], 0)
        # Twice, since now and then it is this program's own memory that is refused.
        self.each(tap, case)
        self.each(tap, case)

    def each(self, tap, case):
        nth = 1
        while self.try_nth(tap, case, nth):
            nth += 1
            if nth == NTH_MAX:
                sys.exit(f'{case[0]}: no end of allocations')
        print(f'{case[0]}: {nth - 1} allocations')


def main():
    gc.disable()
    place = Place()
    for case in from_vm():
        place.every('a', case)
    place.ask('NVO3_UNKNOWN_ASK')
    place.every('a', waiting())
    place.ask('NVO3_UNKNOWN_DROP')
    for case in from_nve():
        place.every('u', case)
    print(place.nve.drops())


main()
