# SPDX-License-Identifier: GPL-2.0
"""Frames written into taps, whole or in pages, and what comes out of others; see taps.sh."""
import fcntl
import os
import select
import socket
import struct
import subprocess
import time

from genl import attr, attrs_of
from packets import eth, ip4, ip6, MAGIC, Namespace, Nve, number
from uapi import N

TUNSETIFF = 0x400454ca
IFF_TAP, IFF_NO_PI, IFF_MULTI_QUEUE, IFF_NAPI, IFF_NAPI_FRAGS = 2, 0x1000, 0x100, 0x10, 0x20
PAGES = IFF_MULTI_QUEUE | IFF_NAPI | IFF_NAPI_FRAGS
VNET_HDR = 0x4000       # each frame follows a virtio_net_hdr; only for a tap that is new
OURS, THEIRS = bytes.fromhex('0200000000aa'), bytes.fromhex('0200000000bb')
VXLAN, GENEVE, NVGRE = 'vxlan', 'geneve', 'nvgre'
# Who is behind the underlay: MAC, encapsulation, IPv6?
REMOTES = {3: (VXLAN, False), 4: (GENEVE, False), 5: (NVGRE, False),
           6: (VXLAN, True), 7: (GENEVE, True), 8: (NVGRE, True)}


class Tap:
    def __init__(self, name, flags=0):
        self.fd = os.open('/dev/net/tun', os.O_RDWR | os.O_NONBLOCK)
        fcntl.ioctl(self.fd, TUNSETIFF, struct.pack('16sH22x', name.encode(),
                                                    IFF_TAP | IFF_NO_PI | flags))

    def send(self, frame, cuts=()):
        """The part before the first cut is linear, each of the others is a page of its own."""
        ends = [*cuts, len(frame)]
        os.writev(self.fd, [frame[begin:end] for begin, end in zip([0, *cuts], ends)
                            if end > begin])

    def close(self):
        os.close(self.fd)

    def read(self):
        frames = []
        try:
            while True:
                frames.append(os.read(self.fd, 70000))
        except BlockingIOError:
            return frames


def wait_at(*taps):
    """For a frame at one of them, not for long: what is waited for may be something else."""
    select.select([tap.fd for tap in taps], [], [], 0.1)


def mac_of(dev):
    """Of a device in this namespace."""
    with socket.socket() as sock:
        return fcntl.ioctl(sock, 0x8927, dev.encode().ljust(40, b'\0'))[18:24]     # SIOCGIFHWADDR


class Ear:
    """A listener, whose copy of a frame is a clone: what it reads is what is there by then."""

    def __init__(self, dev):
        self.sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        self.sock.setsockopt(socket.SOL_SOCKET, 33, 16 << 20)     # SO_RCVBUFFORCE
        self.sock.bind((dev, 3))
        self.sock.setblocking(False)

    def heard(self):
        """Frames that came in, as they are now."""
        frames = []
        while True:
            try:
                data, where = self.sock.recvfrom(70000)
            except BlockingIOError:
                return frames
            if where[2] != 4:                                       # PACKET_OUTGOING
                frames.append(data)


# --- tunnel packets, as the NVE at the other end sends them

def with_udp_sum(packet, at, addresses):
    data = packet[at:] + b'\0' * (len(packet) % 2)
    total = sum(struct.unpack(f'!{len(data) // 2}H', data)) + sum(
        struct.unpack(f'!{len(addresses) // 2}H', addresses)) + 17 + len(packet) - at
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return packet[:at + 6] + struct.pack('!H', ~total & 0xffff or 0xffff) + packet[at + 8:]


