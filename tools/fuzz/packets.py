#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Frames and tunnel packets, right, wrong and cut short, through taps.

usage: packets.py SECONDS SEED    in the place that tools/fuzz/packets makes

What is sent one by one is counted: each frame is delivered, encapsulated or in exactly one
drop reason. What the host's IP may also lose, and GSO frames, are thrown without counting: of
those it only matters that the kernel says nothing. The same seed throws the same.
"""
import fcntl
import os
import random
import socket
import struct
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '../../selftests/net'))
from genl import attr, attrs_of                                             # noqa: E402
from packets import arp, eth, ip4, ip6, Namespace, Nve, number, ports, tcp  # noqa: E402
from uapi import N                                                          # noqa: E402

TUNSETIFF, TUNSETOFFLOAD = 0x400454ca, 0x400454d0
IFF_TAP, IFF_NO_PI, IFF_VNET_HDR, IFF_MULTI_QUEUE = 2, 0x1000, 0x4000, 0x100
IFF_NAPI, IFF_NAPI_FRAGS = 0x10, 0x20
PLAIN = bytes(10)
OUT, IN, ALL = 5000, 7000, 6000     # VNs: from a, to d, and where nothing is counted
BATCH = 200
A, B, A6, B6 = '10.0.0.1', '10.0.0.2', 'fd00::1', 'fd00::2'
TO = (2, 3, 4, 5, 6)
US = bytes.fromhex('0200000000aa')

rng = random.Random()


class Tap:
    def __init__(self, name, flags=0):
        self.fd = os.open('/dev/net/tun', os.O_RDWR | os.O_NONBLOCK)
        fcntl.ioctl(self.fd, TUNSETIFF, struct.pack('16sH22x', name.encode(), IFF_TAP |
                                                    IFF_NO_PI | IFF_VNET_HDR | flags))
        # Checksums and every kind of TSO may be left to the reader.
        fcntl.ioctl(self.fd, TUNSETOFFLOAD, 0x1f)

    def send(self, *parts):
        """The parts behind a virtio header; false if the tap itself does not want them."""
        try:
            os.writev(self.fd, parts)
            return True
        except OSError:
            return False

    def drain(self):
        try:
            while True:
                os.read(self.fd, 70000)
        except BlockingIOError:
            pass


# --- what is thrown

def udp(payload=bytes(20), sport=1000, dport=2000):
    return struct.pack('!HHHH', sport, dport, 8 + len(payload), 0) + payload


def icmp6(kind, body):
    return struct.pack('!BBH', kind, 0, 0) + body


def seeds(to):
    """Frames as they should be, of every kind that somebody looks into."""
    lladdr = bytes((1, 1)) + bytes.fromhex('020000000001')
    ext = struct.pack('!BB6x', 17, 0)
    target = bytes(4) + socket.inet_pton(socket.AF_INET6, A6)
    inner = [
        (0x0800, ip4(A, B, 17, udp())), (0x0800, ip4(A, B, 6, tcp(1, 2) + bytes(40))),
        (0x0800, ip4(A, B, 1, bytes(16))), (0x0800, ip4(A, B, 17, udp(), frag=0x2000)),
        (0x0800, ip4(A, B, 17, bytes(24), frag=3)),
        (0x0800, ip4('0.0.0.0', B, 17, udp(bytes(240), 68, 67))),
        (0x0800, b'\x4f' + ip4(A, B, 6)[1:] + bytes(40) + tcp(1, 2)),
        (0x0800, ip4(A, B, 17, bytes(1600), frag=0x4000)),
        (0x86dd, ip6(A6, B6, 17, udp())), (0x86dd, ip6(A6, B6, 6, tcp(1, 2))),
        (0x86dd, ip6(A6, B6, 0, struct.pack('!BB6x', 60, 0) + ext + udp())),
        (0x86dd, ip6(A6, B6, 44, struct.pack('!BxHI', 17, 1, 9) + udp())),
        (0x86dd, ip6(A6, B6, 43, struct.pack('!BBBB20x', 17, 2, 0, 0) + udp())),
        (0x86dd, ip6(A6, B6, 17, bytes(1600))),
        (0x86dd, ip6(A6, 'ff02::1', 58, icmp6(135, target + lladdr), 255)),
        (0x86dd, ip6(A6, 'ff02::1', 58, icmp6(134, bytes(12) + lladdr), 255)),
        (0x8100, struct.pack('!HH', 5, 0x0800) + ip4(A, B, 17, udp())),
        (0x0004, bytes(46)), (0x88b5, bytes(46)), (0x6558, bytes(46)),
    ]
    frames = [eth(to, 1, kind, payload) for kind, payload in inner]
    frames.append(arp(1, 1, A, 0, B, to=to))
    # TCP with an MSS, for who lowers it.
    syn = struct.pack('!HHIIBBHHHBBH', 1, 2, 0, 0, 0x60, 2, 100, 0, 0, 2, 4, 9000)
    frames.append(eth(to, 1, 0x0800, ip4(A, B, 6, syn)))
    frames.append(eth(to, 1, 0x86dd, ip6(A6, B6, 6, syn)))
    # Tunnels of tenant systems.
    frames.append(eth(to, 1, 0x0800, ip4(A, B, 17, udp(bytes(8) + frames[0], 5, 4789))))
    frames.append(eth(to, 1, 0x0800, ip4(A, B, 47, bytes(4) + frames[1])))
    return frames


def mutate(data, first=0):
    """A few bytes from @first on are others, or missing, or too many."""
    data, first = bytearray(data), min(first, len(data))
    for _ in range(rng.choice((0, 1, 1, 2, 3, 8))):
        if len(data) <= first:
            break
        where = rng.randrange(first, min(len(data), first + 120))
        data[where] = rng.choice((0, 1, 0x7f, 0x80, 0xff, rng.randrange(256),
                                  data[where] ^ 1 << rng.randrange(8)))
    kind = rng.randrange(12)
    if kind == 0:
        del data[rng.randrange(first, len(data) + 1):]
    elif kind == 1:
        data += rng.randbytes(rng.randrange(1, 64))
    return bytes(data)


def virtio(length):
    """A virtio header that lies in every way that it can."""
    gso = rng.choice((0, 0, 1, 3, 4, 5, 1 | 0x80, 4 | 0x80, rng.randrange(256)))
    return struct.pack('=BBHHHH', rng.choice((0, 1, 1, 2, 4, rng.randrange(256))), gso,
                       rng.choice((0, 14, 34, 54, 74, rng.randrange(length + 20))),
                       rng.choice((0, 1, 8, 100, 536, 1400, rng.randrange(65536))),
                       rng.choice((14, 34, 54, rng.randrange(length + 20))),
                       rng.choice((6, 16, rng.randrange(64))))


def underlay4(payload, proto=17, src='192.0.2.2'):
    return US + bytes.fromhex('0200000000bb') + b'\x08\0' + ip4(src, '192.0.2.1', proto, payload)


def underlay6(payload, src='2001:db8::2'):
    """UDP over IPv6 has to have a checksum; the header before it counts as data too."""
    head = ip6(src, '2001:db8::1', 17, payload)
    total = sum(struct.unpack(f'!{(len(payload) + 1) // 2}H', payload + b'\0' * (len(payload) % 2)))
    total += sum(struct.unpack('!16H', head[8:40])) + len(payload) + 17
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    right = payload[:6] + struct.pack('!H', ~total & 0xffff or 0xffff) + payload[8:]
    return US + bytes.fromhex('0200000000bb') + b'\x86\xdd' + ip6(src, '2001:db8::1', 17, right)


def tunnel(inner, vni):
    """(UDP port, tunnel header and frame), either encapsulation."""
    kind = rng.randrange(3)
    if kind == 0:
        return 4789, struct.pack('!II', 0x08000000, vni << 8) + inner
    options = b''
    if kind == 2:
        options = b''.join(struct.pack('!HBB', rng.randrange(65536), rng.randrange(128), words) +
                           rng.randbytes(4 * words) for words in
                           (rng.randrange(4) for _ in range(rng.randrange(4))))
    return 6081, struct.pack('!BBHI', len(options) // 4, 0, 0x6558, vni << 8) + options + inner


def wrapped(payload, dport):
    payload = udp(payload, 50000, dport)
    return underlay4(payload) if rng.randrange(2) else underlay6(payload)


# --- what became of it

def reaches_us(frame):
    """The receive path itself loses a frame whose VLAN tag is not all there."""
    return len(frame) >= (20 if frame[12:14] in (b'\x81\0', b'\x88\xa8') else 14)


class Place:
    def __init__(self):
        self.nve = Nve('fuzz')
        with Namespace('fuzz'):
            self.taps = {name: Tap(name) for name in 'abdu'}
            self.pages = Tap('c', IFF_NAPI | IFF_NAPI_FRAGS | IFF_MULTI_QUEUE)
            # Who listens makes clones of what passes.
            self.ears = []
            for dev in 'abcdu':
                ear = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
                ear.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                ear.bind((dev, 3))
                self.ears.append(ear)
        self.thrown = self.counted = 0

    def fates(self):
        """Frames that left the VNs by a port or a tunnel, and all drops."""
        out = 0
        for vni in (OUT, IN):
            reply = self.nve.request('VN_GET', attr(N['NVO3_A_VN'],
                                                    [number('NVO3_A_VN_VNI', vni)]))
            stats = attrs_of(attrs_of(attrs_of(reply[0])[N['NVO3_A_VN']])[N['NVO3_A_VN_STATS']])
            out += sum(struct.unpack('=Q', stats[N[f'NVO3_A_STATS_{name}_PACKETS']])[0]
                       for name in ('TX', 'ENCAP'))
        return out, self.nve.drops()

    def drain(self):
        for tap in (*self.taps.values(), self.pages):
            tap.drain()

    def count(self, what, tap, frames):
        """Each of the frames has one fate, neither more nor less."""
        out, drops = self.fates()
        frames = [frame for frame in frames if reaches_us(frame)]
        sent = sum(self.taps[tap].send(PLAIN, frame) for frame in frames)
        out_now, drops_now = self.fates()
        new = {reason: count - drops.get(reason, 0) for reason, count in drops_now.items()
               if count != drops.get(reason, 0)}
        if out_now - out + sum(new.values()) != sent:
            sys.exit(f'{what}: {sent} frames sent, {out_now - out} out, dropped {new}: ' +
                     ' '.join(frame.hex() for frame in frames[:BATCH] if len(frame) < 200))
        self.drain()
        self.thrown += sent
        self.counted += sent

    def throw(self, send):
        self.thrown += send
        if self.thrown % 64 == 0:
            self.drain()


def cut_short(place):
    """Each kind of frame, cut at each byte of its headers, both ways in."""
    for to in TO:
        for frame in seeds(to):
            place.count('cut short', 'a', [frame[:end] for end in range(14, min(len(frame), 130))])
    for frame in seeds(2):
        for wrap in (underlay4, underlay6):
            for dport, header in ((4789, struct.pack('!II', 0x08000000, IN << 8)),
                                  (6081, struct.pack('!BBHI', 0, 0, 0x6558, IN << 8)),
                                  (6081, struct.pack('!BBHIHBB8x', 3, 0, 0x6558, IN << 8, 1,
                                                     1, 2))):
                whole = header + frame
                place.count('tunnel cut short', 'u', [wrap(udp(whole[:end], 5, dport))
                                                      for end in range(min(len(whole), 130))])


def from_vm(place):
    """Mutated frames of a tenant system; where they go is the fuzzer's to say."""
    pool = [frame for to in TO for frame in seeds(to)]
    place.count('from a VM', 'a', [mutate(rng.choice(pool), rng.choice((6, 12, 14, 14)))
                                   for _ in range(BATCH)])


