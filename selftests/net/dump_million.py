# SPDX-License-Identifier: GPL-2.0
"""A million mappings in nve0 of this namespace, read while they change; see dump_million.sh.

usage: dump_million.py COUNT
"""
import os
import socket
import struct
import sys
import time

import genl
from genl import attr, NLM_F_DUMP, NLM_F_REPLACE
from uapi import N

EACH = 1000
PLACE = b'\xde\xad\xbe'     # in a MAC, where the number of the request goes


def netlink():
    nl = genl.Genl()
    nl.resolve('nvo3')
    nl.sock.setsockopt(socket.SOL_SOCKET, 33, 8 << 20)      # SO_RCVBUFFORCE
    nl.sock.setsockopt(socket.SOL_SOCKET, 32, 8 << 20)      # SO_SNDBUFFORCE
    return nl


def mapping(address, tail):
    return attr(N['NVO3_A_MAP'], [
        attr(N['NVO3_A_MAP_VNI'], struct.pack('=I', 100)),
        attr(N['NVO3_A_MAP_MAC'], b'\2' + PLACE + struct.pack('!H', tail)),
        attr(N['NVO3_A_MAP_ADDR4'], bytes((198, 51, 100, address)))])


NVE = attr(N['NVO3_A_IFINDEX'], struct.pack('=I', socket.if_nametoindex('nve0')))
# Requests differ in three bytes, so they are made once: Python is slow under emulation.
BLOCKS = {address: b''.join(mapping(address, tail) for tail in range(EACH)) for address in (1, 2)}


def put(nl, number, address, flags=0):
    body = BLOCKS[address].replace(PLACE, struct.pack('!I', number)[1:])
    nl.request(N['NVO3_CMD_MAP_ADD'], [NVE, body], flags)


def dump(nl):
    """How many objects, and whether the kernel says that they have changed meanwhile."""
    nl.sock.send(nl.message(N['NVO3_CMD_MAP_GET'], [NVE], NLM_F_DUMP))
    seq, count, interrupted = nl.seq, 0, False
    while True:
        data = memoryview(nl.sock.recv(1 << 20))
        at = 0
        while at < len(data):
            length, kind, flags, of = struct.unpack_from('=IHHI', data, at)
            assert of == seq
            interrupted |= bool(flags & genl.NLM_F_DUMP_INTR)
            if kind == genl.NLMSG_DONE:
                return count, interrupted
            count += 1
            at += (length + 3) & ~3


def churn(requests, ready, stop):
    """In a process of its own: mappings lead elsewhere, and back."""
    nl = netlink()
    rounds = 0
    os.write(ready, b'.')
    while not os.path.exists(stop):
        # Each pass takes all of them to the other one.
        put(nl, rounds % requests, 2 - rounds // requests % 2, NLM_F_REPLACE)
        rounds += 1
    print(f'{rounds} requests of {EACH} mappings meanwhile')


def main():
    count = int(sys.argv[1])
    nl, requests = netlink(), count // EACH
    begin = time.monotonic()
    for number in range(requests):
        put(nl, number, 1)
    print(f'{count} mappings made in {time.monotonic() - begin:.1f} s')
    begin = time.monotonic()
    found = dump(nl)
    print(f'{found} read in {time.monotonic() - begin:.1f} s')
    assert found == (count, False), found

    stop = os.path.join(os.environ['LIB_TMP'], 'stop')
    there, ready = os.pipe()
    child = os.fork()
    if not child:
        churn(requests, ready, stop)
        os._exit(0)
    os.read(there, 1)
    for _ in range(3):
        begin = time.monotonic()
        number, interrupted = dump(nl)
        print(f'{number} read, interrupted: {interrupted}, in {time.monotonic() - begin:.1f} s')
        # Keys stay where they are or move; none is missed because of the others.
        assert interrupted and number >= count * 0.9, (number, interrupted)
    with open(stop, 'wb'):
        pass
    assert os.waitpid(child, 0)[1] == 0
    found = dump(nl)
    assert found == (count, False), found


main()
