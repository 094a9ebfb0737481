# SPDX-License-Identifier: GPL-2.0
"""DHCP by hand, from within a VM; see dhcp.sh. A test an invocation."""
import ipaddress
import os
import select
import socket
import struct
import sys
import time

DISCOVER, OFFER, REQUEST, ACK, NAK = 1, 2, 3, 5, 6
BROAD = b'\xff' * 6


def checksum(data):
    total = sum(struct.unpack(f'!{len(data) // 2}H', data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def ip(text):
    return ipaddress.ip_address(text).packed


class Guest:
    def __init__(self, dev='eth0'):
        self.sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        self.sock.bind((dev, 3))
        self.mac = self.sock.getsockname()[4]
        self.xid = os.getpid() << 8

    def udp(self, payload, sport, dport, src='0.0.0.0', dst='255.255.255.255'):
        udp = struct.pack('!HHHH', sport, dport, 8 + len(payload), 0) + payload
        head = struct.pack('!BBHHHBBH', 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0) + ip(src) + ip(dst)
        head = head[:10] + struct.pack('!H', checksum(head)) + head[12:]
        return BROAD + self.mac + b'\x08\x00' + head + udp

    def message(self, kind, options=b'', ciaddr='0.0.0.0', op=1):
        self.xid += 1
        return struct.pack('!BBBBIHH', op, 1, 6, 0, self.xid, 0, 0x8000) + ip(ciaddr) + \
            bytes(12) + self.mac + bytes(10 + 64 + 128) + b'\x63\x82\x53\x63' + \
            bytes((53, 1, kind)) + options + b'\xff'

    def send(self, kind, options=b'', ciaddr='0.0.0.0'):
        self.sock.send(self.udp(self.message(kind, options, ciaddr), 68, 67))

    def answer(self, seconds=5):
        """(type, address) of what answers the last question, or None."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            if not select.select([self.sock], [], [], left)[0]:
                break
            data, where = self.sock.recvfrom(2000)
            if where[2] == 4 or data[12:14] != b'\x08\x00' or data[36:38] != b'\x00\x44' or \
                    struct.unpack('!I', data[46:50])[0] != self.xid:
                continue
            assert data[42 + 240:42 + 242] == b'\x35\x01', 'no type'
            return data[42 + 242], str(ipaddress.ip_address(data[58:62]))
        return None


def option(code, value):
    return bytes((code, len(value))) + value


def refused(guest, other):
    """Whichever way it is asked for."""
    for options, ciaddr in ((option(50, ip(other)), '0.0.0.0'), (b'', other),
                            (option(50, ip(other)) + option(54, ip('10.9.0.1')), '0.0.0.0')):
        guest.send(REQUEST, options, ciaddr)
        got = guest.answer()
        assert got == (NAK, '0.0.0.0'), f'{got}'
    # In another's name it is not even that.
    own, guest.mac = guest.mac, bytes((2, 0, 0, 0, 0, 99))
    guest.send(REQUEST, option(50, ip(other)))
    guest.mac = own
    assert guest.answer(2) is None


def answered(guest, own):
    for _ in range(5):
        guest.send(DISCOVER)
        got = guest.answer()
        assert got == (OFFER, own), f'{got}'


def flood(guest):
    """Until it is ended."""
    while True:
        for _ in range(50):
            guest.send(DISCOVER)
        select.select([], [], [], 0.01)


def solicit(guest):
    """A router, and that one answers."""
    own, routers = ip('fe80::1234'), ip('ff02::2')
    body = b'\x85\0\0\0\0\0\0\0'
    total = checksum(own + routers + struct.pack('!II', len(body), 58) + body)
    packet = struct.pack('!IHBB', 6 << 28, len(body), 58, 255) + own + routers + \
        body[:2] + struct.pack('!H', total) + body[4:]
    guest.sock.send(b'\x33\x33\0\0\0\x02' + guest.mac + b'\x86\xdd' + packet)
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        if not select.select([guest.sock], [], [], 1)[0]:
            continue
        data, where = guest.sock.recvfrom(2000)
        if where[2] != 4 and data[12:14] == b'\x86\xdd' and data[54] == 134:
            return
    raise AssertionError('no advertisement')


def serve(guest):
    guest.sock.send(guest.udp(guest.message(OFFER, op=2), 67, 68, '10.9.0.11'))


if __name__ == '__main__':
    globals()[sys.argv[1]](Guest(), *sys.argv[2:])