def from_nve(place):
    """Mutated tunnel headers and frames in outer headers that IP accepts."""
    pool = seeds(2)

    def packet():
        dport, payload = tunnel(mutate(rng.choice(pool), rng.choice((0, 12, 14))),
                                rng.choice((IN, IN, IN, 6, 0)))
        return wrapped(mutate(payload) if rng.randrange(2) else payload, dport)
    place.count('from an NVE', 'u', [packet() for _ in range(BATCH)])


def uncounted(place):
    """GSO and checksums that lie, frames in pages, outer headers that IP may lose, NVGRE."""
    pool = [frame for to in TO for frame in seeds(to)]
    for _ in range(BATCH):
        frame = mutate(rng.choice(pool), rng.choice((0, 12, 14)))
        if rng.randrange(4) == 0:
            frame += rng.randbytes(rng.choice((1000, 5000, 20000, 60000)))
        header = virtio(len(frame))
        place.throw(place.taps['a'].send(header, frame))
        cuts = sorted(rng.randrange(14, len(frame) + 1) for _ in range(rng.randrange(6))) \
            if len(frame) > 14 else []
        parts = [frame[begin:end] for begin, end in zip([0, *cuts], [*cuts, len(frame)])]
        place.throw(place.pages.send(rng.choice((PLAIN, header)), *parts))
        dport, payload = tunnel(frame, rng.choice((IN, OUT, ALL)))
        if rng.randrange(3) == 0:
            key = struct.pack('!HHI', 0x2000, 0x6558, rng.choice((IN, OUT, ALL)) << 8)
            packet = underlay4(mutate(key + frame), 47)
        else:
            packet = wrapped(payload[:9000], dport)
        place.throw(place.taps['u'].send(rng.choice((PLAIN, virtio(len(packet)))),
                                         mutate(packet, rng.choice((14, 34, 42)))))
    place.drain()


