# SPDX-License-Identifier: GPL-2.0
"""Frames made by hand, sent from network namespaces, and what became of each.

Every frame ends with a mark of its own (behind what its headers say, where no receiver
looks), so that each is either seen at a receiver or counted as dropped, and none twice.
"""
import ctypes
import ipaddress
import os
import select
import socket
import struct
import time

import genl
from uapi import DROPS, N

MAGIC = b'nvo3mark'
CLONE_NEWNET = 0x40000000
libc = ctypes.CDLL(None, use_errno=True)


# --- building

def mac(text):
    """02:00:00:00:00:01, or 1 for it."""
    return bytes((2, 0, 0, 0, 0, text)) if isinstance(text, int) else \
        bytes.fromhex(text.replace(':', ''))


def ip(text):
    return ipaddress.ip_address(text).packed


def eth(dst, src, kind, payload=b''):
    return mac(dst) + mac(src) + struct.pack('!H', kind) + payload


def checksum(data):
    data += b'\0' * (len(data) % 2)
    total = sum(struct.unpack(f'!{len(data) // 2}H', data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def ip4(src, dst, proto, payload=b'', frag=0):
    head = struct.pack('!BBHHHBBH', 0x45, 0, 20 + len(payload), 7, frag, 64, proto, 0) + \
        ip(src) + ip(dst)
    return head[:10] + struct.pack('!H', checksum(head)) + head[12:] + payload


def ip6(src, dst, proto, payload=b'', hops=64):
    return struct.pack('!IHBB', 6 << 28, len(payload), proto, hops) + ip(src) + ip(dst) + payload


def ports(sport, dport):
    """As much of UDP as anyone here looks at."""
    return struct.pack('!HHHH', sport, dport, 8, 0)


def tcp(sport, dport):
    return struct.pack('!HHIIBBHHH', sport, dport, 0, 0, 0x50, 2, 100, 0, 0)


def udp4(dst, src, sport=1000, dport=2000, to=2, by=1):
    return eth(to, by, 0x0800, ip4(src, dst, 17, ports(sport, dport)))


def udp6(dst, src, sport=1000, dport=2000, to=2, by=1):
    return eth(to, by, 0x86dd, ip6(src, dst, 17, ports(sport, dport)))


def arp(op, sha, sip, tha, tip, to='ff:ff:ff:ff:ff:ff', by=1):
    return eth(to, by, 0x0806, struct.pack('!HHBBH', 1, 0x0800, 6, 4, op) + mac(sha) + ip(sip) +
               mac(tha) + ip(tip))


# --- namespaces and counters

class Namespace:
    """with Namespace('vm1'): what is opened belongs there."""

    def __init__(self, name):
        self.target = os.open(f'/run/netns/{name}', os.O_RDONLY)
        self.own = os.open('/proc/self/ns/net', os.O_RDONLY)

    def __enter__(self):
        self.enter(self.target)

    def __exit__(self, *_):
        self.enter(self.own)

    @staticmethod
    def enter(fd):
        if libc.setns(fd, CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), 'setns')


class Port:
    """A tenant system's device: sends anything, and sees marked frames for it."""

    def __init__(self, namespace, dev='eth0'):
        with Namespace(namespace):
            self.sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        self.sock.setsockopt(socket.SOL_SOCKET, 33, 8 << 20)      # SO_RCVBUFFORCE
        self.sock.bind((dev, 3))
        self.sock.setblocking(False)

    def send(self, frame):
        while True:
            try:
                self.sock.send(frame)
                return
            except BlockingIOError:
                select.select([], [self.sock], [], 1)

    def receive(self):
        """Marks of the frames that have come; its own that leave do not count."""
        marks = []
        while True:
            try:
                data, where = self.sock.recvfrom(70000)
            except BlockingIOError:
                return marks
            if where[2] != 4 and data[-12:-4] == MAGIC:            # PACKET_OUTGOING
                marks.append(struct.unpack('!I', data[-4:])[0])


class Nve:
    """Requests to the NVE of a namespace, and its drop counters."""

    def __init__(self, namespace, dev='nve0'):
        with Namespace(namespace):
            self.nl = genl.Genl()
            self.nl.resolve('nvo3')
            self.ifindex = socket.if_nametoindex(dev)

    def request(self, cmd, *attributes, flags=0):
        return self.nl.request(N['NVO3_CMD_' + cmd],
                               [number('NVO3_A_IFINDEX', self.ifindex), *attributes], flags)

    def drops(self):
        """Counters by reason; what has not happened is absent, and so is what the host says
        by itself on the NVE's own device (older kernels solicit routers there)."""
        found = {}
        nest = genl.attrs_of(self.request('NVE_GET')[0])[N['NVO3_A_NVE']]
        while len(nest) >= 4:
            length, kind = struct.unpack_from('=HH', nest)
            if kind & 0x3fff == N['NVO3_A_NVE_DROP']:
                drop = genl.attrs_of(nest[4:length])
                reason, = struct.unpack('=I', drop[N['NVO3_A_DROP_REASON']])
                found[DROPS[reason]], = struct.unpack('=Q', drop[N['NVO3_A_DROP_COUNT']])
            nest = nest[(length + 3) & ~3:]
        found.pop('nve-xmit', None)
        return found


def number(name, value, width='=I'):
    return genl.attr(N[name], struct.pack(width, value))


# --- judging

class Lab:
    """Sends cases and compares: each frame delivered where expected, or counted once."""

    def __init__(self, nve, **by_name):
        self.nve, self.ports, self.mark = nve, by_name, 0

    def marked(self, frame):
        self.mark += 1
        return frame + MAGIC + struct.pack('!I', self.mark)

    def collect(self, before, enough, seconds=30):
        """Marks by receiver and new drops by reason, when enough(frames, drops) have come."""
        seen = {name: [] for name in self.ports}
        deadline = time.monotonic() + seconds
        while True:
            for name, port in self.ports.items():
                seen[name] += port.receive()
            new = {reason: count - before.get(reason, 0)
                   for reason, count in self.nve.drops().items()
                   if count != before.get(reason, 0)}
            if enough(sum(map(len, seen.values())), sum(new.values())) or \
                    time.monotonic() > deadline:
                return seen, new
            # The next frame, or another look at the counters, which nobody announces.
            select.select([port.sock for port in self.ports.values()], [], [], 0.02)

    def check(self, sender, cases):
        """cases: (what, frame, receiver or drop reason). Raises AssertionError."""
        before, marks, reasons, names = self.nve.drops(), {}, {}, {}
        for port in self.ports.values():
            port.receive()
        for what, frame, fate in cases:
            raw = self.marked(frame)
            if fate in self.ports:
                marks[self.mark] = fate
            else:
                reasons[fate] = reasons.get(fate, 0) + 1
            names[self.mark] = what
            self.ports[sender].send(raw if fate in self.ports else frame)
        seen, new = self.collect(before, lambda frames, drops: frames >= len(marks) and
                                 drops >= sum(reasons.values()))
        wrong = []
        for name, got in seen.items():
            wanted = [mark for mark, port in marks.items() if port == name]
            wrong += [f'{names[mark]}: not delivered to {name}' for mark in wanted
                      if mark not in got]
            wrong += [f'{names.get(mark, mark)}: delivered to {name}' for mark in got
                      if mark not in wanted]
        if new != reasons:
            wrong.append(f'drops: {new}, not {reasons}')
        assert not wrong, '\n'.join(wrong)
