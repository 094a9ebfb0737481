# SPDX-License-Identifier: GPL-2.0
"""Mappings by the hundred thousand, for dumps.sh: fill N, churn."""
import socket
import struct
import sys

import genl
from genl import attr, NLM_F_DUMP

MAP_ADD, MAP_GET, IFINDEX, MAP, VNI, MAC, ADDR4 = 13, 16, 1, 6, 1, 2, 3
EACH = 1000

nl = genl.Genl()
nl.resolve('nvo3')
nl.sock.setsockopt(socket.SOL_SOCKET, 33, 1 << 22)      # SO_RCVBUFFORCE
nl.sock.setsockopt(socket.SOL_SOCKET, 32, 1 << 22)      # SO_SNDBUFFORCE
nve = attr(IFINDEX, struct.pack('=I', socket.if_nametoindex('nve0')))


def mapping(number):
    """Mappings alternate between VN 100 and 200, and between 50 NVEs."""
    return attr(MAP, [attr(VNI, struct.pack('=I', 100 + number % 2 * 100)),
                      attr(MAC, b'\2' + struct.pack('>Q', number)[3:]),
                      attr(ADDR4, bytes((198, 51, 100, 1 + number // 2 % 50)))])


def fill(count):
    for start in range(0, count, EACH):
        nl.request(MAP_ADD, [nve] + [mapping(n) for n in range(start, min(count, start + EACH))])


def churn():
    """Dump while the table changes: the kernel says that it did."""
    other = genl.Genl()
    other.family = nl.family
    nl.sock.send(nl.message(MAP_GET, [nve], NLM_F_DUMP))
    nl.sock.recv(1 << 20)
    other.request(MAP_ADD, [nve, mapping(10_000_000)])
    interrupted = False
    while True:
        data = nl.sock.recv(1 << 20)
        while data:
            length, kind, flags, _, _ = struct.unpack_from('=IHHII', data)
            interrupted |= bool(flags & genl.NLM_F_DUMP_INTR)
            if kind == genl.NLMSG_DONE:
                sys.exit(0 if interrupted else 'a change went unnoticed')
            data = data[(length + 3) & ~3:]


if sys.argv[1] == 'fill':
    fill(int(sys.argv[2]))
elif sys.argv[1] == 'churn':
    churn()