SETTINGS = ('nve set dev nve0 verify drop', 'nve set dev nve0 verify log',
            'nve set dev nve0 verify off', 'nve set dev nve0 fastpath off',
            'nve set dev nve0 fastpath auto',
            'nve set dev nve0 mss-clamp on df inherit ttl inherit tos inherit',
            'nve set dev nve0 mss-clamp off df set ttl 64 tos 0', 'nve set dev nve0 csum off',
            'port set dev a spoof on', 'port set dev a spoof off',
            'port set dev a profile 1 group 7', 'port set dev b profile 1',
            'port set dev d profile 1 group 7', 'port set dev a profile 0',
            'port set dev b profile 0', 'port set dev d profile 0',
            'port set dev a ip 10.0.0.1 ip fd00::1', 'port set dev a ip none')


def main():
    rng.seed(int(sys.argv[2]))
    end = time.monotonic() + int(sys.argv[1])
    place = Place()
    cut_short(place)
    while time.monotonic() < end:
        subprocess.run(['nvo3', '-n', 'fuzz', *rng.choice(SETTINGS).split()], check=True)
        for _ in range(5):
            from_vm(place)
            from_nve(place)
            uncounted(place)
    drops = place.nve.drops()
    print(f'{place.thrown} packets, {place.counted} of them counted one by one; drops by reason:')
    print(' '.join(f'{reason} {count}' for reason, count in sorted(drops.items())))


if __name__ == '__main__':
    main()