def header(encap, vni, options=b''):
    if encap == VXLAN:
        return struct.pack('!II', 0x08000000, vni << 8)
    if encap == GENEVE:
        return struct.pack('!BBHI', len(options) // 4, 0, 0x6558, vni << 8) + options
    return struct.pack('!HHI', 0x2000, 0x6558, vni << 8)


def outer(encap, payload, v6, src=None, dst=None, tos=0, checksum=False):
    """The Ethernet frame of the underlay around header and inner frame."""
    src = src or ('2001:db8::2' if v6 else '192.0.2.2')
    dst = dst or ('2001:db8::1' if v6 else '192.0.2.1')
    proto = 47 if encap == NVGRE else 17
    if proto == 17:
        dport = 4789 if encap == VXLAN else 6081
        payload = struct.pack('!HHHH', 50000, dport, 8 + len(payload), 0) + payload
    packet = ip6(src, dst, proto, payload) if v6 else ip4(src, dst, proto, payload)
    if tos and v6:
        packet = struct.pack('!I', 6 << 28 | tos << 20) + packet[4:]
    elif tos:
        packet = with_tos(packet, tos)
    if checksum and proto == 17:
        packet = with_udp_sum(packet, 40 if v6 else 20, packet[8:40] if v6 else packet[12:20])
    return OURS + THEIRS + (b'\x86\xdd' if v6 else b'\x08\0') + packet


def with_tos(packet, tos):
    """An IPv4 header with that DS field."""
    head = bytearray(packet[:20])
    head[1], head[10:12] = tos, b'\0\0'
    total = sum(struct.unpack('!10H', head))
    total = (total & 0xffff) + (total >> 16)
    head[10:12] = struct.pack('!H', ~((total & 0xffff) + (total >> 16)) & 0xffff)
    return bytes(head) + packet[20:]


def inner_of(data):
    """(encapsulation, IPv6?, VNI, inner frame) of what was sent into the underlay, or None."""
    v6 = data[12:14] == b'\x86\xdd'
    at = 54 if v6 else 34
    proto = data[20] if v6 else data[23]
    if proto == 47:
        encap = NVGRE
    elif proto == 17:
        encap = {4789: VXLAN, 6081: GENEVE}.get(int.from_bytes(data[at + 2:at + 4], 'big'))
        at += 8
    else:
        return None
    if encap is None or len(data) < at + 8:
        return None
    return encap, v6, int.from_bytes(data[at + 4:at + 7], 'big'), data[at + 8:]


def mac_in(data):
    """The last byte of the inner destination, of a frame of either tap."""
    found = inner_of(data)
    return (found[3] if found else data)[5]


class Place:
    def __init__(self):
        self.nve = Nve('h1')
        with Namespace('h1'):
            self.c, self.u, self.d = Tap('c', PAGES), Tap('u', PAGES), Tap('d')
            self.ears = {'c': Ear('c'), 'u': Ear('u')}
        self.mark = 0
        self.wire = []      # what was sent into the underlay with a mark
        self.settle()

    def settle(self, seconds=60):
        """Until the carriers are on, and what leads to each is known."""
        deadline, waits = time.monotonic() + seconds, {2, *REMOTES}
        while waits:
            assert time.monotonic() < deadline, f'nothing passes to {waits}'
            for last in waits:
                self.c.send(eth(last, 1, 0x88b5, self.marked(bytes(46))))
            end = time.monotonic() + 0.2
            while time.monotonic() < end:
                for tap in self.d, self.u:
                    waits -= {mac_in(data) for data in tap.read() if data[-12:-4] == MAGIC}
        self.collect(1000, 0.3)
        for ear in self.ears.values():
            ear.heard()

    def marked(self, frame):
        self.mark += 1
        return frame + MAGIC + struct.pack('!I', self.mark)

    def tool(self, words):
        subprocess.run(['nvo3', '-n', 'h1', *words.split()], check=True)

    def collect(self, count, seconds=20):
        """Marked frames by mark and tap, tunnel packets by what inner_of() says of them."""
        found, deadline = {}, time.monotonic() + seconds
        while True:
            for name, tap in ('d', self.d), ('c', self.c), ('u', self.u):
                for data in tap.read():
                    if data[-12:-4] == MAGIC:
                        mark, = struct.unpack('!I', data[-4:])
                        if name == 'u':
                            self.wire.append(data)
                        found.setdefault(mark, {})[name] = inner_of(data) if name == 'u' else data
            if sum(map(len, found.values())) >= count or time.monotonic() > deadline:
                return found
            wait_at(self.c, self.d, self.u)

    def from_c(self, cases):
        """cases: (what, frame, cuts, frame as it arrives, MACs of receivers). All arrive as they
        should, nothing else does, and who listened still has what was sent."""
        wanted, names, sent = {}, {}, []
        self.ears['c'].heard()
        for what, frame, cuts, arrives, to in cases:
            raw, tail = self.marked(frame), len(frame)
            arrives = arrives + raw[tail:]
            wanted[self.mark] = {
                'd' if mac == 2 else 'u': arrives if mac == 2 else (*REMOTES[mac], 100, arrives)
                for mac in to}
            names[self.mark] = what, cuts
            sent.append(raw)
            self.c.send(raw, cuts)
        found = self.collect(sum(map(len, wanted.values())))
        for mark, expected in wanted.items():
            got = found.get(mark, {})
            assert got == expected, f'{names[mark]}: {got}\nnot {expected}'
        assert set(found) <= set(wanted), 'more arrived than was sent'
        heard = [frame for frame in self.ears['c'].heard() if frame[-12:-4] == MAGIC]
        assert heard == sent, 'a listener has other frames than were sent'

    def from_u(self, cases):
        """cases: (what, outer frame, cuts, inner frame as it arrives at d or None). Marks are
        the caller's."""
        sent = []
        self.ears['u'].heard()
        for _, data, cuts, _ in cases:
            sent.append(data)
            self.u.send(data, cuts)
        wanted = {struct.unpack('!I', arrives[-4:])[0]: (arrives, what, cuts)
                  for what, _, cuts, arrives in cases if arrives}
        found = self.collect(len(wanted))
        for mark, (arrives, *what) in wanted.items():
            got = found.get(mark, {})
            assert got == {'d': arrives}, f'{what}: {got}\nnot {arrives}'
        assert set(found) <= set(wanted), 'more arrived than was sent'
        heard = [frame for frame in self.ears['u'].heard() if frame[:12] == OURS + THEIRS]
        assert heard == sent, 'a listener has other packets than were sent'

    def decapsulated(self, vni=100):
        reply = self.nve.request('VN_GET', attr(N['NVO3_A_VN'], [number('NVO3_A_VN_VNI', vni)]))
        stats = attrs_of(attrs_of(attrs_of(reply[0])[N['NVO3_A_VN']])[N['NVO3_A_VN_STATS']])
        return struct.unpack('=Q', stats[N['NVO3_A_STATS_DECAP_PACKETS']])[0]

    def rx_fast(self):
        nest = attrs_of(attrs_of(self.nve.request('NVE_GET')[0])[N['NVO3_A_NVE']])
        return struct.unpack('=Q', nest[N['NVO3_A_NVE_RX_FAST']])[0]

    def drops_of(self, act):
        """New drops by reason."""
        before = self.nve.drops()
        act()
        now = self.nve.drops()
        return {reason: now[reason] - before.get(reason, 0) for reason in now
                if now[reason] != before.get(reason, 0)}
